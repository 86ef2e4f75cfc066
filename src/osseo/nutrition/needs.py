"""What a person of an age and sex needs a day, read from evidence records; nothing from memory.

A value that a record only remembers is not used, and the row says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.evidence import grade, load_record
from osseo.evidence.record import Record, Result, as_number
from osseo.files import parse_yaml
from osseo.names import suggest

__all__ = ["REGIONS", "Need", "Needs", "needs", "requirement_cv"]

REGIONS = ("US", "EU")
SEXES = ("female", "male")
_KINDS = ("EAR", "RDA", "AI")
#: nutrient -> the kind of its upper level: from supplements alone, or food and supplements together
_LIMITS = {"magnesium": "UL_supplemental", "calcium": "UL", "vitamin_d": "UL", "vitamin_k1": "UL"}
_MAX_AGE_Y = 130.0
_UNITS = {"magnesium": "mg/d", "calcium": "mg/d", "vitamin_d": "ug/d", "vitamin_k1": "ug/d"}


@dataclass(frozen=True)
class Need:
    """One reference value, or the fact that there is none.

    Parameters
    ----------
    nutrient : name in the food table.
    kind : EAR, RDA, AI, UL_supplemental (on top of food) or UL (with food); the European AR and PRI stand as
        EAR and RDA, which mean the same.
    value : [unit] a day, or None.
    unit : of the value.
    record : evidence id, or empty.
    group : the group of people as the record words it.
    seen : how the number was seen.
    grade : of the record; empty without one.
    note : why there is no value, or a remark.
    """

    nutrient: str
    kind: str
    value: float | None
    unit: str = "mg/d"
    record: str = ""
    group: str = ""
    seen: str = ""
    grade: str = ""
    note: str = ""


@dataclass(frozen=True)
class Needs:
    """All reference values of one person.

    Parameters
    ----------
    region : US or EU.
    age_y, sex, pregnant, breastfeeding : of whom.
    rows : every value, found or not, by nutrient and kind.
    """

    region: str
    age_y: float
    sex: str
    pregnant: bool
    breastfeeding: bool
    rows: tuple[Need, ...]

    def get(self, nutrient: str, kind: str) -> Need:
        """Return one row; a kind that no record speaks of is a row without a value."""
        for row in self.rows:
            if (row.nutrient, row.kind) == (nutrient, kind):
                return row
        return Need(nutrient, kind, None, note="not in evidence")

    def value(self, nutrient: str, kind: str) -> float | None:
        """Return one value [unit a day], or None."""
        return self.get(nutrient, kind).value

    def target(self, nutrient: str) -> Need:
        """Return what to aim at: the allowance, else the adequate intake (may be without a value)."""
        allowance = self.get(nutrient, "RDA")
        return allowance if allowance.value is not None else self.get(nutrient, "AI")

    def limit(self, nutrient: str) -> Need:
        """Return the upper level: of supplements alone for magnesium, of everything for the others."""
        return self.get(nutrient, _LIMITS[nutrient])


@cache
def _settings() -> Mapping[str, Any]:
    return parse_yaml((Path(__file__).parent / "needs.yaml").read_text(encoding="utf-8"))


def _result(record: Record, measure: str, group: str, nutrient: str) -> Result:
    for result in (*record.results, *_listed(record, nutrient)):
        if result.measure == measure and group in (result.arm, result.extra.get("group")):
            return result
    raise InputError(f"needs.yaml: {record.id} has no {measure} for {group!r}; correct needs.yaml")


def _listed(record: Record, nutrient: str) -> tuple[Result, ...]:
    """Return the rows of the record's own list of needs of one nutrient."""
    return tuple(
        Result(
            index=i,
            measure=row["kind"],
            unit=row["unit"],
            value=row["value"],
            note=row.get("note", ""),
            seen=row.get("seen", record.seen),
            extra={"group": row["group"]},
        )
        for i, row in enumerate(record.extra.get("needs", ()))
        if row["nutrient"] == nutrient
    )


def _number(result: Result, part: int | None) -> float | None:
    value = result.value[part] if part is not None else result.value
    return as_number(value)


def _read(nutrient: str, kind: str, place: Mapping[str, Any], row: Mapping[str, Any]) -> Need:
    record = load_record(place["record"])
    result = _result(record, place.get("called", kind), row["group"], nutrient)
    value = _number(result, row.get("part"))
    note = row.get("remark", "") or result.note
    if result.is_recalled:
        value, note = None, "the only value found was remembered, not read, so it is not used"
    elif value is None:
        note = note or "not established"
    seen = "recalled" if result.is_recalled else result.seen
    unit = result.unit or _UNITS[nutrient]
    return Need(nutrient, kind, value, unit, record.id, row["group"], seen, grade(record.id), note)


def _applies(row: Mapping[str, Any], age_y: float, sex: str, state: str) -> bool:
    low, below = row["ages"]
    return low <= age_y < below and row.get("sex", sex) == sex and row.get("state", "any") in ("any", state)


def requirement_cv() -> float:
    """Return the coefficient of variation of the requirement between people [1], from the record.

    Examples
    --------
    >>> requirement_cv()
    0.1
    """
    place = _settings()["spread"]
    record = load_record(place["record"])
    found = next(r for r in record.results if r.measure == place["measure"])
    return float(found.value) / 100.0


def _rows(region: str, nutrient: str, age_y: float, sex: str, state: str) -> Iterable[Need]:
    table = _settings()[region][nutrient]
    absent = _settings()["absent"][region].get(nutrient, {})
    unit, found_target = _UNITS[nutrient], False
    for kind in (*_KINDS, _LIMITS[nutrient]):
        place = table.get(kind, {"rows": ()})
        fitting = [row for row in place["rows"] if _applies(row, age_y, sex, state)]
        if fitting:
            found_target = found_target or kind == "RDA"
            yield _read(nutrient, kind, place, fitting[0])
        elif kind in absent:
            yield Need(nutrient, kind, None, unit, note=absent[kind])
        elif kind != "AI" or not found_target:
            yield Need(nutrient, kind, None, unit, note="no value for this age and state in the records")


def _check(age_y: float, sex: str, region: str, state: tuple[bool, bool]) -> None:
    issues = []
    if not (math.isfinite(age_y) and 0.0 <= age_y <= _MAX_AGE_Y):
        issues.append(Issue("age", f"got {age_y:g} y; expected 0 to {_MAX_AGE_Y:g} y"))
    if sex not in SEXES:
        issues.append(Issue("sex", f"unknown sex {sex!r}", suggest(sex, SEXES)))
    if region not in REGIONS:
        issues.append(Issue("region", f"unknown region {region!r}", suggest(region, REGIONS)))
    if any(state) and sex == "male":
        issues.append(Issue("pregnant", "contradicts sex: male", "correct one of the two"))
    if all(state):
        issues.append(Issue("pregnant", "pregnant and breastfeeding have different values", "state one"))
    if issues:
        raise InputError.from_issues("needs", issues, done="nothing was looked up")


def needs(
    age_y: float, sex: str, region: str = "US", pregnant: bool = False, *, breastfeeding: bool = False
) -> Needs:
    """Return the reference values for magnesium, calcium, vitamin D and vitamin K.

    Parameters
    ----------
    age_y : [y] 0 to 130.
    sex : female or male.
    region : US (United States and Canada) or EU.
    pregnant, breastfeeding : change the values of the group.

    Raises
    ------
    InputError : an impossible age, an unknown sex or region, contradictions; lists all of them.

    Sources: iom1997_rda, iom_ear_magnesium, iom_ul_by_age, iom2011_calcium_d, iom2001_vitamin_k; efsa2015,
    scf2001_scope, efsa2015_calcium, efsa2016_vitamin_d, efsa2017_vitamin_k.

    Examples
    --------
    >>> needs(34, "male").value("magnesium", "RDA"), needs(34, "male", "EU").value("magnesium", "AI")
    (420.0, 350.0)
    >>> needs(67, "female").value("calcium", "RDA"), needs(67, "female").value("vitamin_d", "UL")
    (1200.0, 100.0)
    """
    _check(age_y, sex, region, (pregnant, breastfeeding))
    state = "pregnant" if pregnant else "breastfeeding" if breastfeeding else "not_pregnant"
    rows = []
    for nutrient in _UNITS:
        rows += _rows(region, nutrient, age_y, sex, state)
    return Needs(region, age_y, sex, pregnant, breastfeeding, tuple(rows))
