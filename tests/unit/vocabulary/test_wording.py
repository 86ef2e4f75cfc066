"""Words no table holds: how often reading by parts agrees with the tables, and what it must never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.evidence import load_records
from osseo.evidence.vocabulary import endpoint_words, find_graft, find_measure, find_site, find_unit
from osseo.evidence.vocabulary.people import facts_in, facts_of_people
from osseo.evidence.vocabulary.places import (
    GENERAL,
    family_of,
    place_in,
    read_fixation,
    read_levels,
    read_site,
)
from osseo.evidence.vocabulary.tables import table_rows
from osseo.evidence.vocabulary.times import follow_up, read_days
from osseo.evidence.vocabulary.wording import by_words, read_graft, read_measure, read_unit

GRAFTS = [r for r in load_records() if r.domain == "graft-outcome"]


def agreement():
    """Return how many graft measures are read by words as the table reads them, otherwise, or not at all."""
    same = other = none = 0
    seen = {(x.measure, x.unit) for r in GRAFTS for x in r.results if x.number is not None and x.unit}
    for name, unit_name in sorted(seen):
        unit, known = find_unit(unit_name), find_measure(name)
        if unit is None or not unit.canonical or known is None:
            continue
        read = by_words(name, unit)
        if read is None:
            none += 1
        elif (read.endpoint, read.form, read.transform) == (known.endpoint, known.form, known.transform):
            same += 1
        else:
            other += 1
    return same, other, none


def test_reading_by_words_agrees_with_the_tables():
    """The rules never see the table's answer; nine in ten of what they read is what a reader said."""
    same, other, none = agreement()
    assert same + other + none > 250
    assert same / (same + other) > 0.88
    assert same / (same + other + none) > 0.7


def test_tables_are_never_overruled():
    for row in table_rows("measures"):
        assert read_measure(row["measure"], "%") == (find_measure(row["measure"]), False)
    for row in table_rows("grafts"):
        assert read_graft(row["graft_text"])[0] == find_graft(row["graft_text"])
    for row in table_rows("sites"):
        assert read_site(row["site_text"])[0] == find_site(row["site_text"])


@pytest.mark.parametrize(
    ("name", "unit", "endpoint", "form"),
    [
        ("vital bone area", "%", "new_bone_pct", "level"),
        ("percentage of remaining xenograft particles", "%", "residual_graft_pct", "level"),
        ("graft volume shrinkage", "%", "volume_loss_pct", "level"),
        ("solid fusion on CT", "%", "fusion_pct", "level"),
        ("mean time to radiographic union", "months", "time_to_union", "level"),
        ("ISQ increase from baseline", "ISQ", "isq", "change"),
        ("bucco-lingual width loss at 1 mm", "mm", "ridge_width_loss", "level"),
        ("pseudoarthrosis rate", "%", "nonunion_pct", "level"),
        ("unplanned re-operation", "%", "reoperation_pct", "level"),
        ("modified RUST", "points", "rust_score", "level"),
        ("magnesium in plasma samples", "mmol/L", "serum_total", "level"),
    ],
)
def test_measures_nobody_wrote_before(name, unit, endpoint, form):
    assert find_measure(name) is None
    measure, by = read_measure(name, unit)
    assert by
    assert (measure.endpoint, measure.form) == (endpoint, form)
    assert "read by its words" in measure.note


@pytest.mark.parametrize(
    "name", ["patient happiness", "AUC of RUST for union", "MCID for ISQ", "kappa of fusion"]
)
def test_what_is_no_outcome_is_not_read(name):
    assert read_measure(name, "%")[0] is None


def test_survival_is_turned_round():
    assert read_measure("5-year implant survival", "%")[0].transform == "complement"
    assert read_measure("volume remaining on CBCT", "%")[0].transform == "complement"


@pytest.mark.parametrize(
    ("text", "material", "adjuncts"),
    [
        ("Bio-Oss granules with L-PRF membranes", "dbbm", ("prf",)),
        ("morselized local bone and DBM putty", "autograft_local+dbm", ()),
        ("iliac crest bone graft (ICBG)", "autograft_iliac", ()),
        ("mineralized corticocancellous allograft", "allograft_mixed", ()),
        ("silicate-substituted calcium phosphate", "silicated_cap", ()),
        ("ungrafted, blood clot only", "none", ()),
        ("rhBMP-2 with local autograft", "autograft_local", ("rhbmp2",)),
    ],
)
def test_grafts_nobody_wrote_before(text, material, adjuncts):
    graft, by = read_graft(text)
    assert by
    assert (graft.material, graft.adjuncts) == (material, adjuncts)


@pytest.mark.parametrize(
    ("text", "site", "fixation"),
    [
        ("maxillary sinus augmentation, lateral window", "sinus_lift", ""),
        ("single-level TLIF with cage", "spine_interbody", ""),
        ("uninstrumented posterolateral lumbar fusion", "spine_posterolateral", "none"),
        ("opening-wedge high tibial osteotomy", "osteotomy_tibia", ""),
        ("tibiotalar arthrodesis", "arthrodesis_hindfoot", ""),
        ("hip revision, acetabular impaction grafting", "hip_acetabulum", ""),
        ("humeral shaft fracture", "fracture_humerus", ""),
    ],
)
def test_sites_nobody_wrote_before(text, site, fixation):
    found, by = read_site(text)
    assert by
    assert (found.site, found.fixation) == (site, fixation)


def test_prose_narrows_a_general_site_and_only_if_it_names_one():
    general = find_site("spinal fusion")
    assert place_in(general, ("", "posterior lumbar interbody fusion with PEEK")).site == "spine_interbody"
    assert place_in(general, ("", "49% cervical, 47% lumbar")) is None
    assert place_in(find_site("sinus"), ("TLIF",)) is None
    assert place_in(find_site("fracture ankle"), ("tibia plate",)) is None
    assert set(GENERAL) >= {"", "spinal_fusion", "fracture"}
    assert family_of("fracture_hip") == "fracture"


def test_fixation_and_levels_come_from_the_nearest_text():
    assert read_fixation("fracture_tibia", ("", "treated in a cast")) == "cast"
    assert read_fixation("fracture_tibia", ("plate", "nail")) == "plate"
    assert read_fixation("socket", ("plate",)) == ""
    assert (read_levels(("two-level ACDF",)), read_levels(("one- or two-level",))) == (2, None)


def test_units_in_other_words():
    pairs = {
        "Percent": "%",
        "wks": "weeks",
        "Hounsfield units": "HU",
        "N·cm": "Ncm",
        "mL": "cm3",
        "mo": "months",
    }
    for text, same in pairs.items():
        unit, by = read_unit(text)
        assert by, text
        assert unit.canonical == find_unit(same).canonical and unit.factor == find_unit(same).factor, text
    assert read_unit("furlong") == (None, False)


def test_times_in_words():
    assert read_days("at 12-18 wk") == 105.0
    assert read_days("two readers") is None
    assert read_days("after 2 years") == 730.5


def test_a_follow_up_is_not_an_age():
    record = next(r for r in GRAFTS if r.id == "scaphoid_nma2022")
    assert follow_up(record) == pytest.approx(30.9 * 30.4375)
    assert follow_up(next(r for r in GRAFTS if r.id == "cervical_pth_hba1c")) is None


def test_people_are_read_from_names_and_shares():
    assert facts_in("non-smokers") == {"smoker": 0.0}
    assert facts_in("open fracture, adjusted") == {"open_fracture": 1.0}
    assert facts_in("DBBM") == {}
    people = facts_of_people(next(r for r in GRAFTS if r.id == "vilchez2025"))
    assert people == {"smoker": 0.15, "age_y": 54.9}


@given(st.text(max_size=60), st.text(max_size=12))
def test_no_text_breaks_a_reading(text, unit):
    measure, _ = read_measure(text, unit)
    assert measure is None or not measure.endpoint or measure.endpoint in endpoint_words()
    read_graft(text), read_site(text), read_unit(text), read_days(text), facts_in(text), read_levels((text,))
