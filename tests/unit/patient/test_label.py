"""Labels: of magnesium or of the salt; both readings where the label does not say."""

from __future__ import annotations

from datetime import date

import pytest

from osseo.answer.patient.labels import read_label
from osseo.scenario.profile.door import parse_profile

HEAD = """\
person: {age: 58 y, sex: female, kidney_disease: no}
procedure: {site: sinus_lift, graft: {material: dbbm}, in: 8 wk}
"""


def product(text: str):
    return parse_profile(HEAD + f"product: {text}\n", date(2026, 11, 24)).products[0]


def test_an_unclear_label_has_two_readings_and_both_are_told():
    found = product("{label: 'magnesium glycinate 2,000 mg'}")
    assert found.is_ambiguous
    assert found.elemental_mg["elemental"] == 2000
    assert found.elemental_mg["salt"] == pytest.approx(2000 * 0.141)  # tables/salts.csv, glycinate_content
    readings = read_label(found, 350)
    assert [r.reading for r in readings] == ["salt", "elemental"]
    assert readings[0].text == "1 capsule = 282 mg magnesium, as 2,000 mg glycinate"
    assert not readings[0].too_much
    assert readings[1].too_much
    assert "unlikely" in readings[1].verdict


@pytest.mark.parametrize(
    ("text", "unit_mg", "salt_mg"),
    [
        ("{label: 'magnesium glycinate 714 mg, providing 100 mg magnesium'}", 100, 714),
        ("{label: 'magnesium glycinate, 100 mg elemental'}", 100, 100 / 0.141),
        ("{label: 'magnesium oxide 500 mg', as: salt}", 301.5, 500),
        ("{label: 'magnesium citrate 1.5 g', as: salt, serving: 3 tablets}", 500 * 0.1616, 500),
        ("{label: 'magnesium bisglycinate', elemental: 200 mg, serving: 2 capsules}", 100, 100 / 0.141),
    ],
)
def test_a_clear_label_has_one_reading(text, unit_mg, salt_mg):
    (reading,) = read_label(product(text), 350)
    assert reading.unit_mg == pytest.approx(unit_mg)
    assert reading.unit_salt_mg == pytest.approx(salt_mg)


def test_what_is_taken_now_is_held_against_the_limit():
    (reading,) = read_label(product("{label: 'citrate', elemental: 200 mg, taking: 2}"), 250)
    assert reading.now_mg == 400
    assert "above the limit of 250 mg" in reading.verdict
