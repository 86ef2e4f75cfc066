"""Portions: weights, household measures, and refusals that list what the food has."""

from __future__ import annotations

import pytest

from osseo.errors import InputError
from osseo.nutrition.portion import MAX_PORTION_G, parse_portion, read_portion, usual_portion
from osseo.nutrition.table import all_foods, load_food, measures

SPINACH, ALMONDS, BANANA, SUNFLOWER = (load_food(i) for i in (11458, 12061, 9040, 12036))


@pytest.mark.parametrize(
    ("text", "food", "grams"),
    [
        ("150 g", SPINACH, 150.0),
        ("150g", SPINACH, 150.0),
        ("0.15 kg", SPINACH, 150.0),
        ("1 cup", SPINACH, 180.0),
        ("2 cups", SPINACH, 360.0),
        ("a cup", SPINACH, 180.0),
        ("1/2 cup", SPINACH, 90.0),
        ("\u00bd cup", SPINACH, 90.0),
        ("1 1/2 cups", SPINACH, 270.0),
        ("0,5 cup", SPINACH, 90.0),
        ("half a cup", SPINACH, 90.0),
        ("1 cup, sliced", ALMONDS, 92.0),
        ("1 cup sliced", ALMONDS, 92.0),
        ("10 almonds", ALMONDS, 12.0),
        ("3 oz", SPINACH, 3 * 28.349523125),
        ("2 ounces", SPINACH, 2 * 28.349523125),
        ("1 oz", load_food(12014), 28.35),  # the table's own ounce
        ("1 medium", BANANA, 118.0),
        ("2 bananas", BANANA, 236.0),
    ],
)
def test_portions_are_read(text, food, grams):
    assert parse_portion(text, food) == pytest.approx(grams, rel=1e-12)


def test_a_spoon_is_worked_out_from_the_cup():
    portion = read_portion("2 tbsp", SPINACH)
    assert portion.grams == pytest.approx(180 / 8, rel=1e-9)  # 16 tablespoons in a cup
    assert "by volume" in portion.how


def test_the_amount_of_a_measure_counts():
    half = next(m for m in measures(11464) if m.amount == 0.5)
    assert parse_portion("1 cup", load_food(11464)) == pytest.approx(2 * half.grams)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4 kg", "weighs 4 kg; expected at most 2 kg"),
        ("2001 g", "expected at most 2 kg"),
        ("1 handful", "unknown measure 'handful'; known for Spinach.*1 cup .180 g."),
        ("1 cpu", "did you mean cup"),
        ("handful", "expected a number and a measure"),
        ("", "expected a number"),
        ("150", "the measure is missing"),
        ("0 g", "is nothing"),
        ("-3 g", "expected a number"),
        ("1/0 cup", "expected a number"),
        ("1e3 g", "unknown measure"),
        ("nan g", "expected a number"),
        ("9" * 400 + " g", "kg; expected at most|expected a number"),
    ],
)
def test_refusals_say_what_is_known(text, message):
    with pytest.raises(InputError, match=message) as caught:
        parse_portion(text, SPINACH)
    assert len(caught.value.issues) == 1
    assert caught.value.issues[0].where.startswith("portion")


def test_a_food_without_measures_asks_for_a_weight():
    food = next(f for f in all_foods().values() if not measures(f))
    with pytest.raises(InputError, match="write a weight"):
        parse_portion("1 cup", food)
    assert usual_portion(food).measure is None


def test_an_ordinary_helping_is_one_person_s():
    assert usual_portion(load_food(12014)).text == "1 oz"
    assert usual_portion(load_food(11457)).text == "1 cup"
    for food in all_foods().values():
        assert 0 < usual_portion(food).grams <= MAX_PORTION_G
