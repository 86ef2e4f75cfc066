"""Arms to procedures: nearest and usual graft, fixation, levels; no record can break it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from osseo.answer.predict.express.criteria import ENDPOINTS, reading_of
from osseo.answer.predict.express.procedure import NEAREST, procedure_of
from osseo.answer.predict.fact import ArmFact, Cannot
from osseo.answer.predict.facts import derive_contrasts, derive_courses, make_fact
from osseo.answer.predict.label_arms import arm_of_label, arms_of_contrast, base_arm
from osseo.evidence import load_record, load_records
from osseo.evidence.vocabulary import find_graft
from osseo.site import load_site, site_names

ARM = ArmFact("a", 20, site="spine_posterolateral", material="autograft_iliac")


def facts_of(record):
    found = []
    for result in record.results:
        try:
            found.append(make_fact(record, result))
        except Cannot:
            continue
    return found


def test_no_shipped_record_breaks_a_reading():
    """Of every record, graft and clinical ones too: a fact is read or refused with a reason, never else."""
    read = refused = 0
    for record in load_records():
        facts = facts_of(record)
        for fact in [*facts, *derive_contrasts(facts), *derive_courses(facts)]:
            for arm in fact.arms:
                try:
                    reading_of(fact, procedure_of(arm)[0])
                    read += 1
                except Cannot as why:
                    assert str(why)
                    refused += 1
    assert read > 500
    assert refused > 0


def test_the_graft_itself_is_taken_where_the_site_has_it():
    procedure, notes = procedure_of(ARM)
    assert (procedure.site, procedure.material, procedure.levels) == (
        "spine_posterolateral",
        "autograft_iliac",
        1,
    )
    assert not any("read as" in note for note in notes)


def test_the_nearest_graft_is_taken_and_said():
    procedure, notes = procedure_of(replace(ARM, site="osteotomy_tibia", material="autograft_iliac"))
    assert procedure.material == "autograft_particulate"
    assert "autograft_iliac read as autograft_particulate" in notes
    porcine, notes = procedure_of(replace(ARM, site="sinus_lift", material="xenograft_porcine"))
    assert porcine.material == "dbbm"
    assert any("xenograft_porcine read as dbbm" in note for note in notes)


def test_every_site_takes_what_is_usual_where_nothing_is_said():
    for name in site_names():
        arm = replace(ARM, site=name, material="")
        if name == "ridge":
            with pytest.raises(Cannot, match="not said"):
                procedure_of(arm)
            continue
        procedure, notes = procedure_of(arm)
        assert procedure.material in (*load_site(name).materials, "none")
        assert any("the graft is not said" in note for note in notes)


def test_mixtures_are_found_by_their_parts():
    arm = replace(ARM, site="sinus_lift", material="dbbm:0.8+autograft_particulate:0.2")
    assert procedure_of(arm)[0].material == "dbbm_autograft"
    half = replace(ARM, site="ridge", material="dbbm:0.5+autograft_particulate:0.5")
    assert procedure_of(half)[0].material == "dbbm_autograft_50_50"
    unsaid, notes = procedure_of(replace(ARM, site="spine_interbody", material="dbm+autograft_local"))
    assert unsaid.material == "dbm_autograft_local"
    assert any("shares" in note for note in notes)


def test_a_graft_nobody_has_is_refused():
    with pytest.raises(Cannot, match="no autogenous_tooth"):
        procedure_of(replace(ARM, site="sinus_lift", material="autogenous_tooth"))
    with pytest.raises(Cannot, match="several materials pooled"):
        procedure_of(replace(ARM, site="ridge", material="", why_not="several materials pooled"))


def test_adjuncts_fixation_and_levels_reach_the_procedure():
    arm = replace(ARM, adjuncts=("rhbmp2",), fixation="none", levels=2)
    procedure, _ = procedure_of(arm)
    assert (procedure.adjuncts, procedure.fixation, procedure.levels) == (("rhbmp2",), "none", 2)
    _, notes = procedure_of(replace(ARM, adjuncts=("honey",), fixation="glue", levels=9))
    assert any("honey" in note for note in notes)
    assert any("glue" in note for note in notes)
    assert any("9 levels" in note for note in notes)


def test_open_tibial_fractures_have_their_own_variant():
    arm = ArmFact("a", site="fracture_tibia", detail="open", fixation="nail")
    assert procedure_of(arm)[0].fixation == "nail_open"


def test_a_general_site_is_taken_as_the_commonest_and_said():
    procedure, notes = procedure_of(replace(ARM, site="spinal_fusion", material="autograft_local"))
    assert procedure.site == "spine_interbody"
    assert any("not said" in note for note in notes)
    with pytest.raises(Cannot, match="no site fracture"):
        procedure_of(replace(ARM, site="fracture", detail="distal radius"))


def test_nearest_names_are_words_of_the_vocabulary():
    assert all(find_graft(name) is not None for name in NEAREST)


def test_criterion_follows_the_words():
    found = {}
    for record in ("lehr2020b", "novomax_plif", "acdf2level_allo_peek"):
        for fact in facts_of(load_record(record)):
            if fact.endpoint == "fusion_pct":
                reading = reading_of(fact, procedure_of(fact.arms[0])[0])
                found[fact.result.measure] = reading.criterion
    assert found["ct_fusion_side"].unit == "side"
    assert found["ct_complete_union"].extent == "complete"
    assert found["fusion_rate_caudad"].levels == 1
    assert {name for name, _, _ in ENDPOINTS.values()}


def test_labels_describe_arms_the_record_does_not_list():
    vanhouten = load_record("vanhouten2014")
    told = arm_of_label(vanhouten, "smokers")
    assert told.facts == {"smoker": 1.0}
    assert told.arm.regimen["site"] == base_arm(vanhouten)["site"]
    first, second = arms_of_contrast(vanhouten, "smoking")
    assert (first.facts, second.facts) == ({"smoker": 1.0}, {"smoker": 0.0})
    parajon = load_record("parajon2018mis")
    assert arm_of_label(parajon, "autograft local alone").arm.regimen["graft"] == "autograft local alone"
    assert arm_of_label(load_record("acdf_interrater"), "rater 2") is None
    added, plain = arms_of_contrast(load_record("almutairi2025"), "PRF vs none")
    assert (added.arm.regimen.get("graft"), plain.arm.regimen.get("graft")) == (None, None)
    assert added.adjuncts == ("prf",)  # both sides have the same graft, which is not said
    assert arms_of_contrast(load_record("wheatley2019"), "LIPUS vs control") is None


def test_groups_formed_by_their_outcome_are_refused():
    record = load_record("femur_mrust2025")
    with pytest.raises(Cannot, match="formed by its outcome"):
        make_fact(record, next(r for r in record.results if r.label == "nonunion"))


def test_rows_of_a_review_are_contrasted_within_one_study_only():
    facts = facts_of(load_record("silicate_table6"))
    pairs = [(f.arms[0].name.split()[0], f.arms[1].name.split()[0]) for f in derive_contrasts(facts)]
    assert pairs
    assert all(a == b for a, b in pairs)
    assert not derive_contrasts(facts_of(load_record("parajon2018mis")))
