"""solve_batch: inputs in time, independence of members, statuses, and what it refuses."""

import numpy as np
import pytest

from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, expand_events
from osseo.engine.inputs import InputTable
from osseo.engine.native.loops import load_loop
from osseo.engine.status import Status
from osseo.errors import InputError, SolveError

TIMES = np.linspace(0.0, 6.0, 13)


def members(n, seed=3):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 3.0, (n, 2)), rng.uniform(0.0, 5.0, (n, 2))


def test_linear_input_against_closed_form(kernels):
    # y' = a + b t - p y on each piece
    knots, values = np.array([0.0, 2.0, 3.0]), np.array([1.0, 5.0, 0.5])
    table = InputTable(knots, values[None, :, None], "linear")
    p, times = 0.7, np.array([0.0, 0.5, 2.0, 2.25, 3.0, 4.5])
    result = solve_batch(kernels.driven(), [[p]], [[2.0]], times=times, u=table, rtol=1e-9)
    y, t_0, expected = 2.0, 0.0, [2.0]
    for t in times[1:]:
        for end in [k for k in knots if t_0 < k < t] + [t]:
            u_0, u_1 = np.interp([t_0, end], knots, values)
            b = (u_1 - u_0) / (end - t_0)
            particular = lambda x, a=u_0, b=b: (a + b * x) / p - b / p**2  # noqa: E731
            y = particular(end - t_0) + (y - particular(0.0)) * np.exp(-p * (end - t_0))
            t_0 = end
        expected.append(y)
    np.testing.assert_allclose(result.y[0, :, 0], expected, rtol=1e-8)
    np.testing.assert_allclose(result.out[0, :, 0], np.interp(times, knots, values), rtol=1e-12)


def test_step_input_holds_from_its_knot_on(kernels):
    table = InputTable(np.array([0.0, 1.0, 2.0]), np.array([[[1.0], [4.0], [0.0]]]), "step")
    times = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 4.0])
    result = solve_batch(kernels.driven(), [[1.0]], [[0.0]], times=times, u=table, rtol=1e-9)
    np.testing.assert_array_equal(result.out[0, :, 0], [1, 1, 4, 4, 0, 0])
    at_1 = 1 - np.exp(-1.0)
    at_2 = 4 + (at_1 - 4) * np.exp(-1.0)
    np.testing.assert_allclose(result.y[0, [2, 4, 5], 0], [at_1, at_2, at_2 * np.exp(-2)], rtol=1e-8)


def test_input_is_held_outside_its_table(kernels):
    table = InputTable(np.array([2.0, 3.0]), np.array([[[1.0], [2.0]]]), "linear")
    result = solve_batch(kernels.driven(), [[1.0]], [[1.0]], times=TIMES, u=table, rtol=1e-9)
    np.testing.assert_array_equal(result.out[0, [0, 2, -1], 0], [1.0, 1.0, 2.0])
    np.testing.assert_allclose(result.y[0, TIMES <= 2, 0], 1.0, rtol=1e-9)


def test_one_input_row_per_member(kernels):
    values = np.arange(1.0, 4.0)[:, None, None] * np.ones((3, 2, 1))
    table = InputTable(np.array([0.0, 6.0]), values)
    result = solve_batch(kernels.driven(), np.ones((3, 1)), np.zeros((3, 1)), times=TIMES, u=table)
    np.testing.assert_allclose(result.y[:, -1, 0], np.arange(1, 4) * (1 - np.exp(-6.0)), rtol=1e-5)


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_change_no_bit(kernels, n_threads):
    p, y0 = members(37)
    one = solve_batch(kernels.decay(), p, y0, times=TIMES, n_threads=1)
    many = solve_batch(kernels.decay(), p, y0, times=TIMES, n_threads=n_threads)
    np.testing.assert_array_equal(one.y, many.y)
    np.testing.assert_array_equal(one.out, many.out)
    np.testing.assert_array_equal(one.n_steps, many.n_steps)


def test_permuted_batch_is_the_permuted_result(kernels):
    p, y0 = members(19)
    order = np.random.default_rng(5).permutation(19)
    straight = solve_batch(kernels.decay(), p, y0, times=TIMES)
    shuffled = solve_batch(kernels.decay(), p[order], y0[order], times=TIMES)
    np.testing.assert_array_equal(straight.y[order], shuffled.y)


def test_read_only_and_strided_arrays_are_the_same_run(kernels):
    p, y0 = members(4)
    frozen = np.asfortranarray(p)
    frozen.setflags(write=False)
    times = np.broadcast_to(TIMES, (2, TIMES.size))[1]
    a = solve_batch(kernels.decay(), p, y0, times=TIMES)
    misses = load_loop.cache_info().misses
    b = solve_batch(kernels.decay(), frozen, y0, times=times)
    np.testing.assert_array_equal(a.y, b.y)
    assert load_loop.cache_info().misses == misses, "compiled once for all kinds of arrays"


@pytest.mark.parametrize("where", ["p", "y0", "jump"])
def test_nan_spoils_its_member_only(kernels, where):
    p, y0 = members(9)
    tables = [expand_events([EventRow(1.0, "bolus", "a", 2.0)], {"a": 0, "b": 1}) for _ in range(9)]
    clean = solve_batch(kernels.decay(), p, y0, times=TIMES, events=tables)
    if where == "jump":
        tables[4].jump[0] = np.nan
    else:
        {"p": p, "y0": y0}[where][4, 1] = np.nan
    spoilt = solve_batch(kernels.decay(), p, y0, times=TIMES, events=tables)
    others = np.arange(9) != 4
    np.testing.assert_array_equal(spoilt.y[others], clean.y[others])
    np.testing.assert_array_equal(spoilt.out[others], clean.out[others])
    assert spoilt.status[4] == Status.BAD_INPUT and np.all(spoilt.status[others] == Status.OK)
    assert np.all(np.isnan(spoilt.y[4])) and np.all(np.isnan(spoilt.out[4]))


def test_nan_in_one_row_of_inputs(kernels):
    values = np.ones((3, 2, 1))
    values[1, 1, 0] = np.inf
    table = InputTable(np.array([0.0, 6.0]), values)
    result = solve_batch(kernels.driven(), np.ones((3, 1)), np.zeros((3, 1)), times=TIMES, u=table)
    np.testing.assert_array_equal(result.status, [Status.OK, Status.BAD_INPUT, Status.OK])


def test_blow_up_keeps_what_was_reached_and_is_nan_after(kernels):
    end = 2.2
    p, y0 = np.array([[1.0], [0.01]]), np.array([[1 / end, 1.0], [1 / end, 1.0]])
    result = solve_batch(kernels.explosion(), p, y0, times=TIMES)
    assert result.status[0] in (Status.STEP_TOO_SMALL, Status.NOT_FINITE)
    assert result.status[1] == Status.OK
    reached = end > TIMES
    assert result.fail_time[0] == pytest.approx(end, rel=1e-6)
    np.testing.assert_allclose(result.y[0, reached, 0], 1 / (end - TIMES[reached]), rtol=1e-4)
    assert np.all(np.isnan(result.y[0, ~reached])) and np.all(np.isnan(result.out[0, ~reached]))


def test_step_limit(kernels):
    result = solve_batch(kernels.decay(), [[1, 1]], [[1, 1]], times=TIMES, rtol=1e-10, max_steps=7)
    assert result.status[0] == Status.TOO_MANY_STEPS
    assert result.n_steps[0] == 7
    assert np.isfinite(result.y[0, 0]).all() and np.isnan(result.y[0, -1]).all()


def test_atol_per_state(kernels):
    loose = solve_batch(kernels.decay(), [[1, 1]], [[1, 1]], times=TIMES, atol=np.array([1.0, 1.0]))
    tight = solve_batch(kernels.decay(), [[1, 1]], [[1, 1]], times=TIMES, atol=np.array([1.0, 1e-9]))
    assert loose.n_steps[0] < tight.n_steps[0]


def test_single_time_and_empty_batch(kernels):
    one = solve_batch(kernels.decay(), [[1, 1]], [[1, 2]], times=[0.0])
    np.testing.assert_array_equal(one.y[0, 0], [1, 2])
    none = solve_batch(kernels.decay(), np.zeros((0, 2)), np.zeros((0, 2)), times=TIMES)
    assert none.y.shape == (0, 13, 2) and none.ok.all()


def test_all_problems_are_told_at_once(kernels):
    with pytest.raises(InputError) as caught:
        solve_batch(
            kernels.driven(),
            np.ones((2, 3)),
            np.ones((2, 1)),
            times=[0.0, 2.0, 1.0],
            rtol=3.0,
            atol=-1.0,
        )
    text = str(caught.value)
    for part in ("p: got shape (2, 3)", "times:", "u: got none", "rtol:", "atol:"):
        assert part in text
    assert len(caught.value.issues) == 5


@pytest.mark.parametrize(
    ("table", "part"),
    [
        (InputTable(np.array([0.0, 0.0]), np.ones((1, 2, 1))), "do not increase"),
        (InputTable(np.array([0.0, 1.0]), np.ones((1, 2, 2))), "expected (1 or 1, 2, 1)"),
        (InputTable(np.array([0.0]), np.ones((1, 1, 1)), "cubic"), "linear or step"),
        (InputTable(np.array([np.nan]), np.ones((1, 1, 1))), "finite times"),
    ],
)
def test_bad_input_tables(kernels, table, part):
    with pytest.raises(InputError, match="u\\.") as caught:
        solve_batch(kernels.driven(), [[1.0]], [[1.0]], times=TIMES, u=table)
    assert part in str(caught.value)


def test_raise_if_failed(kernels):
    good = solve_batch(kernels.decay(), [[1, 1]], [[1, 2]], times=TIMES)
    good.raise_if_failed(("a", "b"))
    p, y0 = members(5)
    p[[1, 3], 0] = np.nan
    bad = solve_batch(kernels.decay(), p, y0, times=TIMES)
    with pytest.raises(SolveError, match="2 of 5 members failed; first: member 1"):
        bad.raise_if_failed(("a", "b"))
