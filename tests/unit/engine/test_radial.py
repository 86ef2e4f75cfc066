"""Radial columns: areas of faces and cells, closed ledgers, textbook cylinders, and the planar limit."""

import numpy as np
import pytest
from scipy.special import j0, jn_zeros

from osseo.engine.grid import FaceLaw, FieldTransport, Grid, radial_grid, uniform_grid
from osseo.engine.site import solve_site
from osseo.errors import InputError

NEAR = [FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw())]
BOTH = [FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw("value", 2))]
CLOSED = [FieldTransport(0, -1, 0)]


def edges(length, n):
    return np.linspace(0.0, length, n + 1)


def solve(kernels, grid, p, y0, times, transport, dt=0.02):
    return solve_site(kernels.spread(), grid, [p], y0, times=times, transport=transport, dt=dt)


def test_areas_of_rings():
    inward = radial_grid(edges(3.0, 3), 3.0)
    np.testing.assert_allclose(inward.face_areas, [1, 2 / 3, 1 / 3, 0])
    # volume of a ring of outer radius a and inner b, per length, over the wall 2 pi 3
    rings = np.pi * np.array([9 - 4, 4 - 1, 1]) / (2 * np.pi * 3)
    np.testing.assert_allclose(inward.cell_areas * inward.widths, rings)
    outward = radial_grid(edges(2.0, 2), 2.0, outward=True)
    np.testing.assert_allclose(outward.face_areas, [1, 1.5, 2])
    np.testing.assert_array_equal(uniform_grid(4.0, 3).cell_areas, 1.0)


def test_areas_of_one_are_the_planar_column_bit_by_bit(kernels):
    plain = uniform_grid(2.0, 12)
    y0 = np.random.default_rng(4).random((1, 12, 1))
    results = [
        solve(kernels, grid, [0.3, 1.0, 0.2], y0, [0.0, 1.0, 5.0], BOTH)
        for grid in (plain, Grid(plain.edges, np.ones(13)))
    ]
    np.testing.assert_array_equal(results[0].y, results[1].y)
    np.testing.assert_array_equal(results[0].wall_in, results[1].wall_in)


@pytest.mark.parametrize("outward", [False, True])
@pytest.mark.parametrize("law", [CLOSED, NEAR, BOTH], ids=["closed", "near wall", "both walls"])
def test_amounts_close_over_rings(kernels, law, outward):
    grid = radial_grid(edges(2.0, 16), 2.5, outward)
    y0 = np.random.default_rng(5).random((1, 16, 1))
    result = solve(kernels, grid, [0.3, 1.0, 0.2], y0, np.linspace(0, 10, 4), law, dt=0.25)
    inside = (result.y[0, :, :, 0] * grid.cell_areas).sum(axis=1)
    np.testing.assert_allclose(inside, inside[0] + result.wall_in[0, :, 0], rtol=1e-12)
    assert result.y.min() >= 0.0
    if law is CLOSED:
        density = result.y[0, -1, :, 0] / grid.widths
        far_from_start = np.abs(y0[0, :, 0] / grid.widths - density).max()
        assert np.ptp(density) < 0.2 * far_from_start


def test_steady_flux_between_two_cylinders_is_the_logarithm(kernels):
    errors = []
    for n in (10, 20, 40):
        grid = radial_grid(edges(3.0, n), 1.0, outward=True)
        result = solve(kernels, grid, [0.5, 1.0, 0.0], np.zeros((1, n, 1)), [0.0, 400.0], BOTH, dt=1.0)
        density = result.y[0, -1, :, 0] / grid.widths
        errors.append(np.abs(density - (1 - np.log(1 + grid.centres) / np.log(4.0))).max())
    assert errors[-1] < 2e-3
    # second order in the cell
    assert errors[0] / errors[1] > 3 and errors[1] / errors[2] > 3


def test_a_filling_cylinder_is_the_bessel_series(kernels):
    # walls at 1, empty at first: rho = 1 - sum 2 J0(b r)/(b J1(b)) exp(-b^2 D t); b J1(b) = -dJ0
    radius, d, t, n = 1.0, 0.1, 0.8, 64
    grid = radial_grid(edges(radius, n), radius)
    result = solve(kernels, grid, [d, 1.0, 0.0], np.zeros((1, n, 1)), [0.0, t], NEAR, dt=0.005)
    r, b = radius - grid.centres, jn_zeros(0, 60)
    slope = -(j0(b + 1e-6) - j0(b - 1e-6)) / 2e-6
    series = (2 * j0(np.outer(r, b)) / (b * slope) * np.exp(-(b**2) * d * t)).sum(axis=1)
    np.testing.assert_allclose(result.y[0, -1, :, 0] / grid.widths, 1 - series, atol=1e-3)
    # a planar column of the same depth fills more slowly: the ring meets itself
    flat = solve(kernels, uniform_grid(radius, n), [d, 1.0, 0.0], np.zeros((1, n, 1)), [0.0, t], NEAR)
    assert np.all(flat.y[0, -1, n // 2 :, 0] < result.y[0, -1, n // 2 :, 0])


def test_a_wide_cylinder_is_flat(kernels):
    y0 = np.zeros((1, 16, 1))
    wide = solve(kernels, radial_grid(edges(2.0, 16), 2e5), [0.3, 1.0, 0.2], y0, [0.0, 3.0], BOTH)
    flat = solve(kernels, uniform_grid(2.0, 16), [0.3, 1.0, 0.2], y0, [0.0, 3.0], BOTH)
    np.testing.assert_allclose(wide.y, flat.y, rtol=2e-5)


def test_impossible_rings_are_refused():
    with pytest.raises(InputError, match="passes the axis at 3 mm"):
        radial_grid(edges(3.5, 4), 3.0)
    with pytest.raises(InputError, match="radius -1"):
        radial_grid(edges(3.0, 4), -1.0)
    with pytest.raises(InputError, match="face areas of shape"):
        Grid(edges(1.0, 4), np.ones(4))
    with pytest.raises(InputError, match="only the far one may be zero"):
        Grid(edges(1.0, 4), np.array([1, 1, 0, 1, 1.0]))
