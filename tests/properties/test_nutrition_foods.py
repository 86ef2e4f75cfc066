"""Properties of foods, portions, intake, needs and gap: sums, scaling, round trips, text breaks nothing."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from osseo.errors import InputError, NameUnknown
from osseo.nutrition.food import NUTRIENTS
from osseo.nutrition.gap import gap, usual_intake
from osseo.nutrition.intake import Entry, intake
from osseo.nutrition.needs import needs
from osseo.nutrition.portion import MAX_PORTION_G, format_grams, parse_portion
from osseo.nutrition.search import find_foods, resolve_food
from osseo.nutrition.table import all_foods, load_food, measures

FOODS = tuple(all_foods().values())
food = st.sampled_from(FOODS)
grams = st.floats(0.0, MAX_PORTION_G)
entries = st.lists(
    st.builds(
        Entry,
        food,
        grams,
        st.sampled_from(["day", "week"]),
        st.floats(0.0, 10.0),
        st.sampled_from(["", "breakfast", "lunch", "dinner"]),
    ),
    max_size=12,
)
#: rounding of a sum of up to a dozen products
REL = 1e-12


@given(entries)
def test_totals_are_the_sums_of_the_table(rows):
    """Recompute every total exactly, with fractions, from the table."""
    found = intake(rows)
    for name in NUTRIENTS:
        exact = sum(
            Fraction(row.food.nutrients[name])
            * Fraction(row.grams)
            * Fraction(row.times)
            / (700 if row.per == "week" else 100)
            for row in rows
            if row.food.nutrients[name] is not None
        )
        assert found.totals[name].value == pytest.approx(float(exact), rel=REL, abs=1e-300)


@given(entries)
def test_meals_add_up_to_the_day(rows):
    found = intake(rows)
    for name, total in found.totals.items():
        meals = math.fsum(meal[name].value for meal in found.meals.values())
        assert meals == pytest.approx(total.value, rel=REL)
        assert 0.0 <= total.imputed <= total.value * (1 + REL)
        assert 0.0 <= total.imputed_share <= 1 + REL


@given(entries, st.randoms())
def test_order_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    a, b = intake(rows), intake(shuffled)
    for name in NUTRIENTS:
        assert a.totals[name].value == pytest.approx(b.totals[name].value, rel=REL)


@given(entries, st.floats(0.1, 10.0))
def test_eating_more_scales_every_total(rows, factor):
    more = [Entry(r.food, r.grams * factor, r.per, r.times, r.meal) for r in rows]
    a, b = intake(rows), intake(more)
    for name in NUTRIENTS:
        assert b.totals[name].value == pytest.approx(factor * a.totals[name].value, rel=1e-9)


@given(food, st.floats(0.001, MAX_PORTION_G))
def test_a_weight_survives_being_written(eaten, weight):
    text = format_grams(weight)
    assert parse_portion(text, eaten) == weight or "e-" in text


@given(food, st.floats(0.001, 1.9))
def test_grams_kilograms_and_milligrams_agree(eaten, kilograms):
    a = parse_portion(f"{kilograms:.6f} kg", eaten) if round(kilograms, 6) else None
    if a is not None:
        assert parse_portion(f"{kilograms * 1000:.3f} g", eaten) == pytest.approx(a, rel=1e-6, abs=6e-4)
        assert parse_portion(f"{kilograms * 1e6:.0f} mg", eaten) == pytest.approx(a, rel=1e-6, abs=6e-4)


@given(st.sampled_from([f for f in FOODS if measures(f)]), st.data())
def test_every_measure_of_the_table_is_read_back(eaten, data):
    measure = data.draw(st.sampled_from(measures(eaten)))
    if measure.grams > MAX_PORTION_G:
        with pytest.raises(InputError, match="at most"):
            parse_portion(measure.label, eaten)
        return
    same = {m.grams / m.amount * measure.amount for m in measures(eaten) if m.text == measure.text}
    read = parse_portion(measure.label, eaten)
    assert any(read == pytest.approx(g, rel=1e-5) for g in same)  # amounts are printed with six digits


@given(st.text(max_size=80))
@example("'; drop table foods; --")
@example('" OR 1=1')
@example('spinach" AND "')
@example("NEAR(spinach kale)")
@example("spinach*")
@example("name:spinach")
@example("\x00spinach\u202e")
@example("\ud83c\udf4c")
@example("(" * 50)
@example("AND OR NOT")
@example("^spinach")
@example("{}")
@example("%s %d {0}")
@settings(max_examples=300)
def test_no_text_breaks_the_search(text):
    found = find_foods(text, 5)
    assert len(found.foods) <= 5
    assert all(row is load_food(row.id) for row in found.foods)
    try:
        assert resolve_food(text) in FOODS
    except NameUnknown as refused:
        assert len(str(refused)) < 600


@given(st.text(max_size=40), food)
@settings(max_examples=200)
def test_no_text_breaks_a_portion(text, eaten):
    try:
        assert 0 < parse_portion(text, eaten) <= MAX_PORTION_G
    except InputError as refused:
        assert refused.issues


@given(st.floats(1.0, 130.0), st.sampled_from(["female", "male"]), st.sampled_from(["US", "EU"]))
def test_needs_are_ordered(age, sex, region):
    who = needs(age, sex, region)
    ear, rda = who.value("magnesium", "EAR"), who.value("magnesium", "RDA")
    if region == "US":
        assert ear is not None
        assert rda is not None
        assert 0 < ear < rda
    assert who.value("magnesium", "RDA") or who.value("magnesium", "AI")


@given(st.floats(10.0, 1500.0), st.sampled_from(["female", "male"]), st.floats(1.0, 60.0))
@settings(max_examples=60)
def test_probabilities_are_probabilities(reported, sex, days):
    law = usual_intake(reported, sex, days)
    assert 0.0 <= law.below(300.0) <= law.below(400.0) <= 1.0
    assert law.quantile(0.05) < law.quantile(0.5) < law.quantile(0.95)
    low, high = sorted((reported, 338.0 if sex == "male" else 256.0))
    assert 0.85 * low <= law.quantile(0.5) <= high


@given(entries, st.floats(1.0, 14.0))
@settings(max_examples=40)
def test_a_gap_is_never_negative(rows, days):
    found = gap(intake(rows), needs(45, "male"), days)
    assert found.missing is not None
    assert 0 <= found.missing[0] <= found.missing[1] <= found.missing[2]
