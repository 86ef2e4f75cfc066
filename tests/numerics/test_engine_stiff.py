"""Stiff textbook problems against scipy's Radau at a far tighter tolerance."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from osseo.engine.batch import solve_batch

if "engine_kernels" not in sys.modules:
    _path = Path(__file__).parents[1] / "unit" / "engine" / "kernels.py"
    _spec = importlib.util.spec_from_file_location("engine_kernels", _path)
    sys.modules["engine_kernels"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["engine_kernels"])
kernels = sys.modules["engine_kernels"]

PROBLEMS = {
    "robertson": (
        kernels.robertson,
        [0.04, 3e7, 1e4],
        [1.0, 0.0, 0.0],
        np.concatenate([[0.0], np.logspace(-2, 5, 40)]),
    ),
    "hires": (
        kernels.hires,
        [280.0],
        [1.0, 0, 0, 0, 0, 0, 0, 0.0057],
        np.concatenate([[0.0], np.linspace(1, 421.8122, 40)]),
    ),
    "van der pol": (kernels.van_der_pol, [300.0], [2.0, 0.0], np.linspace(0, 220, 45)),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_against_radau(problem):
    make, p, y0, times = PROBLEMS[problem]
    kernel, rtol = make(), 1e-7
    atol = rtol * 1e-6
    rhs = kernels.python_rhs(kernel)
    reference = solve_ivp(
        lambda t, y: rhs(t, y, p),
        (times[0], times[-1]),
        y0,
        method="Radau",
        t_eval=times,
        rtol=1e-10,
        atol=1e-14,
    ).y.T
    result = solve_batch(kernel, [p], [y0], times=times, rtol=rtol, atol=atol)
    assert result.ok.all()
    scale = np.abs(reference).max(axis=0)
    error = np.abs(result.y[0] - reference) / np.maximum(np.abs(reference), 1e-3 * scale)
    # global error of a stiff problem: at most 30 local tolerances
    assert error.max() < 30 * rtol


def test_linear_invariant_is_kept():
    # Rosenbrock stages keep what the equations keep; 1e-12 is rounding over 10^6 time units
    times = np.concatenate([[0.0], np.logspace(-3, 6, 60)])
    result = solve_batch(kernels.robertson(), [[0.04, 3e7, 1e4]], [[1.0, 0, 0]], times=times, rtol=1e-5)
    np.testing.assert_allclose(result.y.sum(axis=2), 1.0, rtol=1e-12)


def test_batch_of_stiffnesses_equals_each_alone():
    p = np.logspace(0, 3, 7)[:, None]
    y0 = np.tile([2.0, 0.0], (7, 1))
    times = np.linspace(0, 20, 9)
    batch = solve_batch(kernels.van_der_pol(), p, y0, times=times)
    assert batch.ok.all()
    for i in range(7):
        alone = solve_batch(kernels.van_der_pol(), p[i : i + 1], y0[i : i + 1], times=times)
        np.testing.assert_array_equal(alone.y[0], batch.y[i])
