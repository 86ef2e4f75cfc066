"""Grade: how much the numbers of a record can be trusted for humans, by one table.

grade = grades.csv[kind, species class, seen], lowered by the steps of downgrades.csv. A recalled number is
always very-low. The grade speaks of the record, not of a claim; claims carry their own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from osseo.errors import InputError
from osseo.evidence.library import load_record
from osseo.evidence.record import SEEN, Record
from osseo.names import check_name

__all__ = ["GRADES", "Downgrade", "downgrades", "grade", "grade_steps", "species_class", "weakest"]

#: strongest first; `assumed` (a number without a source) ranks below all of them
GRADES = ("high", "moderate", "low", "very-low")
_RANKED = (*GRADES, "assumed")
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Downgrade:
    """A reasoned lowering of one record's grade.

    Parameters
    ----------
    record : evidence id.
    steps : by how many grades.
    reason : why, in one phrase.
    """

    record: str
    steps: int
    reason: str


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _table() -> Mapping[tuple[str, str, str], str]:
    return {(row["kind"], row["species"], seen): row[seen] for row in _rows("grades.csv") for seen in SEEN}


@cache
def downgrades() -> Mapping[str, Downgrade]:
    """Return all reasoned downgrades by record id."""
    rows = _rows("downgrades.csv")
    return {r["record"]: Downgrade(r["record"], int(r["steps"]), r["reason"]) for r in rows}


def species_class(species: str) -> str:
    """Return human, animal or cells for the prose of a record; a mixture counts as the weaker.

    Examples
    --------
    >>> species_class("human"), species_class("rabbit, rat"), species_class("human cells")
    ('human', 'animal', 'cells')
    """
    text = species.lower()
    if "cell" in text:
        return "cells"
    return "human" if text.strip() == "human" else "animal"


def _resolve(record: Record | str) -> Record:
    return load_record(record) if isinstance(record, str) else record


def grade_steps(record: Record | str) -> tuple[str, Downgrade | None]:
    """Return the grade by the table alone, and the downgrade that applies, if any.

    Raises
    ------
    InputError : a kind or `seen` the table does not hold.
    """
    record = _resolve(record)
    key = (record.kind, species_class(record.species), record.seen)
    if key not in _table():
        raise InputError(f"{record.id}: no grade for kind, species, seen = {key}; see grades.csv")
    shipped = bool(record.folder)
    return _table()[key], downgrades().get(record.id) if shipped else None


def grade(record: Record | str) -> str:
    """Return the grade of a record: high, moderate, low or very-low.

    Parameters
    ----------
    record : a record or the id of a shipped one.

    Examples
    --------
    >>> grade("graham1960")
    'very-low'
    """
    start, lowered = grade_steps(record)
    steps = lowered.steps if lowered else 0
    return GRADES[min(GRADES.index(start) + steps, len(GRADES) - 1)]


def weakest(grades: Iterable[str]) -> str:
    """Return the weakest of some grades; `assumed` is weaker than very-low.

    Raises
    ------
    InputError : no grade given.
    NameUnknown : a word that is no grade.

    Examples
    --------
    >>> weakest(["high", "low", "moderate"])
    'low'
    """
    ranks = [_RANKED.index(check_name(g, _RANKED, "grade")) for g in grades]
    if not ranks:
        raise InputError("no grades given, so none is the weakest")
    return _RANKED[max(ranks)]
