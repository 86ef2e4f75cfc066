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


def listed(record):
    return {(r["nutrient"], r["kind"], r["group"]): r["value"] for r in load_record(record).extra["needs"]}


def test_requirements_come_from_the_table_that_was_read_and_agree_with_the_other_record():
    rows = listed("iom_ear_magnesium")
    older = {r.extra["group"]: r for r in load_record("iom1997_rda").results if r.measure == "EAR"}
    for group, age, sex in [
        ("boys 14-18 y", 16, "male"),
        ("girls 14-18 y", 16, "female"),
        ("men 19-30 y", 25, "male"),
        ("women 19-30 y", 25, "female"),
        ("men 31+ y", 40, "male"),
        ("women 31+ y", 67, "female"),
    ]:
        row = needs(age, sex).get("magnesium", "EAR")
        assert row.value == rows["magnesium", "EAR", group] == older[group].value
        assert row.record == "iom_ear_magnesium"
        assert row.seen != "recalled"


def test_allowances_lie_two_spreads_above_the_requirement():
    for age, sex in [(2, "male"), (6, "female"), (10, "male"), (25, "female"), (25, "male"), (40, "male")]:
        found = needs(age, sex)
        ratio = found.value("magnesium", "RDA") / found.value("magnesium", "EAR")
        assert ratio == pytest.approx(1 + 2 * requirement_cv(), rel=0.03)


def test_pregnancy_has_its_own_values():
    assert needs(30, "female", pregnant=True).value("magnesium", "RDA") == 350
    assert needs(35, "female", pregnant=True).value("magnesium", "RDA") == 360
    assert needs(35, "female", breastfeeding=True).value("magnesium", "RDA") == 320
    late = needs(55, "female", pregnant=True).get("magnesium", "RDA")
    assert late.value is None
    assert "no value for this age" in late.note


@pytest.mark.parametrize(
    ("age", "sex", "region", "nutrient", "kind", "group"),
    [
        (34, "male", "US", "calcium", "RDA", "19-50 y"),
        (67, "female", "US", "calcium", "RDA", "women 51-70 y"),
        (67, "male", "US", "calcium", "RDA", "men 51-70 y"),
        (50.9, "female", "US", "calcium", "EAR", "women 19-50 y"),
        (51, "female", "US", "calcium", "UL", "> 50 y"),
        (70.9, "male", "US", "vitamin_d", "RDA", "1-70 y"),
        (71, "male", "US", "vitamin_d", "RDA", "> 70 y"),
        (34, "male", "US", "vitamin_d", "UL", ">= 9 y"),
        (34, "male", "US", "vitamin_k1", "AI", "men >= 19 y"),
        (24.9, "male", "EU", "calcium", "RDA", "18-24 y"),
        (25, "female", "EU", "calcium", "RDA", ">= 25 y"),
        (25, "female", "EU", "calcium", "EAR", ">= 25 y"),
        (40, "female", "EU", "calcium", "UL", "adults, pregnant and lactating women"),
        (40, "female", "EU", "vitamin_d", "AI", "adults"),
        (40, "female", "EU", "vitamin_k1", "AI", "adults, pregnant and lactating women"),
    ],
)
def test_other_nutrients_are_those_of_their_records(age, sex, region, nutrient, kind, group):
    row = needs(age, sex, region).get(nutrient, kind)
    word = {"EAR": "AR", "RDA": "PRI"}.get(kind, kind) if region == "EU" else kind
    assert row.value == listed(row.record)[nutrient, word, group]
    assert row.group == group and row.grade in ("low", "moderate")


@pytest.mark.parametrize("region", ["US", "EU"])
def test_what_was_never_set_is_not_filled(region):
    for kind in ("EAR", "RDA", "UL"):
        row = needs(40, "male", region).get("vitamin_k1", kind)
        assert row.value is None and "vitamin_k)" in row.note
    assert needs(40, "male", region).limit("vitamin_k1").value is None


@pytest.mark.parametrize("region", ["US", "EU"])
def test_target_is_the_allowance_else_the_adequate_intake_and_lies_between_its_neighbours(region):
    for age in (20, 34, 55, 67, 80):
        for sex in ("female", "male"):
            found = needs(age, sex, region)
            for nutrient in ("calcium", "vitamin_d"):
                ear, aim, most = found.value(nutrient, "EAR"), found.target(nutrient), found.limit(nutrient)
                assert ear is None or ear < aim.value
                assert aim.value < most.value
            assert found.target("vitamin_k1").kind == "AI"


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
