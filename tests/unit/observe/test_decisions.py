"""Failure and second operations: base rates of records, moved by the modelled state and by covariates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.observe.decisions import failure_by_one_year, healed, reoperated
from osseo.observe.measure import measure, measure_curve
from osseo.observe.noise import add_noise
from osseo.observe.settings import load_settings
from osseo.parameters.table import load_parameters
from osseo.site.course import Column

TIMES = np.linspace(0.0, 730.0, 147)
COLUMN = Column(np.array([0.0, 1.0, 2.0]), 1.0)


def _course(build_course, share, site, **kwargs):
    """Members with a constant mineral share (n,) from day 30 on."""
    rise = np.minimum(TIMES / 30.0, 1.0)
    mineral = np.outer(share, rise)[:, :, None] * np.ones(2)
    return build_course(TIMES, [COLUMN], {"mineral": [mineral]}, site=site, material="none", **kwargs)


def test_usual_patient_loses_an_implant_at_the_base_rate(build_course):
    """augmented_cohort2026: 2.17 %, 70 % of it in the first year."""
    table = load_parameters("observe")
    course = _course(build_course, [table.value("observe.failure_bone")], "sinus_lift")
    results = {
        r.measure: r.number for r in load_record("augmented_cohort2026").results if r.arm == "augmented"
    }
    base = results["implant_failure"] * results["share_of_failures_within_1_year"] / 100
    assert measure("failure_1y_pct", course, ())[0, 0] == pytest.approx(base, rel=0.01)


def test_less_bone_fails_more_often(build_course):
    course = _course(build_course, [0.1, 0.2, 0.3, 0.4], "socket")
    risk = failure_by_one_year(course)
    assert (np.diff(risk) < 0).all()
    # 10 points less bone: twice the odds, by definition of the slope
    odds = risk / (1 - risk)
    np.testing.assert_allclose(odds[:-1] / odds[1:], np.exp(0.69), rtol=1e-6)


def test_no_bridge_is_a_failure_and_a_bridge_is_none(build_course):
    course = _course(build_course, [0.0, 0.4], "fracture_tibia")
    np.testing.assert_allclose(failure_by_one_year(course), [1.0, 0.0], atol=1e-6)
    spine = _course(build_course, [0.0, 0.4], "spine_interbody")
    np.testing.assert_allclose(failure_by_one_year(spine), [1.0, 0.0], atol=1e-6)


def test_a_slip_of_the_reader_is_no_failure(build_course):
    course = _course(build_course, [0.4], "fracture_tibia")
    assert healed(course)[0, -1] == pytest.approx(1.0, abs=1e-6)
    assert measure("union_pct", course, (365.0,))[0, 0] < 99.0


@pytest.mark.parametrize("site", ["fracture_tibia", "spine_posterolateral"])
def test_second_operations_add_up_and_wait_for_half_a_year(build_course, site):
    healed_one, open_one = reoperated(_course(build_course, [0.4, 0.0], site))
    at = [int(np.searchsorted(TIMES, day)) for day in (0, 91, 183, 365, 730)]
    assert healed_one[at[0]] == 0.0
    assert (np.diff(healed_one) >= 0).all() and (np.diff(open_one) >= 0).all()
    assert open_one[at[1]] == pytest.approx(healed_one[at[1]])
    assert open_one[at[3]] > healed_one[at[3]] + 0.1


def test_union_after_the_second_operation_does_not_undo_it(build_course):
    late = np.clip((TIMES - 365.0) / 200.0, 0.0, 1.0) * 0.4
    mineral = late[None, :, None] * np.ones((1, 1, 2))
    course = build_course(TIMES, [COLUMN], {"mineral": [mineral]}, site="fracture_tibia", material="none")
    risk = reoperated(course)[0]
    assert healed(course)[0, -1] > 0.99
    assert (np.diff(risk) >= 0).all() and risk[-1] > 0.4


def test_spine_base_follows_the_published_course(build_course):
    """wang2022reop: 3.9 / 5.6 / 7.1 % at 3 / 12 / 24 months of all causes; two thirds of it in the healed."""
    course = _course(build_course, [0.4], "spine_interbody")
    seen = {r.time: r.number for r in load_record("wang2022reop").results if r.arm == "preprint"}
    risk = measure("reoperation_pct", course, (91.0, 365.0, 730.0))[0]
    np.testing.assert_allclose(risk, [2 / 3 * seen[t] for t in (91, 365, 730)], rtol=0.12)


@given(st.floats(-2, 2), st.floats(0.0, 2.0))
def test_odds_of_covariates_move_the_risk_their_way(first, more):
    from osseo.site.course import SiteCourse

    volume = np.full((1, 3, 2), 1.0)
    amounts = {
        "volume": (volume,),
        "osteoid": (0 * volume,),
        "mineral": (0.05 * volume,),
        "graft": (0 * volume,),
    }
    times = np.array([0.0, 200.0, 400.0])
    zero = np.zeros(1)
    course = SiteCourse("fracture_tibia", "none", times, (COLUMN,), amounts, {}, zero, zero)
    for risk in (failure_by_one_year, reoperated):
        assert (risk(course, log_odds=first + more) >= risk(course, log_odds=first) - 1e-12).all()


def test_odds_reach_the_endpoint_through_the_settings(build_course):
    course = _course(build_course, [0.3], "implant")
    usual = measure("failure_1y_pct", course, ())[0, 0] / 100
    twice = load_settings(log_odds={"failure_1y_pct": np.log(2.0)})
    worse = measure("failure_1y_pct", course, (), settings=twice)[0, 0] / 100
    assert worse / (1 - worse) == pytest.approx(2 * usual / (1 - usual))


def test_a_course_shorter_than_a_year_has_no_yearly_rate(build_course):
    times = np.linspace(0.0, 200.0, 5)
    course = build_course(times, [COLUMN], {"mineral": [np.full((1, 5, 2), 0.3)]}, site="implant")
    with pytest.raises(InputError, match="ends on day 200; simulate at least 365 d"):
        failure_by_one_year(course)


def test_one_reading_of_a_rate_is_yes_or_no(build_course):
    course = _course(build_course, np.full(4000, 0.115), "fracture_tibia")
    chance = measure_curve("union_pct", course)[:, -1]
    read = add_noise(chance, "union_pct", seed=3)
    assert set(np.unique(read)) == {0.0, 100.0}
    # 5 standard errors of a share over 4000
    assert read.mean() == pytest.approx(chance.mean(), abs=5 * 50 / np.sqrt(4000))
    assert np.isnan(add_noise(np.array([np.nan]), "union_pct", seed=3)).all()


def test_noise_of_millimetres_is_in_millimetres():
    noisy = add_noise(np.full(20_000, 4.0), "width_loss_mm", seed=1)
    assert noisy.std() == pytest.approx(load_parameters("observe").value("observe.width_noise"), rel=0.03)
