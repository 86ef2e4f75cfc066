"""Reducers against closed forms: what is kept of a course without the course."""

import numpy as np
import pytest

from osseo.engine import EventRow, Reducer, expand_events, solve_batch
from osseo.errors import InputError

K = np.array([0.4, 1.3, 3.0])
P = np.column_stack([K, np.zeros(3)])
Y0 = np.tile([1.0, 0.0], (3, 1))
STATES = {"gut": 0, "gone": 1}
EVENTS = expand_events([EventRow(1.0, "bolus", "gut", 2.0)], STATES)
RUN = {"times": np.array([0.0, 2.0, 4.0]), "rtol": 1e-10, "events": EVENTS}


def reduced(kernels, *reducers, **more):
    result = solve_batch(kernels.decay(), P, Y0, reducers=reducers, **{**RUN, **more})
    result.raise_if_failed()
    return result.reduced


def test_final_max_min_area(kernels):
    of = [Reducer(kind, state=0) for kind in ("final", "max", "min", "area")]
    final, top, low, area = reduced(kernels, *of).T
    left = np.exp(-K)
    exact = (left + 2) * np.exp(-3 * K)
    # 1e-7: a thousand times the tolerance of the run
    np.testing.assert_allclose(final, exact, rtol=1e-7)
    # the largest value is just after the dose, the smallest before it or at the end
    np.testing.assert_allclose(top, left + 2, rtol=1e-7)
    np.testing.assert_allclose(low, np.minimum(left, exact), rtol=1e-7)
    np.testing.assert_allclose(area, (1 - left + (left + 2) * (1 - np.exp(-3 * K))) / K, rtol=1e-7)


def test_first_times(kernels):
    of = [
        Reducer("first_below", state=0, level=0.5),
        Reducer("first_above", state=0, level=1.5),
        Reducer("first_above", state=0, level=1.0),
        Reducer("first_above", state=0, level=9.0),
        Reducer("first_above", state=1, level=0.9),
    ]
    below, jump, start, never, gone = reduced(kernels, *of).T
    left = np.exp(-K)
    exact = np.where(left < 0.5, np.log(2) / K, 1 + np.log((left + 2) / 0.5) / K)
    np.testing.assert_allclose(below, np.where(exact <= 4.0, exact, np.inf), rtol=1e-7)
    np.testing.assert_array_equal(jump, 1.0)
    np.testing.assert_array_equal(start, 0.0)
    assert np.isinf(never).all()
    here = np.where(
        1 - left >= 0.9, -np.log(0.1) / K, 1 + np.log((left + 2) / (left + 2 - 0.9 + 1 - left)) / K
    )
    np.testing.assert_allclose(gone, np.where(here <= 4.0, here, np.inf), rtol=1e-7)


def test_a_smooth_maximum_between_steps(kernels):
    """Of the logistic growth rate's own course there is no maximum; an oscillator has one."""
    result = solve_batch(
        kernels.oscillator(),
        [[2.0]],
        [[0.0, 2.0]],
        times=[0.0, 2.0],
        rtol=1e-9,
        reducers=[Reducer("max", state=0), Reducer("min", state=1), Reducer("area", state=0)],
    )
    # 1e-7: the run's own error; the maximum lies inside a step
    np.testing.assert_allclose(result.reduced[0, :2], [1.0, -2.0], rtol=1e-7)
    np.testing.assert_allclose(result.reduced[0, 2], (1 - np.cos(4.0)) / 2, rtol=1e-7)


def test_outputs_are_reduced_too(kernels):
    total = reduced(kernels, Reducer("final", output=0), Reducer("max", output=0))
    np.testing.assert_allclose(total, 3.0, rtol=1e-9)


@pytest.mark.parametrize("store", ["all", "outputs", "none"])
def test_what_is_stored_changes_no_number(kernels, store):
    of = [Reducer("area", state=0), Reducer("max", output=0)]
    whole = solve_batch(kernels.decay(), P, Y0, reducers=of, **RUN)
    result = solve_batch(kernels.decay(), P, Y0, reducers=of, store=store, **RUN)
    np.testing.assert_array_equal(result.reduced, whole.reduced)
    assert result.y.shape[1] == (3 if store == "all" else 0)
    assert result.out.shape[1] == (0 if store == "none" else 3)
    if store != "none":
        np.testing.assert_array_equal(result.out, whole.out)


def test_reducers_change_no_course(kernels):
    plain = solve_batch(kernels.decay(), P, Y0, **RUN)
    seen = solve_batch(kernels.decay(), P, Y0, reducers=[Reducer("area", state=0)], **RUN)
    np.testing.assert_array_equal(plain.y, seen.y)
    np.testing.assert_array_equal(plain.n_steps, seen.n_steps)


def test_a_failed_member_has_no_number_and_spoils_no_other(kernels):
    bad = P.copy()
    bad[1, 0] = np.nan
    of = [Reducer("final", state=0), Reducer("first_above", state=0, level=9.0)]
    result = solve_batch(kernels.decay(), bad, Y0, reducers=of, store="none", **RUN)
    assert np.isnan(result.reduced[1]).all()
    np.testing.assert_array_equal(result.reduced[[0, 2]], reduced(kernels, *of)[[0, 2]])


def test_what_cannot_be_reduced_is_said_at_once(kernels):
    of = [
        Reducer("area"),
        Reducer("maximum", state=0),
        Reducer("max", state=7),
        Reducer("first_above", output=0),
    ]
    with pytest.raises(InputError) as caught:
        solve_batch(kernels.decay(), P, Y0, reducers=of, store="some", **RUN)
    for words in ("give one of the two", "'maximum'", "2 states", "level nan", "'some'"):
        assert words in str(caught.value)


def test_results_that_cannot_fit_are_refused_with_the_estimate(kernels):
    with pytest.raises(InputError, match=r"need \d.* TB; this machine has .*run_chunked"):
        solve_batch(
            kernels.decay(),
            np.tile(P[:1], (100_000, 1)),
            np.tile(Y0[:1], (100_000, 1)),
            times=np.arange(1_000_000.0),
        )


def test_running_integral_and_value_at_every_time(kernels):
    """Against closed forms: times on steps, inside steps, at the dose, and just after it."""
    times = np.array([0.0, 0.03, 0.5, 0.9999, 1.0, 1.0001, 1.7, 3.2, 4.0])
    of = [Reducer("cumulative", state=0), Reducer("value", output=0), Reducer("cumulative", output=0)]
    result = solve_batch(kernels.decay(), P, Y0, reducers=of, store="none", **{**RUN, "times": times})
    k, t = K[:, None], times[None, :]
    left = np.exp(-K)[:, None]
    before = (1 - np.exp(-k * t)) / k
    after = (1 - left) / k + (left + 2) * (1 - np.exp(-k * (t - 1))) / k
    # 1e-7: a thousand times the tolerance of the run; outputs here are gut + gone: 1, from the dose on 3
    np.testing.assert_allclose(result.series[:, :, 0], np.where(t < 1, before, after), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(result.series[:, :, 1], np.tile(np.where(t < 1, 1.0, 3.0), (3, 1)), rtol=1e-9)
    whole = np.where(t < 1, t, 1 + 3 * (t - 1))
    np.testing.assert_allclose(result.series[:, :, 2], np.tile(whole, (3, 1)), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(result.reduced[:, 0], result.series[:, -1, 0])


def test_series_agree_with_what_is_stored(kernels):
    of = [Reducer("value", state=1), Reducer("cumulative", state=0), Reducer("area", state=0)]
    result = solve_batch(kernels.decay(), P, Y0, reducers=of, **{**RUN, "times": np.linspace(0, 4, 401)})
    np.testing.assert_array_equal(result.series[:, :, 0], result.y[:, :, 1])
    np.testing.assert_array_equal(result.reduced[:, 1], result.reduced[:, 2])
    # Simpson over every two intervals of 0.01 d before the dose at 1 d: 1e-8
    y = result.y[:, :101, 0]
    simpson = 0.01 / 3 * (y[:, 0] + 4 * y[:, 1:100:2].sum(1) + 2 * y[:, 2:99:2].sum(1) + y[:, 100] - 2.0)
    np.testing.assert_allclose(result.series[:, 100, 1], simpson, rtol=1e-8)


def test_series_of_a_failed_member_end_where_it_failed(kernels):
    bad = P.copy()
    bad[1, 0] = np.nan
    of = [Reducer("cumulative", state=0)]
    result = solve_batch(kernels.decay(), bad, Y0, reducers=of, store="none", **RUN)
    good = solve_batch(kernels.decay(), P, Y0, reducers=of, store="none", **RUN)
    assert np.isnan(result.series[1]).all()
    np.testing.assert_array_equal(result.series[[0, 2]], good.series[[0, 2]])
