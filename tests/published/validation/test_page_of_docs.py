"""What docs/validation.md says of every sample is what `osseo validate` finds today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from osseo.answer.predict.types import LEFT_OUT, NAMED
from osseo.answer.predict.validation import validate

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"
#: heading of the page -> sample
SECTIONS = {
    "Out of sample": "validation",
    "Left out": LEFT_OUT,
    "Left out, but named": NAMED,
    "In sample": "calibration",
}


@pytest.fixture(scope="module")
def table():
    return validate()


def section(heading):
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, heading
    return found[1]


@pytest.mark.slow
@pytest.mark.parametrize(("heading", "sample"), SECTIONS.items())
def test_totals(table, heading, sample):
    told = re.search(r"(\d+) results of (\d+) studies, \*\*(\d+) \((\d+) %\)\*\* inside", section(heading))
    assert told, heading
    rows = [row for row in table.rows if row.sample == sample and row.mechanism]
    inside = sum(row.mechanism.inside for row in rows)
    found = (len(rows), len({row.record for row in rows}), inside, round(100 * inside / len(rows)))
    assert tuple(map(int, told.groups())) == found


@pytest.mark.slow
@pytest.mark.parametrize(("heading", "sample"), SECTIONS.items())
def test_every_domain(table, heading, sample):
    shown = {
        m[1]: (int(m[2]), int(m[3]))
        for m in re.finditer(r"^\| ([\w ,]+?) \| (\d+)/(\d+) \|", section(heading), re.M)
    }
    found = {
        line.domain: (line.mechanism.covered, line.mechanism.n)
        for line in table.domains
        if line.sample == sample and line.mechanism
    }
    assert shown == found


@pytest.mark.slow
def test_what_must_be_reached(table):
    text = section("What the graft site must reach")
    met = re.search(r"(\d+) of (\d+) met", text)
    assert met
    assert tuple(map(int, met.groups())) == (sum(r.met for r in table.reached), len(table.reached))
    for row in table.reached:
        line = next(line for line in text.splitlines() if line.startswith(f"| {row.name} |"))
        assert ("met" in line.split("|")[-2]) == row.met, row.name
