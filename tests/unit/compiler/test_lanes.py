"""Members side by side: the bits of the scalar loop, whatever the width, the neighbours and the order."""

import dataclasses

import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.engine import EventRow, InputTable, Reducer, expand_events, solve_batch
from osseo.engine.native.machine import lane_width
from osseo.engine.status import Status
from osseo.engine.threads import choose_width
from osseo.errors import InputError

WIDTHS = (2, 4, 8)
TIMES = np.linspace(0.0, 9.0, 14)
FIELDS = ("y", "out", "status", "n_steps", "fail_time", "reduced", "series")


@pytest.fixture(scope="module")
def driven(make_ir):
    """Return a model that reads time, inputs, parameters, and uses exp, pow, sin and a branch."""
    return compile_model(
        make_ir(
            {
                "m.a": ("1", "m.u - m.k*m.a*(1 + sin(time)/2) + m.b/(1 + m.c**m.n)"),
                "m.b": ("0", "m.k*m.a - 30*m.b*exp(-m.c) - piecewise(m.b, m.c > 1, 0)"),
                "m.c": ("0", "30*m.b*exp(-m.c) - m.c*m.w"),
            },
            ["m.k", "m.n"],
            ["m.u", "m.w"],
            {"m.sum": "m.a + m.b + m.c", "m.turn": "m.k*cos(time)"},
            outputs=("m.sum", "m.turn"),
        )
    )


def arguments(system, n, seed=2):
    """Return a run with doses of every kind, moving inputs and reducers, and members that differ widely."""
    rng = np.random.default_rng(seed)
    p = np.column_stack([10 ** rng.uniform(-2, 2.5, n), rng.uniform(0.5, 4.0, n)])
    y0 = rng.uniform(0.0, 3.0, (n, 3))
    knots = np.array([0.5, 2.0, 5.0, 20.0])
    u = InputTable(knots, rng.uniform(0.1, 2.0, (n, 4, 2)), "linear")
    tables = []
    for i in range(n):
        rows = [EventRow(float(t), "bolus", "m.a", 1.0) for t in rng.uniform(0, 9, i % 4)]
        rows.append(EventRow(float(rng.uniform(0, 5)), "infusion", "m.b", 2.0, duration=1.5))
        if i % 3 == 0:
            rows.append(EventRow(TIMES[5], "reset", "m.c", 0.25))
        tables.append(expand_events(rows, system.state_index))
    reducers = (
        Reducer("max", state=1),
        Reducer("area", output=0),
        Reducer("first_above", state=2, level=0.5),
    )
    return {
        "p": p,
        "y0": y0,
        "times": TIMES,
        "u": u,
        "events": tables,
        "reducers": (*reducers, Reducer("cumulative", state=0), Reducer("value", output=0)),
        "n_threads": 1,
    }


def picked(run, rows):
    """Return the run of some members, in this order."""
    return {
        **run,
        "p": run["p"][rows],
        "y0": run["y0"][rows],
        "u": dataclasses.replace(run["u"], values=run["u"].values[rows]),
        "events": [run["events"][i] for i in rows],
    }


def same_bits(a, b, rows=slice(None)):
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a, name)[rows], getattr(b, name), err_msg=name)
    for name in ("step", "state", "component", "event_time"):
        np.testing.assert_array_equal(getattr(a.failures, name)[rows], getattr(b.failures, name))


@pytest.mark.parametrize("width", WIDTHS)
def test_lanes_have_the_bits_of_the_scalar_loop(driven, width):
    run = arguments(driven, 21)
    scalar, lanes = (solve_batch(driven.kernel, **run, width=w) for w in (1, width))
    assert scalar.ok.all() and np.unique(scalar.n_steps).size > 10
    same_bits(scalar, lanes)


@pytest.mark.parametrize("kind", ["step", "linear"])
@pytest.mark.parametrize("store", ["outputs", "none"])
def test_other_inputs_and_stores(driven, kind, store):
    run = arguments(driven, 9)
    run["u"] = InputTable(run["u"].times, run["u"].values[:1], kind)
    same_bits(
        solve_batch(driven.kernel, **run, store=store, width=1),
        solve_batch(driven.kernel, **run, store=store, width=8),
    )


def test_order_grouping_chunks_and_threads_change_no_bit(driven):
    run = arguments(driven, 37)
    whole = solve_batch(driven.kernel, **run)
    order = np.random.default_rng(4).permutation(37)
    same_bits(whole, solve_batch(driven.kernel, **picked(run, order)), order)
    for first, last in ((0, 1), (1, 4), (4, 20), (20, 37)):
        rows = np.arange(first, last)
        same_bits(whole, solve_batch(driven.kernel, **picked(run, rows)), rows)
    for n_threads in (2, 3):
        same_bits(whole, solve_batch(driven.kernel, **{**run, "n_threads": n_threads}))


@pytest.mark.parametrize("where", ["p", "y0", "u", "jump"])
@pytest.mark.parametrize("lane", [0, 5])
def test_a_planted_nan_leaves_the_other_lanes_as_they_were(driven, where, lane):
    run = arguments(driven, 16)
    clean = solve_batch(driven.kernel, **run, width=8)
    if where == "jump":
        run["events"][lane].jump[0] = np.nan
    elif where == "u":
        run["u"].values[lane, 2, 1] = np.nan
    else:
        run[where][lane, 1] = np.nan
    spoilt = solve_batch(driven.kernel, **run, width=8)
    others = np.delete(np.arange(16), lane)
    assert spoilt.status[lane] == Status.BAD_INPUT and spoilt.ok[others].all()
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(spoilt, name)[others], getattr(clean, name)[others])


def test_lanes_that_fail_on_the_way_fail_as_alone(make_ir):
    """A pole, a derivative that is none from the start, and a step limit, beside members that are well."""
    ir = make_ir({"x.a": ("1", "x.k * x.a**2"), "x.b": ("0", "sqrt(x.r - x.b)")}, ["x.k", "x.r"])
    system = compile_model(ir)
    p = np.array([[1.0, 99.0], [0.01, 99.0], [0.3, 99.0], [0.01, -1.0], [0.02, 99.0], [0.01, 99.0]])
    y0, times = np.tile([1.0, 0.0], (6, 1)), np.linspace(0, 5, 6)
    for limit in (100_000, 25):
        scalar, lanes = (
            solve_batch(system.kernel, p, y0, times=times, width=w, max_steps=limit) for w in (1, 8)
        )
        same_bits(scalar, lanes)
        assert lanes.status[3] == Status.NOT_FINITE and lanes.fail_time[3] == 0.0
        assert lanes.status[1] == lanes.status[5] == Status.OK
        assert 0.5 < lanes.fail_time[0] < 1.01 and not lanes.ok[[0, 2, 3]].any()
        alone = solve_batch(system.kernel, p[[1]], y0[[1]], times=times)
        np.testing.assert_array_equal(lanes.y[1], alone.y[0])


def test_every_operation_in_lanes(every_operation):
    system = compile_model(every_operation)
    rng = np.random.default_rng(1)
    p = np.column_stack([rng.uniform(0.5, 0.7, 11), rng.uniform(1.2, 1.5, 11), rng.uniform(2, 3, 11)])
    y0 = rng.uniform(0.4, 1.2, (11, 5))
    u = InputTable(np.array([0.0, 1.0]), np.full((1, 2, 1), 0.3))
    runs = [
        solve_batch(system.kernel, p, y0, times=np.linspace(0, 0.05, 4), u=u, width=w) for w in (1, *WIDTHS)
    ]
    for run in runs[1:]:
        same_bits(runs[0], run)


def test_the_width_is_that_of_the_processor(driven):
    assert lane_width() in (1, 2, 4, 8)
    assert [choose_width(n) for n in (1, 4, 5)] == [1, min(4, lane_width()), lane_width()]
    assert driven.kernel.make_lanes(4).width == 4
    assert driven.kernel.make_lanes(4) is driven.kernel.make_lanes(4)


def test_a_width_that_does_not_exist_is_refused(driven):
    with pytest.raises(InputError, match="width: got 3; expected one of 1, 2, 4, 8"):
        solve_batch(driven.kernel, **arguments(driven, 3), width=3)
