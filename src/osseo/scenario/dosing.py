"""From dose rules and a habitual diet to sittings: what is eaten together, when, and how well it mixes.

How much of a sitting is absorbed is a property of the whole sitting (record fine1991), so supplements
and diet meet here. The absorbed fraction itself is the model's; this file only says what it is asked.
Meals are three equal shares of the day's food. Per-day supplements ride on the meals, one to three of
them; further doses, and doses away from meals, are sittings of their own (decision 0181).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

import numpy as np

from osseo.names import check_name
from osseo.parameters import load_parameters
from osseo.scenario.types import DoseRule
from osseo.units import MG_MOLAR_MASS

__all__ = [
    "SALTS",
    "DosePlan",
    "Infusion",
    "SingleDose",
    "Sitting",
    "Stretch",
    "count_days",
    "dosing_values",
    "elemental_mmol",
    "make_plan",
    "phytate_factor",
    "placebo_of",
]

#: names of salts, each with a factor (and, but for food, a magnesium content) in tables/salts.csv
SALTS = ("glycinate", "citrate", "oxide", "sulfate", "chloride", "food")
_MEALS = ("breakfast", "lunch", "dinner")
_MODULE = "magnesium_salts"
Numbers = np.ndarray | float


@dataclass(frozen=True)
class Sitting:
    """Everything eaten at one time of day.

    clock : () [d] time of day, 0 to 1; amount : (n,) [mmol] elemental magnesium of food and
    supplements; phi : (n,) [1] dose-weighted product of salt, phytate and meal factors.
    """

    clock: float
    amount: np.ndarray
    phi: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """Days on which the same sittings repeat, from `start` to `stop` [d], stop exclusive."""

    start: float
    stop: float
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True)
class SingleDose:
    """One dose at `time` [d]: its amount (n,) [mmol], and the sitting (n,) [mmol] it is part of.

    `meal` (n,) [mmol] is what of the sitting is the meal, which is in the diet already; `phi` and
    `meal_phi` are the factors of the whole sitting and of the meal alone.
    """

    time: float
    amount: np.ndarray
    sitting: np.ndarray
    phi: np.ndarray
    meal: np.ndarray
    meal_phi: np.ndarray


@dataclass(frozen=True)
class Infusion:
    """Magnesium into a vein: amount [mmol] over duration [d] from time [d]."""

    time: float
    amount: float
    duration: float


@dataclass(frozen=True)
class DosePlan:
    """All magnesium that is given to n people from `stretches[0].start` on."""

    stretches: tuple[Stretch, ...]
    singles: tuple[SingleDose, ...] = ()
    infusions: tuple[Infusion, ...] = ()


@dataclass(frozen=True)
class _Diet:
    """Food of n people, what of it is in one meal, and the factors that go with it."""

    meal: np.ndarray
    values: Mapping[str, Numbers]
    phytate: np.ndarray

    def factor(self, salt: str, with_meal: bool) -> np.ndarray:
        """Return (n,) the factor phi of a dose of `salt` in or away from a meal."""
        own = self.values[f"{_MODULE}.{salt}_factor"]
        meal = self.phytate if with_meal else 1.0 / self.values[f"{_MODULE}.meal_gain"]
        return np.broadcast_to(own * meal, self.meal.shape)


def elemental_mmol(dose_mg: float, salt: str, as_: str = "elemental") -> float:
    """Return the magnesium [mmol] in a dose written in mg.

    Parameters
    ----------
    dose_mg : () [mg] the number on the label.
    salt : one of `SALTS`.
    as_ : `elemental` if the number is magnesium, `salt` if it is the mass of the salt.

    Raises
    ------
    NameUnknown : an unknown salt or reading; food has no salt mass.

    Assumptions: citrate is anhydrous trimagnesium dicitrate, sulfate the heptahydrate, chloride the
    hexahydrate, the others anhydrous and unbuffered.
    Sources: salts (magnesium by mass).

    Examples
    --------
    >>> round(elemental_mmol(300, "glycinate", "salt") * 24.305, 1)
    42.3
    """
    check_name(as_, ("elemental", "salt"), "reading of a dose", "dose")
    if as_ == "elemental":
        check_name(salt, SALTS, "salt", "dose")
        return dose_mg / MG_MOLAR_MASS
    check_name(salt, SALTS[:-1], "salt", "dose")
    content = load_parameters("salts").value(f"{_MODULE}.{salt}_content")
    return dose_mg * content / MG_MOLAR_MASS


def dosing_values(overrides: Mapping[str, np.ndarray] | None = None) -> dict[str, Numbers]:
    """Return every number of tables/salts.csv, central or overridden with one value per person."""
    table = load_parameters("salts")
    given = overrides or {}
    return {name: given.get(name, table.value(name)) for name in table}


def phytate_factor(phytate: np.ndarray, values: Mapping[str, Numbers]) -> np.ndarray:
    """Return what phytate in a meal leaves of magnesium absorption.

    factor = max(0, 1 - slope * phytate)

    Parameters
    ----------
    phytate : (n,) [mmol] in one meal.
    values : numbers of tables/salts.csv, see `dosing_values`.

    Returns
    -------
    factor : (n,) [1], 1 without phytate.

    Valid for: up to about 1.5 mmol a meal.  Sources: bohn2004a.
    """
    return np.maximum(0.0, 1.0 - values[f"{_MODULE}.phytate_slope"] * np.asarray(phytate, dtype=float))


def placebo_of(rules: Sequence[DoseRule]) -> tuple[DoseRule, ...]:
    """Return the same rules with amount 0: same event times, so that arms are computed alike."""
    return tuple(replace(rule, daily_mmol=0.0) for rule in rules)


def make_plan(
    rules: Sequence[DoseRule],
    diet: np.ndarray,
    *,
    start: float,
    stop: float,
    values: Mapping[str, Numbers] | None = None,
    meal_phytate: np.ndarray | float = 0.0,
) -> DosePlan:
    """Turn dose rules and a habitual diet into sittings.

    Parameters
    ----------
    rules : regimen; an empty one is the diet alone.
    diet : (n,) [mmol/d] magnesium in food, eaten in three equal meals.
    start, stop : [d] span of the plan; before `start` people live on their diet.
    values : numbers of tables/salts.csv, see `dosing_values`.
    meal_phytate : (n,) or () [mmol] phytate in each meal.

    Returns
    -------
    DosePlan : stretches of equal days, single doses and infusions.

    Assumptions: magnesium of one sitting mixes fully; food is the same every day.
    """
    numbers = dosing_values() if values is None else values
    diet = np.atleast_1d(np.asarray(diet, dtype=float))
    phytate = np.broadcast_to(phytate_factor(np.asarray(meal_phytate), numbers), diet.shape)
    food = _Diet(diet / len(_MEALS), numbers, phytate)
    daily = [rule for rule in rules if rule.route == "oral" and not rule.single]
    edges = {start, stop}
    edges |= {t for rule in daily for t in (rule.start_d, rule.stop_d) if start < t < stop}
    ordered = sorted(edges)
    stretches = tuple(
        Stretch(t, t_next, _sittings([r for r in daily if r.start_d <= t < r.stop_d], food))
        for t, t_next in pairwise(ordered)
    )
    singles = tuple(_single(rule, food) for rule in rules if rule.route == "oral" and rule.single)
    drips = tuple(
        Infusion(rule.start_d, rule.daily_mmol, rule.duration_d) for rule in rules if rule.route == "iv"
    )
    return DosePlan(stretches, singles, drips)


def _single(rule: DoseRule, food: _Diet) -> SingleDose:
    """A single dose is its own sitting; taken with a meal, the meal is part of that sitting."""
    dose = np.full(food.meal.shape, rule.daily_mmol)
    meal = food.meal if rule.with_meals else np.zeros_like(dose)
    meal_phi = food.factor("food", True)
    phi = _mean_factor([(dose, food.factor(rule.salt, rule.with_meals)), (meal, meal_phi)])
    return SingleDose(rule.start_d, dose, dose + meal, phi, meal, meal_phi)


def _sittings(rules: Sequence[DoseRule], food: _Diet) -> tuple[Sitting, ...]:
    """Return the sittings of a day on which `rules` are taken."""
    meals = [float(food.values[f"{_MODULE}.{meal}_time"]) for meal in _MEALS]
    eaten = {clock: [(food.meal, food.factor("food", True))] for clock in meals}
    for rule in rules:
        dose = np.full(food.meal.shape, rule.daily_mmol / rule.times_per_day)
        n_meals = min(rule.times_per_day, len(meals)) if rule.with_meals else 0
        away = _clocks_away(meals, rule.times_per_day - n_meals)
        for clock in meals[:n_meals]:
            eaten[clock].append((dose, food.factor(rule.salt, True)))
        for clock in away:
            eaten.setdefault(clock, []).append((dose, food.factor(rule.salt, False)))
    return tuple(
        Sitting(clock, np.sum([amount for amount, _ in parts], axis=0), _mean_factor(parts))
        for clock, parts in sorted(eaten.items())
    )


def _clocks_away(meals: Sequence[float], n: int) -> list[float]:
    """Return n times of day away from meals: after each meal up to three, evenly spread beyond."""
    gap = (meals[1] - meals[0]) / 2
    if n <= len(meals):
        return [clock + gap for clock in meals[:n]]
    return sorted((meals[0] + gap + i / n) % 1.0 for i in range(n))


def _mean_factor(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return (n,) the dose-weighted mean factor of a sitting; an empty sitting has factor 1."""
    total = np.sum([amount for amount, _ in parts], axis=0)
    weighted = np.sum([amount * factor for amount, factor in parts], axis=0)
    return np.divide(weighted, total, out=np.ones_like(total), where=total > 0)


def count_days(stretch: Stretch, clock: float) -> tuple[float, int]:
    """Return when a sitting first happens in a stretch [d], and on how many days."""
    first = ceil(stretch.start - clock) + clock
    return first, max(0, ceil(stretch.stop - first))
