"""Stiff classics to ten digits, and the published solutions themselves checked by other integrators."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from sksundae.cvode import CVODE

from osseo.verify.classic import classic_names, load_classic, relative_error


def hires(t, y):
    meet = 280 * y[5] * y[7]
    return [
        -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
        1.71 * y[0] - 8.75 * y[1],
        -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
        8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
        -1.745 * y[4] + 0.43 * (y[5] + y[6]),
        -meet + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
        meet - 1.81 * y[6],
        1.81 * y[6] - meet,
    ]


def robertson(t, y):
    a, b, c = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return [b - a, a - b - c, c]


def oregonator(t, y):
    s, w, q = 77.27, 0.161, 8.375e-6
    return [s * (y[1] + y[0] * (1 - q * y[0] - y[1])), (y[2] - (1 + y[0]) * y[1]) / s, w * (y[0] - y[2])]


WRITTEN_HERE = {
    "hires": (hires, [1, 0, 0, 0, 0, 0, 0, 0.0057]),
    "robertson": (robertson, [1, 0, 0]),
    "oregonator": (oregonator, [1, 2, 3]),
}


def test_the_four_are_there():
    assert set(classic_names()) == {"robertson", "hires", "oregonator", "pollution"}


@pytest.mark.parametrize("name", classic_names())
def test_ten_digits(name):
    assert relative_error(load_classic(name), 1e-11, 1e-25) < 1e-10


@pytest.mark.parametrize("name", classic_names())
def test_error_follows_the_tolerance(name):
    classic = load_classic(name)
    loose, tight = (relative_error(classic, rtol, rtol * 1e-12) for rtol in (1e-6, 1e-9))
    assert tight < 1e-2 * loose
    assert tight < 1e-9


@pytest.mark.parametrize("name", WRITTEN_HERE)
def test_published_solutions_against_radau_on_equations_written_here(name):
    rates, start = WRITTEN_HERE[name]
    classic = load_classic(name)
    found = solve_ivp(rates, (0, classic.end), start, method="Radau", rtol=1e-10, atol=1e-20)
    assert found.success
    # Radau's own error at this tolerance; an error in an equation is of order one
    assert_allclose(found.y[:, -1], classic.solution, rtol=1e-7)


@pytest.mark.parametrize("name", WRITTEN_HERE)
def test_published_solutions_against_cvode_on_equations_written_here(name):
    rates, start = WRITTEN_HERE[name]
    classic = load_classic(name)

    def into(t, y, dydt):
        dydt[:] = rates(t, y)

    solver = CVODE(into, method="BDF", rtol=1e-12, atol=1e-22, max_num_steps=200_000)
    found = solver.solve(np.array([0.0, 0.5 * classic.end, classic.end]), np.array(start, dtype=float))
    assert found.success
    assert_allclose(found.y[-1], classic.solution, rtol=1e-7)
