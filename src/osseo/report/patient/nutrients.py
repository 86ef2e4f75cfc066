"""Calcium, vitamin D and vitamin K of a patient page: eaten, needed, missing and too much, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from osseo.answer.patient.foods import vitamin_k_drug
from osseo.answer.patient.types import PatientPage
from osseo.nutrition.others import NutrientGap

__all__ = ["NutrientRow", "nutrient_notes", "nutrient_rows"]

#: [ug] one international unit of vitamin D is a fortieth of this (iom2011_calcium_d: 10 ug = 400 IU)
_IU_PER_UG = 40.0
#: [1] chance of being above an upper level that is worth a word
_TOLD = 0.05
_NAMES = {"calcium": "Calcium", "vitamin_d": "Vitamin D", "vitamin_k1": "Vitamin K (K1)"}


@dataclass(frozen=True)
class NutrientRow:
    """One nutrient in words: eaten, need, missing, upper level; records behind need and level."""

    name: str
    eaten: str
    need: str
    missing: str
    limit: str
    records: tuple[str, ...]
    is_too_much: bool = False


def nutrient_rows(page: PatientPage) -> tuple[NutrientRow, ...]:
    """Return the rows of calcium, vitamin D and vitamin K, with or without a diary."""
    if page.eating is None:
        return ()
    thinner = vitamin_k_drug(page.profile)
    return tuple(_row(gap, thinner if gap.nutrient == "vitamin_k1" else "") for gap in page.eating.gaps)


def _row(gap: NutrientGap, thinner: str) -> NutrientRow:
    needs = (gap.requirement, gap.target, gap.limit)
    limit = gap.limit.value
    return NutrientRow(
        name=_NAMES[gap.nutrient],
        eaten=_eaten(gap),
        need=_amount(gap.target.value, gap),
        missing=f"keep it as it is: {thinner}" if thinner else _missing(gap),
        limit=_limit(gap),
        records=tuple(dict.fromkeys(need.record for need in needs if need.value is not None)),
        is_too_much=limit is not None and gap.usual is not None and gap.usual[1] > limit,
    )


def _amount(value: float | None, gap: NutrientGap) -> str:
    if value is None:
        return "not set"
    text = f"{_number(value)} {_unit(gap)}"
    return f"{text} ({value * _IU_PER_UG:,.0f} units)" if gap.nutrient == "vitamin_d" else text


def _number(value: float) -> str:
    """Return two significant figures below 100, whole numbers above."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _unit(gap: NutrientGap) -> str:
    return "µg" if gap.unit.startswith("ug") else "mg"


def _eaten(gap: NutrientGap) -> str:
    if gap.reported is None:
        return "not written down"
    if gap.usual is None:
        return "nothing"
    low, middle, high = gap.usual
    return f"{_number(middle)} ({_number(low)} to {_number(high)}) {_unit(gap)}"


def _missing(gap: NutrientGap) -> str:
    if gap.missing is None or gap.reported is None:
        return "not known"
    low, middle, high = gap.missing
    if high <= 0:
        return "nothing"
    if middle <= 0:
        return f"nothing (up to {_number(high)} {_unit(gap)})"
    spread = "" if low == high else f" ({_number(low)} to {_number(high)})"
    return f"{_number(middle)}{spread} {_unit(gap)}"


def _limit(gap: NutrientGap) -> str:
    if gap.limit.value is None:
        return "none set"
    text = _amount(gap.limit.value, gap)
    chance = gap.p_above_limit
    if gap.reported is None or chance is None or chance < _TOLD:
        return text
    return f"{text}: {chance:.0%} likely that you eat more"


def nutrient_notes(page: PatientPage) -> tuple[str, ...]:
    """Return what limits the table, in plain words."""
    if page.eating is None or not page.eating.gaps:
        return ()
    gaps = page.eating.gaps
    notes = ["The need of vitamin D is for people with hardly any sun; sun on the skin makes it too."]
    notes.append("The most a day counts food and supplements together; here only your food is counted.")
    if gaps[0].reported is None:
        return tuple(notes)
    span = "One day of food says" if page.eating.days == 1 else "A few days of food say"
    notes.insert(0, f"{span} little about these three, so the ranges are wide.")
    for gap in gaps:
        if gap.p_below_requirement is not None and gap.usual is not None and gap.nutrient != "vitamin_k1":
            need = _amount(gap.requirement.value, gap)
            notes.append(
                f"{_NAMES[gap.nutrient]}: {gap.p_below_requirement:.0%} likely that you eat less than the "
                f"average need of {need}."
            )
        n_unknown = len(gap.without_value)
        if n_unknown:
            notes.append(
                f"{_NAMES[gap.nutrient]}: {n_unknown} of your foods without a value in the table "
                f"{'counts' if n_unknown == 1 else 'count'} as nothing."
            )
    return tuple(notes)
