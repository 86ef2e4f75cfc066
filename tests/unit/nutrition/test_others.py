"""Calcium, vitamins D and K of a diary: how little it says, and what is too much."""

from __future__ import annotations

import math

import pytest

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.nutrition.intake import Entry, intake
from osseo.nutrition.needs import needs
from osseo.nutrition.others import OTHERS, other_gap, usual_other
from osseo.nutrition.search import resolve_food

WOMAN = needs(67, "female", "US")


def day(*portions):
    return intake([Entry(resolve_food(name), grams, "day", 1.0, "lunch") for name, grams in portions])


def test_the_centre_is_the_sum_and_the_width_that_of_the_record():
    found = other_gap("calcium", day(("cheddar cheese", 60), ("kale raw", 100)), WOMAN)
    assert found.reported == pytest.approx(found.usual[1], rel=1e-6)
    spread = next(r for r in load_record("nhanes1516_nutrients").results if r.measure == "ln_sd_of")
    width = math.log(found.usual[2] / found.usual[0]) / (2 * 1.6449)
    least, most = (spread.value["calcium"] * math.sqrt(share) for share in (0.35, 0.85))
    assert least < width < most


@pytest.mark.parametrize("nutrient", OTHERS)
def test_a_week_says_more_than_a_day_but_not_something_else(nutrient):
    one, week = usual_other(nutrient, 100.0, 1), usual_other(nutrient, 100.0, 7)
    assert one.quantile(0.5) == pytest.approx(week.quantile(0.5), rel=1e-6)
    ratio = math.log(one.quantile(0.95) / 100) / math.log(week.quantile(0.95) / 100)
    assert ratio == pytest.approx(math.sqrt(7), rel=1e-6)


def test_vitamin_d_of_one_day_says_less_than_calcium():
    ranges = {n: usual_other(n, 10.0, 1) for n in OTHERS}
    assert ranges["vitamin_d"].quantile(0.95) > ranges["vitamin_k1"].quantile(0.95)
    assert ranges["vitamin_k1"].quantile(0.95) > ranges["calcium"].quantile(0.95)


def test_more_food_never_misses_more():
    little = other_gap("calcium", day(("cheddar cheese", 20)), WOMAN)
    much = other_gap("calcium", day(("cheddar cheese", 200)), WOMAN)
    assert all(a >= b for a, b in zip(little.missing, much.missing, strict=True))
    assert little.p_below_requirement > much.p_below_requirement
    assert little.p_above_limit < much.p_above_limit


def test_too_much_calcium_is_likely_to_be_above_the_level():
    found = other_gap("calcium", day(("cheddar cheese", 600)), WOMAN)
    assert found.reported > WOMAN.limit("calcium").value
    assert found.p_above_limit > 0.9
    assert found.missing == (0.0, 0.0, pytest.approx(found.missing[2]))


def test_nothing_eaten_misses_all_and_no_diary_misses_nothing_known():
    empty = other_gap("vitamin_d", day(("table salt", 1)), WOMAN)
    assert empty.usual is None
    assert set(empty.missing) == {WOMAN.target("vitamin_d").value}
    assert empty.p_below_requirement == 1.0
    bare = other_gap("vitamin_d", None, WOMAN)
    assert (bare.reported, bare.missing, bare.p_below_requirement) == (None, None, None)
    assert bare.target.value == WOMAN.value("vitamin_d", "RDA")


def test_vitamin_k_has_no_level_and_no_requirement():
    found = other_gap("vitamin_k1", day(("kale raw", 100)), WOMAN)
    assert found.p_above_limit is None and found.p_below_requirement is None
    assert found.target.kind == "AI"


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="expected one of"):
        usual_other("zinc", 10.0, 1)
    with pytest.raises(InputError, match="above 0"):
        usual_other("calcium", 10.0, 0)
