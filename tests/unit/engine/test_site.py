"""solve_site: ledgers, walls, layers, shrinking cells, signs, statuses, threads, refusals."""

import numpy as np
import pytest

from osseo.engine.grid import FaceLaw, FieldTransport, graded_grid, uniform_grid
from osseo.engine.inputs import InputTable
from osseo.engine.site import solve_site
from osseo.engine.status import Status
from osseo.errors import InputError, SolveError

NEAR = [FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw())]
BOTH = [FieldTransport(0, -1, 0, FaceLaw("value", 1), FaceLaw("value", 2))]
CLOSED = [FieldTransport(0, -1, 0)]


def lump(grid, n=1):
    """All of the amount in the middle cell."""
    y0 = np.zeros((n, grid.n_cells, 1))
    y0[:, grid.n_cells // 2, 0] = 1.0
    return y0


@pytest.mark.parametrize("law", [CLOSED, NEAR, BOTH], ids=["closed", "near wall", "both walls"])
@pytest.mark.parametrize("d", [1e-4, 0.03, 0.5])
def test_amounts_close_and_stay_above_zero(kernels, law, d):
    grid = graded_grid(4.0, 0.05, 1.1)
    times = np.linspace(0, 50, 6)
    result = solve_site(kernels.spread(), grid, [[d, 1.0, 0.2]], lump(grid), times=times, transport=law)
    assert result.status[0] == Status.OK
    inside = result.y[0, :, :, 0].sum(axis=1)
    np.testing.assert_allclose(inside, 1.0 + result.wall_in[0, :, 0], rtol=1e-12)
    assert result.y.min() >= 0.0
    if law is CLOSED:
        np.testing.assert_array_equal(result.wall_in, 0.0)
    else:
        assert abs(result.wall_in[0, -1, 0]) > 0.0


def test_steady_flux_through_two_layers_is_exact(kernels):
    # a face between unlike cells puts them in series: u falls linearly in each layer
    grid, d = uniform_grid(2.0, 10), np.repeat([0.5, 0.02], 5)
    result = solve_site(
        kernels.spread(),
        grid,
        [[0.0, 1.0, 0.0]],
        np.zeros((1, 10, 1)),
        times=[0.0, 2000.0, 2001.0],
        transport=BOTH,
        dt=1.0,
        p_cell=d[None, :, None],
        p_cell_index=[0],
    )
    flux = 1.0 / (1.0 / 0.5 + 1.0 / 0.02)
    falls = np.where(grid.centres < 1, flux * grid.centres / 0.5, 0.0)
    falls += np.where(grid.centres > 1, flux * (1.0 / 0.5 + (grid.centres - 1.0) / 0.02), 0.0)
    np.testing.assert_allclose(result.y[0, -1, :, 0] / grid.widths, 1.0 - falls, rtol=1e-9)
    # what enters near leaves far
    np.testing.assert_allclose(np.diff(result.wall_in[0, 1:, 0]), 0.0, atol=1e-9)


def test_wall_is_half_a_cell_away(kernels):
    # one short step: flux = D (wall - rho) / (width/2), here with rho = 0
    grid = uniform_grid(1.0, 4)
    result = solve_site(
        kernels.spread(),
        grid,
        [[0.1, 3.0, 0.0]],
        np.zeros((1, 4, 1)),
        times=[0.0, 1e-6],
        transport=NEAR,
    )
    np.testing.assert_allclose(result.wall_in[0, -1, 0], 1e-6 * 0.1 * 3.0 / 0.125, rtol=1e-5)


def test_volume_change_keeps_amounts_and_moves_density(kernels):
    # cells of the made-up problem shrink; without transport or reaction of its density, b keeps b/v
    grid = uniform_grid(1.0, 8)
    widths = grid.widths
    y0 = np.stack([2 * widths, widths, widths], axis=-1)[None]
    frozen = FieldTransport(0, 2, 0)
    result = solve_site(
        kernels.made_up(),
        grid,
        [[0.0, 0.1, 0.5]],
        y0,
        times=[0.0, 1.0, 3.0],
        transport=[frozen],
        dt=1 / 64,
    )
    np.testing.assert_allclose(result.y[0, :, :, 2], widths * np.exp(-0.1 * result.times)[:, None], rtol=1e-6)
    np.testing.assert_allclose(result.y[0, -1, :, 1] / result.y[0, -1, :, 2], 4.0, rtol=1e-5)


def test_shrinking_cells_diffuse_faster(kernels):
    # pure Lagrangian diffusion: amounts of a closed column are kept while its volume falls
    grid = uniform_grid(1.0, 8)
    y0 = np.zeros((1, 8, 3))
    y0[0, :, 2] = grid.widths
    y0[0, 0, 1] = grid.widths[0]
    law = FieldTransport(1, 2, 0)
    result = solve_site(kernels.shrinking(), grid, [[0.05, 0.3]], y0, times=[0.0, 1.0, 4.0], transport=[law])
    np.testing.assert_allclose(result.y[0, :, :, 1].sum(axis=1), grid.widths[0], rtol=1e-12)
    still = solve_site(kernels.shrinking(), grid, [[0.05, 0.0]], y0, times=[0.0, 1.0, 4.0], transport=[law])
    assert result.y[0, -1, -1, 1] > 1.2 * still.y[0, -1, -1, 1]


def test_uniform_density_does_not_move(kernels):
    grid = graded_grid(2.0, 0.05, 1.3)
    y0 = 0.7 * grid.widths[None, :, None]
    result = solve_site(kernels.spread(), grid, [[2.0, 0.7, 0.7]], y0, times=[0.0, 9.0], transport=BOTH)
    np.testing.assert_allclose(result.y[0, -1], y0[0], rtol=1e-13)


def test_threads_and_order_change_no_bit(kernels):
    grid, n = uniform_grid(2.0, 12), 11
    rng = np.random.default_rng(2)
    p, y0 = rng.uniform(0.01, 1.0, (n, 3)), rng.uniform(0, 1, (n, 12, 1))
    order = rng.permutation(n)
    run = lambda p, y0, k: solve_site(  # noqa: E731
        kernels.spread(), grid, p, y0, times=[0.0, 1.0, 5.0], transport=BOTH, n_threads=k
    )
    one, many, shuffled = run(p, y0, 1), run(p, y0, 3), run(p[order], y0[order], 2)
    np.testing.assert_array_equal(one.y, many.y)
    np.testing.assert_array_equal(one.wall_in, many.wall_in)
    np.testing.assert_array_equal(one.y[order], shuffled.y)


@pytest.mark.parametrize("where", ["p", "y0", "p_cell"])
def test_nan_spoils_its_member_only(kernels, where):
    grid, n = uniform_grid(2.0, 6), 4
    p, y0 = np.tile([0.1, 1.0, 0.5], (n, 1)), np.ones((n, 6, 1))
    p_cell = np.full((n, 6, 1), 0.1)
    run = lambda: solve_site(  # noqa: E731
        kernels.spread(), grid, p, y0, times=[0, 2.0], transport=BOTH, p_cell=p_cell, p_cell_index=[0]
    )
    clean = run()
    {"p": p, "y0": y0, "p_cell": p_cell}[where][2].flat[1] = np.nan
    spoilt = run()
    others = [0, 1, 3]
    np.testing.assert_array_equal(spoilt.y[others], clean.y[others])
    assert spoilt.status[2] == Status.BAD_INPUT and np.all(np.isnan(spoilt.y[2]))
    assert np.all(np.isnan(spoilt.wall_in[2]))


def test_negative_amount_is_refused_not_clipped(kernels):
    grid = uniform_grid(1.0, 3)
    y0 = np.ones((2, 3, 2))
    result = solve_site(
        kernels.draining(), grid, [[0.4], [0.01]], y0, times=[0.0, 1.0, 2.0, 3.0, 4.0], transport=()
    )
    np.testing.assert_array_equal(result.status, [Status.NEGATIVE_STATE, Status.OK])
    np.testing.assert_allclose(result.y[0, :3, 0, 0], [1.0, 0.6, 0.2], rtol=1e-12)
    assert np.all(np.isnan(result.y[0, 3:]))
    assert result.failures.cell[0] == 0 and result.failures.component[0] == 0
    assert result.fail_time[0] == pytest.approx(2.5, abs=0.3)
    with pytest.raises(SolveError, match="1 of 2 members failed; first: member 0") as caught:
        result.raise_if_failed(("graft.a", "graft.b"))
    assert "an amount became negative" in str(caught.value)
    assert "worst state graft.a in cell 0" in str(caught.value)


def test_fast_reaction_is_cut_into_substeps(kernels):
    # k dt = 10: one explicit step would explode
    grid, y0 = uniform_grid(1.0, 2), np.ones((1, 2, 2))
    fast = solve_site(kernels.decay(), grid, [[40.0, 0.5]], y0, times=[0, 1.0, 2.0], transport=())
    assert fast.status[0] == Status.OK
    t = fast.times[:, None]
    exact = (1 + 40 / 39.5) * np.exp(-0.5 * t) - 40 / 39.5 * np.exp(-40 * t)
    np.testing.assert_allclose(fast.y[0, :, :, 1], np.tile(exact, (1, 2)), rtol=2e-3)
    slow = solve_site(kernels.decay(), grid, [[0.4, 0.5]], y0, times=[0, 1.0, 2.0], transport=())
    assert slow.n_calls[0] == 2 * 2 * slow.n_steps[0]
    assert fast.n_calls[0] > 4 * slow.n_calls[0]


def test_cost_grows_linearly_with_cells(kernels):
    calls = []
    for n_cells in (8, 16, 64):
        grid = uniform_grid(1.0, n_cells)
        y0 = grid.widths[None, :, None] * np.ones((1, n_cells, 2))
        result = solve_site(kernels.decay(), grid, [[0.5, 0.2]], y0, times=[0, 30.0], transport=())
        calls.append(result.n_calls[0])
    np.testing.assert_array_equal(calls, calls[0] * np.array([1, 2, 8]))


def test_inputs_are_read_at_mid_step(kernels):
    table = InputTable(np.array([0.0, 4.0]), np.array([[[0.0], [4.0]]]))
    grid = uniform_grid(1.0, 2)
    result = solve_site(
        kernels.driven(), grid, [[0.0]], np.zeros((1, 2, 1)), times=[0, 1, 4.0], transport=(), u=table
    )
    np.testing.assert_allclose(result.y[0, :, 0, 0], [0.0, 0.5, 8.0], rtol=1e-12)
    np.testing.assert_array_equal(result.out[0, :, 0, 0], [0.0, 1.0, 4.0])


def test_all_problems_are_told_at_once(kernels):
    with pytest.raises(InputError) as caught:
        solve_site(
            kernels.spread(),
            uniform_grid(1.0, 3),
            np.ones((1, 2)),
            np.ones((1, 3, 1)),
            times=[1.0, 0.0],
            transport=[FieldTransport(5, -1, 9, FaceLaw("value", 7), FaceLaw("leaky"))],
            p_cell=np.ones((1, 2, 1)),
            p_cell_index=[8],
            dt=-1.0,
        )
    text = str(caught.value)
    for part in (
        "p: got shape (1, 2)",
        "times:",
        "field 5",
        "coefficient 9",
        "near: got parameter 7",
        "far: got 'leaky'",
        "p_cell: got shape (1, 2, 1)",
        "p_cell_index: got [8]",
        "dt, tolerance: got -1.0",
    ):
        assert part in text
