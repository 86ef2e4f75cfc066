"""Search: the plain food people mean comes first; typos are corrected in the open; nothing is guessed."""

from __future__ import annotations

import statistics
import time

import pytest

from osseo.errors import InputError, NameUnknown
from osseo.nutrition.search import find_foods, resolve_food, search_foods

#: what is typed -> the number of the row that must come first
FIRST = {
    # every food the issue names
    "spinach boiled": 11458,
    "spinach": 11457,
    "Swiss chard": 11147,
    "swiss chard boiled": 11148,
    "kale": 11233,
    "kale cooked": 11234,
    "almonds": 12061,
    "almond": 12061,
    "pumpkin seeds": 12014,
    "pumpkin seeds roasted": 12016,
    "pepitas": 12014,
    "sunflower seeds": 12036,
    "quinoa": 20137,
    "quinoa uncooked": 20035,
    "brown rice": 20037,
    "rice, brown": 20037,
    "brown rice raw": 20036,
    "oatmeal": 8121,
    "porridge": 8121,
    "black beans": 16015,
    "black beans raw": 16014,
    "chickpeas": 16057,
    "garbanzo beans": 16057,
    "chickpeas canned": 16358,
    "lentils": 16070,
    "lentils raw": 16069,
    "mackerel": 15047,
    "mackerel raw": 15046,
    "salmon": 15237,
    "salmon wild cooked": 15209,
    "salmon smoked": 15077,
    # what else people eat
    "banana": 9040,
    "apple": 9003,
    "milk": 1077,
    "whole milk": 1077,
    "plain yogurt": 1116,
    "cheddar cheese": 1009,
    "boiled egg": 1129,
    "whole wheat bread": 18075,
    "wholemeal bread": 18075,
    "white rice": 20045,
    "wheat bran": 20077,
    "tempeh": 16114,
    "tofu": 16427,
    "edamame": 11212,
    "hummus": 16158,
    "flaxseed": 12220,
    "linseed": 12220,
    "chia seeds": 12006,
    "cashews": 12087,
    "brazil nuts": 12078,
    "walnuts": 12155,
    "peanut butter": 16398,
    "dark chocolate": 19902,
    "olive oil": 4053,
    "broccoli": 11090,
    "carrots": 11124,
    "tomato": 11529,
    "avocado": 9037,
    "beetroot": 11080,
    "coffee": 14209,
    "kidney beans": 16028,
}
TYPOS = {
    "spinich boiled": ("spinach boiled", 11458),
    "pumkin seeds": ("pumpkin seeds", 12014),
    "quinnoa": ("quinoa", 20137),
    "chikpeas": ("chickpeas", 16057),
    "oatmeel": ("oatmeal", 8121),
    "makerel": ("mackerel", 15047),
    "almnds": ("almonds", 12061),
    "lentlis": ("lentils", 16070),
    "brown ricce": ("brown rice", 20037),
}


@pytest.mark.parametrize(("text", "first"), FIRST.items())
def test_the_right_row_is_first(text, first):
    found = find_foods(text, 3)
    assert found.foods[0].id == first, [f.name for f in found.foods]
    assert not found.corrected


@pytest.mark.parametrize(("text", "expected"), TYPOS.items())
def test_typos_are_corrected_in_the_open(text, expected):
    found = find_foods(text, 3)
    assert (found.corrected, found.foods[0].id) == expected


def test_case_accents_and_word_order_do_not_matter():
    for text in ("SPINACH Boiled", "boiled spinach", "  spinach,   boiled ", "sp\u00ednach boiled"):
        assert search_foods(text, 1)[0].id == 11458


def test_a_number_finds_its_food():
    assert [food.id for food in search_foods("11458")] == [11458]


def test_the_limit_holds_and_must_be_positive():
    assert len(search_foods("beans", 7)) == 7
    with pytest.raises(InputError, match="limit is 0"):
        search_foods("beans", 0)


def test_common_words_find_the_usual_food_first_and_the_others_too():
    assert search_foods("beans", 1)[0].id == 16028
    assert any("oatmeal" in food.common for food in search_foods("oatmeal", 10)[1:])


def test_nothing_is_found_in_nothing():
    for text in ("", "   ", "!!!", "qqqzzzxxx"):
        assert search_foods(text) == ()


def test_foods_with_some_of_the_words_are_marked():
    found = find_foods("spinach chocolate", 3)
    assert found.foods
    assert not found.has_all


def test_resolve_takes_what_is_clear():
    assert resolve_food("spinach boiled").id == 11458
    assert resolve_food("Nuts, almonds").id == 12061
    assert resolve_food(12014).id == 12014


@pytest.mark.parametrize("text", ["spinich boiled", "spinach chocolate", "qqqzzz", "", "99999999"])
def test_resolve_never_guesses(text):
    with pytest.raises(NameUnknown):
        resolve_food(text)


def test_resolve_offers_the_near_food():
    with pytest.raises(NameUnknown, match="did you mean 'Spinach, cooked, boiled"):
        resolve_food("spinich boiled")


def test_a_warm_search_is_quick():
    for text in FIRST:
        search_foods(text)
    seconds = []
    for text in (*FIRST, *TYPOS):
        start = time.perf_counter()
        search_foods(text)
        seconds.append(time.perf_counter() - start)
    # the issue asks for 50 ms; medians are far below it, so a busy machine does not fail this
    assert statistics.median(seconds) < 0.05
