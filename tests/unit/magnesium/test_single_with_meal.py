"""A single dose with a meal and the same dose written as one day's rule are the same magnesium."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.scenario.dosing import placebo_of
from osseo.scenario.types import DoseRule
from osseo.simulate.body import simulate_body

BREAKFAST_D = 0.3125
PERSON = {"mg_intake": np.array([12.0]), "weight_kg": np.array([75.0])}
TIMES = np.array([0.0, 1.0, 2.0, 4.0, 8.0])


def extra_absorbed(rule):
    """Return what a dose adds to stores and urine over eight days [mmol]."""
    arms = [
        simulate_body(PERSON, rules, times=TIMES, mode="explicit") for rules in ((rule,), placebo_of((rule,)))
    ]
    with_dose, without = (arm["balance"][0, -1] + _urine(arm) for arm in arms)
    return with_dose - without


def _urine(arm):
    days = np.arange(1.0, 9.0)
    return float(np.interp(days, arm.times, arm["urine_24h"][0]).sum())


def test_one_dose_with_breakfast_equals_the_rule_of_that_day():
    single = DoseRule("citrate", 12.3, single=True, with_meals=True, start_d=BREAKFAST_D)
    rule = DoseRule("citrate", 12.3, times_per_day=1, with_meals=True, start_d=0.0, stop_d=1.0)
    serum = [
        simulate_body(PERSON, (r,), times=np.array([0.5, 1.0, 3.0]), mode="explicit")["serum_total"]
        for r in (single, rule)
    ]
    np.testing.assert_allclose(serum[0], serum[1], rtol=2e-4)


def test_with_a_meal_less_is_added_than_fasting_because_the_meal_competes():
    fed, fasting = (
        extra_absorbed(DoseRule("citrate", 12.3, single=True, with_meals=w, start_d=BREAKFAST_D))
        for w in (True, False)
    )
    assert fed == pytest.approx(1.28, abs=0.35) and fasting > 1.4 * fed


def test_a_single_placebo_with_a_meal_changes_nothing_at_all():
    rule = DoseRule("citrate", 12.3, single=True, with_meals=True, start_d=BREAKFAST_D)
    zero, diet = (
        simulate_body(PERSON, rules, times=TIMES, mode="averaged") for rules in (placebo_of((rule,)), ())
    )
    np.testing.assert_allclose(zero["serum_total"], diet["serum_total"], rtol=1e-9)
