"""The proof: it passes, its record says on what, and a failed check is seen."""

from __future__ import annotations

import json

import numpy as np
from typer.testing import CliRunner

from osseo.cli.app import app
from osseo.errors import SolveError
from osseo.verify import proof
from osseo.verify.checks import CHECKS, Check


def test_the_whole_proof_passes_and_writes_its_record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "osseo-verify.json").read_text(encoding="utf-8"))
    assert record["passed"]
    assert {"numpy", "llvmlite"} <= set(record["packages"])
    assert len(record["checks"]) >= len(CHECKS)
    assert all(np.isfinite(check["measured"]) for check in record["checks"])


def test_a_check_that_fails_or_cannot_run_fails_the_proof(monkeypatch, tmp_path):
    def beyond():
        yield Check("too far", 2.0, 1.0, "steps")

    def broken():
        raise SolveError("no course")
        yield

    monkeypatch.setattr(proof, "CHECKS", {"beyond": beyond, "broken": broken})
    done = CliRunner().invoke(app, ["verify", "--json", str(tmp_path / "r.json")])
    assert done.exit_code == 1
    assert done.output.count("FAIL") == 2


def test_not_a_number_is_no_pass():
    assert not Check("x", float("nan"), 1.0, "").passed
