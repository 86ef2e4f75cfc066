"""`solve_batch`: many courses of one model, each with its own parameters, doses and step size.

The model comes as a `Kernel` of addresses; this file checks the arrays, lays out what the compiled
loop reads, and hands chunks of members to threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

import numpy as np

from osseo.engine.dosing.table import EventTable, SettledEvents
from osseo.engine.failure import Failures
from osseo.engine.inputs import InputTable, pack_inputs
from osseo.engine.kernel import Kernel, LaneKernel
from osseo.engine.native.batch_arrays import Course, Task, make_work
from osseo.engine.native.lane_arrays import LaneSizes, make_lanes
from osseo.engine.native.loops import kind_of, load_loop
from osseo.engine.native.rodas5p import make_tableau
from osseo.engine.result import BatchResult
from osseo.engine.scale.memory import check_memory
from osseo.engine.scale.reducer import FIRST_SERIES, Reducer, pack_reducers
from osseo.engine.status import Status
from osseo.engine.threads import check_width, choose_width, run_chunks
from osseo.errors import InputError, Issue

__all__ = ["BatchSettings", "solve_batch"]

_STORES = ("all", "outputs", "none")
_EVENT_COLUMNS = (
    ("time", np.float64),
    ("state", np.int64),
    ("jump", np.float64),
    ("rate", np.float64),
    ("action", np.int64),
)


class BatchSettings(TypedDict, total=False):
    """How exactly, and how long at most.

    rtol, atol : error allowed per step and state, atol + rtol*|y|; atol () or (n_states,), default
        rtol*1e-3. max_steps : steps a member may try. n_threads : default all processors.
    reducers : numbers to take from each course inside the loop. store : `all` (states and outputs at
        the times), `outputs`, or `none`: only the reducers. width : members side by side (default: what
        the processor holds, 1 for a single member); it changes no bit of the result.
    """

    rtol: float
    atol: float | np.ndarray | None
    max_steps: int
    n_threads: int | None
    reducers: Sequence[Reducer]
    store: str
    width: int | None


def solve_batch(
    kernel: Kernel,
    p: np.ndarray,
    y0: np.ndarray,
    *,
    times: np.ndarray,
    u: InputTable | None = None,
    events: EventTable | Sequence[EventTable] | SettledEvents | None = None,
    **settings: Unpack[BatchSettings],
) -> BatchResult:
    """Courses of n members by Rodas5P, each alone: order, threads and chunks change no bit.

    Parameters
    ----------
    kernel : the model.
    p : (n, n_parameters).
    y0 : (n, n_states) at times[0], before the events at times[0].
    times : (n_times,) [d] strictly increasing; the run goes from the first to the last.
    u : inputs in time; required if the model has inputs.
    events : one table for all members, one per member, or what `settle_events` returned. The
        value at an event time is the one after the jump. An event before times[0] is an error:
        see `continue_events`.
    settings : rtol (1e-6), atol, max_steps (100000), n_threads, reducers, store (all).

    Returns
    -------
    result : a member that fails has a status, and NaN from then on; nothing is raised.

    Raises
    ------
    InputError : arrays of the wrong shape, unsorted times, events before the start.
    """
    tables = events.tables if isinstance(events, SettledEvents) else events
    fields = _make_task(kernel, p, y0, times, u, tables, settings)
    task = Task(**fields)
    store = settings.get("store", "all")
    course = Course(**_make_course(kernel, task, store))
    lanes = _choose_lanes(kernel, task.y0.shape[0], settings.get("width"))
    if lanes is not None:
        task = task._replace(lane_start=lanes.start, lane_slope=lanes.slope, lane_attempt=lanes.attempt)
    width = lanes.width if lanes is not None else 1
    run = _make_run(kernel, task, course, width)
    run_chunks(run, task.y0.shape[0], settings.get("n_threads"), width=width, fills=4)
    if isinstance(events, SettledEvents):
        course.status[events.failed] = Status.NO_STEADY_STATE
    return BatchResult(
        times=task.times,
        y=course.y,
        out=course.out,
        status=course.status,
        fail_time=course.fail_time,
        n_steps=course.n_steps,
        reduced=course.reduced,
        series=course.series,
        failures=Failures(course.fail_step, course.fail_state, course.fail_component, course.fail_event),
    )


def _choose_lanes(kernel: Kernel, n: int, width: int | None) -> LaneKernel | None:
    """Return the code for members side by side, or None where there is none or one member is alone."""
    width = choose_width(n, width)
    return kernel.make_lanes(width) if kernel.make_lanes is not None and width > 1 else None


def _make_run(kernel: Kernel, task: Task, course: Course, width: int) -> Callable[[int, int], None]:
    """Return the function that computes members first..last-1."""
    tableau = make_tableau()
    sizes = (kernel.n_states, kernel.n_inputs, kernel.n_nonzero, kernel.n_lu, kernel.n_outputs)
    groups = [task, tableau, course, make_work(*sizes)]
    if width == 1:
        run_members = load_loop("osseo.engine._batch_loop", "run_members", *map(kind_of, groups))

        def run(first: int, last: int) -> None:
            run_members(task, tableau, course, make_work(*sizes), first, last)

        return run
    lane_sizes = LaneSizes(
        kernel.n_states, kernel.n_parameters, kernel.n_inputs, kernel.n_nonzero, kernel.n_lu
    )
    groups.append(make_lanes(width, lane_sizes))
    run_lanes = load_loop("osseo.engine._lane_loop", "run_lanes", *map(kind_of, groups))

    def run_side_by_side(first: int, last: int) -> None:
        run_lanes(task, tableau, course, make_work(*sizes), make_lanes(width, lane_sizes), first, last)

    return run_side_by_side


def _make_task(kernel, p, y0, times, u, events, settings: BatchSettings) -> dict[str, Any]:
    """Check everything that was given and lay it out for the loop."""
    # copies: the loop is compiled for arrays that may be written, whatever the caller has
    p, y0, times = (np.array(a, dtype=np.float64, order="C") for a in (p, y0, times))
    n = y0.shape[0] if y0.ndim == 2 else 0
    issues = _check_shapes(kernel, p, y0, times)
    knots, values, is_linear, input_issues = pack_inputs(u, n, kernel.n_inputs)
    tables, event_issues = _pack_events(events, n, kernel.n_states, times)
    rtol = float(settings.get("rtol", 1e-6))
    atol, tolerance_issues = _pack_tolerance(rtol, settings.get("atol"), kernel.n_states)
    reducers, reducer_issues = pack_reducers(settings.get("reducers", ()), kernel)
    issues += input_issues + event_issues + tolerance_issues + reducer_issues
    issues += check_width(settings.get("width"))
    if settings.get("store", "all") not in _STORES:
        issues.append(Issue("store", f"got {settings.get('store')!r}; expected one of {', '.join(_STORES)}"))
    if issues:
        raise InputError.from_issues("solve_batch", issues)
    return {
        **{name: getattr(kernel, name) for name in ("rhs", "jac", "factor", "solve", "output")},
        "lane_start": 0,
        "lane_slope": 0,
        "lane_attempt": 0,
        "uses_time": int(kernel.uses_time),
        "p": p,
        "y0": y0,
        "times": times,
        "knots": knots,
        "u": values,
        "is_linear": is_linear,
        **tables,
        "rtol": rtol,
        "atol": atol,
        "max_steps": int(settings.get("max_steps", 100_000)),
        **reducers,
    }


def _check_shapes(kernel: Kernel, p: np.ndarray, y0: np.ndarray, times: np.ndarray) -> list[Issue]:
    """Compare the arrays with the sizes of the model."""
    issues = []
    if y0.ndim != 2 or y0.shape[1] != kernel.n_states:
        issues.append(Issue("y0", f"got shape {y0.shape}; expected (n, {kernel.n_states})"))
    elif p.shape != (y0.shape[0], kernel.n_parameters):
        want = f"({y0.shape[0]}, {kernel.n_parameters})"
        issues.append(Issue("p", f"got shape {p.shape}; expected {want}"))
    if times.ndim != 1 or not times.size or not np.all(np.isfinite(times)):
        issues.append(Issue("times", f"got shape {times.shape}; expected finite times (n_times,)"))
    elif np.any(np.diff(times) <= 0):
        issues.append(Issue("times", "they do not increase", "sort them and drop repeats"))
    return issues


def _pack_tolerance(rtol: float, atol: Any, n_states: int) -> tuple[np.ndarray, list[Issue]]:
    """Return atol as (n_states,) and what is wrong with the tolerances."""
    issues = []
    if not 1e-14 < rtol < 1:
        issues.append(Issue("rtol", f"got {rtol}; expected between 1e-14 and 1"))
    if atol is None:
        return np.full(n_states, rtol * 1e-3), issues
    given = np.asarray(atol, dtype=np.float64)
    if given.shape not in ((), (n_states,)) or not np.all((given > 0) & np.isfinite(given)):
        issues.append(Issue("atol", f"got {given!r}; expected positive, () or ({n_states},)"))
        return np.ones(n_states), issues
    return np.array(np.broadcast_to(given, (n_states,))), issues


def _pack_events(
    events: EventTable | Sequence[EventTable] | None, n: int, n_states: int, times: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Issue]]:
    """Chain the event tables; each member knows the first and last row that is its own."""
    shared = isinstance(events, EventTable)
    tables = [events] if isinstance(events, EventTable) else list(events or ())
    issues = []
    if tables and not shared and len(tables) != n:
        issues.append(Issue("events", f"got {len(tables)} tables for {n} members"))
    for i, table in enumerate(tables):
        issues += _check_events(f"events[{i}]", table, n_states, times)
    ends = np.cumsum([0] + [table.time.size for table in tables])
    member = np.zeros(n, dtype=np.int64) if shared or not tables else np.arange(n)
    packed = {
        name: np.ascontiguousarray(
            np.concatenate([getattr(table, name) for table in tables] or [np.zeros(0)]), dtype=kind
        )
        for name, kind in _EVENT_COLUMNS
    }
    if issues or not tables:
        first = last = np.zeros(n, dtype=np.int64)
    else:
        first, last = ends[member], ends[member + 1]
    return {
        "event_first": first.astype(np.int64),
        "event_last": last.astype(np.int64),
        **{f"event_{name}": column for name, column in packed.items()},
    }, issues


def _check_events(where: str, table: EventTable, n_states: int, times: np.ndarray) -> list[Issue]:
    """Check one table: sorted, known states, nothing before the start."""
    issues = []
    if np.any(np.diff(table.time) < 0) or not np.all(np.isfinite(table.time)):
        issues.append(Issue(where, "times are not finite and sorted", "use expand_events"))
    sizes = {getattr(table, name).shape for name, _ in _EVENT_COLUMNS}
    if len(sizes) > 1:
        issues.append(Issue(where, f"columns of different shapes {sorted(sizes)}", "use expand_events"))
    if np.any((table.action < 0) | (table.action > 2)):
        issues.append(Issue(where, "an action is not 0, 1 or 2", "use expand_events"))
    if np.any((table.state < 0) | (table.state >= n_states)):
        issues.append(Issue(where, f"a state index is outside 0..{n_states - 1}"))
    if times.size and np.any(table.time < times[0]):
        early = float(table.time.min())
        remedy = "start earlier, or use continue_events(table, times[0])"
        issues.append(Issue(where, f"event at {early} d, before times[0] = {times[0]} d", remedy))
    return issues


def _make_course(kernel: Kernel, task: Task, store: str) -> dict[str, np.ndarray]:
    """Allocate the results; NaN wherever nothing will be written."""
    n, n_times = task.y0.shape[0], task.times.size
    y_times, out_times = (n_times if store in kept else 0 for kept in (("all",), ("all", "outputs")))
    n_series = int((task.reduce_kind >= FIRST_SERIES).sum())
    size = 8 * n * (y_times * kernel.n_states + out_times * kernel.n_outputs + n_times * n_series)
    check_memory("solve_batch", size, f"the results of {n} members at {n_times} times")
    return {
        "y": np.full((n, y_times, kernel.n_states), np.nan),
        "out": np.full((n, out_times, kernel.n_outputs), np.nan),
        "reduced": np.full((n, task.reduce_kind.size), np.nan),
        "series": np.full((n, n_times, n_series), np.nan),
        "status": np.zeros(n, dtype=np.int64),
        "n_steps": np.zeros(n, dtype=np.int64),
        "fail_time": np.full(n, np.nan),
        "fail_step": np.full(n, np.nan),
        "fail_state": np.full((n, kernel.n_states), np.nan),
        "fail_component": np.full(n, -1, dtype=np.int64),
        "fail_event": np.full(n, np.nan),
    }
