"""Intake: plain sums of the table, what rests on imputed values, phytate and oxalate by class."""

from __future__ import annotations

import math

import pytest

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.nutrition.intake import Entry, intake, oxalate_class, phytate_class, phytate_mmol
from osseo.nutrition.search import resolve_food
from osseo.nutrition.table import all_foods, load_food

SPINACH, ALMONDS, BEANS, KALE = (load_food(i) for i in (11458, 12061, 16015, 11234))


def test_a_day_adds_up():
    day = intake([(SPINACH, 180.0, "day", "dinner"), (ALMONDS, 28.35, "day", "snack")])
    assert day.totals["magnesium"].value == pytest.approx(0.87 * 180 + 2.70 * 28.35, rel=1e-12)
    assert day.meals["snack"]["magnesium"].value == pytest.approx(2.70 * 28.35, rel=1e-12)
    assert set(day.meals) == {"dinner", "snack"}


def test_a_week_is_seven_days():
    week = intake([Entry(SPINACH, 180.0, "week", 2.0)])
    assert week.totals["magnesium"].value == pytest.approx(2 * 156.6 / 7, rel=1e-12)


def test_imputed_values_are_counted():
    day = intake([(SPINACH, 100.0), (KALE, 100.0)])
    magnesium = day.totals["magnesium"]  # kale cooked: no analysis; spinach: 12
    assert magnesium.imputed == pytest.approx(18.0)
    assert magnesium.imputed_share == pytest.approx(18.0 / 105.0)
    assert day.totals["energy"].unknown == pytest.approx(23.0 + 28.0)


def test_a_value_the_table_lacks_is_named_not_zero():
    lacking = next(f for f in all_foods().values() if f.nutrients["magnesium"] is None)
    day = intake([(SPINACH, 100.0), (lacking, 100.0)])
    assert day.totals["magnesium"].value == pytest.approx(87.0)
    assert day.totals["magnesium"].missing == (lacking.name,)


def test_nothing_eaten_is_nothing():
    day = intake([])
    assert day.totals["magnesium"].value == 0.0
    assert day.totals["magnesium"].imputed_share == 0.0
    assert day.meal_phytate == 0.0


def test_all_problems_are_shown_at_once():
    bad = [Entry(SPINACH, -1.0), Entry(ALMONDS, math.nan, "fortnight"), Entry(BEANS, 1.0, times=math.inf)]
    with pytest.raises(InputError, match="4 problems, nothing was added up") as caught:
        intake(bad)
    assert len(caught.value.issues) == 4
    with pytest.raises(InputError, match="got 1 values"):
        intake([(SPINACH,)])


@pytest.mark.parametrize(
    ("text", "phytate", "oxalate"),
    [
        ("black beans", "high", "none"),
        ("lentils", "high", "none"),
        ("chickpeas", "high", "none"),
        ("pumpkin seeds", "high", "none"),
        ("sunflower seeds", "high", "none"),
        ("almonds", "none", "none"),  # fine1991: absorbed like a soluble salt
        ("brown rice", "high", "none"),
        ("oatmeal", "high", "none"),
        ("quinoa", "high", "none"),
        ("whole wheat bread", "high", "none"),
        ("white bread", "some", "none"),
        ("white rice", "some", "none"),
        ("spinach boiled", "none", "high"),
        ("swiss chard", "none", "high"),
        ("kale", "none", "none"),
        ("salmon", "none", "none"),
        ("milk", "none", "none"),
        ("New Zealand spinach", "none", "none"),
    ],
)
def test_classes(text, phytate, oxalate):
    food = resolve_food(text)
    assert (phytate_class(food), oxalate_class(food)) == (phytate, oxalate)


def test_every_food_has_a_class():
    assert {phytate_class(f) for f in all_foods().values()} == {"none", "some", "high"}
    assert {oxalate_class(f) for f in all_foods().values()} == {"none", "high"}


def test_phytate_is_half_of_the_phosphorus_and_stays_in_the_tested_range():
    meal = phytate_mmol([(BEANS, 172.0)])
    assert meal.value == pytest.approx(0.5 * 1.40 * 172 / (30.974 * 6))  # P 140 mg/100 g
    assert meal.low < meal.value < meal.high
    assert not meal.is_capped
    tested = max(arm.regimen["phytate_mmol"] for arm in load_record("bohn2004a").arms)
    huge = phytate_mmol([(BEANS, 1900.0)])
    assert huge.value == tested
    assert huge.is_capped


def test_phytate_of_a_day_without_meals_is_spread_over_three():
    day, meal = intake([(BEANS, 172.0)]), intake([(BEANS, 172.0, "day", "dinner")])
    assert day.meal_phytate == pytest.approx(meal.meal_phytate / 3)


def test_oxalate_changes_no_number():
    day = intake([(SPINACH, 100.0, "day", "dinner")])
    assert day.phytate["dinner"].value == 0.0
    assert [(i.kind, i.level) for i in day.inhibitors] == [("oxalate", "high")]
