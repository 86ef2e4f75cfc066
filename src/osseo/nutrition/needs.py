"""What a person of an age and sex needs a day, read from evidence records; nothing from memory.

A value that a record only remembers is not used, and the row says so. Where a remembered average
requirement has an allowance beside it that was read, it is worked back from that allowance.
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
from osseo.names import suggest

__all__ = ["REGIONS", "Need", "Needs", "needs", "requirement_cv"]

REGIONS = ("US", "EU")
SEXES = ("female", "male")
_KINDS = ("EAR", "RDA", "AI", "UL_supplemental")
_MAX_AGE_Y = 130.0
_UNITS = {"magnesium": "mg/d", "calcium": "mg/d", "vitamin_d": "ug/d", "vitamin_k1": "ug/d"}


@dataclass(frozen=True)
class Need:
    """One reference value, or the fact that there is none.

    Parameters
    ----------
    nutrient : name in the food table.
    kind : EAR, RDA, AI or UL_supplemental.
    value : [unit] a day, or None.
    unit : of the value.
    record : evidence id, or empty.
    group : the group of people as the record words it.
    seen : how the number was seen; `derived` for one worked back from another.
    grade : of the record; empty without one.
    note : why there is no value, or how it was derived.
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


@cache
def _settings() -> Mapping[str, Any]:
    import yaml

    return yaml.safe_load((Path(__file__).parent / "needs.yaml").read_text(encoding="utf-8"))


def _result(record: Record, measure: str, group: str) -> Result:
    for result in record.results:
        if result.measure == measure and group in (result.arm, result.extra.get("group")):
            return result
    raise InputError(f"needs.yaml: {record.id} has no {measure} for {group!r}; correct needs.yaml")


def _number(result: Result, part: int | None) -> float | None:
    value = result.value[part] if part is not None else result.value
    return as_number(value)


def _read(nutrient: str, kind: str, record_id: str, row: Mapping[str, Any]) -> Need:
    record = load_record(record_id)
    result = _result(record, kind, row["group"])
    value = _number(result, row.get("part"))
    note = row.get("remark", "") or result.note
    seen = "recalled" if result.is_recalled else result.seen
    if result.is_recalled:
        value, note = None, "the only value found was remembered, not read, so it is not used"
    elif value is None:
        note = note or "not established"
    return Need(
        nutrient, kind, value, result.unit or "mg/d", record_id, row["group"], seen, grade(record_id), note
    )


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


def _derive_ear(ear: Need, rda: Need) -> Need:
    """Return the average requirement worked back from the allowance: EAR = RDA / (1 + 2 CV)."""
    if ear.value is not None or rda.value is None:
        return ear
    cv = requirement_cv()
    why = ear.note or "no average requirement of this group was read"
    note = f"{why}; worked back from the allowance of {rda.value:g} as RDA / (1 + 2 x {cv:g})"
    value = rda.value / (1.0 + 2.0 * cv)
    return Need(ear.nutrient, "EAR", value, rda.unit, rda.record, rda.group, "derived", rda.grade, note)


def _absent(region: str, nutrient: str) -> Mapping[str, str]:
    why = _settings()["absent"][region][nutrient]
    return {kind: why for kind in _KINDS} if isinstance(why, str) else why


def _rows(region: str, nutrient: str, age_y: float, sex: str, state: str) -> Iterable[Need]:
    table = _settings()[region].get(nutrient, {})
    absent = _absent(region, nutrient)
    for kind in _KINDS:
        places = table.get(kind, {"rows": ()})
        fitting = [row for row in places["rows"] if _applies(row, age_y, sex, state)]
        unit = _UNITS[nutrient]
        if fitting:
            yield _read(nutrient, kind, places["record"], fitting[0])
        elif kind in absent:
            yield Need(nutrient, kind, None, unit, note=f"not in evidence: {absent[kind]}")
        elif kind != "AI" or nutrient != "magnesium":
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
    """Return the reference values for magnesium, and for calcium, vitamins D and K where records exist.

    Parameters
    ----------
    age_y : [y] 0 to 130.
    sex : female or male.
    region : US (United States and Canada) or EU.
    pregnant, breastfeeding : change the values of the group.

    Raises
    ------
    InputError : an impossible age, an unknown sex or region, contradictions; lists all of them.

    Sources: iom1997_rda, iom_ul_by_age, efsa2015, scf2001_scope.

    Examples
    --------
    >>> needs(34, "male").value("magnesium", "RDA"), needs(34, "male", "EU").value("magnesium", "AI")
    (420.0, 350.0)
    """
    _check(age_y, sex, region, (pregnant, breastfeeding))
    state = "pregnant" if pregnant else "breastfeeding" if breastfeeding else "not_pregnant"
    rows = []
    for nutrient in _UNITS:
        found = {row.kind: row for row in _rows(region, nutrient, age_y, sex, state)}
        if region == "US" and nutrient == "magnesium":
            found["EAR"] = _derive_ear(found["EAR"], found["RDA"])
        rows += found.values()
    return Needs(region, age_y, sex, pregnant, breastfeeding, tuple(rows))
