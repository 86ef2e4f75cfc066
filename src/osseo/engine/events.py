"""Doses as the engine sees them: rows in time, expanded into a sorted table of jumps and rate changes.

A row may repeat (`count` times, `every` days) and may be delayed (`lag`). A placebo has the same
rows with amount 0, so that both arms are computed at the same instants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from osseo.errors import InputError
from osseo.names import check_name

__all__ = ["EventRow", "EventTable", "continue_events", "expand_events"]


@dataclass(frozen=True)
class EventRow:
    """One dose rule.

    Parameters
    ----------
    time : [d] first administration, day 0 is surgery.
    kind : `bolus` (amount at once) or `infusion` (amount over duration, or rate for duration).
    target : full name of the state that receives it.
    amount : [unit of the state]; for an infusion, the whole amount.
    duration : [d] of an infusion.
    lag : [d] added to every administration time.
    every, count : [d], repeats; count 1 means once.
    """

    time: float
    kind: str
    target: str
    amount: float
    duration: float = 0.0
    lag: float = 0.0
    every: float = 0.0
    count: int = 1


@dataclass(frozen=True)
class EventTable:
    """Expanded events in time order: jumps of a state, and changes of a constant inflow.

    time (n,) [d]; state (n,) index; jump (n,) added to the state at that time; rate (n,) added to the
    inflow of the state from that time on [unit/d] (an infusion is two rows, +rate and -rate).
    """

    time: np.ndarray
    state: np.ndarray
    jump: np.ndarray
    rate: np.ndarray


def expand_events(rows: Sequence[EventRow], state_index: Mapping[str, int]) -> EventTable:
    """Expand repeats and lags into an `EventTable` sorted by time (stable: rows keep their order).

    Raises
    ------
    InputError : unknown kind or target, repeats without an interval, infusion without a duration.
    """
    flat: list[tuple[float, int, float, float]] = []
    for i_row, row in enumerate(rows):
        where = f"event {i_row}"
        check_name(row.target, state_index, "dose target", where)
        check_name(row.kind, ("bolus", "infusion"), "event kind", where)
        if row.count < 1 or (row.count > 1 and row.every <= 0):
            raise InputError(f"{where}: got count {row.count}, every {row.every}; repeats need every > 0")
        if row.kind == "infusion" and row.duration <= 0:
            raise InputError(f"{where}: got infusion of {row.duration} d; expected duration > 0")
        target = state_index[row.target]
        for i in range(row.count):
            start = row.time + row.lag + i * row.every
            if row.kind == "bolus":
                flat.append((start, target, row.amount, 0.0))
            else:
                rate = row.amount / row.duration
                flat.append((start, target, 0.0, rate))
                flat.append((start + row.duration, target, 0.0, -rate))
    flat.sort(key=lambda event: event[0])
    columns = list(zip(*flat, strict=True)) if flat else [(), (), (), ()]
    return EventTable(
        time=np.array(columns[0], dtype=np.float64),
        state=np.array(columns[1], dtype=np.int64),
        jump=np.array(columns[2], dtype=np.float64),
        rate=np.array(columns[3], dtype=np.float64),
    )


def continue_events(table: EventTable, time: float) -> EventTable:
    """Events for a run that goes on from `time`, whose start value holds all jumps up to it.

    Jumps at or before `time` are dropped; infusions that run at `time` go on.
    """
    past = table.time <= time
    targets = np.unique(table.state[past & (table.rate != 0)])
    running = np.array([table.rate[past & (table.state == i)].sum() for i in targets])
    return EventTable(
        time=np.concatenate([np.full(targets.size, float(time)), table.time[~past]]),
        state=np.concatenate([targets, table.state[~past]]).astype(np.int64),
        jump=np.concatenate([np.zeros(targets.size), table.jump[~past]]),
        rate=np.concatenate([running, table.rate[~past]]),
    )
