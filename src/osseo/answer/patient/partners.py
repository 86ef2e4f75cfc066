"""Calcium, vitamin D and K2 beside magnesium: words of `plan.yaml`, graded by the records they rest on."""

from __future__ import annotations

from osseo.answer.patient.settings import load_plan_file
from osseo.answer.patient.types import Partner
from osseo.evidence import grade, weakest

__all__ = ["find_partners"]


def find_partners() -> tuple[Partner, ...]:
    """Return the partners, each with what to do, what evidence says, and its weakest grade."""
    return tuple(
        Partner(
            name=entry["name"],
            do=entry["do"],
            evidence=entry["evidence"],
            together=entry["together"],
            grade=weakest(grade(record) for record in entry["records"]),
            records=tuple(entry["records"]),
        )
        for entry in load_plan_file()["partners"]
    )
