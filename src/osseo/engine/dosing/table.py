"""EventTable: what the step loop reads, rows in time order, and a table cut at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["ADD", "RESTART", "SET", "EventTable", "SettledEvents", "continue_events"]

#: what a row does: add its jump and rate; set state and inflow to them; the same, from the start value
ADD, SET, RESTART = 0, 1, 2


@dataclass(frozen=True)
class EventTable:
    """Expanded events in time order: jumps of a state, and changes of a constant inflow.

    time (n,) [d]; state (n,) index; jump (n,) added to the state at that time; rate (n,) added to the
    inflow of the state from that time on [unit/d] (an infusion is two rows, +rate and -rate).
    action (n,): 0 as said; 1 the state becomes `jump` and its inflow `rate`; 2 the state becomes
    its start value + `jump` and its inflow `rate`. Left out, every row is 0.
    """

    time: np.ndarray
    state: np.ndarray
    jump: np.ndarray
    rate: np.ndarray
    action: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        """Fill in actions that were left out."""
        if self.action.size == 0 and self.time.size:
            object.__setattr__(self, "action", np.zeros(self.time.size, dtype=np.int64))


@dataclass(frozen=True)
class SettledEvents:
    """Event tables with steady states in them; `solve_batch` takes it as its `events`.

    Parameters
    ----------
    tables : one per member.
    failed : (n,) members for whose doses no steady state exists; their tables hold NaN.
    held : (n, n_states) states that nothing acts on and that act on nothing (ledgers): left as they are.
    """

    tables: tuple[EventTable, ...]
    failed: np.ndarray
    held: np.ndarray


def continue_events(table: EventTable, time: float) -> EventTable:
    """Events for a run that goes on from `time`, whose start value holds all jumps up to it.

    Jumps at or before `time` are dropped; infusions that run at `time` go on. A later restart (`reset`
    of all states) would go back to the start value of the new run: such tables are better run whole.
    """
    past = table.time <= time
    inflow: dict[int, float] = {}
    for state, rate, action in zip(table.state[past], table.rate[past], table.action[past], strict=True):
        if rate or action != ADD:
            inflow[int(state)] = rate + (inflow.get(int(state), 0.0) if action == ADD else 0.0)
    targets = np.array(sorted(inflow), dtype=np.int64)
    running = np.array([inflow[i] for i in targets])
    return EventTable(
        time=np.concatenate([np.full(targets.size, float(time)), table.time[~past]]),
        state=np.concatenate([targets, table.state[~past]]).astype(np.int64),
        jump=np.concatenate([np.zeros(targets.size), table.jump[~past]]),
        rate=np.concatenate([running, table.rate[~past]]),
        action=np.concatenate([np.zeros(targets.size, dtype=np.int64), table.action[~past]]),
    )
