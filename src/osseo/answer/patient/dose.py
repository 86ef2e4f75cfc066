"""A supplement in plain units: how many capsules, in how many sittings, with or without meals.

What a split lets in is the body model's own dose map, asked for this person's diet and kidneys; nothing
about absorption is written here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from osseo.answer.patient.settings import setting
from osseo.answer.patient.types import Dose, Split
from osseo.population.people import draw_people
from osseo.scenario.dosing import elemental_mmol, placebo_of
from osseo.scenario.types import DoseRule, Person
from osseo.simulate.body import simulate_body
from osseo.units import MG_MOLAR_MASS

__all__ = ["choose_dose", "compare_splits", "salt_mass"]

_N_PEOPLE = 40
_MOST_TIMES = 3
_SETTLED_D = 14.0


def salt_mass(elemental_mg: float, salt: str) -> float:
    """Return the mass of a pure salt [mg] that holds this much magnesium [mg].

    Examples
    --------
    >>> round(salt_mass(100, "glycinate"))
    709
    """
    return elemental_mg / (elemental_mmol(1.0, salt, "salt") * MG_MOLAR_MASS)


def choose_dose(
    person: Person,
    *,
    salt: str,
    unit: str,
    unit_mg: float,
    unit_salt_mg: float,
    wanted_mg: float,
    limit_mg: float,
    seed: int = 1,
) -> Dose | None:
    """Return the dose nearest to what is wanted that stays at or below a limit, or None if there is none.

    Parameters
    ----------
    person : whose diet and kidneys absorb it.
    salt, unit, unit_mg, unit_salt_mg : the product: what one `capsule` holds [mg of magnesium, of salt].
    wanted_mg : [mg/d] what food leaves open. limit_mg : [mg/d] upper level for supplements.
    """
    most = math.floor(limit_mg / unit_mg + 1e-9)
    n = min(most, max(1, round(wanted_mg / unit_mg)))
    if n < 1:
        return None
    splits = compare_splits(person, salt, n * unit_mg, n, seed)
    split = _fewest(splits, n, unit_mg)
    daily = n * unit_mg
    return Dose(
        salt=salt,
        unit=unit,
        unit_mg=unit_mg,
        unit_salt_mg=unit_salt_mg,
        units_at=_spread(n, split.times),
        daily_mg=daily,
        split=split,
        others=splits,
        left_mg=max(0.0, wanted_mg - daily),
        above_limit=daily > limit_mg * (1 + 1e-9),
    )


def _spread(n: int, times: int) -> tuple[int, ...]:
    """Return n capsules over sittings, the larger shares first.

    Examples
    --------
    >>> _spread(5, 3)
    (2, 2, 1)
    """
    return tuple(n // times + (1 if i < n % times else 0) for i in range(times))


def _fewest(splits: Sequence[Split], n: int, unit_mg: float) -> Split:
    """Return the fewest sittings at meals that let in nearly as much as the best, none of them too large."""
    at_meals = [split for split in splits if split.with_meals == bool(setting("with_meals"))]
    best = max(split.absorbed_mg for split in at_meals)
    least = min(int(setting("least_sittings")), n)
    fit = [
        split
        for split in at_meals
        if split.times >= least
        and split.absorbed_mg >= setting("split_gain_frac") * best
        and max(_spread(n, split.times)) * unit_mg <= setting("largest_sitting_mg")
    ]
    return min(fit or at_meals, key=lambda split: split.times)


def compare_splits(
    person: Person, salt: str, daily_mg: float, n_units: int, seed: int = 1
) -> tuple[Split, ...]:
    """Return what each way to take a day's dose lets in [mg/d], mean over people like this one."""
    return _compare(person, salt, daily_mg, min(_MOST_TIMES, n_units), seed)


@cache
def _compare(person: Person, salt: str, daily_mg: float, most: int, seed: int) -> tuple[Split, ...]:
    columns = draw_people(person, _N_PEOPLE, seed).columns
    times = np.array([_SETTLED_D])
    found = []
    for n in range(1, most + 1):
        for with_meals in (True, False):
            rule = DoseRule(salt, daily_mg / MG_MOLAR_MASS, n, with_meals, 0.0, _SETTLED_D + 1.0)
            arms = [
                simulate_body(columns, rules, times=times)["absorbed"][:, 0]
                for rules in ([rule], placebo_of([rule]))
            ]
            gained = float(np.nanmean(arms[0] - arms[1])) * MG_MOLAR_MASS
            found.append(Split(n, with_meals, gained))
    return tuple(found)
