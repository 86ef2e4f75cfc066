"""Events: every kind against the closed form of y' = -k y + infusions, with a ledger of what left."""

import numpy as np
import pytest

from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, EventTable, continue_events, expand_events
from osseo.errors import InputError, NameUnknown

K = 1.3
STATES = {"gut": 0, "gone": 1}
TIMES = np.array([0.0, 0.25, 1.0, 1.2, 1.75, 2.0, 2.5, 3.0, 3.75, 5.0])


def bolus(time, amount, **more):
    return EventRow(time, "bolus", "gut", amount, **more)


def infusion(time, amount, duration, **more):
    return EventRow(time, "infusion", "gut", amount, duration, **more)


def closed_form(rows, times, y0=0.0):
    """Amount left and amount given; at an event time the value after the jump."""
    left, given = y0 * np.exp(-K * times), np.full(times.size, y0)
    for row in rows:
        for i in range(row.count):
            start = row.time + row.lag + i * row.every
            since = times - start
            if row.kind == "bolus":
                here = since >= 0
                left = left + np.where(here, row.amount * np.exp(-K * np.maximum(since, 0)), 0)
                given = given + np.where(here, row.amount, 0)
            else:
                rate, on = row.amount / row.duration, np.clip(since, 0, row.duration)
                rest = np.maximum(since - row.duration, 0)
                left = left + rate / K * (1 - np.exp(-K * on)) * np.exp(-K * rest)
                given = given + rate * on
    return left, given


TRUTH_TABLE = {
    "bolus between save times": [bolus(0.6, 2.0)],
    "bolus at a save time": [bolus(1.0, 2.0)],
    "bolus at the start": [bolus(0.0, 2.0)],
    "bolus at the end": [bolus(5.0, 2.0)],
    "bolus after the end": [bolus(7.0, 2.0)],
    "two boluses at one time": [bolus(1.0, 2.0), bolus(1.0, 3.0)],
    "repeats": [bolus(0.5, 1.0, every=0.75, count=5)],
    "lag": [bolus(0.5, 1.0, lag=0.5)],
    "lag and repeats": [bolus(0.25, 1.0, lag=0.1, every=1.1, count=3)],
    "infusion between save times": [infusion(0.3, 2.0, 0.5)],
    "infusion across save times": [infusion(0.6, 2.0, 1.5)],
    "infusion from save to save time": [infusion(1.0, 2.0, 1.0)],
    "infusion past the end": [infusion(4.0, 2.0, 3.0)],
    "overlapping infusions": [infusion(0.5, 2.0, 1.5), infusion(1.0, 3.0, 1.0)],
    "back to back infusions": [infusion(0.5, 2.0, 0.5, every=0.5, count=4)],
    "bolus inside an infusion": [infusion(0.5, 2.0, 1.5), bolus(1.2, 4.0)],
    "nothing": [],
}


@pytest.mark.parametrize("case", TRUTH_TABLE)
def test_closed_form(kernels, case):
    rows = TRUTH_TABLE[case]
    result = solve_batch(
        kernels.decay(),
        [[K, 0.0]],
        [[1.0, 0.0]],
        times=TIMES,
        events=expand_events(rows, STATES),
        rtol=1e-9,
    )
    left, given = closed_form(rows, TIMES, 1.0)
    # 1e-7: the accuracy asked for; the run is a hundred times more exact
    np.testing.assert_allclose(result.y[0, :, 0], left, rtol=0, atol=1e-7)
    np.testing.assert_allclose(result.y[0].sum(axis=1), given, rtol=0, atol=1e-9)


def test_outputs_are_taken_after_the_jump(kernels):
    result = solve_batch(
        kernels.decay(), [[K, 0.0]], [[1.0, 0.0]], times=TIMES, events=expand_events([bolus(1, 2)], STATES)
    )
    np.testing.assert_array_equal(result.out[0, :, 0], result.y[0, :, 0] + result.y[0, :, 1])


def test_one_table_per_member_equals_each_alone(kernels):
    tables = [expand_events(rows, STATES) for rows in TRUTH_TABLE.values()]
    n = len(tables)
    p, y0 = np.tile([K, 0.0], (n, 1)), np.tile([1.0, 0.0], (n, 1))
    together = solve_batch(kernels.decay(), p, y0, times=TIMES, events=tables)
    for i, table in enumerate(tables):
        alone = solve_batch(kernels.decay(), p[:1], y0[:1], times=TIMES, events=table)
        np.testing.assert_array_equal(together.y[i], alone.y[0])


def test_placebo_is_a_run_at_the_same_instants(kernels):
    rows = TRUTH_TABLE["bolus inside an infusion"]
    placebo = expand_events([EventRow(r.time, r.kind, r.target, 0.0, r.duration) for r in rows], STATES)
    drug = expand_events(rows, STATES)
    scaled = EventTable(drug.time, drug.state, 0.0 * drug.jump, 0.0 * drug.rate)
    runs = [
        solve_batch(kernels.decay(), [[K, 0.0]], [[1.0, 0.0]], times=TIMES, events=table)
        for table in (placebo, scaled)
    ]
    np.testing.assert_array_equal(runs[0].y, runs[1].y)
    assert runs[0].n_steps[0] == runs[1].n_steps[0]


@pytest.mark.parametrize("split", [0.9, 1.2, 1.7])
def test_continue_events_carries_running_infusions(kernels, split):
    table = expand_events(TRUTH_TABLE["bolus inside an infusion"], STATES)
    whole = solve_batch(
        kernels.decay(), [[K, 0]], [[1.0, 0]], times=[0.0, split, 5.0], events=table, rtol=1e-8
    )
    rest = solve_batch(
        kernels.decay(),
        [[K, 0]],
        whole.y[:, 1],
        times=[split, 5.0],
        events=continue_events(table, split),
        rtol=1e-8,
    )
    np.testing.assert_allclose(rest.y[0, -1], whole.y[0, -1], rtol=1e-7)


def test_event_before_the_start_is_refused(kernels):
    table = expand_events([bolus(-1.0, 2.0)], STATES)
    with pytest.raises(InputError, match=r"event at -1.0 d, before times\[0\].*continue_events"):
        solve_batch(kernels.decay(), [[K, 0]], [[1.0, 0]], times=TIMES, events=table)


def test_wrong_number_of_tables_and_unknown_state(kernels):
    table = EventTable(np.array([1.0]), np.array([7]), np.array([1.0]), np.array([0.0]))
    with pytest.raises(InputError) as caught:
        solve_batch(kernels.decay(), [[K, 0]], [[1.0, 0]], times=TIMES, events=[table, table])
    assert "got 2 tables for 1 members" in str(caught.value)
    assert "outside 0..1" in str(caught.value)


def test_door_of_the_rows():
    with pytest.raises(NameUnknown, match="gut"):
        expand_events([EventRow(0, "bolus", "gutt", 1)], STATES)
    with pytest.raises(InputError, match="duration > 0"):
        expand_events([EventRow(0, "infusion", "gut", 1)], STATES)
    with pytest.raises(InputError, match="every > 0"):
        expand_events([EventRow(0, "bolus", "gut", 1, count=3)], STATES)


def test_all_that_is_wrong_with_rules_is_said_at_once():
    rows = [
        EventRow(np.nan, "bolus", "gut", 1),
        EventRow(0, "infusion", "gut", 1, 1.0, rate=2.0),
        EventRow(0, "bolus", "gut", 1, duration=1.0),
        EventRow(0, "bolus", "gut", 1, every=1.0, count=10**9),
        EventRow(0, "bolus", "gut", 1, steady="replace"),
        EventRow(0, "reset", "gut", 1, lag=1.0),
        EventRow(0, "infusion", "gut", 1, rate=1.0, steady="add"),
        EventRow(0, "bolus", "gut", 1, lag=-1.0),
    ]
    with pytest.raises(InputError) as caught:
        expand_events(rows, STATES)
    for i, words in enumerate(
        [
            "time nan",
            "both duration and rate",
            "only an infusion",
            "at most 1000000",
            "steady state of a bolus",
            "no lag, repeats",
            "needs rate > 0, no amount",
            "lag -1.0",
        ]
    ):
        assert any(f"event {i}:" in line and words in line for line in str(caught.value).splitlines()), words
    with pytest.raises(InputError, match="use settle_events"):
        expand_events([EventRow(0, "bolus", "gut", 1, every=1.0, steady="replace")], STATES)
    with pytest.raises(NameUnknown, match="replace"):
        expand_events([EventRow(0, "bolus", "gut", 1, every=1.0, steady="replaced")], STATES)


def test_an_event_storm_is_run_or_refused_but_never_hangs(kernels):
    """A hundred thousand events at one instant cost no step."""
    n = 100_000
    storm = EventTable(np.full(n, 1.0), np.zeros(n, dtype=np.int64), np.full(n, 1e-5), np.zeros(n))
    result = solve_batch(kernels.decay(), [[K, 0]], [[1.0, 0]], times=[0.0, 1.0], events=storm)
    np.testing.assert_allclose(result.y[0, -1, 0], np.exp(-K) + 1.0, rtol=1e-5)
    assert result.n_steps[0] < 100
