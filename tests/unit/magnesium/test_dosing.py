"""Sittings: what is eaten together, when, and with which factor."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.errors import NameUnknown
from osseo.scenario.dosing import (
    SALTS,
    count_days,
    dosing_values,
    elemental_mmol,
    make_plan,
    phytate_factor,
    placebo_of,
)
from osseo.scenario.types import DoseRule

DIET = np.array([12.0])


def plan(*rules, diet=DIET, **more):
    """Return the plan of some rules from day -10 to day 10."""
    return make_plan(rules, diet, start=-10.0, stop=10.0, **more)


def totals(stretch):
    """Return [amount of each sitting]."""
    return [float(s.amount[0]) for s in stretch.sittings]


@pytest.mark.parametrize(
    ("salt", "percent"), [("glycinate", 14.10), ("oxide", 60.30), ("citrate", 16.16), ("sulfate", 9.86)]
)
def test_salt_mass_is_converted_by_the_record(salt, percent):
    assert elemental_mmol(1000, salt, "salt") == pytest.approx(10 * percent / 24.305)
    assert elemental_mmol(1000, salt, "elemental") == pytest.approx(1000 / 24.305)


def test_the_headline_reading_of_300_mg_glycinate():
    assert elemental_mmol(300, "glycinate", "salt") * 24.305 == pytest.approx(42.3)


def test_food_has_no_salt_mass_and_typos_get_help():
    with pytest.raises(NameUnknown):
        elemental_mmol(300, "food", "salt")
    with pytest.raises(NameUnknown, match="glycinate"):
        elemental_mmol(300, "glicinate")
    with pytest.raises(NameUnknown, match="elemental"):
        elemental_mmol(300, "citrate", "elementary")


def test_every_salt_has_a_factor_and_glycinate_none_above_citrate():
    values = dosing_values()
    factors = {salt: values[f"magnesium_salts.{salt}_factor"] for salt in SALTS}
    assert factors["glycinate"] <= factors["citrate"]
    assert all(0 < factor <= factors["citrate"] for factor in factors.values())


def test_diet_is_three_equal_meals():
    stretch = plan().stretches[0]
    assert totals(stretch) == [4.0, 4.0, 4.0]
    assert (stretch.start, stretch.stop) == (-10.0, 10.0)


@pytest.mark.parametrize(
    ("times", "expected"), [(1, [10, 4, 4]), (2, [7, 7, 4]), (3, [6, 6, 6]), (4, [5.5, 1.5, 5.5, 5.5])]
)
def test_supplements_ride_on_the_meals(times, expected):
    stretch = plan(DoseRule("citrate", 6.0, times, True, -10, 10)).stretches[0]
    assert totals(stretch) == pytest.approx(expected)


def test_away_from_meals_is_a_sitting_of_its_own_with_less_absorbed():
    stretch = plan(DoseRule("citrate", 6.0, 2, False, -10, 10)).stretches[0]
    assert totals(stretch) == [4, 3, 4, 3, 4]
    own = [s for s in stretch.sittings if s.amount[0] == 3.0]
    assert own[0].phi[0] == pytest.approx(1 / dosing_values()["magnesium_salts.meal_gain"])


@pytest.mark.parametrize("times", [4, 5, 8, 12])
def test_many_doses_away_from_meals_never_meet_one(times):
    stretch = plan(DoseRule("citrate", 6.0, times, False, -10, 10)).stretches[0]
    assert len(stretch.sittings) == 3 + times
    assert all(0 <= s.clock < 1 for s in stretch.sittings)


def test_phi_is_dose_weighted():
    sitting = plan(DoseRule("oxide", 12.0, 1, True, -10, 10)).stretches[0].sittings[0]
    oxide = dosing_values()["magnesium_salts.oxide_factor"]
    assert sitting.phi[0] == pytest.approx((4 * 1.0 + 12 * oxide) / 16)


def test_phytate_acts_on_all_that_is_in_the_meal():
    values = dosing_values()
    with_it = plan(DoseRule("citrate", 12.0, 1, True, -10, 10), meal_phytate=0.75)
    factor = phytate_factor(0.75, values)
    assert with_it.stretches[0].sittings[0].phi[0] == pytest.approx(factor)
    assert phytate_factor(100.0, values) == 0.0


def test_two_rules_overlap_and_stretches_follow_their_edges():
    found = plan(DoseRule("citrate", 6.0, 3, True, -5, 5), DoseRule("oxide", 3.0, 3, True, 0, 10))
    edges = [(s.start, s.stop, totals(s)[0]) for s in found.stretches]
    assert edges == [(-10, -5, 4), (-5, 0, 6), (0, 5, 7), (5, 10, 5)]


def test_single_dose_is_its_own_sitting_and_with_a_meal_includes_it():
    alone, eaten = (
        plan(DoseRule("citrate", 12.0, single=True, with_meals=meals)).singles[0] for meals in (False, True)
    )
    assert (alone.sitting[0], eaten.sitting[0]) == (12.0, 16.0)
    assert alone.phi[0] < eaten.phi[0]


def test_infusion_does_not_pass_the_gut():
    drip = plan(DoseRule("sulfate", 16.2, single=True, route="iv", duration_d=0.01)).infusions[0]
    assert (drip.amount, drip.duration) == (16.2, 0.01)


def test_placebo_keeps_times_and_drops_amounts():
    rules = (DoseRule("glycinate", 6.0, 4, True, -5, 5), DoseRule("citrate", 3.0, single=True))
    real, sham = plan(*rules), plan(*placebo_of(rules))
    clocks = [[s.clock for s in p.stretches[1].sittings] for p in (real, sham)]
    assert clocks[0] == clocks[1]
    assert [float(d.amount[0]) for d in sham.singles] == [0.0]
    assert sum(totals(sham.stretches[1])) == 12.0


def test_fasting_on_an_empty_diet_is_not_a_division_by_zero():
    stretch = plan(diet=np.array([0.0, 12.0])).stretches[0]
    assert np.all(np.isfinite([s.phi for s in stretch.sittings]))


def test_days_are_counted_from_the_first_sitting_inside():
    stretch = plan().stretches[0]
    assert count_days(stretch, 0.25) == (-9.75, 20)
    assert count_days(type(stretch)(0.5, 1.2, ()), 0.25) == (1.25, 0)
