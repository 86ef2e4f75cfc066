"""The state into which endless repeats of a dose bring a model, and event tables that start there.

One dosing interval is a map of the state just before a dose to the state one interval later; its
fixed point is found by Newton's method, for all members and rules of one interval at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np

from osseo.engine.batch import solve_batch
from osseo.engine.dosing.expand import expand_settled, window_table
from osseo.engine.dosing.row import EventRow, check_rows
from osseo.engine.dosing.table import ADD, EventTable, SettledEvents
from osseo.engine.inputs import InputTable
from osseo.engine.kernel import Kernel
from osseo.errors import InputError, Issue

__all__ = ["SettleSettings", "settle_events"]

_WARM_UP, _MAX_ITERATIONS, _TASKS_AT_ONCE = 3, 25, 256
#: a change of state j passes through an interval to within this share: nothing acts on it
_HELD = 1e-8


class SettleSettings(TypedDict, total=False):
    """u: inputs, held at their value at the time of the rule; rtol (1e-11) of interval runs; n_threads."""

    u: InputTable | None
    rtol: float
    n_threads: int | None


@dataclass(frozen=True)
class _Task:
    member: int
    row: int
    interval: float
    target: int
    table: EventTable
    time: float


def settle_events(
    kernel: Kernel,
    rows: Sequence[EventRow] | Sequence[Sequence[EventRow]],
    state_index: dict[str, int],
    p: np.ndarray,
    y0: np.ndarray,
    **settings: Unpack[SettleSettings],
) -> SettledEvents:
    """Expand rules that may hold steady states, for every member with its own parameters.

    y_ss = Phi(y_ss),   Phi: the state one interval later, under the doses of that interval

    Parameters
    ----------
    kernel : the model.
    rows : rules for all members, or one sequence per member.
    state_index : state name -> index.
    p, y0 : (n, n_parameters), (n, n_states) as for `solve_batch`; y0 is where the search starts.
    settings : u, rtol, n_threads.

    Returns
    -------
    events : for `solve_batch`. A member without steady state gets the status NO_STEADY_STATE there.

    Raises
    ------
    InputError : as `expand_events`; arrays of the wrong shape.
    """
    p, y0 = (np.array(a, dtype=np.float64, order="C") for a in (p, y0))
    _check_shapes(kernel, p, y0)
    n = y0.shape[0]
    per_member = _rows_of_members(rows, n)
    for member_rows in {id(r): r for r in per_member}.values():
        check_rows(member_rows, state_index)
    tasks = [
        _make_task(i, k, row, state_index[row.target])
        for i, member_rows in enumerate(per_member)
        for k, row in enumerate(member_rows)
        if row.steady
    ]
    settled: list[dict[int, dict[int, float]]] = [{} for _ in range(n)]
    failed, held = np.zeros(n, dtype=bool), np.zeros((n, kernel.n_states), dtype=bool)
    for interval in sorted({task.interval for task in tasks}):
        group = [task for task in tasks if task.interval == interval]
        for first in range(0, len(group), _TASKS_AT_ONCE):
            part = group[first : first + _TASKS_AT_ONCE]
            values, lost, still = _settle(kernel, part, p, y0, settings)
            for task, y, bad, fixed in zip(part, values, lost, still, strict=True):
                failed[task.member] |= bad
                held[task.member] |= fixed
                kept = {s: float(y[s]) for s in range(kernel.n_states) if not fixed[s] or bad}
                settled[task.member][task.row] = kept
    tables = tuple(expand_settled(r, state_index, s) for r, s in zip(per_member, settled, strict=True))
    return SettledEvents(tables, failed, held)


def _check_shapes(kernel: Kernel, p: np.ndarray, y0: np.ndarray) -> None:
    issues = []
    if y0.ndim != 2 or y0.shape[1] != kernel.n_states:
        issues.append(Issue("y0", f"got shape {y0.shape}; expected (n, {kernel.n_states})"))
    elif p.shape != (y0.shape[0], kernel.n_parameters):
        issues.append(Issue("p", f"got shape {p.shape}; expected ({y0.shape[0]}, {kernel.n_parameters})"))
    if issues:
        raise InputError.from_issues("settle_events", issues)


def _rows_of_members(rows: Sequence[Any], n: int) -> list[Sequence[EventRow]]:
    if all(isinstance(row, EventRow) for row in rows):
        return [rows] * n
    if len(rows) != n:
        raise InputError(f"settle_events: got rows for {len(rows)} members; expected {n}")
    return list(rows)


def _make_task(member: int, place: int, row: EventRow, target: int) -> _Task:
    if row.is_endless:
        one = np.array([1.0])
        table = EventTable(0 * one, np.array([target]), 0 * one, row.rate * one, np.array([ADD]))
        return _Task(member, place, 1.0, target, table, row.time)
    return _Task(member, place, row.every, target, window_table(row, target), row.time)


def _settle(
    kernel: Kernel, tasks: Sequence[_Task], p: np.ndarray, y0: np.ndarray, settings: SettleSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the fixed points (n_tasks, n_states; NaN if none), the lost tasks, and the held states."""
    members = [task.member for task in tasks]
    step = _Interval(kernel, tasks, p[members], _inputs_at(settings.get("u"), tasks), settings)
    rtol = settings.get("rtol", 1e-11)
    y = y0[members].copy()
    for _ in range(_WARM_UP):
        y = step.run(y)
    n_tasks, n = y.shape
    held = np.zeros((n_tasks, n), dtype=bool)
    settled = np.zeros(n_tasks, dtype=bool)
    lost = np.asarray(~np.isfinite(y).all(axis=1))
    for iteration in range(_MAX_ITERATIONS):
        ahead, slope = step.linearise(y)
        for i in np.flatnonzero(~settled & ~lost):
            if iteration == 0:
                held[i] = _find_held(slope[i])
            change = _newton_change(ahead[i] - y[i], slope[i], ~held[i])
            if change is None:
                lost[i] = True
                continue
            y[i] += change
            scale = np.maximum(np.abs(y[i]), 1e-6 * np.abs(y[i]).max())
            settled[i] = bool(np.all(np.abs(change) <= 100 * rtol * scale))
        if np.all(settled | lost):
            break
    targets = np.array([task.target for task in tasks])
    lost |= ~settled | held[np.arange(n_tasks), targets]
    y[lost] = np.nan
    return y, lost, held


def _find_held(slope: np.ndarray) -> np.ndarray:
    """Mark the states whose own change passes through the interval and reaches no other state."""
    gap = np.abs(slope - np.eye(slope.shape[0]))
    return np.asarray(gap.max(axis=0) <= _HELD)


def _newton_change(gap: np.ndarray, slope: np.ndarray, free: np.ndarray) -> np.ndarray | None:
    """Solve (I - slope) change = gap over the free states; None if that cannot be done."""
    change = np.zeros(gap.size)
    matrix = (np.eye(gap.size) - slope)[np.ix_(free, free)]
    if not (np.isfinite(matrix).all() and np.isfinite(gap).all()):
        return None
    try:
        change[free] = np.linalg.solve(matrix, gap[free])
    except np.linalg.LinAlgError:
        return None
    return change if np.isfinite(change).all() else None


def _inputs_at(u: InputTable | None, tasks: Sequence[_Task]) -> InputTable | None:
    """Hold the inputs of every task at their value at its time."""
    if u is None:
        return None
    knots, values = np.asarray(u.times, dtype=float), np.asarray(u.values, dtype=float)
    rows = []
    for task in tasks:
        table = values[task.member if values.shape[0] > 1 else 0]
        if u.kind == "linear":
            rows.append([np.interp(task.time, knots, column) for column in table.T])
        else:
            rows.append(table[max(int(np.searchsorted(knots, task.time, side="right")) - 1, 0)])
    return InputTable(np.zeros(1), np.array(rows)[:, None, :], "step")


class _Interval:
    """The map over one dosing interval, for a group of tasks of equal interval."""

    def __init__(self, kernel: Kernel, tasks, p, u: InputTable | None, settings: SettleSettings) -> None:
        self.kernel, self.tasks, self.p, self.u = kernel, tasks, p, u
        rtol = settings.get("rtol", 1e-11)
        self.settings = {"rtol": rtol, "n_threads": settings.get("n_threads")}

    def run(self, y: np.ndarray, copies: int = 1) -> np.ndarray:
        """Return the states one interval later; y (n_tasks * copies, n_states), task by task."""
        tables = [task.table for task in self.tasks for _ in range(copies)]
        u = self.u
        if u is not None:
            u = InputTable(u.times, np.repeat(u.values, copies, axis=0), u.kind)
        # a dose at the end of the interval is the next one's: the last instant is before it
        result = solve_batch(
            self.kernel,
            np.repeat(self.p, copies, axis=0),
            y,
            times=np.array([0.0, self.tasks[0].interval]),
            u=u,
            events=tables,
            **self.settings,
        )
        return result.y[:, -1]

    def linearise(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return Phi(y) (n_tasks, n) and its derivative (n_tasks, n, n) by differences."""
        n_tasks, n = y.shape
        size = np.maximum(np.abs(y), 1e-6 * np.maximum(np.abs(y).max(axis=1, keepdims=True), 1e-9))
        delta = 1e-2 * size
        starts = np.repeat(y[:, None, :], n + 1, axis=1)
        starts[:, np.arange(1, n + 1), np.arange(n)] += delta
        ends = self.run(starts.reshape(-1, n), n + 1).reshape(n_tasks, n + 1, n)
        slope = (ends[:, 1:] - ends[:, :1]) / delta[:, :, None]
        return ends[:, 0], np.swapaxes(slope, 1, 2)
