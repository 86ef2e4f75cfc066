"""The body of a study: its people under a regimen, for every draw of the parameters.

Design is crossed: the same people meet every draw, so that the spread between draws is what is not known
and the spread between people is who they are. Arms share people and draws, so differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np

from osseo.answer.predict.express.subjects import Subjects, draw_subjects
from osseo.parameters import draw_priors, load_parameters
from osseo.scenario.dosing import dosing_values, make_plan, phytate_factor, placebo_of
from osseo.scenario.types import DoseRule
from osseo.simulate.body import BodyCourse, body_system, simulate_body
from osseo.simulate.body_close import ClosedPeople, close_people, make_fraction

__all__ = ["BODY_READINGS", "BodyArm", "Meal", "run_arm"]

N_DRAWS, N_PEOPLE = 32, 24
_PERCENT = 100.0
#: simulated arms kept in memory; thousands of studies must not fill it
_KEPT = 64
_STEP = 1 / 48
_WEEK = 7.0
_SALTS = "magnesium_salts"


@dataclass(frozen=True)
class Meal:
    """What a single dose is eaten with: magnesium of the test meal and its phytate [mmol]."""

    magnesium: float = 0.0
    phytate: float = 0.0


@dataclass(frozen=True)
class BodyArm:
    """One arm, ready to be simulated: people, rules, and the meal of a single dose (None: fasting)."""

    subjects: Subjects
    rules: tuple[DoseRule, ...]
    meal: Meal | None = None
    seed: int = 1
    overrides: tuple[tuple[str, float], ...] = field(default=())


@cache
def _draws(seed: int) -> Mapping[str, np.ndarray]:
    """Return (n_draws,) of every free parameter of body and salts."""
    table = load_parameters()
    names = [
        name
        for name in (*body_system().parameter_names, *load_parameters("salts"))
        if name in table and table[name].layer == "parameter" and table[name].distribution != "fixed"
    ]
    return draw_priors(table, names, N_DRAWS, seed).columns()


@lru_cache(maxsize=_KEPT)
def _people(subjects: Subjects, seed: int) -> dict[str, np.ndarray]:
    columns = draw_subjects(subjects, N_PEOPLE, seed)
    return {name: np.tile(value, N_DRAWS) for name, value in columns.items()}


def _overrides(arm: BodyArm) -> dict[str, np.ndarray]:
    drawn = {name: np.repeat(value, N_PEOPLE) for name, value in _draws(arm.seed).items()}
    fixed = {name: np.full(N_DRAWS * N_PEOPLE, value) for name, value in arm.overrides}
    return drawn | fixed


def _grid(values: np.ndarray) -> np.ndarray:
    """Return (n_draws, n_people, ..) of rows that are draw-major."""
    return values.reshape(N_DRAWS, N_PEOPLE, *values.shape[1:])


@lru_cache(maxsize=_KEPT)
def _course(arm: BodyArm, times: tuple[float, ...], treated: bool) -> BodyCourse:
    rules = arm.rules if treated else placebo_of(arm.rules)
    return simulate_body(
        _people(arm.subjects, arm.seed), rules, times=np.array(times), overrides=_overrides(arm)
    )


def run_arm(arm: BodyArm, times: Sequence[float], *, treated: bool = True) -> BodyCourse:
    """Return the course of an arm at increasing times [d]; `treated` False gives the same with amount 0."""
    return _course(arm, tuple(times), treated)


def _closed(arm: BodyArm) -> ClosedPeople:
    people, drawn = _people(arm.subjects, arm.seed), _overrides(arm)
    habit = make_plan((), people["mg_intake"], start=-1.0, stop=0.0, values=dosing_values(drawn))
    return close_people(body_system(), load_parameters(), people, drawn, habit)


@lru_cache(maxsize=_KEPT)
def absorbed_pct(arm: BodyArm) -> np.ndarray:
    """Return (n_draws, n_people) [%] the fraction absorbed of a single sitting: doses, and their meal."""
    values = dosing_values(_overrides(arm))
    meal = arm.meal or Meal()
    gain = 1.0 if arm.meal is not None else 1.0 / values[f"{_SALTS}.meal_gain"]
    gain = gain * phytate_factor(np.asarray(meal.phytate), values)
    parts = [(rule.daily_mmol / max(rule.times_per_day, 1), rule.salt) for rule in arm.rules]
    parts += [(meal.magnesium, "food")] if meal.magnesium else []
    total = sum(amount for amount, _ in parts)
    phi = sum(amount * values[f"{_SALTS}.{salt}_factor"] for amount, salt in parts) / total * gain
    closed = _closed(arm)
    n = N_DRAWS * N_PEOPLE
    fraction = make_fraction(body_system(), closed.p)
    return _PERCENT * _grid(fraction(np.full(n, total), np.broadcast_to(phi, (n,))))


def _level(name: str):
    def read(arm: BodyArm, day: float) -> np.ndarray:
        return _grid(run_arm(arm, (day,))[name])[:, :, 0]

    return read


def _hours(arm: BodyArm, days: float) -> tuple[float, ...]:
    return tuple(np.round(np.arange(0.0, days + _STEP / 2, _STEP), 9))


def _rise(arm: BodyArm, name: str, days: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return rise above the same people without the dose (n_draws, n_people, n_times), and their level."""
    times = _hours(arm, days)
    with_dose, without = (_grid(run_arm(arm, times, treated=t)[name]) for t in (True, False))
    return with_dose - without, without


def _peak_rise(arm: BodyArm, day: float) -> np.ndarray:
    return _rise(arm, "serum_total")[0].max(axis=2)


def _peak_rise_pct(arm: BodyArm, day: float) -> np.ndarray:
    rise, base = _rise(arm, "serum_total")
    return _PERCENT * (rise / base).max(axis=2)


def _peak(name: str):
    def read(arm: BodyArm, day: float) -> np.ndarray:
        rise, base = _rise(arm, name)
        return (rise + base).max(axis=2)

    return read


def _area(name: str, days: float):
    """Return the area of the rise over some days [unit d]."""

    def read(arm: BodyArm, day: float) -> np.ndarray:
        rise, _ = _rise(arm, name, days)
        return np.trapezoid(rise, dx=_STEP, axis=2)

    return read


def _mean_rise_pct(arm: BodyArm, day: float) -> np.ndarray:
    rise, base = _rise(arm, "serum_total", 0.5)
    return _PERCENT * np.trapezoid(rise, dx=_STEP, axis=2) / 0.5 / base[:, :, 0]


def _urine_gain_pct(arm: BodyArm, day: float) -> np.ndarray:
    with_dose, without = (_grid(run_arm(arm, (1.0,), treated=t)["urine_24h"])[:, :, 0] for t in (True, False))
    return _PERCENT * (with_dose / without - 1.0)


def _urine_gain_of_dose(arm: BodyArm, day: float) -> np.ndarray:
    """Return the extra urine of a day, in % of the dose: after one dose, or of a week's daily ones."""
    end = 1.0 if all(rule.single for rule in arm.rules) else _WEEK
    with_dose, without = (_grid(run_arm(arm, (end,), treated=t)["urine_24h"])[:, :, 0] for t in (True, False))
    return _PERCENT * (with_dose - without) / sum(rule.daily_mmol for rule in arm.rules)


def _balance(arm: BodyArm, day: float) -> np.ndarray:
    """Return the mean balance [mmol/d] over the last week before `day`."""
    span = min(_WEEK, day)
    course = _grid(run_arm(arm, (day - span, day))["balance"])
    return (course[:, :, 1] - course[:, :, 0]) / span


def _tm(arm: BodyArm, day: float) -> np.ndarray:
    """Return the tubular maximum of the model's people: as drawn from its own table, not closed."""
    row = load_parameters()["magnesium_kidney.Tm"]
    drawn = draw_priors(load_parameters(), (row.name,), N_PEOPLE, arm.seed).columns()[row.name]
    return np.tile(drawn, (N_DRAWS, 1))


#: endpoint -> f(arm, day) -> (n_draws, n_people) in the unit beside it
BODY_READINGS = {
    "serum_total": (_level("serum_total"), "mmol/L"),
    "serum_ionised": (_level("serum_ionised"), "mmol/L"),
    "urine_24h": (_level("urine_24h"), "mmol/d"),
    "fractional_excretion": (_level("fractional_excretion"), "1"),
    "fractional_absorption": (lambda arm, day: absorbed_pct(arm), "%"),
    "serum_peak_rise": (_peak_rise, "mmol/L"),
    "serum_peak_rise_pct": (_peak_rise_pct, "%"),
    "serum_peak": (_peak("serum_total"), "mmol/L"),
    "ionised_peak": (_peak("serum_ionised"), "mmol/L"),
    "serum_area_rise": (_area("serum_total", 1.0), "mmol/L d"),
    "serum_area_rise_6h": (_area("serum_total", 0.25), "mmol/L d"),
    "ionised_area_rise": (_area("serum_ionised", 1.0), "mmol/L d"),
    "serum_mean_rise_12h_pct": (_mean_rise_pct, "%"),
    "urine_gain_pct": (_urine_gain_pct, "%"),
    "urine_gain_of_dose_pct": (_urine_gain_of_dose, "%"),
    "mg_balance": (_balance, "mmol/d"),
    "tubular_maximum": (_tm, "mmol/L"),
}
