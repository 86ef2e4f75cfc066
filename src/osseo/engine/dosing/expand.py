"""Dose rules -> an EventTable: repeats, lags, infusions, resets, and the past of a steady state.

Everything that is given is a delivery (when given, when it arrives, when it ends). A reset cancels
deliveries given before it that have not arrived, and stops those that run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from osseo.engine.dosing.row import ALL_STATES, EventRow, check_rows, infusion_shape
from osseo.engine.dosing.table import ADD, RESTART, SET, EventTable
from osseo.errors import InputError

__all__ = ["expand_events", "expand_settled", "past_deliveries", "window_table"]

#: two instants of a dosing interval nearer than this share of it are one
_SAME = 1e-11


@dataclass(frozen=True)
class _Delivery:
    given: float
    start: float
    end: float
    state: int
    jump: float
    rate: float
    row: int


def expand_events(rows: Sequence[EventRow], state_index: Mapping[str, int]) -> EventTable:
    """Expand rules into an `EventTable` sorted by time (stable: rows keep their order).

    Raises
    ------
    NameUnknown : unknown kind or target.
    InputError : repeats without an interval, infusion without a duration; a steady state, which
        needs the model: see `settle_events`.
    """
    check_rows(rows, state_index)
    if any(row.steady for row in rows):
        raise InputError(
            "dose rows: got a steady-state row; expand_events has no model to settle it; use settle_events"
        )
    return expand_settled(rows, state_index, {})


def expand_settled(
    rows: Sequence[EventRow], state_index: Mapping[str, int], settled: Mapping[int, Mapping[int, float]]
) -> EventTable:
    """Expand checked rules; `settled` gives {row: {state: value}} for the steady-state rows."""
    deliveries: list[_Delivery] = []
    for i, row in enumerate(rows):
        if row.kind != "reset" and not row.is_endless:
            deliveries += _own_deliveries(i, row, state_index[row.target])
        if row.steady and not row.is_endless:
            deliveries += [
                _Delivery(row.time, row.time + start, row.time + end, state, jump, rate, i)
                for start, end, state, jump, rate in past_deliveries(row, state_index[row.target])
            ]
    stops = [(row.time, i, row) for i, row in enumerate(rows) if _stops(row)]
    flat: list[tuple[float, int, int, float, float, int]] = []
    for i, row in enumerate(rows):
        flat += _state_rows(i, row, state_index, settled.get(i, {}))
        flat += [event for d in deliveries if d.row == i for event in _meet_stops(d, stops, state_index)]
    flat.sort(key=lambda event: (event[0], event[1]))
    return _table(flat)


def _stops(row: EventRow) -> bool:
    return row.kind == "reset" or row.steady == "replace"


def _own_deliveries(i: int, row: EventRow, state: int) -> list[_Delivery]:
    rate, duration = (0.0, 0.0) if row.kind == "bolus" else infusion_shape(row)
    jump = row.amount if row.kind == "bolus" else 0.0
    result = []
    for k in range(row.count):
        start = row.time + row.lag + k * row.every
        result.append(_Delivery(row.time + k * row.every, start, start + duration, state, jump, rate, i))
    return result


def past_deliveries(row: EventRow, state: int) -> list[tuple[float, float, int, float, float]]:
    """Deliveries of endless repeats before `row.time` that are pending or running at that time.

    Returns
    -------
    deliveries : (start, end, state, jump, rate), times from row.time on; what runs starts at 0.
    """
    phase, pending = _split(row.lag, row.every)
    if row.kind == "bolus":
        return [
            (phase + k * row.every, phase + k * row.every, state, row.amount, 0.0) for k in range(pending)
        ]
    rate, duration = infusion_shape(row)
    result = [
        (phase + k * row.every, phase + k * row.every + duration, state, 0.0, rate) for k in range(pending)
    ]
    end = phase + duration - row.every
    while end > _SAME * row.every:
        result.append((0.0, end, state, 0.0, rate))
        end -= row.every
    return result


def window_table(row: EventRow, state: int) -> EventTable:
    """Events of one dosing interval [0, every) in the midst of endless repeats."""
    phase, _ = _split(row.lag, row.every)
    flat: list[tuple[float, int, int, float, float, int]] = []
    if row.kind == "bolus":
        return _table([(phase, 0, state, row.amount, 0.0, ADD)])
    rate, duration = infusion_shape(row)
    running = [(s, e) for s, e, *_ in past_deliveries(row, state) if s == 0.0 and e < phase + duration]
    for start, end in [(phase, phase + duration), *running]:
        flat.append((start, 0, state, 0.0, rate, ADD))
        if end < row.every * (1 - _SAME):
            flat.append((end, 0, state, 0.0, -rate, ADD))
    flat.sort(key=lambda event: event[0])
    return _table(flat)


def _split(lag: float, every: float) -> tuple[float, int]:
    """Return the lag inside one interval, and how many whole intervals it spans."""
    whole = math.floor(lag / every + _SAME)
    rest = lag - whole * every
    return (0.0 if rest < _SAME * every else rest), whole


def _state_rows(
    i: int, row: EventRow, state_index: Mapping[str, int], settled: Mapping[int, float]
) -> list[tuple[float, int, int, float, float, int]]:
    """Rows that set states: a reset, or the arrival at a steady state."""
    if row.steady:
        action = SET if row.steady == "replace" else ADD
        return [(row.time, i, state, value, 0.0, action) for state, value in settled.items()]
    if row.kind != "reset":
        return []
    if row.target == ALL_STATES:
        return [(row.time, i, state, 0.0, 0.0, RESTART) for state in state_index.values()]
    return [(row.time, i, state_index[row.target], row.amount, 0.0, SET)]


def _meet_stops(
    d: _Delivery, stops: Sequence[tuple[float, int, EventRow]], state_index: Mapping[str, int]
) -> list[tuple[float, int, int, float, float, int]]:
    """Events of a delivery, as far as resets let it happen."""
    ends = d.end > d.start
    for time, i, row in stops:
        hits = row.steady or row.target == ALL_STATES or state_index[row.target] == d.state
        if not hits or i == d.row or (d.given, d.row) > (time, i):
            continue
        if (d.start, d.row) > (time, i):
            return []
        ends = ends and d.end < time
    events = [(d.start, d.row, d.state, d.jump, d.rate, ADD)]
    return [*events, (d.end, d.row, d.state, 0.0, -d.rate, ADD)] if ends else events


def _table(flat: Sequence[tuple[float, int, int, float, float, int]]) -> EventTable:
    columns = list(zip(*flat, strict=True)) if flat else [(), (), (), (), (), ()]
    return EventTable(
        time=np.array(columns[0], dtype=np.float64),
        state=np.array(columns[2], dtype=np.int64),
        jump=np.array(columns[3], dtype=np.float64),
        rate=np.array(columns[4], dtype=np.float64),
        action=np.array(columns[5], dtype=np.int64),
    )
