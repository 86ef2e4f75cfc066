"""Calcium, vitamin D and vitamin K on the page: eaten, needed, missing, too much; greens and warfarin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from osseo.answer.patient.foods import choose_foods
from osseo.nutrition.needs import needs
from osseo.report.patient.nutrients import nutrient_notes, nutrient_rows
from osseo.report.patient.page import render_patient
from osseo.report.patient.text import patient_lines
from osseo.report.patient.view import view_of
from osseo.scenario.profile.types import DrugTaken


def test_every_planned_page_shows_the_three_with_need_and_level(page_of):
    page = page_of("alendronate-67")
    rows = {row.name: row for row in nutrient_rows(page)}
    wanted = needs(67, "female", "EU")
    assert list(rows) == ["Calcium", "Vitamin D", "Vitamin K (K1)"]
    assert rows["Calcium"].need == f"{wanted.target('calcium').value:,.0f} mg"
    assert rows["Vitamin D"].limit.startswith(f"{wanted.limit('vitamin_d').value:.0f} µg (4,000 units)")
    assert rows["Vitamin K (K1)"].limit == "none set"
    assert "750 mg" in " ".join(nutrient_notes(page))
    text = " ".join(" ".join(patient_lines(page)).split())
    html = render_patient(page)
    for row in rows.values():
        assert row.eaten in html and row.missing in html
        assert row.eaten in text and row.missing in text
    assert {"efsa2015_calcium", "efsa2016_vitamin_d", "efsa2017_vitamin_k"} <= set(page.evidence)


def test_amounts_are_those_of_the_diary(page_of):
    page = page_of("vegan-nut-allergy")
    for gap in page.eating.gaps:
        assert gap.reported == pytest.approx(gap.usual[1]) if gap.usual else gap.reported == 0
        assert gap.missing[0] <= gap.missing[1] <= gap.missing[2] <= gap.target.value


def test_without_a_diary_the_needs_stand_alone(page_of):
    page = page_of("healthy-34")
    bare = replace(
        page.eating, gaps=tuple(replace(g, reported=None, usual=None, missing=None) for g in page.eating.gaps)
    )
    rows = nutrient_rows(replace(page, eating=bare))
    assert {row.eaten for row in rows} == {"not written down"} and {row.missing for row in rows} == {
        "not known"
    }


def test_too_much_is_marked(page_of):
    page = page_of("healthy-34")
    gaps = list(page.eating.gaps)
    gaps[0] = replace(gaps[0], usual=(2000.0, 3000.0, 4000.0), reported=3000.0, p_above_limit=0.8)
    shown = replace(page, eating=replace(page.eating, gaps=tuple(gaps)))
    assert nutrient_rows(shown)[0].is_too_much and "80%" in nutrient_rows(shown)[0].limit
    assert 'class="toomuch"' in render_patient(shown)
    assert 'class="toomuch"' not in render_patient(page)


def test_with_warfarin_vitamin_k_is_kept_and_no_greens_are_suggested(page_of):
    page = page_of("alendronate-67")
    profile = replace(page.profile, drugs=(*page.profile.drugs, DrugTaken("warfarin 5 mg", (8.0,))))
    row = nutrient_rows(replace(page, profile=profile))[2]
    assert row.missing == "keep it as it is: warfarin 5 mg"
    before = {step.food for step in choose_foods(page.profile, 110.0)}
    after = {step.food for step in choose_foods(profile, 110.0)}
    assert any("chard" in food for food in before) and not any("chard" in food for food in after)


def test_the_unit_of_magnesium_in_blood_stands_in_its_row(page_of):
    view = view_of(page_of("vegan-nut-allergy"))
    assert all("mmol/L" in row[0] for row in view.blood if row[0].startswith("Magnesium in blood"))
    assert view.blood
