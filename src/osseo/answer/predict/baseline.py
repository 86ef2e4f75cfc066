"""What a plain pooled mean expects of a study: the bar a mechanism must clear.

The narrowest cell of calibration studies that exists is used; a study never helps to predict itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from osseo.answer.predict.fact import ArmFact, Fact
from osseo.answer.predict.interval import interval_score
from osseo.answer.predict.types import Expected
from osseo.errors import EvidenceError
from osseo.evidence.pooling import Cell, Pooled, StudyValue, pool
from osseo.evidence.pooling_typical import typical_of
from osseo.evidence.pooling_values import pooled_cells, scale_of, study_key, window_of
from osseo.evidence.vocabulary.places import family_of

__all__ = ["baseline", "between_sd", "cell_for", "typical_n_of"]

_Z90 = 1.6448536269514722
#: how wide a search for cells is when other sites of the family count
_KIN_SITES = 3


def _treatment(arm: ArmFact, magnesium: bool) -> str:
    if not magnesium:
        return arm.treatment or "not said"
    if arm.salt == "none":
        return "placebo"
    return arm.salt or ("mixed" if arm.daily_mmol else "habitual")


def cell_for(fact: Fact) -> Cell:
    """Return the cell a fact belongs to."""
    magnesium = fact.group == "magnesium"
    names = [_treatment(arm, magnesium) for arm in fact.arms]
    return Cell(
        endpoint=fact.endpoint,
        unit=fact.unit,
        site=fact.arms[0].site,
        material=names[0],
        window=window_of(fact.group, fact.time_d, magnesium and fact.single_dose),
        against=names[1] if len(names) > 1 else "",
        scale=scale_of(fact.endpoint) if fact.kind == "level" and fact.form == "level" else "identity",
    )


def _kin(fact: Fact) -> Cell:
    """Return a cell of the kind a fact is: courses differ between studies as differences of arms do."""
    cell = cell_for(fact)
    return replace(cell, against="start") if fact.kind == "course" else cell


def _study(fact: Fact) -> str:
    return study_key(fact.record, fact.result)


def between_sd(fact: Fact, patient_sd: float) -> float:
    """Return the between-study SD of a fact's endpoint, from calibration studies without its own.

    Parameters
    ----------
    fact : what is predicted. patient_sd : of the model, used where the pool knows only a share of it.
    """
    typical = typical_of(_kin(fact), without=_study(fact))
    if typical is None:
        return 0.0
    return typical.between_sd * patient_sd if typical.relative else typical.between_sd


def typical_n_of(fact: Fact) -> int:
    """Return the usual number of subjects of a fact's endpoint; 0 if its pool cannot say."""
    typical = typical_of(_kin(fact), without=_study(fact))
    return 0 if typical is None else typical.n


def _matches(cell: Cell, have: Cell, level: int) -> bool:
    """Return whether a cell of the pool counts.

    level : 0 as it is, 1 at any time, 2 of any material, 3 at any site of its family (spine, fracture).
    """
    same = (cell.endpoint, cell.unit, cell.scale, bool(cell.against))
    if same != (have.endpoint, have.unit, have.scale, bool(have.against)):
        return False
    if level == _KIN_SITES:
        return family_of(have.site) == family_of(cell.site)
    if have.site != cell.site:
        return False
    if level == 0:
        return have == cell
    if level == 1:
        return (have.material, have.against) == (cell.material, cell.against)
    if cell.against:
        return have.against == cell.against
    return have.window == cell.window and have.material not in ("none", "placebo")


_WIDENED = ("", " (any time)", " (any treatment)", " (any site of its family)")


def _values(cell: Cell, level: int, without: str) -> list[StudyValue]:
    found: list[StudyValue] = []
    for have, values in pooled_cells().items():
        if _matches(cell, have, level):
            found += [v for v in values if v.record != without]
    return found


def _turned(cell: Cell) -> Cell:
    return replace(cell, material=cell.against, against=cell.material)


def _pools(cell: Cell, without: str) -> Iterator[tuple[Pooled, float, str]]:
    """Yield pools from the narrowest cell on, with the sign to read them and what they rest on."""
    for level, words in enumerate(_WIDENED):
        typical = typical_of(cell, without=without, wide=level > 0)
        sides = ((cell, 1.0), (_turned(cell), -1.0)) if cell.against else ((cell, 1.0),)
        for one, sign in sides:
            values = _values(one, level, without)
            if not values:
                continue
            try:
                found = pool(one, values, typical)
            except EvidenceError:
                continue
            yield found, sign, f"{one.name}{words}, k {found.k}"


def baseline(fact: Fact) -> Expected | None:
    """Return what the pooled mean of calibration studies expects of a fact; None if no cell has one.

    Differences without a cell of their own are those of two cells of levels, each of other studies.
    """
    cell, without = cell_for(fact), _study(fact)
    if fact.kind == "course":
        return _course(fact, cell, without)
    if cell.against == cell.material:
        return None  # arms differ by dose or meal, which cells do not tell apart
    if fact.effect == "log_ratio":
        return _odds_from_levels(fact, cell, without)
    for found, sign, basis in _pools(cell, without):
        return _expected(fact, found, sign, basis)
    return _from_levels(fact, cell, without) if cell.against else None


def _expected(fact: Fact, found: Pooled, sign: float, basis: str) -> Expected:
    se = _own_error(fact, found)
    mean, low, high = found.predict(fact.n, se)
    if sign < 0:
        mean, low, high = -mean, -high, -low
    sampling = found.sampling_sd(fact.n) if se is None else se
    return _made(fact, mean, low, high, (found.error, found.between_sd, sampling), basis)


def _own_error(fact: Fact, found: Pooled) -> float | None:
    """Return the study's own standard error on the scale of a pool; of a share its n says it."""
    if fact.se is None or found.cell.scale == "logit":
        return None
    if found.cell.scale == "log":
        return fact.se / fact.value if fact.value > 0 else None
    return fact.se


def _made(
    fact: Fact, mean: float, low: float, high: float, parts: tuple[float, float, float], basis: str
) -> Expected:
    sd = (high - low) / (2 * _Z90)
    return Expected(
        mean=mean,
        low=low,
        high=high,
        sd=sd,
        parameter_sd=parts[0],
        between_sd=parts[1],
        sampling_sd=parts[2],
        inside=low <= fact.value <= high,
        z=(fact.value - mean) / sd if sd > 0 else math.nan,
        score=interval_score(low, high, fact.value),
        basis=basis,
    )


def _course(fact: Fact, cell: Cell, without: str) -> Expected | None:
    """Return what pools say of a course: the difference of two windows, none within one window."""
    early = replace(cell, window=window_of(fact.group, fact.from_d))
    late = next(iter(_pools(cell, without)), None)
    if late is None:
        return None
    se = fact.se or math.hypot(late[0].sampling_sd(fact.n), late[0].sampling_sd(fact.n))
    between = between_sd(fact, late[0].within_sd or 0.0)
    if early == cell:
        half = _Z90 * math.hypot(between, se)
        return _made(fact, 0.0, -half, half, (0.0, between, se), f"{cell.name}: one window, so no change")
    first = next(iter(_pools(early, without)), None)
    if first is None:
        return None
    mean, error = late[0].mean - first[0].mean, math.hypot(late[0].error, first[0].error)
    half = _Z90 * math.sqrt(error**2 + between**2 + se**2)
    return _made(fact, mean, mean - half, mean + half, (error, between, se), "difference of two windows")


def _unit_error(found: Pooled) -> float:
    """Return the standard error of a pooled mean in its unit, not on its scale."""
    if found.cell.scale == "identity":
        return found.error
    return (found.back(found.mean + found.error) - found.back(found.mean - found.error)) / 2.0


def _unit_sampling(found: Pooled, n: int | None) -> float:
    if found.cell.scale == "identity":
        return found.sampling_sd(n)
    half = found.sampling_sd(n)
    return (found.back(found.mean + half) - found.back(found.mean - half)) / 2.0


def _from_levels(fact: Fact, cell: Cell, without: str) -> Expected | None:
    """Return the difference of two pooled levels, each of other studies.

    Its between-study SD is that of a difference, not of levels: arms share their study (decision 0344).
    """
    scale = scale_of(fact.endpoint)
    sides = [replace(cell, material=name, against="", scale=scale) for name in (cell.material, cell.against)]
    found = [next(iter(_pools(side, without)), None) for side in sides]
    if found[0] is None or found[1] is None:
        return None
    (a, _, _), (b, _, _) = found[0], found[1]
    se = fact.se or math.hypot(_unit_sampling(a, fact.n), _unit_sampling(b, fact.n))
    error, between = math.hypot(_unit_error(a), _unit_error(b)), between_sd(fact, a.within_sd or 0.0)
    half = _Z90 * math.sqrt(error**2 + between**2 + se**2)
    mean = a.back(a.mean) - b.back(b.mean)
    basis = f"difference of two pools: {a.cell.material} k {a.k}, {b.cell.material} k {b.k}"
    return _made(fact, mean, mean - half, mean + half, (error, between, se), basis)


def _odds_from_levels(fact: Fact, cell: Cell, without: str) -> Expected | None:
    """Return the log odds ratio of two pooled shares; None for other ratios, which pools do not have."""
    if fact.ratio_kind != "odds_ratio" or scale_of(fact.endpoint) != "logit":
        return None
    sides = [
        replace(cell, unit="%", material=name, against="", scale="logit")
        for name in (cell.material, cell.against)
    ]
    found = [next(iter(_pools(side, without)), None) for side in sides]
    if found[0] is None or found[1] is None:
        return None
    (a, _, _), (b, _, _) = found[0], found[1]
    se = fact.se or math.hypot(a.sampling_sd(fact.n), b.sampling_sd(fact.n))
    error, between = math.hypot(a.error, b.error), between_sd(fact, 0.0)
    half = _Z90 * math.sqrt(error**2 + between**2 + se**2)
    mean = a.mean - b.mean
    basis = f"odds of two pools: {a.cell.material} k {a.k}, {b.cell.material} k {b.k}"
    return _made(fact, mean, mean - half, mean + half, (error, between, se), basis)
