"""What must hold for any doses, any members, any column: ledgers, signs, order and closed forms."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, continue_events, expand_events
from osseo.engine.grid import FaceLaw, FieldTransport, Grid
from osseo.engine.site import solve_site
from osseo.engine.status import Status

if "engine_kernels" not in sys.modules:
    _path = Path(__file__).parents[1] / "unit" / "engine" / "kernels.py"
    _spec = importlib.util.spec_from_file_location("engine_kernels", _path)
    sys.modules["engine_kernels"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["engine_kernels"])
kernels = sys.modules["engine_kernels"]

STATES = {"gut": 0, "gone": 1}
few = settings(max_examples=40, deadline=None)
positive = st.floats(0.01, 5.0)

_when = {
    "time": st.floats(0.0, 8.0),
    "target": st.just("gut"),
    "amount": st.floats(0.0, 20.0),
    "lag": st.floats(0.0, 1.0),
    "every": st.floats(0.05, 2.0),
    "count": st.integers(1, 5),
}
rows = st.lists(
    st.builds(EventRow, kind=st.just("bolus"), **_when)
    | st.builds(EventRow, kind=st.just("infusion"), duration=st.floats(0.05, 3.0), **_when),
    max_size=5,
)


def given_until(events, time):
    """Amount that came in until `time`, jumps at it included."""
    past = events.time <= time
    return np.sum(events.jump[past] + events.rate[past] * (time - events.time[past]))


@few
@given(rows=rows, k=positive, times=st.lists(st.floats(0.01, 12.0), min_size=1, max_size=6, unique=True))
def test_every_dose_is_in_the_ledger(rows, k, times):
    events = expand_events(rows, STATES)
    times = np.concatenate([[0.0], np.sort(times)])
    result = solve_batch(kernels.decay(), [[k, 0.0]], [[1.0, 0.0]], times=times, events=events)
    assert result.ok.all()
    expected = [1.0 + given_until(events, t) for t in times]
    np.testing.assert_allclose(result.y[0].sum(axis=1), expected, rtol=1e-10)
    assert result.y.min() > -1e-6


@few
@given(rows=rows, k=positive, split=st.floats(0.5, 11.0))
def test_a_run_can_be_split_anywhere(rows, k, split):
    events, rtol = expand_events(rows, STATES), 1e-7
    whole = solve_batch(
        kernels.decay(), [[k, 0.3]], [[1.0, 0]], times=[0, split, 12.0], events=events, rtol=rtol
    )
    rest = solve_batch(
        kernels.decay(),
        [[k, 0.3]],
        whole.y[:, 1],
        times=[split, 12.0],
        events=continue_events(events, split),
        rtol=rtol,
    )
    np.testing.assert_allclose(rest.y[:, -1], whole.y[:, -1], rtol=10 * rtol, atol=10 * rtol * 1e-2)


@few
@given(n=st.integers(1, 30), seed=st.integers(0, 99), n_threads=st.integers(1, 5))
def test_members_do_not_see_each_other(n, seed, n_threads):
    rng = np.random.default_rng(seed)
    p, y0 = rng.uniform(0.1, 4, (n, 2)), rng.uniform(0, 3, (n, 2))
    p[rng.random(n) < 0.2, 0] = np.nan
    order, times = rng.permutation(n), [0.0, 1.0, 3.0]
    straight = solve_batch(kernels.decay(), p, y0, times=times, n_threads=1)
    shuffled = solve_batch(kernels.decay(), p[order], y0[order], times=times, n_threads=n_threads)
    np.testing.assert_array_equal(straight.y[order], shuffled.y)
    np.testing.assert_array_equal(straight.status[order], shuffled.status)
    bad = np.isnan(p[:, 0])
    assert np.all(straight.status[bad] == Status.BAD_INPUT) and straight.ok[~bad].all()


@few
@given(
    widths=st.lists(st.floats(0.02, 0.5), min_size=1, max_size=20),
    d=st.floats(0.0, 0.3),
    walls=st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 2.0)),
    laws=st.tuples(st.booleans(), st.booleans()),
    dt=st.floats(0.05, 2.0),
    seed=st.integers(0, 99),
)
def test_columns_close_and_obey_the_maximum_principle(widths, d, walls, laws, dt, seed):
    grid = Grid(np.concatenate([[0.0], np.cumsum(widths)]))
    start = np.random.default_rng(seed).uniform(0, 1, grid.n_cells) * grid.widths
    faces = [FaceLaw("value", 1 + i) if held else FaceLaw() for i, held in enumerate(laws)]
    result = solve_site(
        kernels.spread(),
        grid,
        [[d, *walls]],
        start[None, :, None],
        times=[0.0, 1.3, 7.0],
        transport=[FieldTransport(0, -1, 0, *faces)],
        dt=dt,
    )
    assert result.ok.all()
    inside = result.y[0, :, :, 0].sum(axis=1)
    flows = np.abs(result.wall_in[0, :, 0]) + inside[0]
    assert np.all(np.abs(inside - inside[0] - result.wall_in[0, :, 0]) <= 1e-12 * (1.0 + flows))
    density = result.y[0, :, :, 0] / grid.widths
    held = [wall for wall, law in zip(walls, laws, strict=True) if law]
    assert density.min() >= 0.0
    assert density.max() <= max([density[0].max(), *held]) * (1 + 1e-12)
