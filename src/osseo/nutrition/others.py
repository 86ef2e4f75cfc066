"""Calcium, vitamin D and vitamin K1 of a diary against their needs and upper levels.

No record says what people usually eat of them, so the diary stands alone: ln U ~ N(ln x, f s2 / n), with
the one-day spread s of a record and its own-day share f assumed. One day says little, and this shows it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.nutrition.food import NUTRIENTS
from osseo.nutrition.gap import Usual, gap_settings, own_shares
from osseo.nutrition.intake import Amount, Intake
from osseo.nutrition.needs import Need, Needs

__all__ = ["OTHERS", "NutrientGap", "other_gap", "usual_other"]

OTHERS = ("calcium", "vitamin_d", "vitamin_k1")


@dataclass(frozen=True)
class NutrientGap:
    """One nutrient eaten against what is needed, a day.

    Parameters
    ----------
    nutrient, label, unit : which, in words, and its unit a day.
    requirement, target, limit : EAR; RDA or AI; upper level. Each may be without a value, with a note.
    reported : [unit] the table's sum of what was entered; None if nothing was.
    usual : [unit] (5 %, median, 95 %) of usual intake; None where nothing of it was entered.
    missing : [unit] (5 %, median, 95 %) from usual to target; None without a target.
    p_below_requirement, p_above_limit : [1] of usual intake from food; None where there is no such value.
    imputed_frac : [1] of the sum that rests on values nobody measured.
    without_value : foods the table has no value for; they count as nothing.
    """

    nutrient: str
    label: str
    unit: str
    requirement: Need
    target: Need
    limit: Need
    reported: float | None = None
    usual: tuple[float, float, float] | None = None
    missing: tuple[float, float, float] | None = None
    p_below_requirement: float | None = None
    p_above_limit: float | None = None
    imputed_frac: float = 0.0
    without_value: tuple[str, ...] = ()


def usual_other(nutrient: str, reported: float, n_days: float) -> Usual | None:
    """Return usual intake given a diary alone, or None if nothing was eaten of it.

    Parameters
    ----------
    nutrient : of `OTHERS`.
    reported : () [unit/d] mean of the diary. n_days : () [d] days of the diary.

    Sources: nhanes1516_nutrients (one-day spread); the own-day share is assumed (gap.yaml).
    """
    if nutrient not in OTHERS:
        raise InputError(f"nutrient is {nutrient!r}; expected one of {', '.join(OTHERS)}")
    if not (math.isfinite(n_days) and n_days > 0):
        raise InputError(f"n_days is {n_days}; expected above 0")
    if reported <= 0:
        return None
    place = gap_settings()["others"]["one_day"]
    found = next(r for r in load_record(place["record"]).results if r.measure == place["measure"])
    spread = float(found.value[place[nutrient]])
    spreads = tuple(spread * math.sqrt(share / n_days) for share in own_shares("others"))
    return Usual((math.log(reported),) * len(spreads), spreads, 1.0)


def other_gap(nutrient: str, intake: Intake | None, needs: Needs, n_days: float = 1.0) -> NutrientGap:
    """Return how much of a nutrient is eaten, needed and too much.

    Parameters
    ----------
    nutrient : calcium, vitamin_d or vitamin_k1.
    intake : what was entered, a day; supplements do not belong in it. None gives the needs alone.
    needs : of the same person. n_days : [d] days the entries stand for.
    """
    known = NUTRIENTS[nutrient]
    bare = NutrientGap(
        nutrient=nutrient,
        label=known.label,
        unit=known.unit,
        requirement=needs.get(nutrient, "EAR"),
        target=needs.target(nutrient),
        limit=needs.limit(nutrient),
    )
    return bare if intake is None else _compared(bare, intake.totals[nutrient], n_days)


def _compared(bare: NutrientGap, total: Amount, n_days: float) -> NutrientGap:
    law = usual_other(bare.nutrient, total.value, n_days)
    usual = None if law is None else (law.quantile(0.05), law.quantile(0.5), law.quantile(0.95))
    low, middle, high = usual or (0.0, 0.0, 0.0)
    aim, most = bare.target.value, bare.limit.value
    return replace(
        bare,
        reported=total.value,
        usual=usual,
        missing=None if aim is None else (max(0.0, aim - high), max(0.0, aim - middle), max(0.0, aim - low)),
        p_below_requirement=_below(law, bare.requirement.value),
        p_above_limit=None if most is None else 1.0 - (_below(law, most) or 0.0),
        imputed_frac=total.imputed_share,
        without_value=total.missing,
    )


def _below(law: Usual | None, value: float | None) -> float | None:
    """Return P(usual < value); certain where nothing is eaten, None where there is no value."""
    if value is None:
        return None
    return 1.0 if law is None else law.below(value)
