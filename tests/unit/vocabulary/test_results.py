"""Results: units, transformations, kinds, errors and times, on shipped and on made-up rows."""

import math
from dataclasses import replace

import pytest

from osseo.evidence import Arm, Result, load_record, load_records
from osseo.evidence.vocabulary import coverage, find_contrast, map_result
from osseo.evidence.vocabulary.results import KINDS, LOG_KINDS
from osseo.units import MG_MOLAR_MASS

BASE = replace(
    load_record("joris2016"),
    id="mine2026",
    folder="",
    arms=(
        Arm("drug", 20, {"salt": "citrate", "elemental_mg_per_day": 300, "duration_d": 84}),
        Arm("placebo", 10, {"salt": "none"}),
    ),
)
ALL = [(record, result, map_result(record, result)) for record in load_records() for result in record.results]


def mapped(**fields):
    defaults = {"index": 0, "measure": "serum_mg", "unit": "mmol/L", "arm": "drug", "value": 0.8}
    if "contrast" in fields:
        defaults |= {"arm": None, "value": None}
    return map_result(BASE, Result(**(defaults | fields)))


def test_at_least_nine_in_ten_numeric_results_are_mapped():
    found = coverage()
    assert (found.records, found.results, found.numeric) == (566, 1983, 1516)
    assert found.mapped_share >= 0.9
    assert found.numeric == found.mapped + sum(found.unmapped.values())
    assert found.timed > 800 and found.placed > 900


def test_every_result_has_either_a_value_or_reasons():
    for record, result, m in ALL:
        place = (record.id, result.index)
        if m.is_mapped:
            assert m.endpoint and m.kind in KINDS and math.isfinite(m.value) and m.unit, place
        else:
            assert m.value is None and all(": " in reason for reason in m.reasons), place
        assert m.se is None or m.se >= 0, place
        assert m.recalled == result.is_recalled


def test_a_result_without_a_number_is_never_mapped():
    assert not [r.measure for _, r, m in ALL if r.number is None and m.is_mapped]


def test_a_zero_that_stands_for_words_is_not_a_number():
    found = mapped(value=0, unit="no significant difference")
    assert found.value is None and found.reasons[0].startswith("no-difference")


def test_milligrams_per_decilitre_become_millimoles():
    found = mapped(value=2.0, unit="mg/dL", sd=0.2)
    assert found.value == pytest.approx(20 / MG_MOLAR_MASS)
    assert found.sd == pytest.approx(2 / MG_MOLAR_MASS)
    assert found.se == pytest.approx(found.sd / math.sqrt(20)) and found.se_source == "sd"


def test_survival_becomes_failure():
    found = mapped(measure="implant_survival", value=96.0, unit="%", ci95=(90.0, 99.0))
    assert (found.endpoint, found.value, found.ci95) == ("implant_failure_pct", 4.0, (1.0, 10.0))
    contrast = mapped(
        measure="implant_survival", contrast="drug - placebo", effect=2.0, unit="percentage points"
    )
    assert contrast.value == -2.0 and contrast.kind == "difference"
    odds = mapped(
        measure="implant_survival", contrast="drug vs placebo", effect=2.0, unit="OR", ci95=(1.0, 4.0)
    )
    assert odds.value == 0.5 and odds.ci95 == (0.25, 1.0)
    risk = mapped(measure="implant_survival", contrast="drug vs placebo", effect=1.1, unit="RR")
    assert risk.reasons[0].startswith("unit-clash")


def test_a_change_of_width_becomes_a_loss():
    found = mapped(measure="ridge_width_change_mm", value=-3.8, unit="mm")
    assert (found.endpoint, found.value) == ("ridge_width_loss", 3.8)


def test_times_become_days():
    found = mapped(measure="time_to_union", value=16, unit="weeks", sd=2)
    assert (found.value, found.sd, found.unit) == (112.0, 14.0, "d")


def test_counts_become_shares_of_their_base():
    assert mapped(measure="implant_failure", value=19, unit="count of 83 (22.9%)").value == pytest.approx(
        22.9, abs=0.05
    )
    assert mapped(measure="implant_failure", value=5, unit="count").value == pytest.approx(25.0)
    none = map_result(replace(BASE, arms=()), Result(0, "implant_failure", "count", arm="x", value=5))
    assert none.reasons[0].startswith("count-without-base")


def test_a_share_has_the_error_of_its_counts():
    found = mapped(measure="implant_failure", value=10.0, unit="%")
    share = (0.1 * 20 + 0.5) / 21
    assert (
        found.se == pytest.approx(100 * math.sqrt(share * (1 - share) / 20)) and found.se_source == "counts"
    )
    assert mapped(measure="implant_failure", value=0.0, unit="%").se > 0


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("OR", "odds_ratio"),
        ("RR", "risk_ratio"),
        ("HR", "hazard_ratio"),
        ("SMD", "standardised_difference"),
        ("% relative", "percent_difference"),
        ("mmol/L", "difference"),
        ("%", "percent_difference"),
    ],
)
def test_the_unit_tells_the_kind_of_contrast(unit, kind):
    assert mapped(contrast="drug - placebo", effect=1.2, unit=unit).kind == kind


def test_the_error_of_a_ratio_is_that_of_its_logarithm():
    found = mapped(contrast="drug - placebo", effect=2.0, unit="OR", ci95=(1.0, 4.0))
    assert found.kind in LOG_KINDS and found.value == 2.0
    assert found.se == pytest.approx(math.log(4.0) / (2 * 1.959963984540054)) and found.se_source == "ci95"


def test_a_p_value_gives_an_error_where_nothing_else_does():
    found = mapped(contrast="drug - placebo", effect=0.05, unit="mmol/L", p=0.05)
    assert found.se == pytest.approx(0.05 / 1.959964, rel=1e-5) and found.se_source == "p"
    assert mapped(contrast="drug - placebo", effect=0.05, unit="mmol/L", p="<0.05").se is None


def test_the_reported_error_comes_first():
    found = mapped(value=2.0, unit="mg/dL", se=0.1, sd=0.9, ci95=(1.0, 3.0))
    assert found.se == pytest.approx(1 / MG_MOLAR_MASS) and found.se_source == "reported"


def test_a_unit_that_does_not_fit_is_said():
    found = mapped(unit="mm")
    assert found.value is None and "'mm' cannot be read as mmol/L" in found.reasons[0]


def test_unknown_words_are_reasons_with_near_names():
    assert "did you mean serum_mg" in mapped(measure="serum_mgg").reasons[0]
    assert "did you mean mmol/L" in mapped(unit="mmoll/L").reasons[0]


def test_times_are_stated_counted_in_hours_or_taken_from_the_dosing():
    assert mapped(time_d=28).time_source == "stated"
    assert (mapped(extra={"time_h": 6}).time_d, mapped(extra={"time_h": 6}).time_source) == (0.25, "hours")
    assert (mapped().time_d, mapped().time_source) == (84.0, "duration")
    assert mapped(time_d="90-180").time_d == 135.0
    assert mapped(arm="placebo").time_d is None and "time" in mapped(arm="placebo").gaps


def test_pooled_arms_and_lost_labels_are_told_apart():
    assert mapped(arm="all").arms == ("drug", "placebo")
    assert mapped(arm="smokers").arms == () and "arm" in mapped(arm="smokers").gaps
    assert mapped(contrast="per year of age", effect=1).contrast_arms == ()


def test_a_contrast_is_first_less_second():
    assert mapped(contrast="drug - placebo", effect=1).contrast_arms == ("drug", "placebo")
    assert mapped(contrast="placebo vs drug", effect=1).contrast_arms == ("placebo", "drug")
    assert mapped(contrast="drug vs control", effect=1).contrast_arms == ("drug", "placebo")
    named = mapped(contrast="main", effect=1, extra={"contrast_arms": ["drug", "placebo"]})
    assert named.contrast_arms == ("drug", "placebo")


def test_names_of_arms_may_hold_the_words_of_a_contrast():
    arms = (Arm("DBBM - large", 5, {}), Arm("DBBM - small", 5, {}), Arm("none", 5, {}))
    record = replace(BASE, arms=arms)
    assert find_contrast(record, "DBBM - large - DBBM - small") == ("DBBM - large", "DBBM - small")
    assert find_contrast(record, "DBBM - small vs none") == ("DBBM - small", "none")
    assert find_contrast(record, "none - none") == ()


def test_rows_of_a_review_have_their_own_graft():
    review = load_record("prf_sinus_table2021")
    found = {r.label: map_result(review, r).arms for r in review.results}
    assert found["Bolukbasi DBBM"] == ("Bolukbasi DBBM",) and found["Olgun T-PRF alone"] == ()


@pytest.mark.parametrize(
    ("record", "endpoint", "value", "unit"),
    [
        ("joris2016", "urine_24h", 2.01, "mmol/d"),
        ("zhang2016", "serum_total", 0.04, "mmol/L"),
        ("zhang2016", "urine_plateau_time", 280.0, "d"),
        ("fine1991", "fractional_absorption", 65.0, "%"),
        ("sabatier2002", "fractional_absorption", 45.7, "%"),
        ("fucentese2019", "gap_fill_pct", 40.1, "%"),
        ("btcp_cbct30", "volume_loss_pct", 24.4, "%"),
        ("beck2020vertical", "depth_profile", -0.34, "points/mm"),
        ("place1996", "hypomagnesaemia_pct", 57.0, "%"),
        ("rude1980", "tubular_maximum", 1.4 * 10 / MG_MOLAR_MASS, "mmol/L"),
    ],
)
def test_known_numbers_arrive_as_they_stand_in_the_record(record, endpoint, value, unit):
    found = [m for r, _, m in ALL if r.id == record and m.endpoint == endpoint and m.is_mapped]
    assert found[0].value == pytest.approx(value) and found[0].unit == unit


def test_a_judge_counts_what_a_model_can_express():
    record = load_record("joris2016")
    found = coverage(
        [record], judge=lambda record, result, m: "" if m.endpoint == "urine_24h" else "not in it"
    )
    assert found.expressible == 1 and sum(found.not_expressible.values()) == found.mapped - 1
    assert found.scored == 0  # joris2016 calibrates
    unseen = coverage([replace(record, use="validation")], judge=lambda *row: "")
    assert unseen.scored == unseen.expressible == unseen.mapped
    assert coverage([record]).expressible is None and coverage([record]).scored is None
