"""The plan: within limits and wishes, food first, and nothing where nothing is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.answer.patient.dose import choose_dose, compare_splits, salt_mass
from osseo.answer.patient.eating import eating_of
from osseo.answer.patient.foods import candidate_grams, candidates, choose_foods, possible_steps
from osseo.answer.patient.labels import read_label
from osseo.answer.patient.plan import make_plan, plan_rules, supplement_rules
from osseo.answer.patient.settings import load_plan_file, setting
from osseo.answer.result import Finding
from osseo.evidence import load_record
from osseo.nutrition.table import load_food, measures
from osseo.scenario.types import Person
from osseo.units import MG_MOLAR_MASS

LOW = """\
region: {region}
person: {{age: 45 y, sex: male, kidney_disease: no}}
procedure: {{site: sinus_lift, graft: {{material: dbbm}}, in: 8 wk}}
diet:
  dislikes: [{dislikes}]
  day: {{lunch: ["rice white cooked, 1 cup"]}}
"""
EVERYTHING = ", ".join(
    sorted({word for entry in candidates()["add"] for word in entry["words"]} | {"grains"})
)
PERSON = Person(45.0, "male", "no", mg_intake=10.0)


def test_a_small_portion_is_the_table_s_own_measure():
    for entry in candidates()["add"]:
        found = [m for m in measures(entry["food"]) if m.text == entry["measure"]]
        assert found, entry["name"]
        assert 10 <= candidate_grams(entry) <= 250, entry["name"]
        if "(" in entry["eu"]:
            said = entry["eu"].rpartition("(")[2].partition(" g")[0]
            assert float(said) == pytest.approx(candidate_grams(entry), abs=1.0), entry["name"]


def test_what_a_step_gains_is_the_table_s_sum(profile_from):
    profile = profile_from(LOW.format(region="EU", dislikes=""))
    for step in possible_steps(profile):
        entry = next((e for e in candidates()["add"] if e["name"] == step.food), None)
        if entry is not None:
            assert step.mg == load_food(entry["food"]).nutrients["magnesium"] * step.grams / 100
        else:
            assert step.instead_of


words = sorted({word for entry in candidates()["add"] for word in entry["words"]})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    banned=st.sets(st.sampled_from(words), max_size=12),
    allergic=st.booleans(),
    kind=st.sampled_from(["any", "vegetarian", "vegan"]),
    missing=st.floats(1, 400),
)
def test_no_food_is_named_that_a_person_does_not_eat(profile_from, banned, allergic, kind, missing):
    profile = profile_from(LOW.format(region="EU", dislikes=""))
    key = "allergies" if allergic else "dislikes"
    diet = replace(profile.diet, kind=kind, **{key: tuple(banned)})
    steps = choose_foods(replace(profile, diet=diet), missing)
    assert len(steps) <= setting("food_steps")
    for step in steps:
        entry = next(e for e in (*candidates()["add"], *candidates()["swap"]) if e["name"] == step.food)
        assert not set(entry["words"]) & banned
        assert kind == "any" or entry["diet"] != "any"
        assert kind != "vegan" or entry["diet"] == "vegan"


@pytest.mark.parametrize("region", ["EU", "US"])
@pytest.mark.parametrize("unit_mg", [50.0, 100.0, 150.0, 240.0])
def test_a_dose_never_passes_the_upper_level(profile_from, region, unit_mg):
    profile = profile_from(LOW.format(region=region, dislikes=EVERYTHING))
    limit = eating_of(profile).limit
    assert limit == {"EU": 250, "US": 350}[region]  # scf2001_scope, iom_ul_by_age
    dose = choose_dose(
        PERSON,
        salt="glycinate",
        unit="capsule",
        unit_mg=unit_mg,
        unit_salt_mg=salt_mass(unit_mg, "glycinate"),
        wanted_mg=1000.0,
        limit_mg=limit,
    )
    assert dose.daily_mg <= limit
    assert dose.daily_mg + unit_mg > limit
    assert sum(dose.units_at) * unit_mg == dose.daily_mg
    assert dose.left_mg == 1000 - dose.daily_mg
    assert max(dose.units_at) * unit_mg <= 250


def test_a_unit_above_the_upper_level_gives_no_dose():
    big = {"salt": "oxide", "unit": "tablet", "unit_mg": 400.0, "unit_salt_mg": 663.0}
    assert choose_dose(PERSON, **big, wanted_mg=300.0, limit_mg=250.0) is None


def test_splitting_lets_more_in_and_one_capsule_is_not_split():
    splits = {s.times: s.absorbed_mg for s in compare_splits(PERSON, "glycinate", 300.0, 3) if s.with_meals}
    assert splits[1] < splits[2] < splits[3] < 300
    assert {s.times for s in compare_splits(PERSON, "glycinate", 100.0, 1)} == {1}


def test_food_that_cannot_be_eaten_leaves_a_supplement(profile_from):
    profile = profile_from(LOW.format(region="EU", dislikes=EVERYTHING + ", rice"))
    plan = make_plan(profile, eating_of(profile), (), ())
    assert plan.kind == "supplement"
    assert plan.foods == ()
    assert plan.dose.daily_mg <= 250
    assert sum(rule.daily_mmol for rule in plan_rules(plan)) * MG_MOLAR_MASS == pytest.approx(
        2 * plan.dose.daily_mg
    )


def test_greens_are_left_out_with_a_blood_thinner_that_vitamin_k_works_against(profile_from):
    text = LOW.format(region="EU", dislikes="") + "drugs: [warfarin 3 mg]\n"
    profile = profile_from(text)
    names = {step.food for step in possible_steps(profile)}
    assert names
    assert not names & {"boiled spinach", "boiled Swiss chard", "boiled kale"}
    plan = make_plan(profile, eating_of(profile), (), ())
    assert any("warfarin" in note for note in plan.notes)


def test_weak_kidneys_are_told_of_potassium(profile_from):
    text = LOW.format(region="EU", dislikes="").replace("kidney_disease: no", "egfr: 50 mL/min/1.73m2")
    profile = profile_from(text)
    assert any("potassium" in note for note in make_plan(profile, eating_of(profile), (), ()).notes)


def test_the_supplement_pauses_around_surgery(profile_from):
    profile = profile_from(LOW.format(region="EU", dislikes=EVERYTHING + ", rice"))
    plan = make_plan(profile, eating_of(profile), (), ())
    before, after = supplement_rules(plan, plan.dose)
    assert (before.start_d, before.stop_d) == (-56, -7)
    assert after.start_d == 7
    assert after.stop_d == -56 + 168  # joris2016: 24 weeks


@pytest.mark.parametrize("rule", sorted(load_plan_file()["hold"]))
def test_what_a_doctor_must_answer_first_holds_the_supplement(profile_from, rule):
    profile = profile_from(LOW.format(region="EU", dislikes=EVERYTHING + ", rice"))
    plan = make_plan(profile, eating_of(profile), (Finding("refer", rule, "Text."),), ())
    assert plan.kind == "ask first"
    assert (plan.dose, plan.without_food) == (None, None)
    assert plan.hold


def test_every_rule_named_in_the_plan_exists_and_every_record_too():
    from osseo.answer.safety import load_rules

    rules = {rule.id for rule in load_rules()[0]}
    data = load_plan_file()
    assert set(data["hold"]) | set(data["condition"]) <= rules
    numbers = data["numbers"].values()
    assert all(row.get("records") or row["reason"].startswith("assumed") for row in numbers)
    for row in (*numbers, *data["partners"], *data["stop_rules"]):
        for record in row.get("records", ()):
            assert load_record(record).id == record


def test_a_product_that_is_clear_is_used_and_one_that_is_too_large_is_not(profile_from):
    text = LOW.format(region="EU", dislikes=EVERYTHING + ", rice")
    small = profile_from(text + "product: {label: magnesium citrate, elemental: 60 mg, serving: 1 tablet}\n")
    plan = make_plan(small, eating_of(small), (), read_label(small.products[0], 250))
    assert (plan.dose.unit, plan.dose.unit_mg, plan.dose.salt) == ("tablet", 60, "citrate")
    large = profile_from(text + "product: {label: magnesium oxide, elemental: 400 mg}\n")
    plan = make_plan(large, eating_of(large), (), read_label(large.products[0], 250))
    assert plan.dose.unit_mg == 100
    assert any("above the limit" in note for note in plan.notes)


def test_without_a_diary_it_says_whose_food_it_is(profile_from):
    text = LOW.format(region="EU", dislikes="").partition("diet:")[0]
    eating = eating_of(profile_from(text))
    assert eating.diary is None
    assert "people of your sex" in eating.source
    assert any("Write down a day" in n for n in make_plan(profile_from(text), eating, (), ()).notes)


def test_an_operation_that_is_near_starts_no_supplement_before_it(profile_from):
    text = LOW.format(region="EU", dislikes=EVERYTHING + ", rice").replace("in: 8 wk", "in: 3 d")
    profile = profile_from(text)
    plan = make_plan(profile, eating_of(profile), (), ())
    (after,) = supplement_rules(plan, plan.dose)
    assert after.start_d == 7
