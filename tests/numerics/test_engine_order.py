"""Observed order of the stepper, its dense output, its time derivative, and how error follows rtol."""

import importlib.util
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

from osseo.engine.batch import solve_batch
from osseo.engine.events import EventTable
from osseo.engine.inputs import InputTable

if "engine_kernels" not in sys.modules:
    _path = Path(__file__).parents[1] / "unit" / "engine" / "kernels.py"
    _spec = importlib.util.spec_from_file_location("engine_kernels", _path)
    sys.modules["engine_kernels"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["engine_kernels"])
kernels = sys.modules["engine_kernels"]

END = 3.0


def fixed_steps(kernel, p, y0, n, times):
    """Force n equal steps: an event that changes nothing at each end, and a tolerance of no account."""
    stops = np.linspace(0, END, n + 1)[1:-1]
    none = np.zeros(stops.size)
    table = EventTable(stops, none.astype(np.int64), none, none)
    return solve_batch(kernel, [[p]], [[y0]], times=times, events=table, rtol=0.9, atol=1e6)


def logistic(t):
    return 1 / (1 + 9 * np.exp(-2 * t))


CASES = {
    "autonomous": (kernels.logistic, 2.0, 0.1, logistic),
    "driven by time": (kernels.clocked, 1.0, 1.0, np.cos),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dense", [False, True], ids=["at the steps", "between the steps"])
def test_order_five(case, dense):
    make, p, y0, exact = CASES[case]
    errors = []
    for n in (32, 64):
        inside = (np.arange(n) + 0.37) * END / n if dense else np.zeros(0)
        times = np.concatenate([[0.0], inside, [END]])
        result = fixed_steps(make(), p, y0, n, times)
        errors.append(np.abs(result.y[0, :, 0] - exact(times)).max())
    # the interpolation is of order 4, its error over one step of order 5
    assert np.log2(errors[0] / errors[1]) == pytest.approx(5.0, abs=0.3)
    assert errors[1] < 1e-8


def test_order_five_with_a_linear_input():
    # y' = u - p y: the time derivative comes from the slope of the table
    table = InputTable(np.array([0.0, END]), np.array([[[1.0], [7.0]]]))
    p, y0 = 1.5, 0.0
    slope = 6.0 / END
    exact = (1 / p - slope / p**2) * (1 - np.exp(-p * END)) + slope / p * END
    errors = []
    for n in (16, 32):
        stops = np.linspace(0, END, n + 1)[1:-1]
        none = np.zeros(stops.size)
        events = EventTable(stops, none.astype(np.int64), none, none)
        result = solve_batch(
            kernels.driven(),
            [[p]],
            [[y0]],
            times=[0, END],
            u=table,
            events=events,
            rtol=0.9,
            atol=1e6,
        )
        errors.append(abs(result.y[0, -1, 0] - exact))
    assert np.log2(errors[0] / errors[1]) > 4.7
    assert errors[1] < 1e-9


@pytest.mark.parametrize("stiffness", [1.0, 1e3, 1e5])
def test_stiff_and_driven_by_time_meets_its_tolerance(stiffness):
    # Prothero and Robinson: methods of low stage order lose theirs here; errors are bounded, not tiny
    times = np.linspace(0, 10, 101)
    for rtol in (1e-6, 1e-8):
        result = solve_batch(kernels.clocked(), [[stiffness]], [[1.0]], times=times, rtol=rtol)
        error = np.abs(result.y[0, :, 0] - np.cos(times)).max()
        assert error < (100 if stiffness < 1e4 else 3000) * rtol
        assert result.n_steps[0] < 500


def test_error_follows_tolerance():
    times, errors = np.linspace(0, 10, 11), []
    for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
        result = solve_batch(kernels.decay(), [[1.0, 0.3]], [[1.0, 0.0]], times=times, rtol=rtol)
        exact = (np.exp(-times) - np.exp(-0.3 * times)) / (0.3 - 1)
        errors.append(np.abs(result.y[0, :, 1] - exact).max() / rtol)
    assert max(errors) < 5.0


@pytest.mark.parametrize("rtol", [1e-5, 1e-7])
def test_split_run(rtol):
    times = np.array([0.0, 0.013, 0.4, 1.7, 40.0, 321.0])
    kernel, p = kernels.hires(), [[280.0]]
    y0 = np.array([[1.0, 0, 0, 0, 0, 0, 0, 0.0057]])
    whole = solve_batch(kernel, p, y0, times=times[[0, -1]], rtol=rtol, atol=1e-12)
    y = y0
    for a, b in itertools.pairwise(times):
        y = solve_batch(kernel, p, y, times=[a, b], rtol=rtol, atol=1e-12).y[:, -1]
    np.testing.assert_allclose(y, whole.y[:, -1], rtol=10 * rtol)


def test_save_times_change_no_step():
    few = solve_batch(kernels.logistic(), [[2.0]], [[0.1]], times=[0.0, 4.0])
    many = solve_batch(kernels.logistic(), [[2.0]], [[0.1]], times=np.linspace(0, 4, 501))
    assert few.n_steps[0] == many.n_steps[0]
    np.testing.assert_array_equal(few.y[0, -1], many.y[0, -1])
    exact = logistic(many.times)
    np.testing.assert_allclose(many.y[0, :, 0], exact, rtol=2e-6)
