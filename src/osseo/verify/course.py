"""One course of a foreign model: `solve_batch` between the instants where something jumps.

Those are executions of events and changes of a comparison that a rate or a trigger depends on; each is
found between two samples and narrowed down by integrating again from the last sample before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from osseo.compiler import compile_model
from osseo.engine.batch import solve_batch
from osseo.engine.status import Status
from osseo.errors import InputError, Issue, SolveError
from osseo.language.foreign import ForeignModel, ForeignRefusal
from osseo.verify.queue import EventQueue

__all__ = ["ForeignCourse", "solve_foreign"]

#: samples between 0 and the end where switches are watched, and at least this many between two results
SAMPLES, SAMPLES_BETWEEN = 400, 4
#: an instant is narrowed down to this share of itself
NARROW = 4e-14
PARTS = 16
#: how often samples are put closer where a comparison nearly changes
ROUNDS = 4
MOST_STOPS = 20_000


@dataclass(frozen=True)
class ForeignCourse:
    """Results: times (n_times,), values (n_times, n_outputs), outputs by name."""

    times: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """Return one output, (n_times,)."""
        return self.values[:, self.names.index(name)]


def solve_foreign(
    model: ForeignModel,
    times: np.ndarray,
    *,
    overrides: Mapping[str, float] | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-13,
    samples: int = SAMPLES,
) -> ForeignCourse:
    """Return the outputs of a foreign model; at an event, the values after it.

    Parameters
    ----------
    model : from `read_foreign`.
    times : (n_times,) increasing, none before 0; the course starts at 0.
    overrides : full name of a parameter or state -> value in place of the file's.
    rtol, atol : of the integration.
    samples : instants, at least, at which events and comparisons are watched.

    Raises
    ------
    InputError : times that do not increase, or begin before 0.
    ForeignRefusal : something that shows only in the course, e.g. events whose order matters and is not said.
    SolveError : the integration failed.
    """
    grid = np.asarray(times, dtype=np.float64)
    if grid.ndim != 1 or not grid.size or grid[0] < 0 or not np.all(np.diff(grid) > 0):
        raise InputError(f"{model.ir.name}: times must increase and not begin before 0")
    run = _Run(model, grid, overrides or {}, (rtol, atol))
    run.samples = samples
    return run.run()


class _Run:
    """A course under way: t, y and what is recorded."""

    def __init__(
        self, model: ForeignModel, times: np.ndarray, overrides: Mapping[str, float], tolerance: tuple
    ) -> None:
        self.model = model
        self.system = compile_model(model.ir)
        self.times, self.tolerance = times, tolerance
        start = model.start(overrides)
        self.p, self.y, self.t = start.p[None, :], start.y0, 0.0
        index = self.system.output_index
        self.flags = [index[name] for name, _ in model.switches]
        self.flags += [index[event.trigger] for event in model.events]
        self.gaps = [index[gap] for _, gap in model.switches if gap is not None]
        self.values = np.full((times.size, len(index)), np.nan)
        self.queue = EventQueue(model, index, self.output)
        self.saved, self.samples = 0, SAMPLES

    def output(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return every output at (t, y)."""
        return self.system.output(t, y, self.p[0])

    def run(self) -> ForeignCourse:
        """Go to the last time."""
        self.y = self.queue.begin(self.y)
        self._save_now()
        for _ in range(MOST_STOPS):
            if self.saved == self.times.size:
                return ForeignCourse(self.times, self.values, self.system.output_names)
            self._advance(min(float(self.times[-1]), self.queue.next_time()))
            self.y = self.queue.meet(self.t, self.y)
            self._save_now()
        raise ForeignRefusal.from_issues(
            self.model.ir.name, [Issue(f"t = {self.t}", "event storm: too many stops")], "it was given up"
        )

    def _save_now(self) -> None:
        if self.saved < self.times.size and self.times[self.saved] <= self.t:
            self.values[self.saved] = self.output(self.t, self.y)
            self.saved += 1

    def _solve(self, t: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return y (n, n_states) and outputs (n, n_outputs) at times t, from y at t[0]."""
        rtol, atol = self.tolerance
        found = solve_batch(
            self.system.kernel, self.p, y[None, :], times=t, rtol=rtol, atol=atol, n_threads=1
        )
        if not found.ok.all():
            status = Status(int(found.status[0]))
            raise SolveError(f"{self.model.ir.name}: {status.sentence} (t = {found.fail_time[0]:g})")
        return found.y[0], found.out[0]

    def _grid(self, stop: float) -> np.ndarray:
        """Return the times to look at from now to `stop`."""
        wanted = self.times[(self.times > self.t) & (self.times < stop)]
        edges = np.concatenate([[self.t], wanted, [stop]])
        if not self.flags:
            return edges
        span = max(float(self.times[-1]), stop) / self.samples
        pieces = [
            np.linspace(a, b, max(SAMPLES_BETWEEN, int(np.ceil((b - a) / span))) + 1)[:-1]
            for a, b in pairwise(edges)
        ]
        return np.unique(np.concatenate([*pieces, [stop]]))

    def _advance(self, stop: float) -> None:
        """Go to `stop`, or to the first instant before it where a flag changes; y is that before events."""
        grid = self._grid(stop)
        y, out = self._solve(grid, self.y)
        first = self._first_change(out)
        for _ in range(ROUNDS):
            finer = self._finer(grid, out) if first is None else None
            if finer is None:
                break
            grid = finer
            y, out = self._solve(grid, self.y)
            first = self._first_change(out)
        if first is None:
            self._record(grid[1:-1], out[1:-1])
            self.t, self.y = stop, y[-1]
            return
        base = out[0, self.flags]
        if first > 1:
            # again, so that no step has looked beyond the change
            y, out = self._solve(grid[:first], self.y)
            self._record(grid[1:first], out[1:])
        self.t, self.y = self._narrow(grid[first - 1], grid[first], y[first - 1], base)

    def _first_change(self, out: np.ndarray) -> int | None:
        flags = out[:, self.flags]
        changed = np.flatnonzero((flags != flags[0]).any(axis=1))
        return int(changed[0]) if changed.size else None

    def _finer(self, grid: np.ndarray, out: np.ndarray) -> np.ndarray | None:
        """Return more times where a gap comes near 0 and turns back, if it does anywhere."""
        extra = []
        for gap in self.gaps:
            size = np.abs(out[:, gap])
            low = np.flatnonzero((size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:]) & (size[1:-1] > 0)) + 1
            bend = size[low - 1] - 2 * size[low] + size[low + 1]
            for k in low[size[low] <= bend]:
                extra.append(np.linspace(grid[k - 1], grid[k + 1], 4 * PARTS + 1))
        return np.unique(np.concatenate([grid, *extra])) if extra else None

    def _record(self, times: np.ndarray, out: np.ndarray) -> None:
        for t, row in zip(times, out, strict=True):
            if self.saved < self.times.size and t == self.times[self.saved]:
                self.values[self.saved] = row
                self.saved += 1

    def _narrow(self, a: float, b: float, y: np.ndarray, base: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the first instant after a flag has changed between a and b, and y there."""
        end = b
        while b - a > NARROW * max(abs(b), 1e-3 * float(self.times[-1])):
            grid = np.linspace(a, b, PARTS + 1)
            if np.any(np.diff(grid) <= 0):
                break
            states, out = self._solve(grid, y)
            first = self._first_change(out) or PARTS
            if first > 1:
                states, _ = self._solve(grid[:first], y)
            a, b, y = grid[first - 1], grid[first], states[first - 1]
        width = b - a
        while True:
            states, out = self._solve(np.array([a, b]), y)
            # rounding may leave the flag as it was at b: go on until it has changed
            if b >= end or np.any(out[-1, self.flags] != base):
                return b, states[-1]
            width *= 2.0
            b = min(a + width, end)
