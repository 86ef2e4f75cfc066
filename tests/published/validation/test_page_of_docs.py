"""What docs/validation.md says of the out-of-sample rows is what `osseo validate` finds today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from osseo.answer.predict.validation import validate

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def table():
    return validate()


def told(pattern):
    found = re.search(pattern, PAGE.read_text(encoding="utf-8"))
    assert found, pattern
    return tuple(int(group) for group in found.groups())


def counted(table, sample):
    rows = [row for row in table.rows if row.sample == sample and row.mechanism]
    return len(rows), len({row.record for row in rows}), sum(row.mechanism.inside for row in rows)


@pytest.mark.slow
def test_totals(table):
    assert told(r"(\d+) results of (\d+) validation studies can be expressed, \*\*(\d+)") == counted(
        table, "validation"
    )
    assert told(r"(\d+) results of (\d+) calibration studies, (\d+) ") == counted(table, "calibration")


@pytest.mark.slow
def test_every_domain(table):
    text = PAGE.read_text(encoding="utf-8")
    shown = {m[1]: (int(m[2]), int(m[3])) for m in re.finditer(r"\| ([\w ,]+?) \| (\d+)/(\d+) \|", text)}
    found = {
        line.domain: (line.mechanism.covered, line.mechanism.n)
        for line in table.domains
        if line.sample == "validation" and line.mechanism
    }
    balance = [found.pop(f"magnesium balance, {kind}") for kind in ("levels", "contrasts")]
    found["magnesium balance, levels and contrasts"] = tuple(map(sum, zip(*balance, strict=True)))
    assert shown == found
