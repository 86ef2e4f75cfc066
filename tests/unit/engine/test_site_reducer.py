"""Core integrals of columns whose fields are not kept, against the fields and against closed forms."""

import numpy as np
import pytest

from osseo.engine import Grid, solve_site, uniform_grid
from osseo.engine.grid import FieldTransport
from osseo.engine.inputs import InputTable
from osseo.engine.scale import site_reducer
from osseo.engine.scale.site_reducer import CoreReducer, reduce_series, solve_site_reduced
from osseo.errors import InputError

TIMES = np.array([0.0, 0.5, 2.0, 5.0])
LAW = [FieldTransport(1, 2, 0)]
CORE = CoreReducer("value", states=(0, 1), volume=2, core=(0.2, 0.55))
OF = [
    CORE,
    CoreReducer("cumulative", states=(1,), volume=2, core=(0.0, 0.3)),
    CoreReducer("value", output=0, volume=2),
]


def columns(n=7):
    """Cells that shrink at different rates per member; b diffuses from the first cell."""
    grid = uniform_grid(1.0, 8)
    rng = np.random.default_rng(5)
    p = np.column_stack([rng.uniform(0.01, 0.1, n), rng.uniform(0.0, 0.2, n)])
    y0 = np.zeros((n, 8, 3))
    y0[:, :, 0] = rng.uniform(0, 0.05, (n, 8))
    y0[:, :, 2] = grid.widths
    y0[:, 0, 1] = grid.widths[0]
    return grid, p, y0


def by_hand(grid, y, core, states):
    """Return the share of one column, cell by cell."""
    position, held, tissue = 0.0, 0.0, 0.0
    for cell, area in zip(y, grid.cell_areas, strict=True):
        inside = max(0.0, min(position + cell[2], core[1]) - max(position, core[0]))
        held += inside / cell[2] * sum(cell[s] for s in states) * area
        tissue += inside * area
        position += cell[2]
    return held / tissue


@pytest.mark.parametrize("radial", [False, True])
def test_core_integrals_equal_those_of_the_fields(kernels, radial):
    grid, p, y0 = columns()
    if radial:
        grid = Grid(grid.edges, face_areas=1.0 - 0.5 * grid.edges)
    kernel = kernels.shrinking()
    found = solve_site_reduced(kernel, grid, p, y0, times=TIMES, transport=LAW, reducers=OF, dt=0.5)
    fields = solve_site(kernel, grid, p, y0, times=TIMES, transport=LAW, dt=0.5)
    assert found.ok.all()
    share = [[by_hand(grid, y, (0.2, 0.55), (0, 1)) for y in row] for row in fields.y]
    np.testing.assert_allclose(found.series[:, :, 0], share, rtol=1e-13)
    near = np.array([[by_hand(grid, y, (0.0, 0.3), (1,)) for y in row] for row in fields.y])
    area = [np.trapezoid(row, TIMES) for row in near]
    np.testing.assert_allclose(found.reduced[:, 1], area, rtol=1e-12)
    np.testing.assert_allclose(found.series[:, 1, 1], 0.25 * (near[:, 0] + near[:, 1]), rtol=1e-12)
    # the coefficient is the same in all cells
    np.testing.assert_allclose(found.series[:, :, 2], fields.out[:, :, 0, 0], rtol=1e-14)


def test_blocks_change_no_bit(kernels, monkeypatch):
    grid, p, y0 = columns()
    p_cell = np.linspace(0.01, 0.1, 7 * 8).reshape(7, 8, 1)
    more = {"times": TIMES, "transport": LAW, "reducers": OF, "p_cell": p_cell, "p_cell_index": [0]}
    whole = solve_site_reduced(kernels.shrinking(), grid, p, y0, **more)
    monkeypatch.setattr(site_reducer, "_BLOCK_MOST", 3)
    parts = solve_site_reduced(kernels.shrinking(), grid, p, y0, **more)
    np.testing.assert_array_equal(whole.series, parts.series)
    np.testing.assert_array_equal(whole.reduced, parts.reduced)


def test_one_start_and_inputs_per_member(kernels, monkeypatch):
    """A member-wise input table is cut with the members, a common start is not copied by the caller."""
    monkeypatch.setattr(site_reducer, "_BLOCK_MOST", 2)
    grid, n = uniform_grid(2.0, 3), 5
    rate = np.arange(1.0, n + 1)
    u = InputTable(np.array([0.0]), rate[:, None, None], "step")
    found = solve_site_reduced(
        kernels.driven(),
        grid,
        np.full((n, 1), 0.0),
        np.zeros((1, 3, 1)),
        times=[0.0, 1.0, 2.0],
        transport=[],
        reducers=[CoreReducer("final", states=(0,)), CoreReducer("area", states=(0,))],
        u=u,
    )
    # amount = u t in every cell; density divides it by the width
    np.testing.assert_allclose(found.reduced[:, 0], 2.0 * rate / grid.widths[0], rtol=1e-12)
    np.testing.assert_allclose(found.reduced[:, 1], 2.0 * rate / grid.widths[0], rtol=1e-12)


def test_extremes_and_first_times_of_a_series():
    times = np.array([0.0, 1.0, 3.0])
    share = np.array([[0.0, 0.4, 0.2], [0.9, 0.8, 0.1]])
    of = {kind: CoreReducer(kind, states=(0,), level=0.2) for kind in ("max", "min", "first_above")}
    below = CoreReducer("first_below", states=(0,), level=0.45)
    got = {kind: reduce_series(times, share, r)[1] for kind, r in of.items()}
    np.testing.assert_allclose(got["max"], [0.4, 0.9])
    np.testing.assert_allclose(got["min"], [0.0, 0.1])
    np.testing.assert_allclose(got["first_above"], [0.5, 0.0])
    np.testing.assert_allclose(reduce_series(times, share, below)[1], [0.0, 2.0])
    never = CoreReducer("first_above", states=(0,), level=2.0)
    assert np.isinf(reduce_series(times, share, never)[1]).all()


def test_a_failed_member_is_nan_alone(kernels):
    grid, p, y0 = columns()
    good = solve_site_reduced(kernels.shrinking(), grid, p, y0, times=TIMES, transport=LAW, reducers=OF)
    p[2, 0] = np.nan
    bad = solve_site_reduced(kernels.shrinking(), grid, p, y0, times=TIMES, transport=LAW, reducers=OF)
    rest = np.arange(7) != 2
    assert list(bad.ok) == list(rest)
    assert np.isnan(bad.reduced[2]).all()
    np.testing.assert_array_equal(bad.series[rest], good.series[rest])


def test_what_cannot_be_reduced_is_said_at_once(kernels):
    grid, p, y0 = columns()
    of = [
        CoreReducer("valu", states=(0,)),
        CoreReducer("value"),
        CoreReducer("value", states=(7,)),
        CoreReducer("value", states=(0,), core=(0.5, 0.2)),
        CoreReducer("first_above", states=(0,)),
    ]
    with pytest.raises(InputError) as caught:
        solve_site_reduced(kernels.shrinking(), grid, p, y0, times=TIMES, transport=LAW, reducers=of)
    for words in ("'valu'", "give one of the two", "3 states", "near end first", "level nan"):
        assert words in str(caught.value)
