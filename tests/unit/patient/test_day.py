"""A day on the page: drugs placed or named as not placed, times kept or said to move, collisions told."""

from __future__ import annotations

import re
from dataclasses import replace

from osseo.nutrition.day import Collision, Day, Remedy, Rule, Schedule
from osseo.report.patient.page import render_patient
from osseo.report.patient.text import patient_lines
from osseo.report.patient.view import view_of

TEXT = """\
person: {age: 45 y, sex: male, kidney_disease: no}
procedure: {site: lumbar fusion, in: 8 wk}
diet:
  dislikes: [fish]
  meals: {breakfast: "7:30", lunch: "12:00", dinner: "19:00"}
  day: {lunch: ["rice white cooked, 1 cup"]}
"""


def page(profile_from, drugs: str):
    from osseo.answer.patient import make_page

    return make_page(profile_from(f"{TEXT}drugs: {drugs}\n"))


def test_a_person_s_own_times_are_kept_where_a_day_exists(profile_from):
    made = page(profile_from, '[{name: levothyroxine, at: "6:00"}]')
    assert isinstance(made.schedule, Schedule)
    assert made.times_kept
    assert made.schedule.sittings[0].minute == 360
    assert {s.meal for s in made.schedule.sittings if s.meal} <= {"breakfast", "lunch", "dinner"}


def test_times_that_cannot_be_kept_are_said_to_move(profile_from):
    # bone tablet and thyroid tablet taken just before lunch and dinner leave no room at the person's times
    made = page(profile_from, '[{name: alendronate, at: "12:00"}]')
    if made.times_kept:
        assert isinstance(made.schedule, Schedule)
    else:
        assert "do not fit" in " ".join(view_of(made).slots_note)


def test_a_collision_is_told_with_its_rules_and_remedies(page_of):
    crash = Collision(
        (Rule("a", "One rule."), Rule("b", "Another rule.")),
        "Rule a and rule b collide <b>.",
        (Remedy("Ask for another drug.", tried=True),),
        (),
        (),
        Day(),
    )
    made = replace(page_of("lumbar-fusion-58"), schedule=crash)
    shown = re.sub(r"\s+", " ", render_patient(made))
    assert "No day fits." in shown
    assert "Rule a and rule b collide &lt;b&gt;. Ask for another drug." in shown
    assert "Rule a and rule b collide" in " ".join(patient_lines(made))


def test_a_drug_no_rule_knows_is_named_in_safety_and_in_the_day(profile_from):
    made = page(profile_from, "[metformin]")
    assert made.unplaced == ("metformin",)
    assert any(f.rule.startswith("unknown_drug") for f in made.safety)
    assert "Not placed, because no rule knows it: metformin" in render_patient(made)
