"""Rates, one-year rates and times on the answer page, and what a person could change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from osseo.answer import answer_scenario
from osseo.answer.arm_names import describe_procedure
from osseo.answer.series import rate_band
from osseo.observe.endpoint import endpoint_names, load_endpoint
from osseo.scenario.types import Procedure

SCENARIO = """
question: Does magnesium help my fusion?
person: {age: 63 y, sex: male, kidney_disease: no, smoker: yes}
procedure: {site: spine_interbody, graft: {material: autograft_local}}
regimen:
  - {salt: citrate, dose: 300 mg, as: elemental, times_per_day: 2, with_meals: yes, from: -28 d, to: 180 d}
compare_with: none
visits: [91 d, 183 d, 365 d]
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The answer about a smoker's fusion."""
    path = tmp_path_factory.mktemp("rates") / "fusion.yaml"
    path.write_text(SCENARIO)
    (answer,) = answer_scenario(path, n_draws=40, seed=1)
    return answer


def test_every_endpoint_of_the_site_has_its_rows(result):
    for name in endpoint_names("spine_interbody"):
        rows = [row for row in result.rows if row.endpoint == name]
        visits = [91.0, 183.0, 365.0] if load_endpoint(name).at_visits else [None]
        assert [row.visit_d for row in rows] == visits
        assert all(math.isfinite(row.without.median) for row in rows)


def test_a_rate_is_a_mean_over_patients_that_rises_with_time(result):
    rows = [row for row in result.rows if row.endpoint == "fused_ct_pct"]
    assert {row.without.layer for row in rows} == {"parameter"}
    rates = [row.without.median for row in rows]
    assert 0.0 < rates[0] < rates[1] < rates[2] < 100.0
    for row in rows:
        assert row.without.low90 <= row.without.low50 <= row.without.median
        assert row.without.median <= row.without.high50 <= row.without.high90


def test_failure_by_one_year_is_what_is_not_fused(result):
    (failed,) = [row for row in result.rows if row.endpoint == "failure_1y_pct"]
    fused = next(r for r in result.rows if r.endpoint == "fused_ct_pct" and r.visit_d == 365.0)
    # the slips of a reader (2 % each way) are in the reading and not in the failure
    assert failed.without.median == pytest.approx(100.0 - fused.without.median, abs=3.0)


def test_the_ladder_shows_what_smoking_costs_this_fusion(result):
    (rung,) = [r for r in result.matters_more if r.name == "smoking"]
    assert "fused on CT -" in rung.text and "points (simulated" in rung.text
    assert "yang2024risk" in rung.records and "yang2024risk" in result.evidence


def test_the_notes_say_what_the_person_brings_along(result):
    assert any(note.startswith("smoking (1), against the average patient") for note in result.notes)


def test_rates_have_a_curve_of_means(result):
    (curve,) = [series for series in result.series if series.name == "fused_ct_pct"]
    row = next(r for r in result.rows if r.endpoint == "fused_ct_pct" and r.visit_d == 183.0)
    at = int(np.searchsorted(curve.time_d, 183.0))
    assert curve.without[0, at] == pytest.approx(row.without.median, abs=1e-9)


def test_band_of_a_rate_is_that_of_its_mean():
    chances = np.array([[0.0, 100.0], [100.0, 100.0], [0.0, 100.0], [100.0, 100.0], [np.nan, 1.0]])
    found = rate_band(chances)
    assert found[0] == pytest.approx([50.0, 100.0])
    assert found[4, 0] - 50.0 == pytest.approx(1.6449 * 50.0 / 2.0)
    assert np.isnan(rate_band(np.full((2, 3), np.nan))).all()


def test_the_worked_chain_reads_a_rate_over_patients(result):
    (end,) = [link for link in result.chain if link.step == "endpoint"]
    row = next(r for r in result.rows if r.endpoint == "fused_ct_pct" and r.visit_d == 183.0)
    # one patient at the middle is fused or not; over healing speeds it is a share, near the rate shown
    assert row.without.low90 - 20.0 < end.without < row.without.high90 + 20.0
    assert 2.5 < end.without < 97.5


def test_the_headline_tells_the_whole_operation():
    said = Procedure("fracture_tibia", "none", adjuncts=("rhbmp2",), fixation="nail_open")
    assert describe_procedure(said) == "tibial shaft fracture, no graft, 3 mm, with rhBMP-2, nail open"
    assert describe_procedure(Procedure("spine_cervical", "autograft_iliac", levels=3)).endswith("3 levels")
