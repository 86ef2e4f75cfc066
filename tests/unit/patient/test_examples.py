"""The seven examples of `examples/patients`, executed: each says what its person most needs to hear."""

from __future__ import annotations

import pytest

from osseo.answer.answer import answer_scenario
from osseo.nutrition.day import Collision, Schedule


def rules(page) -> list[str]:
    return [finding.rule for finding in page.safety]


def test_who_eats_well_has_nothing_to_take(page_of):
    page = page_of("healthy-34")
    assert page.plan.kind == "nothing"
    assert page.plan.foods == ()
    assert page.plan.dose is None
    assert page.schedule is None
    assert page.eating.diary > page.eating.target
    assert page.change.is_what_if


def test_the_jaw_stands_first_for_a_bone_tablet(page_of):
    page = page_of("alendronate-67")
    assert rules(page)[0] == "mronj_oral"
    assert {"apart_bisphosphonate", "ppi"} <= set(rules(page))
    assert page.change.why_not == "an operation whose graft is not known"
    assert page.change.rows == ()
    assert page.change.serum
    assert not any("spinach" in step.food for step in page.plan.foods)
    assert isinstance(page.schedule, Schedule)
    taken = {t.kind: s.minute for s in page.schedule.sittings for t in s.taken}
    assert taken["magnesium"] - taken["drug"] >= 240 or taken["magnesium"] < taken["drug"]


def test_low_intake_gets_food_then_a_supplement_and_a_day_that_fits(page_of):
    page = page_of("lumbar-fusion-58")
    assert page.plan.kind == "food and supplement"
    assert {step.food for step in page.plan.foods} >= {"almonds"}
    assert page.plan.dose.daily_mg <= page.eating.limit == 350
    assert page.plan.dose.salt == "citrate"
    assert page.unplaced == ("metformin 1000 mg",)
    assert isinstance(page.schedule, Schedule | Collision)
    assert [rung.name for rung in page.change.ladder] == [
        "not smoking",
        "blood sugar",
        "vitamin D, if deficient",
    ]


@pytest.mark.parametrize(("name", "rule"), [("ckd-stage-4", "kidney_severe"), ("dialysis", "dialysis")])
def test_a_hard_stop_has_safety_and_nothing_else(page_of, name, rule):
    page = page_of(name)
    assert page.stopped
    assert rules(page)[0] == rule
    assert (page.plan, page.schedule, page.change, page.eating) == (None, None, None, None)
    assert page.questions


def test_an_unclear_bottle_is_asked_and_no_dose_is_built_on_it(page_of):
    page = page_of("bottle-2000")
    assert {reading.reading for reading in page.readings} == {"salt", "elemental"}
    dose = page.plan.dose or page.plan.without_food
    assert dose.unit_mg == 100
    assert any("two ways" in note for note in page.plan.notes)
    high = [f for f in page.safety if f.rule == "dose_above_licensed"]
    assert "if the number on your label is the magnesium" in high[0].text


def test_a_vegan_with_a_nut_allergy_gets_neither_nuts_nor_animals(page_of):
    page = page_of("vegan-nut-allergy")
    names = " ".join(step.food for step in page.plan.foods)
    assert page.plan.foods
    assert not any(word in names for word in ("almond", "salmon", "mackerel", "yoghurt", "kale"))
    assert "apart_levothyroxine" in rules(page)


def test_the_change_is_the_answer_s_own(page_of):
    change = page_of("vegan-nut-allergy").change
    scenario = change.scenario
    (answer,) = answer_scenario(scenario, n_draws=100, seed=1)
    same = {(row.endpoint, row.visit_d): row for row in answer.rows}
    # the page gives meals their phytate; without it the rows are the answer's own, bit for bit
    from osseo.answer.patient.change import what_could_change

    plain = what_could_change(
        scenario, operation=scenario.procedure.site, why_not="", is_what_if=False, n_draws=100, seed=1
    )
    for row in plain.rows:
        assert row.difference == same[row.endpoint, row.visit_d].difference
        assert row.p_too_small == same[row.endpoint, row.visit_d].p_too_small
    told = {rung.name for rung in answer.matters_more if rung.kind != "model"}  # no simulated rungs on a page
    assert {rung.name for rung in plain.ladder} == told
