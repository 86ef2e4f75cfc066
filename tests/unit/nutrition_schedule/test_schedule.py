from __future__ import annotations

from dataclasses import replace

import pytest

from osseo.errors import InputError
from osseo.nutrition.schedule import (
    Collision,
    Day,
    DrugDose,
    Meal,
    Schedule,
    Sitting,
    Supplement,
    is_valid,
    make_day,
    minutes,
    plan_day,
    violations,
)


def magnesium(n: int) -> Supplement:
    return Supplement("magnesium", n)


def day_of(plan) -> dict[str, list[str]]:
    assert isinstance(plan, Schedule), plan.sentence
    assert violations(plan) == ()
    return {s.clock: [t.name for t in s.taken] for s in plan.sittings}


def test_without_drugs_magnesium_stands_on_the_meals_farthest_apart():
    assert day_of(plan_day([], [magnesium(2)])) == {"08:00": ["magnesium"], "18:30": ["magnesium"]}


def test_alendronate_comes_first_and_magnesium_waits_four_hours():
    plan = plan_day([DrugDose("alendronate 70 mg weekly")], [magnesium(2)])
    assert day_of(plan) == {
        "07:00": ["alendronate 70 mg weekly"],
        "12:30": ["magnesium"],
        "18:30": ["magnesium"],
    }
    assert plan.magnesium_off_meals == ()
    assert any("weekly or monthly" in note for note in plan.notes)
    assert {r.id for r in plan.rules} >= {"magnesium_bisphosphonate", "taking_alendronate"}


def test_alendronate_and_levothyroxine_together_leave_the_evening_for_the_thyroid():
    drugs = [DrugDose("alendronate"), DrugDose("levothyroxine"), DrugDose("omeprazole")]
    found = day_of(plan_day(drugs, [magnesium(2), Supplement("calcium", 1)]))
    assert found["07:00"] == ["alendronate"] and found["22:30"] == ["levothyroxine"]
    assert len(found) == 4


def test_times_no_rule_gives_are_called_a_proposal():
    plan = plan_day([DrugDose("omeprazole"), DrugDose("atazanavir"), DrugDose("digoxin", 1, (480,))])
    (note,) = [n for n in plan.notes if "proposal" in n]
    assert "omeprazole" in note and "atazanavir" not in note and "digoxin" not in note


def test_magnesium_off_meals_is_said():
    plan = plan_day([DrugDose("ciprofloxacin", 2)], [magnesium(2)])
    day_of(plan)
    assert len(plan.magnesium_off_meals) == 1
    assert any("a drug or another mineral is in the way" in note for note in plan.notes)
    few = plan_day([], [magnesium(2)], make_day(meals={"lunch": "12:00"}))
    assert any("too few meals" in note for note in few.notes)


def test_fixed_times_are_kept():
    plan = plan_day([DrugDose("dolutegravir", 1, (minutes("9:10"),))], [magnesium(1)])
    assert "09:10" in day_of(plan)
    (taken,) = [s for s in plan.sittings if s.taken[0].kind == "magnesium"]
    assert taken.meal in ("lunch", "dinner")


def test_raltegravir_collides_alone_and_magnesium_is_left_out():
    plan = plan_day([DrugDose("raltegravir", 2)], [magnesium(1)])
    assert isinstance(plan, Collision)
    assert [r.id for r in plan.rules] == ["magnesium_raltegravir"]
    assert plan.remedies[0].text.startswith("Leave out magnesium") and plan.remedies[0].tried
    assert not plan.remedies[-1].tried and "Do not change a prescribed drug" in plan.remedies[-1].text


def test_two_tablets_that_both_want_the_hour_of_rising_collide_by_name():
    plan = plan_day([DrugDose("ibandronate"), DrugDose("levothyroxine", 1, (420,))], [magnesium(1)])
    assert isinstance(plan, Collision)
    assert {r.id for r in plan.rules} == {
        "taking_ibandronate.others",
        "taking_ibandronate.on_waking",
        "fixed_times",
    }


def test_an_early_breakfast_collides_and_a_later_one_is_offered():
    day = make_day(meals={"breakfast": "7:15", "dinner": "18:30"})
    plan = plan_day([DrugDose("ibandronate")], [magnesium(1)], day)
    assert isinstance(plan, Collision)
    assert {r.id for r in plan.rules} == {"taking_ibandronate.food", "taking_ibandronate.on_waking"}
    later = next(r.text for r in plan.remedies if "breakfast" in r.text)
    assert later == "Have breakfast at 08:00 instead of 07:15."
    moved = make_day(meals={"breakfast": "8:00", "dinner": "18:30"})
    assert isinstance(plan_day([DrugDose("ibandronate")], [magnesium(1)], moved), Schedule)


def test_remedy_of_fewer_sittings_was_tried():
    wanted = [magnesium(2), Supplement("calcium", 2), Supplement("iron", 1)]
    plan = plan_day([DrugDose("doxycycline", 2)], wanted)
    assert isinstance(plan, Collision)
    assert plan.remedies[0].text == "Take magnesium once a day instead of 2 times."
    day_of(plan_day([DrugDose("doxycycline", 2)], [magnesium(1), *wanted[1:]]))


def test_same_input_same_day_and_no_supplement_is_a_day_too():
    drugs = [DrugDose("captopril", 2), DrugDose("digoxin"), DrugDose("doxycycline")]
    assert plan_day(drugs, [magnesium(2)]) == plan_day(drugs, [magnesium(2)])
    assert len(day_of(plan_day([DrugDose("digoxin")], []))) == 1
    assert plan_day([], []).sittings == ()


def test_a_night_worker_has_a_day_that_crosses_midnight():
    day = make_day("16:00", "7:30", {"breakfast": "17:00", "lunch": "23:30", "dinner": "4:00"})
    found = day_of(plan_day([DrugDose("alendronate")], [magnesium(2)], day))
    assert list(found) == ["16:00", "23:30", "04:00"]


@pytest.mark.parametrize(
    ("drugs", "supplements", "message"),
    [
        ([DrugDose("alendronat")], [], "did you mean alendronate"),
        ([DrugDose("digoxin", 9)], [], "expected 1 to 6"),
        ([DrugDose("digoxin", 2, (60,))], [], "1 fixed times for 2 doses"),
        ([DrugDose("digoxin"), DrugDose("Digoxin")], [], "named twice"),
        ([DrugDose("magnesium oxide")], [], "under supplements"),
        ([DrugDose("iron")], [Supplement("iron")], "name it once"),
        ([], [Supplement("magnesum")], "did you mean magnesium"),
        ([], [Supplement("magnesium", 7)], "expected 0 to 6"),
    ],
)
def test_bad_requests_are_refused(drugs, supplements, message):
    with pytest.raises(InputError, match=message):
        plan_day(drugs, supplements)


def test_all_problems_are_told_at_once():
    with pytest.raises(InputError) as caught:
        plan_day([DrugDose("alendronat", 9), DrugDose("foo")], [Supplement("zink")])
    assert len(caught.value.issues) == 4


def test_bad_days_are_refused():
    with pytest.raises(InputError, match=r"(?s)wake: '25:00'.*bed: 'late'"):
        make_day("25:00", "late")
    with pytest.raises(InputError, match="outside the waking day"):
        make_day("7:00", "22:00", {"supper": "23:00"})
    with pytest.raises(InputError, match="two meals at one time"):
        make_day(meals={"tea": "16:00", "cake": "4 pm"})
    with pytest.raises(InputError, match="at least 8 h"):
        make_day("7:00", "9:00", {})


PLAN = plan_day([DrugDose("alendronate"), DrugDose("ciprofloxacin", 1, (540,))], [magnesium(1)])


def moved(plan: Schedule, name: str, minute: int) -> Schedule:
    """Return the plan with everything of one name at another time."""
    rest = [replace(s, taken=tuple(t for t in s.taken if t.name != name)) for s in plan.sittings]
    taken = tuple(t for s in plan.sittings for t in s.taken if t.name == name)
    meal = next((m.name for m in plan.day.meals if m.minute == minute), "")
    return replace(plan, sittings=(*(s for s in rest if s.taken), Sitting(minute, taken, meal)))


@pytest.mark.parametrize(
    ("name", "minute", "broken"),
    [
        ("magnesium", 8 * 60, "magnesium_bisphosphonate"),
        ("magnesium", 10 * 60 + 45, "magnesium_fluoroquinolone"),
        ("magnesium", 23 * 60, "outside the waking day"),
        ("alendronate", 7 * 60 + 30, "not at rising"),
        ("ciprofloxacin", 10 * 60, "fixed times"),
    ],
)
def test_the_checker_sees_what_was_moved(name, minute, broken):
    assert is_valid(PLAN)
    assert any(broken in text for text in violations(moved(PLAN, name, minute)))


def test_the_checker_sees_a_lost_dose_a_wrong_meal_and_a_late_evening():
    lost = replace(PLAN, sittings=PLAN.sittings[:-1])
    assert any("doses planned" in text for text in violations(lost))
    named = replace(PLAN, sittings=tuple(replace(s, meal="tea") for s in PLAN.sittings))
    assert any("'tea'" in text for text in violations(named))
    assert Day(meals=(Meal("tea", 960),)) != PLAN.day


def test_the_checker_goes_round_the_clock():
    """Magnesium at 23:00 is 3 h before a levothyroxine at 02:00, though the day reads 21 h after it."""
    day = make_day("7:00", "23:30")
    plan = plan_day([DrugDose("levothyroxine", 1, (120,))], [magnesium(1)], day)
    assert is_valid(plan)
    assert any("magnesium_levothyroxine" in text for text in violations(moved(plan, "magnesium", 23 * 60)))
