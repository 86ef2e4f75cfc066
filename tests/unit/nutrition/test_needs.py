"""Needs: read from records, never from memory; what is missing says why."""

from __future__ import annotations

import math

import pytest

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.nutrition.needs import needs, requirement_cv


@pytest.mark.parametrize(
    ("age", "sex", "kind", "measure", "group"),
    [
        (34, "male", "RDA", "RDA", "men 31+ y"),
        (34, "female", "RDA", "RDA", "women 31+ y"),
        (25, "male", "RDA", "RDA", "men 19-30 y"),
        (30.9, "female", "RDA", "RDA", "women 19-30 y"),
        (16, "female", "EAR", "EAR", "girls 14-18 y"),
        (67, "female", "EAR", "EAR", "women 31+ y"),
        (130, "male", "EAR", "EAR", "men 31+ y"),
        (0.75, "male", "AI", "AI", "7-12 mo"),
    ],
)
def test_us_values_are_those_of_the_record(age, sex, kind, measure, group):
    rows = load_record("iom1997_rda").results
    expected = next(r for r in rows if r.measure == measure and r.extra["group"] == group)
    row = needs(age, sex).get("magnesium", kind)
    assert row.value == expected.value
    assert (row.record, row.group, row.seen) == ("iom1997_rda", group, expected.seen)


def test_eu_values_are_those_of_the_record():
    rows = {r.extra["group"]: r.value for r in load_record("efsa2015").results}
    assert needs(40, "male", "EU").value("magnesium", "AI") == rows["men >= 18 y"]
    assert needs(40, "female", "EU").value("magnesium", "AI") == rows["women >= 18 y"]
    assert needs(12, "male", "EU").value("magnesium", "AI") == rows["boys 10-17 y"]
    for kind in ("EAR", "RDA"):
        row = needs(40, "male", "EU").get("magnesium", kind)
        assert row.value is None
        assert "derived no average requirement" in row.note


@pytest.mark.parametrize(
    ("age", "us", "eu"), [(0.5, None, None), (2, 65, None), (6, 110, 250), (12, 350, 250)]
)
def test_upper_levels_of_supplements(age, us, eu):
    assert needs(age, "male").value("magnesium", "UL_supplemental") == us
    assert needs(age, "male", "EU").value("magnesium", "UL_supplemental") == eu


def test_upper_levels_agree_between_records():
    level = next(r.value for r in load_record("iom1997_ul").results if r.measure == "UL_supplemental_adult")
    assert needs(50, "female").value("magnesium", "UL_supplemental") == level
    level = next(r.value for r in load_record("bfr2017").results if r.measure == "UL_supplemental_SCF_EFSA")
    assert needs(50, "female", "EU").value("magnesium", "UL_supplemental") == level


def test_remembered_values_are_never_used():
    recalled = [r for r in load_record("iom1997_rda").results if r.is_recalled]
    assert len(recalled) == 3
    for age, sex in [(25, "male"), (25, "female"), (2, "male"), (6, "female"), (10, "male")]:
        ear = needs(age, sex).get("magnesium", "EAR")
        assert ear.seen == "derived"
        assert "remembered, not read, so it is not used" in ear.note
        allowance = needs(age, sex).value("magnesium", "RDA")
        assert allowance is not None
        assert ear.value == pytest.approx(allowance / (1 + 2 * requirement_cv()))


def test_read_requirements_are_not_derived():
    assert needs(40, "male").get("magnesium", "EAR").seen != "derived"


def test_pregnancy_has_its_own_values():
    assert needs(30, "female", pregnant=True).value("magnesium", "RDA") == 350
    assert needs(35, "female", pregnant=True).value("magnesium", "RDA") == 360
    assert needs(35, "female", breastfeeding=True).value("magnesium", "RDA") == 320
    late = needs(55, "female", pregnant=True).get("magnesium", "RDA")
    assert late.value is None
    assert "no value for this age" in late.note


@pytest.mark.parametrize("region", ["US", "EU"])
@pytest.mark.parametrize("nutrient", ["calcium", "vitamin_d", "vitamin_k1"])
def test_other_nutrients_say_that_no_record_exists(region, nutrient):
    rows = [row for row in needs(40, "male", region).rows if row.nutrient == nutrient]
    assert rows
    assert all(row.value is None and row.note.startswith("not in evidence") for row in rows)


@pytest.mark.parametrize("region", ["US", "EU"])
@pytest.mark.parametrize("state", ["none", "pregnant", "breastfeeding"])
def test_every_age_has_an_answer(region, state):
    for tenths in range(0, 1301):
        for sex in ("female",) if state != "none" else ("female", "male"):
            who = needs(
                tenths / 10,
                sex,
                region,
                pregnant=state == "pregnant",
                breastfeeding=state == "breastfeeding",
            )
            for row in who.rows:
                assert row.value is None or (row.value > 0 and row.record)
                assert row.value is not None or row.note


def test_all_problems_are_shown_at_once():
    with pytest.raises(InputError, match="4 problems, nothing was looked up") as caught:
        needs(131, "malee", "USA", pregnant=True, breastfeeding=True)
    assert "did you mean male" in str(caught.value)
    with pytest.raises(InputError, match="contradicts sex: male"):
        needs(40, "male", pregnant=True)
    for age in (-1, math.nan, math.inf):
        with pytest.raises(InputError, match="expected 0 to 130"):
            needs(age, "male")
