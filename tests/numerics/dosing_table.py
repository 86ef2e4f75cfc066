"""The truth table of dosing: the cases, their closed forms, and the page docs/dosing.md made from both.

    python tests/numerics/dosing_table.py       rewrites docs/dosing.md

Depot, central and peripheral amounts of a linear model are sums of exponentials; a train of doses without
beginning is a geometric series. Nothing here is taken from the engine but the words of a dose rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from osseo.engine.events import EventRow

STATES = {"depot": 0, "central": 1, "peripheral": 2, "gone": 3}
#: ka, ke, k12, k21 [1/d]
MODELS = {"one": (2.1, 0.43, 0.0, 0.9), "two": (3.0, 0.7, 0.6, 0.25)}
START = np.array([0.3, 1.2, 0.4, 0.0])
TIMES = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.25, 2.5, 3.0, 3.7, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0])
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    model: str
    rows: tuple[EventRow, ...]


def bolus(time, amount, target="central", **more):
    return EventRow(time, "bolus", target, amount, **more)


def infusion(time, amount, duration=0.0, target="central", **more):
    return EventRow(time, "infusion", target, amount, duration, **more)


def reset(time, target="*", amount=0.0):
    return EventRow(time, "reset", target, amount)


def _both(name, *rows):
    return [Case(name, model, rows) for model in MODELS]


CASES = [
    *_both("nothing"),
    *_both("bolus between observations", bolus(0.6, 2.0)),
    *_both("bolus at an observation: the value after it", bolus(1.0, 2.0)),
    *_both("bolus at the start", bolus(0.0, 2.0)),
    *_both("bolus at the end", bolus(10.0, 2.0)),
    *_both("bolus into the depot, with lag", bolus(0.5, 2.0, "depot", lag=0.4)),
    *_both("lag that ends at an observation", bolus(0.5, 2.0, "depot", lag=0.5)),
    *_both("repeats", bolus(0.5, 1.0, every=0.75, count=5)),
    *_both("repeats with a lag longer than the interval", bolus(0.5, 1.0, lag=1.1, every=0.75, count=4)),
    *_both("infusion by duration", infusion(0.3, 2.0, 0.9)),
    *_both("infusion by rate", infusion(0.3, 2.0, rate=2.5)),
    *_both("infusion between two observations", infusion(2.0, 2.0, 0.25)),
    *_both("infusion past the end", infusion(8.0, 2.0, 5.0)),
    *_both("infusion with lag", infusion(0.3, 2.0, 0.9, lag=0.7)),
    *_both("overlapping infusions", infusion(0.5, 2.0, 1.5), infusion(1.0, 3.0, 1.0)),
    *_both("repeats of an infusion that overlap", infusion(0.5, 2.0, 1.5, every=0.5, count=4)),
    *_both("infusions end to end", infusion(0.5, 2.0, 0.5, every=0.5, count=4)),
    *_both("bolus inside an infusion, other target", infusion(0.5, 2.0, 1.5), bolus(1.2, 4.0, "depot")),
    *_both("zero-order absorption: infusion into the depot", infusion(0.5, 2.0, 1.3, "depot")),
    *_both("placebo: the same instants, nothing in them", infusion(0.5, 0.0, 1.5), bolus(1.2, 0.0)),
    *_both("reset of all states", bolus(0.5, 2.0), reset(2.0)),
    *_both("reset, then dose at one time", bolus(0.5, 2.0), reset(2.0), bolus(2.0, 1.0)),
    *_both("dose, then reset at one time", bolus(2.0, 1.0), reset(2.0)),
    *_both("reset in an infusion stops it", infusion(0.5, 4.0, 3.0), reset(2.0)),
    *_both("reset cancels what is on its way", bolus(1.0, 2.0, lag=2.0), reset(2.0)),
    *_both("repeats go on after a reset", bolus(0.5, 1.0, every=1.0, count=5), reset(2.2)),
    *_both("reset of one state to a value", bolus(0.5, 2.0, "depot"), reset(2.0, "central", 0.7)),
    *_both("steady state, bolus", bolus(1.0, 2.0, every=0.8, steady="replace")),
    *_both("steady state, then repeats", bolus(1.0, 2.0, every=0.8, count=4, steady="replace")),
    *_both("steady state at the start", bolus(0.0, 2.0, every=1.5, count=3, steady="replace")),
    *_both("steady state, depot with lag", bolus(1.0, 2.0, "depot", lag=0.3, every=0.8, steady="replace")),
    *_both(
        "steady state, lag longer than two intervals",
        bolus(1.0, 2.0, "depot", lag=1.9, every=0.8, count=2, steady="replace"),
    ),
    *_both(
        "steady state, lag of exactly one interval", bolus(1.0, 2.0, lag=0.8, every=0.8, steady="replace")
    ),
    *_both("steady state, infusion", infusion(1.0, 2.0, 0.5, every=0.8, steady="replace")),
    *_both("steady state, infusion by rate", infusion(1.0, 2.0, rate=4.0, every=0.8, steady="replace")),
    *_both(
        "steady state, infusion longer than the interval",
        infusion(1.0, 2.0, 1.9, every=0.8, steady="replace"),
    ),
    *_both(
        "steady state, infusion as long as the interval",
        infusion(1.0, 2.0, 0.8, every=0.8, count=3, steady="replace"),
    ),
    *_both(
        "steady state, long infusion, lag, repeats",
        infusion(1.0, 2.0, 1.9, lag=1.1, every=0.8, count=3, steady="replace"),
    ),
    *_both(
        "steady state of a constant infusion",
        EventRow(1.0, "infusion", "central", 0, rate=1.7, steady="replace"),
    ),
    *_both(
        "steady state replaces what was there",
        bolus(0.5, 5.0),
        infusion(0.5, 6.0, 4.0),
        bolus(2.0, 2.0, every=0.8, steady="replace"),
    ),
    *_both(
        "steady state added to what is there",
        bolus(0.5, 5.0),
        infusion(0.5, 6.0, 4.0),
        bolus(2.0, 2.0, every=0.8, steady="add"),
    ),
    *_both(
        "two regimens at steady state, morning and evening",
        bolus(1.0, 2.0, every=1.0, count=4, steady="replace"),
        bolus(1.4, 1.0, every=1.0, count=4, steady="add"),
    ),
    *_both("steady state, slow interval", bolus(1.0, 2.0, "depot", every=7.0, steady="replace")),
    *_both("steady state, fast interval", bolus(1.0, 0.02, every=0.01, steady="replace")),
    *_both("reset after a steady state", bolus(1.0, 2.0, every=0.8, count=3, steady="replace"), reset(2.2)),
]


@dataclass(frozen=True)
class Flow:
    """A delivery: from `start` to `end` (a bolus: equal), given at `given` by rule `row`."""

    given: float
    row: int
    start: float
    end: float
    amount: float
    target: int


class Linear:
    """Exact responses of depot, central, peripheral."""

    def __init__(self, model: str) -> None:
        ka, ke, k12, k21 = MODELS[model]
        total = ke + k12 + k21
        root = math.sqrt(total * total - 4 * ke * k21)
        self.rates = np.array([ka, (total + root) / 2, (total - root) / 2])
        a = np.array([[-ka, 0, 0], [ka, -ke - k12, k21], [0, k12, -k21]])
        # x(t) = sum_m P_m x0 e^(-rate_m t), P_m = prod_(l != m) (A + rate_l I)/(rate_l - rate_m)
        self.parts = []
        for m in range(3):
            part = np.eye(3)
            for other in range(3):
                if other != m:
                    part = part @ (a + self.rates[other] * np.eye(3)) / (self.rates[other] - self.rates[m])
            self.parts.append(part)

    def bolus(self, x, since):
        """Response to amounts x at once; zero before."""
        if since < 0:
            return np.zeros(3)
        return sum(part @ x * math.exp(-r * since) for part, r in zip(self.parts, self.rates, strict=True))

    def flow(self, x, rate_end, since):
        """Response to inflow x from 0 to rate_end."""
        if since <= 0:
            return np.zeros(3)
        on, rest = min(since, rate_end), max(since - rate_end, 0.0)
        return sum(
            part @ x * (-math.expm1(-r * on) / r) * math.exp(-r * rest)
            for part, r in zip(self.parts, self.rates, strict=True)
        )

    def train(self, x, since, every, duration):
        """All deliveries at -k every, k >= 0, that have ended at `since` after the last of them."""
        total = np.zeros(3)
        for part, r in zip(self.parts, self.rates, strict=True):
            one = 1.0 if duration == 0 else (math.expm1(r * duration) / r) / duration
            total += part @ x * one * math.exp(-r * since) / -math.expm1(-r * every)
        return total

    def equilibrium(self, x):
        """State that a constant inflow x holds."""
        return sum(part @ x / r for part, r in zip(self.parts, self.rates, strict=True))


def unit(target: int) -> np.ndarray:
    return np.eye(3)[target]


def closed_form(case: Case) -> np.ndarray:
    """Amounts (n_times, 3)."""
    model = Linear(case.model)
    pieces = [(0.0, -1, lambda t: model.bolus(START[:3], t))]
    flows = []
    for i, row in sorted(enumerate(case.rows), key=lambda pair: (pair[1].time, pair[0])):
        target = STATES.get(row.target, 1)
        if row.kind == "reset" or row.steady == "replace":
            wanted = [0, 1, 2] if row.target == "*" or row.steady else [target]
            before = _value(model, pieces, flows, row.time, i)
            goal = START[:3] if row.target == "*" else np.full(3, row.amount)
            goal = np.zeros(3) if row.steady else goal
            flows = [_stop(f, row.time, i, wanted) for f in flows]
            after = _value(model, pieces, [f for f in flows if f], row.time, i)
            flows = [f for f in flows if f]
            # a jump to the goal, on top of all that goes on
            jump = np.where(np.isin(np.arange(3), wanted), goal - after, 0.0)
            assert np.allclose(before, after, atol=1e-12)
            pieces.append((row.time, i, lambda t, x=jump, s=row.time: model.bolus(x, t - s)))
        if row.steady:
            pieces.append((row.time, i, _steady(model, row, target)))
        if row.kind != "reset" and row.every + (not row.steady) > 0:
            length = 0.0 if row.kind == "bolus" else row.duration or row.amount / row.rate
            for k in range(row.count):
                given = row.time + k * row.every
                flows.append(Flow(given, i, given + row.lag, given + row.lag + length, row.amount, target))
    return np.array([_value(model, pieces, flows, t, 10**6) for t in TIMES])


def _value(model, pieces, flows, t, row) -> np.ndarray:
    """State at t, after everything of the rules before `row`."""
    total = np.zeros(3)
    for since, i, piece in pieces:
        if (since, i) <= (t, row):
            total = total + piece(t)
    for f in flows:
        if (f.start, f.row) > (t, row):
            continue
        if f.end == f.start:
            total = total + model.bolus(f.amount * unit(f.target), t - f.start)
        elif t > f.start:
            length = f.end - f.start
            total = total + model.flow(f.amount / length * unit(f.target), length, t - f.start)
    return total


def _stop(f: Flow, time: float, row: int, targets) -> Flow | None:
    """Cut what a reset stops, drop what it cancels."""
    if f.target not in targets or (f.given, f.row) > (time, row):
        return f
    if (f.start, f.row) > (time, row):
        return None
    if f.end > time and f.end > f.start:
        share = (time - f.start) / (f.end - f.start)
        return Flow(f.given, f.row, f.start, time, f.amount * share, f.target) if share > 0 else None
    return f


def _steady(model, row, target):
    """Deliveries before row.time of a train without beginning, as a function of time from row.time on."""
    x = unit(target)
    if row.every == 0:
        held = model.equilibrium(row.rate * x)
        return lambda t: model.bolus(held, t - row.time)
    length = 0.0 if row.kind == "bolus" else row.duration or row.amount / row.rate
    explicit = 1
    while explicit * row.every < row.lag + length + 2 * row.every:
        explicit += 1

    def piece(t):
        total = np.zeros(3)
        for k in range(1, explicit):
            since = t - (row.time + row.lag - k * row.every)
            if length == 0 and since >= -1e-12:
                total = total + model.bolus(row.amount * x, max(since, 0.0))
            elif length > 0:
                total = total + model.flow(row.amount / length * x, length, since)
        last = t - (row.time + row.lag - explicit * row.every)
        return total + model.train(row.amount * x, last, row.every, length)

    return piece


def words(row: EventRow) -> str:
    """Write a rule with what differs from the defaults."""
    parts = [row.kind]
    for f in fields(row):
        value = getattr(row, f.name)
        if f.name == "kind" or (f.name not in ("time", "target") and value == f.default):
            continue
        if f.name == "amount" and row.kind == "reset" and row.target == "*":
            continue
        parts.append(f"{f.name} {value if isinstance(value, str) else f'{value:g}'}")
    return ", ".join(parts)


def render() -> str:
    """Return the page."""
    page = (Path(__file__).with_name("dosing_page.md")).read_text(encoding="utf-8")
    lines = ["| case | model | rules | central at 2 d | at 2.5 d | at 6 d |", "|---|---|---|---|---|---|"]
    places = [int(np.flatnonzero(TIMES == t)[0]) for t in (2.0, 2.5, 6.0)]
    for case in CASES:
        exact = closed_form(case)
        rules = "; ".join(words(row) for row in case.rows) or "none"
        values = " | ".join(f"{exact[i, 1]:.8f}" for i in places)
        lines.append(f"| {case.name} | {case.model} | {rules} | {values} |")
    return page.replace("<!-- table -->", "\n".join(lines)).replace("<!-- count -->", str(len(CASES)))


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "dosing.md").write_text(render(), encoding="utf-8")
