"""The gap between what a person usually eats and what they need, with how little a short diary says.

ln U ~ N(ln M, s_b2) over people; ln x ~ N(ln U, s_w2 / n) for a diary of n days. One recall gives
s_b2 + s_w2 (record); how it divides is assumed, and the answer is averaged over that assumption.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.files import parse_yaml
from osseo.nutrition.intake import Intake
from osseo.nutrition.needs import Need, Needs, requirement_cv

__all__ = ["Gap", "Usual", "gap", "gap_settings", "own_shares", "usual_intake"]

_Z90 = NormalDist().inv_cdf(0.95)
_NORMAL = NormalDist()
#: points of the assumed share over which the answer is averaged
_N_SHARES = 21


@dataclass(frozen=True)
class Usual:
    """A person's usual intake as a law: a mixture of lognormal laws, one per assumed share.

    Parameters
    ----------
    centres, spreads : (n_shares,) [ln mg/d] centre and SD of the logarithm.
    weight_of_diary : [1] how much the diary counts against what people of this sex eat.
    """

    centres: tuple[float, ...]
    spreads: tuple[float, ...]
    weight_of_diary: float

    def below(self, value: float) -> float:
        """Return the probability that usual intake is below `value` [mg/d]."""
        if value <= 0:
            return 0.0
        parts = [
            _NORMAL.cdf((math.log(value) - c) / s) for c, s in zip(self.centres, self.spreads, strict=True)
        ]
        return math.fsum(parts) / len(parts)

    def quantile(self, p: float) -> float:
        """Return the value [mg/d] below which usual intake lies with probability `p`; by bisection."""
        low, high = min(self.centres) - 8 * max(self.spreads), max(self.centres) + 8 * max(self.spreads)
        for _ in range(80):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.below(math.exp(middle)) < p else (low, middle)
        return math.exp(0.5 * (low + high))


@dataclass(frozen=True)
class Gap:
    """What is eaten against what is needed, magnesium.

    Parameters
    ----------
    reported : [mg/d] the table's sum of what was entered.
    usual : [mg/d] (5 %, median, 95 %) of usual intake, after the diary was read.
    n_days : days the entries stand for.
    weight_of_diary : [1] see `Usual`.
    reference : the need the gap is measured against: EAR (US), AI (EU).
    p_below_requirement : probability that usual intake is below the EAR; None where there is none.
    p_inadequate : probability that it is below the person's own requirement, which varies between
        people as the record says; None without an EAR.
    p_below_target : probability that usual intake is below the target.
    target : what a plan aims at: RDA (US), AI (EU).
    missing : [mg/d] (5 %, median, 95 %) from usual intake to the target, 0 where it is reached.
    notes : what limits this.
    """

    reported: float
    usual: tuple[float, float, float]
    n_days: float
    weight_of_diary: float
    reference: Need
    p_below_requirement: float | None
    p_inadequate: float | None
    p_below_target: float | None
    target: Need
    missing: tuple[float, float, float] | None
    notes: tuple[str, ...]


@cache
def gap_settings() -> Mapping[str, Any]:
    """Return `gap.yaml`: where the spreads stand, and what is assumed."""
    return parse_yaml((Path(__file__).parent / "gap.yaml").read_text(encoding="utf-8"))


def _record_value(place: Mapping[str, Any], arm: str | None = None) -> float:
    rows = load_record(place["record"]).results
    return float(next(r.value for r in rows if r.measure == place["measure"] and arm in (None, r.arm)))


def own_shares(kind: str) -> tuple[float, ...]:
    """Return the shares of a one-day spread assumed to be a person's own day [1]: `magnesium`, `others`."""
    given = gap_settings()[kind]["own_share"]
    step = (given["upper"] - given["lower"]) / (_N_SHARES - 1)
    return tuple(given["lower"] + i * step for i in range(_N_SHARES))


def usual_intake(reported_mg: float, sex: str, n_days: float) -> Usual:
    """Return a person's usual magnesium intake from food, given a diary of some days.

    s_w2 = f s2, s_b2 = (1 - f) s2; weight w = s_b2 / (s_b2 + s_w2 / n)
    ln U | x ~ N(w ln x + (1 - w) ln M, w s_w2 / n), averaged over the assumed range of f

    Parameters
    ----------
    reported_mg : () [mg/d] mean of the diary; 0 or less leaves only what people of this sex eat.
    sex : female or male.
    n_days : () [d] days of the diary, above 0.

    Sources: nhanes1516_nutrients (s), jand2024 (M); f is assumed (gap.yaml).

    Examples
    --------
    >>> one, week = usual_intake(200.0, "male", 1), usual_intake(200.0, "male", 7)
    >>> one.quantile(0.5) > week.quantile(0.5) > 200.0
    True
    """
    variance = _record_value(gap_settings()["magnesium"]["one_day"]) ** 2
    typical = gap_settings()["magnesium"]["typical"]
    mean = _record_value(typical, typical[sex])
    centres, spreads, weights = [], [], []
    for share in own_shares("magnesium"):
        between, noise = (1.0 - share) * variance, share * variance / n_days
        prior = math.log(mean) - 0.5 * between  # a lognormal law with this mean
        weight = between / (between + noise) if reported_mg > 0 else 0.0
        seen = math.log(reported_mg) if reported_mg > 0 else 0.0
        centres.append(weight * seen + (1.0 - weight) * prior)
        spreads.append(math.sqrt((1.0 - weight) * between))
        weights.append(weight)
    return Usual(tuple(centres), tuple(spreads), math.fsum(weights) / len(weights))


def _p_inadequate(usual: Usual, ear: float) -> float:
    """Return P(usual intake < own requirement), requirement normal about the EAR with the record's CV."""
    points = [(i + 0.5) / 41 for i in range(41)]
    law = NormalDist(ear, requirement_cv() * ear)
    return math.fsum(usual.below(law.inv_cdf(p)) for p in points) / len(points)


def _notes(intake: Intake, needed: Needs, n_days: float) -> tuple[str, ...]:
    total = intake.totals["magnesium"]
    notes = [
        f"{n_days:g} day{'s' if n_days != 1 else ''} of food: how much of the day-to-day variation is a "
        "person's own is assumed (a third to two thirds)",
        "the table holds means; another soil or brand may have a tenth to a third more or less (foods)",
    ]
    if total.missing:
        notes.append(f"no magnesium value in the table, counted as nothing: {'; '.join(total.missing)}")
    if total.imputed_share > 0.2:
        notes.append(f"{total.imputed_share:.0%} of the magnesium rests on values nobody measured")
    ear = needed.get("magnesium", "EAR")
    notes += [f"EAR: {ear.note}"] if ear.note else []
    if needed.region == "EU":
        notes.append("an adequate intake is what healthy people were seen to eat; below it is no deficiency")
    return tuple(notes)


def gap(intake: Intake, needs: Needs, n_days: float = 1.0) -> Gap:
    """Return how usual magnesium intake from food compares with the need.

    Parameters
    ----------
    intake : what was entered, a day; supplements do not belong in it.
    needs : of the same person.
    n_days : [d] days the entries stand for: 1 for a day's diary, 7 for a week's portions.

    Raises
    ------
    InputError : n_days not above 0.
    """
    if not (math.isfinite(n_days) and 0 < n_days <= 366):
        raise InputError(f"n_days is {n_days}; expected above 0 and at most 366 days")
    reported = intake.totals["magnesium"].value
    usual = usual_intake(reported, needs.sex, n_days)
    low, median, high = (usual.quantile(p) for p in (0.05, 0.5, 0.95))
    ear, target = needs.get("magnesium", "EAR"), needs.target("magnesium")
    aim = target.value
    return Gap(
        reported=reported,
        usual=(low, median, high),
        n_days=n_days,
        weight_of_diary=usual.weight_of_diary,
        reference=ear if ear.value is not None else target,
        p_below_requirement=None if ear.value is None else usual.below(ear.value),
        p_inadequate=None if ear.value is None else _p_inadequate(usual, ear.value),
        p_below_target=None if aim is None else usual.below(aim),
        target=target,
        missing=None if aim is None else (max(0, aim - high), max(0, aim - median), max(0, aim - low)),
        notes=_notes(intake, needs, n_days),
    )
