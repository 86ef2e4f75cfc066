"""Events of a foreign model: which fire, in which order, and what they set.

Where the file leaves the order of simultaneous events open, every order is tried; if they do not agree,
the course is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from osseo.errors import Issue
from osseo.language.foreign import ForeignEvent, ForeignModel, ForeignRefusal

__all__ = ["EventQueue"]

MOST_AT_ONCE, DEEPEST = 2_000, 120
#: instants nearer than this share of themselves cannot be told apart by an integration
NEAR = 1e-9

Output = Callable[[float, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class _Pending:
    """An execution that is due: time, event and, if fixed at the trigger, its values."""

    time: float
    event: int
    values: tuple[float, ...] | None


@dataclass(frozen=True)
class _Scene:
    """Everything that events read and change at one instant."""

    y: np.ndarray
    holds: tuple[bool, ...]
    pending: tuple[_Pending, ...]

    def key(self) -> tuple:
        """Return what makes two scenes the same."""
        order = sorted(self.pending, key=lambda p: (p.time, p.event, p.values or ()))
        return self.y.tobytes(), self.holds, tuple(order)


class EventQueue:
    """Triggers seen and executions due.

    Parameters
    ----------
    model : the events.
    index : output name -> place.
    output : (t, y) -> every output.
    """

    def __init__(self, model: ForeignModel, index: Mapping[str, int], output: Output) -> None:
        self.model, self.events, self.index, self.output = model, model.events, index, output
        self.state_index = {q.name: i for i, q in enumerate(model.ir.states)}
        self.scene = _Scene(np.zeros(0), tuple(e.starts_true for e in self.events), ())
        self.last = -np.inf
        self.count = 0

    def begin(self, y: np.ndarray) -> np.ndarray:
        """Return y at time 0 after the events that fire there."""
        return self.meet(0.0, y)

    def next_time(self) -> float:
        """Return when the next delayed execution is due."""
        return min((p.time for p in self.scene.pending), default=np.inf)

    def meet(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return y after every event that fires at t."""
        if not self.events:
            return y
        self.count, before = 0, self.scene.pending
        scene = self._look(t, replace(self.scene, y=y))
        if scene.pending != before or self._due(t, scene):
            self._refuse_near(t)
            self.last = t
        self.scene = self._settle(t, scene, {}, 0)
        if not np.all(np.isfinite(self.scene.y)):
            self._refuse(t, "event that sets a value that is not finite")
        return self.scene.y

    def _refuse(self, t: float, construct: str) -> None:
        issue = Issue(f"t = {t:.12g}", construct)
        raise ForeignRefusal.from_issues(self.model.ir.name, [issue], "it was given up")

    def _refuse_near(self, t: float) -> None:
        if 0 < t - self.last < NEAR * max(1.0, abs(t)):
            self._refuse(t, "events at instants that cannot be told apart")

    def _due(self, t: float, scene: _Scene) -> list[_Pending]:
        return [p for p in scene.pending if p.time <= t]

    def _look(self, t: float, scene: _Scene) -> _Scene:
        """Return the scene with triggers read again: new executions, and those that are called off."""
        out = self.output(t, scene.y)
        holds = tuple(bool(out[self.index[e.trigger]] == 1.0) for e in self.events)
        pending = [p for p in scene.pending if holds[p.event] or self.events[p.event].persistent]
        for i, event in enumerate(self.events):
            if holds[i] and not scene.holds[i]:
                pending.append(self._trigger(t, i, event, out))
        return _Scene(scene.y, holds, tuple(pending))

    def _trigger(self, t: float, i: int, event: ForeignEvent, out: np.ndarray) -> _Pending:
        delay = 0.0 if event.delay is None else float(out[self.index[event.delay]])
        if not delay >= 0:
            self._refuse(t, "event with a negative delay")
        values = self._values(event, out) if event.from_trigger_time else None
        return _Pending(t + delay, i, values)

    def _values(self, event: ForeignEvent, out: np.ndarray) -> tuple[float, ...]:
        return tuple(float(out[self.index[a.value]]) for a in event.assignments)

    def _settle(self, t: float, scene: _Scene, known: dict[tuple, _Scene], depth: int) -> _Scene:
        """Carry out everything that is due; every order that the file allows must end alike."""
        due = self._due(t, scene)
        if not due:
            return scene
        key = scene.key()
        if key in known:
            return known[key]
        self.count += 1
        if self.count > MOST_AT_ONCE or depth > DEEPEST:
            self._refuse(t, "event storm: too many events at one instant")
        ends = [
            self._settle(t, self._execute(t, scene, p), known, depth + 1) for p in self._first(t, scene, due)
        ]
        for end in ends[1:]:
            if not _same(end, ends[0]):
                self._refuse(t, "simultaneous events whose order matters and is not said")
        known[key] = ends[0]
        return ends[0]

    def _first(self, t: float, scene: _Scene, due: list[_Pending]) -> list[_Pending]:
        """Return the executions that may come first: the highest priority, and those without one."""
        out = self.output(t, scene.y)
        ranked: list[tuple[float, _Pending]] = []
        free = []
        for pending in dict.fromkeys(due):
            name = self.events[pending.event].priority
            if name is None:
                free.append(pending)
            else:
                ranked.append((float(out[self.index[name]]), pending))
        if any(np.isnan(rank) for rank, _ in ranked):
            self._refuse(t, "event priority that is not a number")
        best = max((rank for rank, _ in ranked), default=0.0)
        return free + [pending for rank, pending in ranked if rank == best]

    def _execute(self, t: float, scene: _Scene, pending: _Pending) -> _Scene:
        event = self.events[pending.event]
        before = self.output(t, scene.y)
        values = self._values(event, before) if pending.values is None else pending.values
        y = scene.y.copy()
        for item, value in zip(event.assignments, values, strict=True):
            # a concentration becomes an amount with the volume before the event
            volume = 1.0 if item.volume is None else before[self.index[item.volume]]
            y[self.state_index[item.state]] = value * volume
        self._keep_amounts(t, event, y, before)
        rest = list(scene.pending)
        rest.remove(pending)
        return self._look(t, _Scene(y, scene.holds, tuple(rest)))

    def _keep_amounts(self, t: float, event: ForeignEvent, y: np.ndarray, before: np.ndarray) -> None:
        """Leave amounts as they are where a volume has jumped under a concentration."""
        if not self.model.held_amounts:
            return
        after = self.output(t, y)
        set_now = {item.state for item in event.assignments}
        for state, volume in self.model.held_amounts:
            old, new = before[self.index[volume]], after[self.index[volume]]
            if old != new and state in set_now:
                self._refuse(
                    t, "event that sets the volume and the concentration of a species with a rate rule"
                )
            if old != new:
                y[self.state_index[state]] *= old / new


def _same(a: _Scene, b: _Scene) -> bool:
    """Return whether two ends are alike up to rounding."""
    if a.holds != b.holds or len(a.pending) != len(b.pending):
        return False
    if not np.allclose(a.y, b.y, rtol=1e-12, atol=0, equal_nan=True):
        return False
    pairs = zip(a.key()[2], b.key()[2], strict=True)
    return all(p.time == q.time and p.event == q.event and p.values == q.values for p, q in pairs)
