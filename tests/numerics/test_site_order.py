"""Order 2 in space and in time of the column solver, against solutions known in closed form."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from osseo.engine.grid import FaceLaw, FieldTransport, uniform_grid
from osseo.engine.site import solve_site

if "engine_kernels" not in sys.modules:
    _path = Path(__file__).parents[1] / "unit" / "engine" / "kernels.py"
    _spec = importlib.util.spec_from_file_location("engine_kernels", _path)
    sys.modules["engine_kernels"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["engine_kernels"])
kernels = sys.modules["engine_kernels"]


def wall_error(n_cells, dt, end=5.0, d=0.1, length=2.0):
    """Diffusion from a wall held at 1: rho = 1 + sin(w x) exp(-d w^2 t), compared as cell means."""
    grid = uniform_grid(length, n_cells)
    w, edges = np.pi / (2 * length), grid.edges
    mode = (np.cos(w * edges[:-1]) - np.cos(w * edges[1:])) / (w * grid.widths)
    mean = lambda t: 1 + mode * np.exp(-d * w**2 * t)  # noqa: E731
    result = solve_site(
        kernels.spread(),
        grid,
        [[d, 1.0, 0.0]],
        (mean(0.0) * grid.widths)[None, :, None],
        times=[0.0, end],
        transport=[FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw())],
        dt=dt,
    )
    return np.abs(result.y[0, -1, :, 0] / grid.widths - mean(end)).max()


def test_diffusion_from_a_wall_is_second_order_in_space():
    errors = [wall_error(n, 0.02) for n in (8, 16, 32)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2.0, atol=0.1)


def made_up(n_cells, dt, end=1.0, d=0.05, shrink=0.1, tolerance=1e9):
    """Reaction, shrinking cells and a coefficient that changes in time; returns densities and truth."""
    grid = uniform_grid(1.0, n_cells)
    x, w = grid.centres, grid.widths
    y0 = np.stack([(2 + np.cos(np.pi * x)) * w, w, w], axis=-1)[None]
    result = solve_site(
        kernels.made_up(),
        grid,
        [[d, shrink, 0.0]],
        y0,
        times=[0.0, end],
        transport=[FieldTransport(0, 2, 0)],
        dt=dt,
        tolerance=tolerance,
        p_cell=x[None, :, None],
        p_cell_index=[2],
    )
    y = result.y[0, -1]
    return y[:, 0] / y[:, 2], 2 + np.cos(np.pi * x) * np.exp(-end)


def test_made_up_solution_is_second_order_in_space():
    errors = [np.abs(np.subtract(*made_up(n, 1 / 256))).max() for n in (8, 16, 32)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2.0, atol=0.15)


def test_made_up_solution_is_second_order_in_time():
    finest, _ = made_up(16, 1 / 1024)
    errors = [np.abs(made_up(16, dt)[0] - finest).max() for dt in (1 / 8, 1 / 16, 1 / 32, 1 / 64)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2.0, atol=0.35)
    assert orders[-1] == pytest.approx(2.0, abs=0.1)


def test_default_tolerance_keeps_the_order():
    # where steps are short enough to be accurate, nothing is cut into substeps
    np.testing.assert_array_equal(made_up(8, 1 / 64)[0], made_up(8, 1 / 64, tolerance=0.02)[0])


def test_split_run_converges_to_the_same_course():
    grid = uniform_grid(2.0, 10)
    y0 = np.linspace(0, 1, 10)[None, :, None] * grid.widths[:, None]
    law = [FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw())]
    run = lambda y, times: solve_site(  # noqa: E731
        kernels.spread(), grid, [[0.1, 1.0, 0.0]], y, times=times, transport=law, dt=0.05
    )
    whole = run(y0, [0.0, 2.0])
    first = run(y0, [0.0, 0.77])
    second = run(first.y[:, -1], [0.77, 2.0])
    np.testing.assert_allclose(second.y[0, -1], whole.y[0, -1], rtol=2e-5)
    np.testing.assert_allclose(first.wall_in[0, -1] + second.wall_in[0, -1], whole.wall_in[0, -1], rtol=1e-4)
