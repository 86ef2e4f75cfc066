"""One study: every numeric result is predicted or refused with a reason; arms are paired."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.answer.predict.express.body import BODY_ENDPOINTS
from osseo.answer.predict.express.body_run import BODY_READINGS, N_DRAWS, N_PEOPLE, BodyArm
from osseo.answer.predict.express.criteria import ENDPOINTS
from osseo.answer.predict.express.graft import GRAFT_ENDPOINTS
from osseo.answer.predict.express.subjects import Subjects, draw_subjects, read_subjects
from osseo.answer.predict.fact import Cannot
from osseo.answer.predict.facts import derive_contrasts, derive_courses, make_fact
from osseo.answer.predict.study import express, predict_study, sample_of
from osseo.evidence import load_record, load_records, read_record
from osseo.evidence.vocabulary import endpoint_words
from osseo.observe.endpoint import endpoint_names
from osseo.scenario.types import DoseRule


def facts_of(record_id):
    found = []
    for result in load_record(record_id).results:
        try:
            found.append(make_fact(load_record(record_id), result))
        except Cannot:
            continue
    return found


def rows_of(record_id):
    return {(p.endpoint, p.label, p.time_d): p for p in predict_study(load_record(record_id)).predictions}


@pytest.mark.parametrize(
    "record_id", ["joris2016", "zhan2020", "comertkilic2017", "nielsen2007", "bohn2004a"]
)
def test_every_result_is_predicted_or_refused(record_id):
    study = predict_study(load_record(record_id))
    told = {p.index for p in study.predictions} | {r.index for r in study.refused}
    assert told == {r.index for r in load_record(record_id).results}
    assert all(r.reason and r.stage in ("number", "vocabulary", "arm", "model") for r in study.refused)


def test_endpoints_of_the_model_are_words_of_the_vocabulary():
    assert set(BODY_ENDPOINTS) | set(GRAFT_ENDPOINTS) <= set(endpoint_words())
    readings = {name for forms in BODY_ENDPOINTS.values() for name, _ in forms.values()}
    assert readings <= set(BODY_READINGS)
    assert {name for name, _, _ in ENDPOINTS.values()} <= set(endpoint_names())


def test_a_trial_of_24_weeks_falls_inside():
    found = rows_of("joris2016")[("serum_total", "citrate - placebo", 168.0)]
    assert found.kind == "contrast"
    assert found.mechanism.inside
    assert found.mechanism.parameter_sd > 0
    assert found.mechanism.sampling_sd == pytest.approx(found.se)
    assert found.se_from == "derived from ci95"


def test_same_treatment_in_both_arms_is_exactly_no_difference():
    people = Subjects(age=50.0, male_share=0.5)
    rules = (DoseRule("citrate", 14.4, 3, True, 0.0, 100.0),)
    read = BODY_READINGS["serum_total"][0]
    first, second = (read(BodyArm(people, rules), 84.0) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.shape == (N_DRAWS, N_PEOPLE)


def test_no_salt_wins_a_head_to_head():
    """schuette1994: isotope absorption of diglycinate and oxide, 23.5 and 22.8 %."""
    (found,) = [p for p in rows_of("schuette1994").values() if p.kind == "contrast"]
    assert found.mechanism.inside
    assert found.mechanism.low < 0 < found.mechanism.high


def test_phytate_lowers_absorption_as_seen():
    found = [p for p in rows_of("bohn2004a").values() if p.kind == "contrast" and "phytate" not in p.label]
    assert found
    assert all(p.mechanism.inside for p in found)


def test_dose_curve_falls_from_smallest_to_largest_load():
    rows = {p.label: p.mechanism.mean for p in rows_of("fine1991").values() if p.kind == "level"}
    assert rows["meal+80"] < 0.4 * rows["meal+0"]


def test_recalled_and_animal_numbers_are_refused():
    record = load_record("rude1998")
    with pytest.raises(Cannot, match="not of people"):
        make_fact(record, next(r for r in record.results if r.measure == "serum_mg"))
    recalled = load_record("hunt2006")
    row = next(r for r in recalled.results if r.is_recalled and r.number is not None)
    with pytest.raises(Cannot, match="recalled"):
        make_fact(recalled, row)


def test_what_the_model_lacks_is_said():
    reasons = [r.reason for r in predict_study(load_record("btcp_cbct30")).refused]
    assert any("not in the model" in reason for reason in reasons)
    reasons = [r.reason for r in predict_study(load_record("yoshida2024hd")).refused]
    assert any("dialysis" in reason for reason in reasons)


def test_contrasts_and_courses_are_derived_once():
    facts = facts_of("fucentese2019")
    contrasts, courses = derive_contrasts(facts), derive_courses(facts)
    assert {f.time_d for f in contrasts} == {91.0, 365.0}
    assert all(f.kind == "course" and f.from_d == 91.0 for f in courses)
    assert facts_of("joris2016")[0].kind == "contrast"
    assert not derive_contrasts(facts_of("joris2016"))


def test_course_is_the_difference_of_its_levels():
    facts = facts_of("fucentese2019")
    (course,) = [f for f in derive_courses(facts) if f.arms[0].material == "none"]
    levels = {f.time_d: f for f in facts if f.kind == "level" and f.arms[0].material == "none"}
    late, early = (express(levels[t]).draws for t in (365.0, 91.0))
    np.testing.assert_allclose(express(course).draws, late - early)


def test_meta_analysis_keeps_its_own_error():
    rows = [p for p in rows_of("zhang2016").values() if p.mechanism is not None]
    assert {p.endpoint for p in rows} == {"serum_total", "urine_24h"}
    assert all(0 < p.mechanism.between_sd < 0.3 for p in rows)
    assert any("already a mean over" in note for p in rows for note in p.notes)
    assert any("middle" in note for p in rows for note in p.notes)


def test_samples_follow_the_split(write_study):
    assert sample_of(load_record("joris2016")) == "calibration"
    assert sample_of(load_record("zhan2020")) == "validation"
    assert sample_of(read_record(write_study())) == "own"


def test_own_study_is_predicted(write_study):
    study = predict_study(read_record(write_study()))
    assert [p.sample for p in study.predictions] == ["own"] * 3
    contrast = next(p for p in study.predictions if p.kind == "contrast")
    assert contrast.label == "bone - chips"
    assert contrast.observed == pytest.approx(-5.0)
    assert [r.measure for r in study.refused] == ["patient happiness"]


def test_people_follow_what_is_said():
    people = draw_subjects(Subjects(age=60.0, age_sd=5.0, male_share=0.25, weight_kg=80.0), 24, 1)
    assert people["male"].mean() == pytest.approx(0.25)
    assert people["age_y"].mean() == pytest.approx(60.0, abs=1.0)
    assert set(people["weight_kg"]) == {80.0}
    assert np.ptp(people["serum_mg"]) > 0


@pytest.mark.parametrize(
    ("record_id", "age", "share"),
    [("joris2016", 62, 30 / 52), ("nielsen2007", 60, 0.0), ("dimai1998", 31.5, 1.0)],
)
def test_subjects_are_read(record_id, age, share):
    found = read_subjects(load_record(record_id))
    assert found.age == pytest.approx(age)
    assert found.male_share == pytest.approx(share, abs=0.01)


def test_children_pregnancy_and_dialysis_are_refused():
    words = {r.id: read_subjects(r).refused for r in load_records(domain="mg-pk")}
    assert "pregnant" in read_subjects(load_record("supakatisant2015")).refused
    assert "dialysis" in read_subjects(load_record("yoshida2024hd")).refused
    assert not words["joris2016"]


def test_what_cannot_be_simulated_is_refused_and_the_rest_predicted(tmp_path):
    path = tmp_path / "odd2026.yaml"
    arm = "{salt: citrate, elemental_mg_per_day: 300, duration_d: 84}"
    rows = [
        "{arm: a, measure: serum_mg, time_d: 84, value: 0.85, unit: mmol/L, sd: 0.06, n: 20}",
        "{arm: a, measure: serum_mg, time_d: 99999, value: 0.85, unit: mmol/L, sd: 0.06, n: 20}",
    ]
    head = "id: odd2026\ntitle: t\ncitation: c\nwhere: [w]\nseen: fulltext\nkind: rct\ndomain: mg-pk\n"
    people = "species: human\npopulation: 20 adults\ndesign: d\nuse: reference\n"
    text = f"arms:\n  - {{name: a, n: 20, regimen: {arm}}}\nresults:\n" + "".join(f"  - {r}\n" for r in rows)
    path.write_text(head + people + text, encoding="utf-8")
    study = predict_study(read_record(path))
    assert [p.time_d for p in study.predictions if p.mechanism] == [84.0]
    assert ["beyond" in r.reason for r in study.refused] == [True]


def test_a_stated_minor_is_refused():
    found = read_subjects(load_record("joris2016"), "", {"age_y": 11.0})
    assert "no cohort under 18" in found.refused


def test_stated_facts_come_before_the_prose():
    found = read_subjects(load_record("joris2016"), "", {"age_y": 40.0, "mg_intake_mg": 243.05})
    assert found.age == 40.0
    assert found.mg_intake == pytest.approx(10.0)
    assert found.male_share == pytest.approx(30 / 52)
