"""The semantic cases of the SBML Test Suite: right or refused, never wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from osseo.verify.archive import open_archive
from osseo.verify.suite import run_archive

#: of 911 cases; the target of the design is 730, the least 640
AT_LEAST_RIGHT = 820
SAMPLE = 60


def test_a_fixed_sample_is_right_or_refused(cases):
    names = sorted(open_archive(cases).members)
    chosen = names[:: max(1, len(names) // SAMPLE)][:SAMPLE]
    report = run_archive(cases, names=chosen, n_processes=1)
    assert [f"{v.case}: {v.detail}" for v in report.wrong] == []
    assert report.count("right") >= 0.8 * len(chosen)
    assert all(v.constructs for v in report.verdicts if v.verdict == "refused")


def test_an_expectation_that_is_changed_is_seen_as_wrong(cases, tmp_path):
    """The judge can say wrong: one expected number of a right case is moved beyond the tolerance."""
    import re
    import zipfile

    with zipfile.ZipFile(cases) as old, zipfile.ZipFile(tmp_path / "changed.zip", "w") as new:
        for name in old.namelist():
            if "00001/" in name and not name.endswith("/"):
                text = old.read(name).decode()
                if name.endswith("results.csv"):
                    rows = text.splitlines()
                    rows[5] = re.sub(r",[^,]+$", ",123.0", rows[5])
                    text = "\n".join(rows)
                new.writestr(name, text)
    report = run_archive(tmp_path / "changed.zip")
    assert [v.verdict for v in report.verdicts] == ["wrong"]
    assert "expected 123" in report.wrong[0].detail


@pytest.fixture(scope="module")
def report(cases):
    return run_archive(cases)


@pytest.mark.slow
def test_every_case_is_right_or_refused(cases, report):
    assert len(report.verdicts) == len(open_archive(cases))
    assert [f"{v.case}: {v.detail}" for v in report.wrong] == []
    assert report.count("right") >= AT_LEAST_RIGHT
    assert not [v.detail for v in report.verdicts if "fault in osseo" in v.constructs]


def documented() -> str:
    """Return the tables of docs/sbml.md."""
    page = (Path(__file__).parents[2] / "docs" / "sbml.md").read_text(encoding="utf-8")
    return page.split("sbml-tables.md -->\n")[1].split("<!-- end -->")[0]


@pytest.mark.slow
def test_the_tables_in_the_docs_are_those_of_the_command(report):
    assert report.markdown() == documented()
