"""`osseo patient` on real profiles: what is printed, written and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app

EXAMPLES = Path(__file__).parents[3] / "examples" / "patients"


def run(*arguments: str):
    return CliRunner().invoke(app, ["patient", *arguments])


def test_the_folder_holds_the_page_and_its_data(tmp_path):
    out = tmp_path / "made" / "here"
    done = run(str(EXAMPLES / "vegan-nut-allergy.yaml"), "--out", str(out), "--no-pdf")
    assert done.exit_code == 0, done.stderr
    assert sorted(p.name for p in out.iterdir()) == ["patient.html", "patient.json"]
    assert done.stdout.index("SAFETY FIRST") < done.stdout.index("IN SHORT")
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith("/"))
    data = json.loads((out / "patient.json").read_text(encoding="utf-8"))
    assert data["plan"]["kind"] == "food"
    assert data["safety"][0]["rule"] == "apart_levothyroxine"
    assert data["notice"].startswith("Not medical advice.")


def test_a_hard_stop_is_exit_0_and_has_no_plan():
    done = run(str(EXAMPLES / "dialysis.yaml"), "--json", "-")
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    assert data["stopped"] is True
    assert data["plan"] is None
    assert data["change"] is None


@pytest.mark.parametrize("age", ["7 y", "17 y"])
def test_a_child_gets_safety_only(tmp_path, age):
    text = (EXAMPLES / "healthy-34.yaml").read_text(encoding="utf-8").replace("34 y", age)
    (tmp_path / "child.yaml").write_text(text, encoding="utf-8")
    done = run(str(tmp_path / "child.yaml"))
    assert done.exit_code == 0
    assert "STOP: This model is for adults" in " ".join(done.stdout.split())
    assert "YOUR DAY" not in done.stdout


def test_bad_input_is_exit_2_and_writes_nothing(tmp_path):
    (tmp_path / "bad.yaml").write_text("person: {age: 130 y}\nprocedure: {site: moon}\n", encoding="utf-8")
    done = run(str(tmp_path / "bad.yaml"), "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert "problems, nothing was run" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_new_profile_is_the_form_and_is_never_written_over(tmp_path):
    path = tmp_path / "me.yaml"
    done = run("--new", str(path))
    assert done.exit_code == 0
    form = path.read_text(encoding="utf-8")
    assert form.startswith("# Your page from osseo")
    path.write_text("mine", encoding="utf-8")
    done = run("--new", str(path))
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert path.read_text(encoding="utf-8") == "mine"


def test_asked_step_by_step_it_makes_a_profile_that_reads(tmp_path):
    from datetime import date

    from osseo.scenario.profile.asking import QUESTIONS, profile_text
    from osseo.scenario.profile.door import parse_profile

    answers = {q.key: q.default for q in QUESTIONS}
    profile = parse_profile(profile_text(answers), date(2026, 11, 24))
    assert profile.operation.days_until == 56
    evil = answers | {"name": "x\ndrugs: [a]", "drugs": "omeprazole, alendronate", "person.egfr": "82"}
    profile = parse_profile(profile_text(evil), date(2026, 11, 24))
    assert [d.name for d in profile.drugs] == ["omeprazole", "alendronate"]
    assert profile.person.egfr == 82
