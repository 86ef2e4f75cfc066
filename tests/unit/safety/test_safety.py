from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from osseo.answer.safety import LEVELS, is_stopped, load_rules, safety_findings
from osseo.scenario.door import parse_scenario, readings
from osseo.scenario.types import DoseRule

BASE = {
    "person": {"age": "58 y", "sex": "female", "kidney_disease": "no"},
    "procedure": {"site": "sinus_lift", "graft": {"material": "dbbm"}},
    "regimen": [
        {
            "salt": "glycinate",
            "dose": "200 mg",
            "as": "elemental",
            "times_per_day": 2,
            "from": "20 d",
            "to": "180 d",
        }
    ],
}


def scenario_of(rule: dict | None = None, site: str = "", **person: object):
    document = copy.deepcopy(BASE)
    document["person"].update(person)
    document["regimen"][0].update(rule or {})
    if site:
        document["procedure"] = {"site": site, "graft": "none"}
    return parse_scenario(document)


def find(scenario) -> dict:
    return {finding.rule: finding for finding in safety_findings(scenario)}


def test_a_healthy_adult_on_a_modest_dose_is_not_stopped_or_warned():
    findings = safety_findings(scenario_of())
    assert not is_stopped(findings)
    assert {f.level for f in findings} == {"note"}


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        ({"egfr": "29.9 mL/min/1.73m2", "kidney_disease": "yes"}, "kidney_severe"),
        ({"egfr": "22 mL/min/1.73m2", "kidney_disease": "yes"}, "kidney_severe"),
        ({"conditions": ["on haemodialysis"]}, "dialysis"),
        ({"conditions": ["AV block, second degree"]}, "heart_block"),
        ({"conditions": ["bradycardia"]}, "heart_block"),
        ({"conditions": ["Myasthenia gravis"]}, "myasthenia"),
        ({"age": "17 y"}, "child"),
        ({"age": "9 y"}, "child"),
        ({"conditions": "pregnant"}, "pregnancy"),
        ({"drugs": ["zoledronic acid iv"]}, "mronj_high"),
        ({"drugs": ["denosumab 120 mg"]}, "mronj_high"),
        ({"drugs": ["denosumab"], "conditions": ["breast cancer"]}, "mronj_cancer"),
    ],
)
def test_hard_stop(person, rule):
    findings = safety_findings(scenario_of(**person))
    assert is_stopped(findings)
    assert findings[0].level == "stop"
    assert findings[0].rule == rule
    assert "doctor" in findings[0].text or "surgeon" in findings[0].text or "neuro" in findings[0].text
    assert findings[0].records


def test_the_kidney_steps_do_not_overlap():
    rules = [
        {name for name in find(scenario_of(kidney_disease="yes", egfr=f"{egfr} mL/min/1.73m2"))}
        & {"kidney_severe", "kidney_reduced", "kidney_mild", "kidney_as_given"}
        for egfr in (29, 30, 44.9, 45, 55.9, 56)
    ]
    assert rules == [
        {"kidney_severe"},
        {"kidney_reduced"},
        {"kidney_reduced"},
        {"kidney_mild"},
        {"kidney_mild"},
        {"kidney_as_given"},
    ]


def test_unknown_kidney_is_shown_as_unknown():
    finding = find(scenario_of(kidney_disease="unknown"))["kidney_unknown"]
    assert finding.level == "warn"
    assert "unknown" in finding.text


def test_kidney_disease_without_its_stage_is_referred():
    assert find(scenario_of(kidney_disease="yes"))["kidney_stage_unknown"].level == "refer"
    said_as_condition = find(scenario_of(conditions=["CKD"]))
    assert "kidney_stage_unknown" in said_as_condition
    assert "kidney_as_stated" not in said_as_condition


@pytest.mark.parametrize(
    ("dose", "expected"),
    [("250 mg", set()), ("251 mg", {"above_eu_limit"}), ("350 mg", {"above_eu_limit"}),
     ("351 mg", {"above_us_limit"}), ("400 mg", {"above_us_limit"})],
)  # fmt: skip
def test_upper_levels(dose, expected):
    found = find(scenario_of({"dose": dose}))
    assert {"above_eu_limit", "above_us_limit"} & set(found) == expected
    for name in expected:
        assert dose.split()[0] in found[name].text


def test_food_does_not_count_and_supplements_add_up():
    food = {"salt": "food", "dose": "900 mg"}
    assert not {"above_us_limit", "loose_stools", "anaesthetist"} & set(find(scenario_of(food)))
    document = copy.deepcopy(BASE)
    document["regimen"].append({"salt": "oxide", "dose": "200 mg", "as": "elemental", "to": "60 d"})
    assert "400 mg/d" in find(parse_scenario(document))["above_us_limit"].text
    document["regimen"][1]["to"] = "20 d"
    assert "above_us_limit" not in find(parse_scenario(document))


def test_the_comparator_is_judged_too():
    document = copy.deepcopy(BASE)
    document["compare_with"] = [{"salt": "oxide", "dose": "500 mg", "as": "elemental"}]
    assert "above_us_limit" in find(parse_scenario(document))


def test_one_large_swallow_is_flagged():
    assert "one_large_dose" in find(scenario_of({"dose": "300 mg", "times_per_day": 1}))
    assert "one_large_dose" not in find(scenario_of({"dose": "300 mg", "times_per_day": 2}))


def test_the_worse_reading_decides_and_says_which():
    document = copy.deepcopy(BASE)
    document["regimen"][0] |= {"dose": "500 mg"}
    del document["regimen"][0]["as"]
    both = readings(document)
    found = {f.rule: f for f in safety_findings(both)}
    assert found["above_us_limit"].text.endswith("(if the dose is of magnesium)")
    assert not found["loose_stools"].text.endswith(")")
    assert "above_us_limit" not in find(both[1])


@pytest.mark.parametrize(
    ("person", "rule", "level"),
    [
        ({"drugs": ["alendronate"]}, "mronj_oral", "refer"),
        ({"drugs": ["alendronate 2 y"]}, "mronj_oral_short", "warn"),
        ({"drugs": ["alendronate for 4 years"]}, "mronj_oral", "refer"),
        ({"drugs": ["alendronate 2 y", "prednisolone"]}, "mronj_oral", "refer"),
        ({"drugs": ["alendronate 2 y"], "diabetes": "yes"}, "mronj_oral", "refer"),
        ({"drugs": ["alendronate 2 y", "risedronate"]}, "mronj_oral", "refer"),
        ({"drugs": ["denosumab 60 mg"]}, "mronj_denosumab", "refer"),
        ({"drugs": ["prednisolone"]}, "mronj_steroid", "warn"),
    ],
)
def test_bone_drug_and_dental_site_stand_above_all_results(person, rule, level):
    findings = safety_findings(scenario_of({"dose": "400 mg"}, **person))
    assert (findings[0].rule, findings[0].level) == (rule, level)
    elsewhere = safety_findings(scenario_of(site="osteotomy_tibia", **person))
    assert not any(f.rule.startswith("mronj") for f in elsewhere)


@pytest.mark.parametrize(
    ("drug", "hours"),
    [
        ("alendronate", "4 hours"),
        ("levothyroxine", "4 hours"),
        ("ciprofloxacin", "6 hours after"),
        ("doxycycline", "4 hours after"),
        ("dolutegravir", "6 hours after"),
        ("bictegravir", "2 hours before"),
        ("gabapentin", "2 hours or more after"),
        ("iron tablets", "4 hours"),
        ("enalapril", "3 hours"),
        ("raltegravir 400 mg", "no gap"),
    ],
)
def test_drugs_are_kept_apart(drug, hours):
    findings = [f for f in safety_findings(scenario_of(drugs=[drug])) if f.rule.startswith("apart")]
    assert len(findings) == 1
    assert hours in findings[0].text
    assert findings[0].text.lower().startswith(drug)
    assert findings[0].records == ("interactions",)


def test_nothing_is_kept_apart_from_no_supplement():
    food = {"salt": "food", "dose": "100 mg"}
    found = find(scenario_of(food, drugs=["levothyroxine"]))
    assert not any(rule.startswith("apart") for rule in found)


@pytest.mark.parametrize(
    ("drug", "rule"),
    [
        ("nifedipine", "calcium_channel_blocker"),
        ("digoxin", "digoxin"),
        ("gentamicin", "aminoglycoside"),
        ("omeprazole", "ppi"),
        ("hydrochlorothiazide", "thiazide"),
        ("cisplatin", "renal_loss"),
    ],
)
def test_drugs_with_their_own_finding(drug, rule):
    assert rule in find(scenario_of(drugs=[drug]))


def test_two_drugs_with_a_finding_of_their_own():
    found = find(scenario_of(drugs=["furosemide", "omeprazole"]))
    assert "loop_and_ppi" in found
    assert "ppi" not in found


@pytest.mark.parametrize(
    ("start", "stop", "tells"),
    [("-56 d", "180 d", True), ("-56 d", "-8 d", False), ("-56 d", "-6 d", True), ("2 d", "90 d", False)],
)
def test_anaesthetist_is_told_only_near_surgery(start, stop, tells):
    assert ("anaesthetist" in find(scenario_of({"from": start, "to": stop}))) == tells


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        ({"conditions": ["diarrhea"]}, "gut"),
        ({"conditions": ["Crohn's disease"]}, "gut"),
        ({"conditions": ["ileus"]}, "bowel_obstruction"),
        ({"conditions": ["breastfeeding"]}, "breast_feeding"),
        ({"serum_mg": "0.62 mmol/L"}, "serum_low"),
        ({"serum_mg": "1.2 mmol/L"}, "serum_high"),
    ],
)
def test_other_conditions(person, rule):
    assert rule in find(scenario_of(**person))


def test_infusion_is_referred():
    document = copy.deepcopy(BASE)
    document["regimen"] = [
        {"salt": "sulfate", "dose": "16 mmol", "route": "iv", "at": "0 d", "duration": "20 min"}
    ]
    found = find(parse_scenario(document))
    assert found["infusion"].level == "refer"
    assert "above_us_limit" not in found


def test_unknown_words_become_notes_with_near_names():
    findings = safety_findings(scenario_of(drugs=["alendronat", "moon dust"], conditions=["hiccups"]))
    notes = {f.rule: f for f in findings if f.rule.startswith("unknown")}
    assert set(notes) == {
        "unknown_drug:alendronat",
        "unknown_drug:moon dust",
        "unknown_condition:hiccups",
    }
    assert "did you mean alendronate" in notes["unknown_drug:alendronat"].text
    assert all(f.level == "note" and "Ask your doctor" in f.text for f in notes.values())


def test_a_denial_is_not_taken_for_the_thing():
    findings = safety_findings(scenario_of(conditions=["not pregnant", "no heart block"]))
    assert not is_stopped(findings)
    assert {"unknown_condition:not pregnant", "unknown_condition:no heart block"} <= {
        f.rule for f in findings
    }


def test_findings_come_heaviest_first():
    findings = safety_findings(
        scenario_of(
            {"dose": "400 mg", "from": "-10 d"},
            kidney_disease="yes",
            conditions=["myasthenia"],
            drugs=["alendronate", "nifedipine"],
        )
    )
    assert [f.rule for f in findings[:2]] == ["myasthenia", "mronj_oral"]
    rest = [LEVELS.index(f.level) for f in findings[2:]]
    assert rest == sorted(rest)


def test_every_hard_stop_of_the_design_is_a_rule():
    stops = {rule.id for rule in load_rules()[0] if rule.level == "stop"}
    assert stops >= {"kidney_severe", "dialysis", "heart_block", "myasthenia", "child", "pregnancy"}


def compared(regimen, comparator):
    return replace(scenario_of(), regimen=regimen, comparator=comparator)


def test_a_finding_of_one_regimen_alone_names_it():
    at_once = (DoseRule("glycinate", 400 / 24.305, 1, True, -56, 180),)
    in_four = (DoseRule("glycinate", 400 / 24.305, 4, True, -56, 180),)
    found = {f.rule: f for f in safety_findings(compared(in_four, at_once))}
    assert "the regimen it is compared with" in found["one_large_dose"].text
    assert (
        found["above_us_limit"].text
        == {f.rule: f for f in safety_findings(compared(in_four, ()))}["above_us_limit"].text
    )
    turned = {f.rule: f for f in safety_findings(compared(at_once, in_four))}
    assert "the regimen asked about" in turned["one_large_dose"].text


def test_two_regimens_that_both_say_something_are_both_heard():
    high = (DoseRule("glycinate", 900 / 24.305, 3, True, -56, 180),)
    higher = (DoseRule("glycinate", 1200 / 24.305, 3, True, -56, 180),)
    texts = [f.text for f in safety_findings(compared(high, higher)) if f.rule == "dose_above_licensed"]
    assert len(texts) == 2
    assert any("900" in t and "asked about" in t for t in texts)
    assert any("1,200" in t and "compared with" in t for t in texts)


def test_a_stop_in_either_regimen_stops():
    fatal = (DoseRule("glycinate", 3000 / 24.305, 3, True, -56, 180),)
    small = (DoseRule("glycinate", 100 / 24.305, 3, True, -56, 180),)
    assert is_stopped(safety_findings(compared(small, fatal)))
    assert is_stopped(safety_findings(compared(fatal, small)))
    assert not is_stopped(safety_findings(compared(small, small)))


def test_drugs_against_vitamin_k_are_told_with_and_without_a_supplement():
    person = replace(scenario_of().person, drugs=("warfarin 5 mg",))
    for regimen in ((), scenario_of().regimen):
        found = {f.rule for f in safety_findings(replace(scenario_of(), person=person, regimen=regimen))}
        assert "vitamin_k_drug" in found
    assert "vitamin_k_drug" not in {f.rule for f in safety_findings(scenario_of())}


def test_a_drug_that_moves_healing_is_not_taken_for_a_misspelling():
    notes = {f.rule: f.text for f in safety_findings(scenario_of(drugs=["ibuprofen", "alendronat"]))}
    assert "did you mean" not in notes["unknown_drug:ibuprofen"]
    assert "?." not in notes["unknown_drug:alendronat"]
