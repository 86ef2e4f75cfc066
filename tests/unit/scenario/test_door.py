from __future__ import annotations

from pathlib import Path

import pytest

from osseo.scenario.door import parse_scenario, read_scenario, readings

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


def test_every_example_the_issue_names_is_here():
    assert {path.stem for path in EXAMPLES} >= {
        "sinus-xenograft",
        "article-300mg",
        "article-500mg",
        "low-intake-woman-65",
        "ckd-stage-4",
        "one-dose-or-four",
        "osteotomy-autograft",
        "osteotomy-no-graft",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_example_is_read_and_explains_itself(path):
    scenario = read_scenario(path)
    assert scenario.regimen
    assert scenario.source == str(path)
    assert scenario.question.endswith("?")
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_headline_example_in_house_units():
    scenario = read_scenario(next(p for p in EXAMPLES if p.stem == "sinus-xenograft"))
    (rule,) = scenario.regimen
    assert rule.daily_mmol == pytest.approx(400 / 24.305)
    assert (rule.start_d, rule.stop_d, rule.times_per_day, rule.with_meals) == (-56, 180, 2, True)
    assert scenario.procedure.size_mm == 10
    assert scenario.visits_d == (60, 120, 180, 365)
    assert scenario.comparator == ()
    assert scenario.reading == ""


def test_yaml_and_mapping_give_the_same_scenario(document):
    text = """
question: Does it help?
person: {age: 58 y, sex: female, kidney_disease: no}
procedure:
  site: sinus_lift
  graft: {material: dbbm, height: 10 mm}
regimen:
  - {salt: glycinate, dose: 400 mg, as: elemental, from: -56 d, to: 180 d}
"""
    assert parse_scenario(text) == parse_scenario(document)


def test_what_is_left_out_is_a_blank(document):
    person = parse_scenario(document).person
    blanks = (person.egfr, person.weight_kg, person.serum_mg, person.mg_intake, person.urine_mg)
    assert blanks == (None,) * 5
    assert (person.vitamin_d, person.smoker, person.diabetes) == (None, None, None)
    assert parse_scenario(document).visits_d == (60.0, 120.0, 180.0, 365.0)


@pytest.mark.parametrize(
    ("key", "written", "field", "expected"),
    [
        ("age", "696 mo", "age_y", 58.0),
        ("weight", "70000 g", "weight_kg", 70.0),
        ("egfr", "82 mL/min/1.73m2", "egfr", 82.0),
        ("egfr", "82 mL/min/1.73 m²", "egfr", 82.0),
        ("serum_mg", "0.80 mmol/L", "serum_mg", 0.80),
        ("serum_mg", "2.0 mg/dL", "serum_mg", 20.0 / 24.305),
        ("mg_intake", "280 mg/d", "mg_intake", 280 / 24.305),
        ("mg_intake", "11.5 mmol/d", "mg_intake", 11.5),
        ("urine_mg", "3.8 mmol/d", "urine_mg", 3.8),
        ("vitamin_d", "24 ng/mL", "vitamin_d", 24 * 1000 / 400.647),
        ("vitamin_d", "60 nmol/L", "vitamin_d", 60.0),
        ("smoker", "yes", "smoker", True),
        ("diabetes", False, "diabetes", False),
        ("conditions", ["Heart block", "myasthenia_gravis"], "conditions", None),
        ("drugs", "Alendronate", "drugs", ("alendronate",)),
        ("kidney_disease", "Unknown", "kidney_disease", "unknown"),
        ("kidney_disease", True, "kidney_disease", "yes"),
    ],
)
def test_person_quantities_as_people_write_them(document, key, written, field, expected):
    document["person"][key] = written
    value = getattr(parse_scenario(document).person, field)
    if expected is None:
        expected = ("heart block", "myasthenia gravis")
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_an_egfr_stands_in_for_kidney_disease(document):
    document["person"] = {"age": "58 y", "sex": "male", "egfr": "82 mL/min/1.73m2"}
    assert parse_scenario(document).person.kidney_disease == "unknown"


def test_a_child_is_read_because_safety_decides(document):
    document["person"]["age"] = "9 y"
    assert parse_scenario(document).person.age_y == pytest.approx(9.0)


def test_ambiguous_mass_is_read_both_ways(document):
    document["regimen"] = [{"salt": "glycinate", "dose": "300 mg", "to": "180 d"}]
    elemental, salt = readings(document)
    assert (elemental.reading, salt.reading) == ("elemental", "salt")
    assert elemental.regimen[0].daily_mmol * 24.305 == pytest.approx(300.0)
    assert salt.regimen[0].daily_mmol * 24.305 == pytest.approx(42.3, abs=0.1)
    assert elemental.hash != salt.hash


def test_both_readings_are_recovered_from_the_scenario_that_was_read(document):
    document["compare_with"] = [{"salt": "citrate", "dose": "300 mg"}]
    scenario = parse_scenario(document)
    assert scenario.reading == "elemental"
    both = readings(scenario)
    assert [s.reading for s in both] == ["elemental", "salt"]
    assert both[0] == scenario
    assert both[0].regimen == both[1].regimen
    assert both[0].comparator[0].daily_mmol > both[1].comparator[0].daily_mmol


@pytest.mark.parametrize(
    "rule",
    [
        {"salt": "glycinate", "dose": "300 mg", "as": "salt"},
        {"salt": "glycinate", "dose": "300 mg", "as": "elemental"},
        {"salt": "glycinate", "dose": "12 mmol"},
        {"salt": "food", "dose": "100 mg"},
    ],
)
def test_a_dose_that_says_which_has_one_reading(document, rule):
    document["regimen"] = [rule]
    (only,) = readings(document)
    assert only.reading == ""


def test_single_dose_and_infusion(document):
    document["regimen"] = [
        {"salt": "citrate", "dose": "300 mg", "as": "elemental", "at": "-1 d"},
        {"salt": "sulfate", "dose": "16.2 mmol", "route": "iv", "at": "0 d", "duration": "20 min"},
    ]
    oral, iv = parse_scenario(document).regimen
    assert oral.single and not oral.with_meals
    assert (oral.start_d, oral.daily_mmol) == (-1.0, pytest.approx(300 / 24.305))
    assert (iv.route, iv.duration_d) == ("iv", pytest.approx(20 / 1440))


def test_a_rule_without_an_end_lasts_to_the_last_visit(document):
    document["visits"] = ["90 d", "270 d"]
    document["regimen"] = [{"salt": "glycinate", "dose": "12 mmol"}]
    (rule,) = parse_scenario(document).regimen
    assert (rule.start_d, rule.stop_d, rule.times_per_day) == (0.0, 270.0, 1)


def test_raw_keeps_the_document_as_written(document):
    raw = parse_scenario(document).raw
    assert raw["person"] == {"age": "58 y", "sex": "female", "kidney_disease": "no"}


def test_site_and_graft_may_be_called_by_their_other_names(document):
    document["procedure"] = {"site": "osteotomy", "graft": {"material": "autograft"}}
    procedure = parse_scenario(document).procedure
    assert (procedure.site, procedure.material) == ("osteotomy_tibia", "autograft_particulate")
    document["procedure"] = {"site": "sinus_lift", "graft": {"material": "autograft"}}
    assert parse_scenario(document).procedure.material == "autograft_block"
    document["procedure"] = {"site": "osteotomy_tibia", "graft": "none"}
    assert parse_scenario(document).procedure.material == "none"
