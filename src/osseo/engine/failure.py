"""The failure report: what a person needs to see when a course could not be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from osseo.engine.status import Status

__all__ = ["Failures", "describe_failure", "find_worst", "summarise_failures"]

_MAX_STATES = 60


@dataclass(frozen=True)
class Failures:
    """Where each member stood when it failed; rows of members that did not fail are not written.

    step (n,) [d] size tried; state (n, n_states) last accepted; component (n,) index of the state
    with the largest scaled error; event_time (n,) [d] of the last event before, NaN if none; cell
    (n,) index of the cell in a column, whose state is the one kept, None in a batch without cells.
    """

    step: np.ndarray
    state: np.ndarray
    component: np.ndarray
    event_time: np.ndarray
    cell: np.ndarray | None = None


class _Courses(Protocol):
    """What a report reads of a batch or of columns."""

    @property
    def status(self) -> np.ndarray: ...
    @property
    def fail_time(self) -> np.ndarray: ...
    @property
    def failures(self) -> Failures: ...
    @property
    def ok(self) -> np.ndarray: ...


_REMEDY = {
    Status.STEP_TOO_SMALL: "look for a rate that jumps or grows without bound at this state; "
    "make it smooth, or give a jump as an event",
    Status.TOO_MANY_STEPS: "raise atol of that state to what can be told apart, then max_steps",
    Status.NOT_FINITE: "guard the division, root or logarithm that meets this state; "
    "check that no amount it takes can pass zero",
    Status.BAD_INPUT: "find the NaN or infinity in the parameters, inputs, doses or start values",
    Status.NEGATIVE_STATE: "shorten dt, or let the rate that empties this amount vanish with it",
    Status.NO_STEADY_STATE: "check that the dosed state is eliminated, and that the dose can be; "
    "or give the doses one by one",
}


def find_worst(result: _Courses) -> int:
    """Return the member that failed first in time (the lowest index among equals), -1 if none."""
    failed = np.flatnonzero(~result.ok)
    if not failed.size:
        return -1
    return int(failed[np.argmin(result.fail_time[failed])])


def describe_failure(
    result: _Courses,
    member: int,
    names: Sequence[str] = (),
    units: Sequence[str] = (),
    seed_hint: str = "",
) -> str:
    """Tell how one member failed: when, with which step, in which state, and what to try.

    Parameters
    ----------
    result : a BatchResult or SiteResult.
    member : index into it.
    names, units : (n_states,) of the states; indices are shown where they are missing.
    seed_hint : what makes this member again, e.g. `--seed 4 --only 17`.
    """
    status = Status(int(result.status[member]))
    if status is Status.OK:
        return f"member {member}: {status.sentence}"
    what = result.failures
    last_event = what.event_time[member]
    where = "" if what.cell is None else f" in cell {what.cell[member]}"
    lines = [
        f"member {member}: {status.sentence}",
        f"  time        {result.fail_time[member]:.9g} d, step tried {what.step[member]:.3g} d",
        f"  last event  {'none' if np.isnan(last_event) else f'{last_event:.9g} d'}",
        f"  worst state {_label(int(what.component[member]), names)}{where}",
        "  last state",
        *_state_lines(what.state[member], names, units),
        f"  try         {_REMEDY[status]}",
        f"  replay      {seed_hint or f'solve member {member} alone: the same rows give the same course'}",
    ]
    return "\n".join(lines)


def summarise_failures(result: _Courses, names: Sequence[str] = (), units: Sequence[str] = ()) -> str:
    """Tell how many members failed, why the first did, and the report of the worst."""
    failed = np.flatnonzero(~result.ok)
    n = result.status.size
    if not failed.size:
        return f"all {n} members were computed to the end"
    first = Status(int(result.status[failed[0]]))
    head = f"{failed.size} of {n} members failed; first: member {failed[0]}, {first.sentence}"
    return head + "\nworst: " + describe_failure(result, find_worst(result), names, units)


def _label(i: int, names: Sequence[str]) -> str:
    """Name of state i, or its index."""
    return names[i] if 0 <= i < len(names) else f"state {i}"


def _state_lines(state: np.ndarray, names: Sequence[str], units: Sequence[str]) -> list[str]:
    """One line per state, cut off when there are many."""
    lines = []
    for i, value in enumerate(state[:_MAX_STATES]):
        unit = units[i] if i < len(units) else ""
        lines.append(f"    {_label(i, names)} = {value:.9g} {unit}".rstrip())
    if state.size > _MAX_STATES:
        lines.append(f"    ... and {state.size - _MAX_STATES} more")
    return lines
