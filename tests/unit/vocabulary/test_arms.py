"""Arms: site, materials, salt, dose and people; and the stated facts with the words they rest on."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

import osseo.evidence
from osseo.evidence import Arm, load_record, load_records
from osseo.evidence.vocabulary import map_arm
from osseo.evidence.vocabulary.subjects import FIELDS, NUMBERS, all_stated
from osseo.units import MG_MOLAR_MASS


def prose(record):
    results = [text for r in record.results for text in (r.label, r.note)]
    arms = [str(text) for arm in record.arms for text in (arm.name, *arm.regimen.values())]
    return " ".join([record.population, record.design, record.quality, record.use_note, *arms, *results])


def test_every_arm_of_the_shipped_records_can_be_read():
    for record in load_records():
        for arm in record.arms:
            found = map_arm(record, arm)
            assert not [r for r in found.reasons if "not in the vocabulary" in r], (record.id, arm.name)


def test_a_placebo_gets_nothing():
    arm = map_arm(load_record("joris2016"), "placebo")
    assert arm.is_control and arm.daily_mmol == 0.0


def test_an_arm_without_a_salt_has_none():
    arm = map_arm(load_record("fucentese2019"), "autograft")
    assert (arm.site, arm.material, arm.salt, arm.daily_mmol) == (
        "osteotomy_tibia",
        "autograft_iliac",
        "",
        None,
    )


def test_doses_are_elemental_millimoles():
    joris = map_arm(load_record("joris2016"), "citrate")
    assert joris.daily_mmol == pytest.approx(350 / MG_MOLAR_MASS) and joris.daily_mg == pytest.approx(350)
    assert map_arm(load_record("fine1991"), "meal+80").single_mmol == pytest.approx(40.0)
    bread = map_arm(load_record("bohn2004a"), "bread+1.49mmol")
    assert (bread.meal_mmol, bread.phytate_mmol, bread.with_meal) == (3.6, 1.49, True)
    nielsen = map_arm(load_record("nielsen2007"), "supplemented")
    assert nielsen.daily_mmol == pytest.approx(220 / MG_MOLAR_MASS)


def test_an_unsure_dose_is_said_to_be_so():
    assert any("oxide" in r for r in map_arm(load_record("yazd2013"), "Mg oxide").reasons)
    assert any("elemental" in r for r in map_arm(load_record("moslehi2013"), "Mg oxide").reasons)
    assert any("not one number" in r for r in map_arm(load_record("zhang2016"), "supplement").reasons)


def test_mixtures_and_additives_are_kept_apart():
    arm = map_arm(load_record("mordenfeld2010"), "DBBM80+auto20")
    assert arm.material == "dbbm_autograft" and dict(arm.materials)["dbbm"] == 0.8
    prf = map_arm(load_record("tatullo2012"), "DBBM+PRF")
    assert (prf.material, prf.additive) == ("dbbm", "platelets")


def test_people_are_those_the_prose_states():
    assert map_arm(load_record("joris2016"), "citrate").subjects == {"age_y": 62.0, "male_frac": 0.577}
    assert map_arm(load_record("kisters2024"), "control").subjects["age_y"] == 64.6


def test_a_users_own_subjects_count():
    record = replace(
        load_record("joris2016"), id="mine", extra={"subjects": {"age_y": 50}}, arms=(Arm("a", 3, {}),)
    )
    assert map_arm(record, "a").subjects == {"age_y": 50.0}


def test_an_unknown_word_is_a_reason_with_near_words():
    record = replace(load_record("joris2016"), arms=(Arm("a", 3, {"salt": "citrat", "elemental_mgg": 3}),))
    text = " ".join(map_arm(record, "a").reasons)
    assert "did you mean citrate" in text and "did you mean elemental_mg" in text


def test_an_arm_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="no arm 'x'"):
        map_arm(load_record("joris2016"), "x")


def test_every_stated_fact_rests_on_words_of_its_record():
    facts = all_stated()
    assert len(facts) > 100
    for fact in facts:
        assert fact.field in FIELDS, fact
        assert 1 <= len(fact.words.split()) <= 15, fact
        assert fact.words in prose(load_record(fact.record)), fact
        if fact.field in NUMBERS:
            assert float(fact.value) >= 0, fact
        if fact.field == "with_meal":
            assert fact.value in ("yes", "no"), fact


def test_stated_subjects_are_arms_or_labels_of_their_record():
    virtual = {(f.record, f.subject) for f in all_stated() if f.field in ("graft", "salt")}
    for fact in all_stated():
        record = load_record(fact.record)
        names = {arm.name for arm in record.arms} | {r.label for r in record.results} | {""}
        assert fact.subject in names or (fact.record, fact.subject) in virtual, fact
        if fact.field in ("contrast_arms", "within_arm", "arm_of"):
            for part in fact.value.split("|"):
                known = part.strip() in {arm.name for arm in record.arms}
                assert known or (fact.record, part.strip()) in virtual, fact


def test_no_fact_is_stated_twice():
    path = Path(osseo.evidence.__file__).parent / "subjects.csv"
    with path.open(encoding="utf-8", newline="") as file:
        keys = [(r["record"], r["subject"], r["field"]) for r in csv.DictReader(file)]
    assert len(keys) == len(set(keys))


def test_the_magnesium_trials_of_people_state_who_was_studied():
    told = {fact.record for fact in all_stated()}
    trials = [
        r.id
        for r in load_records(folder="mg-pk")
        if r.kind in ("rct", "crossover", "tracer") and r.species == "human" and r.arms
    ]
    silent = [t for t in trials if t not in told]
    for trial in silent:
        assert trial in SILENT, f"{trial}: state its subjects, or list it here after reading it"


#: read, and neither age, sex, weight, kidneys, diet nor meals stand in the record
SILENT = (
    "blancquaert2019",
    "brilli2018",
    "fine1991b",
    "firoz2001",
    "fogarty2002",
    "graham1960",
    "miller2005adherence",
    "rude1980",
    "schuette1994",
    "walker2003",
)
