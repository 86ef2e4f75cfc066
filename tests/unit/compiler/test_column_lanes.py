"""Columns side by side: the bits of the scalar loop, whatever the width, the neighbours and the order."""

import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.engine import FaceLaw, FieldTransport, Grid, InputTable, solve_site
from osseo.engine.status import Status

WIDTHS = (2, 4, 8)
TIMES = np.array([0.0, 0.4, 1.0, 3.0, 8.0])
N_CELLS = 5


@pytest.fixture(scope="module")
def system(make_ir):
    """Return two fields that move and react in cells that shrink; c reacts fast where k is large."""
    return compile_model(
        make_ir(
            {
                "m.a": ("1", "m.u*m.v - m.k*m.a*m.b/(m.v + m.b) + m.d"),
                "m.b": ("1", "m.k*m.a*m.b/(m.v + m.b)*exp(-m.x) - m.b"),
                "m.d": ("0", "m.b - m.fast*m.d"),
                "m.v": ("1", "-m.shrink*m.v"),
                "m.gone": ("0", "m.fast*m.d - m.leak"),
            },
            ["m.k", "m.fast", "m.shrink", "m.leak", "m.spread", "m.wall", "m.x"],
            ["m.u"],
            {"m.coefficient": "m.spread*max(0, 1 - m.b/m.v)", "m.slow": "m.spread/9", "m.share": "m.b/m.v"},
            outputs=("m.share", "m.coefficient", "m.slow"),
        )
    )


def arguments(n, seed=3):
    """Return columns that differ in speed, spread and shrinking, in a radial column with moving inputs."""
    rng = np.random.default_rng(seed)
    edges = np.array([0.0, 0.1, 0.35, 0.6, 1.0, 1.5])
    p = np.zeros((n, 7))
    p[:, 0], p[:, 1], p[:, 2] = rng.uniform(0.1, 5, n), 10 ** rng.uniform(-1, 1, n), rng.uniform(0, 0.05, n)
    p[:, 4], p[:, 5] = 10 ** rng.uniform(-3, 0.5, n), rng.uniform(0.5, 2, n)
    start = np.array([1.0, 0.4, 0.1, 1.0, 0.0])
    return {
        "grid": Grid(edges, np.linspace(1.0, 2.5, 6)),
        "p": p,
        "y0": start * np.diff(edges)[:, None] * rng.uniform(0.5, 1.0, (n, N_CELLS, 5)) ** [1, 1, 1, 0, 1],
        "times": TIMES,
        "transport": [
            FieldTransport(0, 3, 1, FaceLaw("value", 5), FaceLaw("value", 5)),
            FieldTransport(2, -1, 2, FaceLaw("value", 5), FaceLaw("no_flux")),
        ],
        "u": InputTable(np.array([0.3, 2.0, 6.0]), rng.uniform(0, 1, (n, 3, 1)), "linear"),
        "p_cell": rng.uniform(0, 1, (n, N_CELLS, 1)),
        "p_cell_index": [6],
        "dt": 0.4,
        "n_threads": 1,
    }


def run(system, given, **more):
    given = {**given, **more}
    return solve_site(system.kernel, given.pop("grid"), given.pop("p"), given.pop("y0"), **given)


def same_bits(a, b, rows=slice(None)):
    for name in ("y", "out", "wall_in", "status", "fail_time", "n_steps", "n_calls"):
        np.testing.assert_array_equal(getattr(a, name)[rows], getattr(b, name), err_msg=name)
    for name in ("step", "state", "component", "cell"):
        np.testing.assert_array_equal(getattr(a.failures, name)[rows], getattr(b.failures, name))


@pytest.mark.parametrize("width", WIDTHS)
def test_lanes_have_the_bits_of_the_scalar_loop(system, width):
    given = arguments(13)
    scalar, lanes = run(system, given, width=1), run(system, given, width=width)
    assert scalar.ok.all() and np.ptp(scalar.n_calls) > 100, "some columns are cut into substeps"
    assert np.abs(scalar.wall_in[:, -1]).min() > 1e-6
    same_bits(scalar, lanes)


@pytest.mark.parametrize(
    "change", ["one input row", "step input", "no transport", "one cell", "one override row"]
)
def test_other_shapes(system, change):
    given = arguments(9)
    if change == "one input row":
        given["u"] = InputTable(given["u"].times, given["u"].values[:1])
    elif change == "step input":
        given["u"] = InputTable(given["u"].times, given["u"].values, "step")
    elif change == "no transport":
        given["transport"] = []
    elif change == "one override row":
        given["p_cell"] = given["p_cell"][:1]
    else:
        given["grid"], given["y0"] = Grid(np.array([0.0, 0.4])), given["y0"][:, :1]
        given["p_cell"] = given["p_cell"][:, :1]
    same_bits(run(system, given, width=1), run(system, given, width=8))


def test_order_grouping_and_threads_change_no_bit(system):
    given = arguments(21)
    whole = run(system, given)

    def part(rows):
        table = InputTable(given["u"].times, given["u"].values[rows])
        pieces = {name: given[name][rows] for name in ("p", "y0", "p_cell")}
        return {**given, **pieces, "u": table}

    order = np.random.default_rng(1).permutation(21)
    same_bits(whole, run(system, part(order)), order)
    for rows in (np.arange(1), np.arange(1, 4), np.arange(4, 21)):
        same_bits(whole, run(system, part(rows)), rows)
    for n_threads in (2, 3):
        same_bits(whole, run(system, given, n_threads=n_threads))


@pytest.mark.parametrize("where", ["p", "y0", "u", "p_cell"])
def test_a_planted_nan_leaves_the_other_lanes_as_they_were(system, where):
    given = arguments(8)
    clean = run(system, given, width=8)
    spot = given["u"].values if where == "u" else given[where]
    spot[(2,) + (0,) * (spot.ndim - 1)] = np.nan
    spoilt = run(system, given, width=8)
    others = np.delete(np.arange(8), 2)
    assert spoilt.status[2] == Status.BAD_INPUT and spoilt.ok[others].all()
    np.testing.assert_array_equal(spoilt.y[others], clean.y[others])
    assert np.isnan(spoilt.y[2]).all()


def test_lanes_that_fail_on_the_way_fail_as_alone(system):
    """Amounts below zero, a coefficient that is negative, and reactions too fast to follow."""
    given = arguments(8)
    given["p"][1, 3] = 0.5
    given["p"][4, 4] = -1e-3
    given["p"][6, 1] = 1300.0
    scalar, lanes = run(system, given, width=1), run(system, given, width=8)
    same_bits(scalar, lanes)
    assert lanes.status[1] == Status.NEGATIVE_STATE and lanes.status[4] == Status.NOT_FINITE
    assert lanes.status[6] == Status.STEP_TOO_SMALL
    np.testing.assert_array_equal(lanes.ok, [True, False, True, True, False, True, False, True])
