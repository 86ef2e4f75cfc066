"""What the prose of records states of their subjects and arms, each with the words it rests on.

`subjects.csv` is long: record, subject (an arm, a label of a result, or empty for the whole record),
field, value, words. The record files themselves stay as they were read.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["FIELDS", "NUMBERS", "Stated", "all_stated", "stated"]

_TABLE = Path(__file__).parent.parent / "subjects.csv"
#: fields that hold a number, with what it is
NUMBERS: Mapping[str, str] = {
    "age_y": "mean age [y]",
    "male_frac": "share of men [1]",
    "weight_kg": "mean weight [kg]",
    "egfr": "mean filtration rate [mL/min/1.73m2]",
    "mg_intake_mg": "magnesium from food [mg/d]",
    "serum_mg": "serum magnesium before [mmol/L]",
    "doses_per_day": "doses a day",
    "graft_height_mm": "height of the graft or opening of the gap [mm]",
    "time_d": "day of a result [d]",
}
FIELDS = (*NUMBERS, "with_meal", "contrast_arms", "within_arm", "arm_of", "graft", "salt")


@dataclass(frozen=True)
class Stated:
    """One stated fact: record, subject, field, value as written, and the words it rests on."""

    record: str
    subject: str
    field: str
    value: str
    words: str


@cache
def _table() -> Mapping[str, tuple[Stated, ...]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Stated(**row) for row in csv.DictReader(file)]
    found: dict[str, list[Stated]] = {}
    for row in rows:
        found.setdefault(row.record, []).append(row)
    return {record: tuple(facts) for record, facts in found.items()}


def stated(record: str, subject: str | None = None, field: str = "") -> tuple[Stated, ...]:
    """Return the stated facts of a record, all or those of one subject or field.

    Parameters
    ----------
    record : evidence id.
    subject : an arm or label; empty takes only facts on the whole record; None takes all.
    field : one of `FIELDS`; empty takes all.
    """
    facts = _table().get(record, ())
    return tuple(
        f for f in facts if (subject is None or f.subject == subject) and (not field or f.field == field)
    )


def all_stated() -> tuple[Stated, ...]:
    """Return every stated fact of the table."""
    return tuple(fact for facts in _table().values() for fact in facts)
