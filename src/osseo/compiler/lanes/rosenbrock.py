"""The Rodas5P step of all lanes as LLVM text: stages, LU solves and error, each lane with its own t and h.

It does what the scalar loop of the engine does, operation by operation, so that both have the same bits. The
lanes share nothing but the instruction: no step size, no decision, no error is passed from one to another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from osseo.compiler.lanes.body import Body
from osseo.engine.native.lane_arrays import LaneSizes, lane_rows
from osseo.engine.native.rodas5p import N_STAGES, Tableau

__all__ = ["LANE_FUNCTIONS", "emit_lane_step"]

#: functions that the engine calls, with the block as their first argument
LANE_FUNCTIONS = ("start", "slope", "attempt")


class _Step:
    """What the three functions share: the parts of the block and the calls of model code."""

    def __init__(self, sizes: LaneSizes, width: int) -> None:
        self.sizes = sizes
        self.body = Body(width)
        self.rows: Mapping[str, tuple[int, int]] = lane_rows(sizes)
        self._parts: dict[str, str] = {}

    def part(self, name: str, row: int = 0) -> str:
        """Return the address of a part of the block."""
        key = f"{name}.{row}"
        if key not in self._parts:
            self._parts[key] = self.body.address("%block", self.rows[name][0] + row)
        return self._parts[key]

    def one(self, name: str) -> str:
        """Return a part that is one row."""
        return self.body.load("%block", self.rows[name][0])

    def inputs(self, t: str) -> None:
        """Write the inputs at t."""
        b, n = self.body, self.sizes.n_inputs
        if n == 0:
            return
        share = b.div(b.sub(t, self.one("knot")), self.one("span"))
        u, first, slope = self.part("u"), self.part("u_0"), self.part("u_slope")
        with b.loop(n) as (j, _, _):
            b.store(u, j, b.add(b.load(first, j), b.mul(share, b.load(slope, j))))

    def model(self, name: str, t: str, y: str, out: str) -> None:
        """Call a function of the model."""
        p, u = self.part("p"), self.part("u")
        self.body.line(f"call void @{name}({self.body.kind} {t}, ptr {y}, ptr {p}, ptr {u}, ptr {out})")

    def derivative(self, t: str, y: str, out: str) -> None:
        """Write the right-hand side, without the running infusions."""
        self.inputs(t)
        self.model("rhs", t, y, out)

    def add_rates(self, into: str) -> None:
        """Add the running infusions."""
        b, rate = self.body, self.part("rate")
        with b.loop(self.sizes.n_states) as (m, _, _):
            b.store(into, m, b.add(b.load(into, m), b.load(rate, m)))


def emit_lane_step(sizes: LaneSizes, tableau: Tableau, width: int) -> str:
    """Return `start`, `slope` and `attempt`.

    start(block) : f and its Jacobian at (t, y). slope(block) : df/dt by a central difference over delta.
    attempt(block, atol, rtol) : one step of size h from y into y_new, with its largest scaled error.
    """
    return _emit_start(sizes, width) + _emit_slope(sizes, width) + _emit_attempt(sizes, tableau, width)


def _emit_start(sizes: LaneSizes, width: int) -> str:
    step = _Step(sizes, width)
    b, t = step.body, step.one("t")
    y, f, y_new, rate = (step.part(name) for name in ("y", "f", "y_new", "rate"))
    taken = b.compare("une", step.one("take"), b.number(0.0))
    with b.loop(sizes.n_states) as (m, _, _):
        b.store(y, m, b.select(taken, b.load(y_new, m), b.load(y, m)))
    b.store("%block", step.rows["take"][0], b.number(0.0))
    step.derivative(t, y, f)
    with b.loop(sizes.n_states, b.number(-1.0), b.number(0.0)) as (m, (worst, place), last):
        value = b.add(b.load(f, m), b.load(rate, m))
        b.store(f, m, value)
        sane = b.compare("olt", b.intrinsic("fabs", value), b.number(math.inf))
        known = b.compare("oge", worst, b.number(0.0))
        last += [b.select(b.both("or", sane, known), worst, place), b.add(place, b.number(1.0))]
    b.store("%block", step.rows["worst"][0], last[0])
    step.model("jac", t, y, step.part("jac"))
    return step.body.text("start", "ptr noalias %block")


def _emit_slope(sizes: LaneSizes, width: int) -> str:
    step = _Step(sizes, width)
    b, t, delta, y = step.body, step.one("t"), step.one("delta"), step.part("y")
    dfdt, g = step.part("dfdt"), step.part("g")
    after, before = b.add(t, delta), b.sub(t, delta)
    for at, into in ((after, dfdt), (before, g)):
        step.derivative(at, y, into)
        step.add_rates(into)
    span = b.sub(after, before)
    moves = b.compare("une", step.one("moves"), b.number(0.0))
    with b.loop(sizes.n_states) as (m, _, _):
        change = b.div(b.sub(b.load(dfdt, m), b.load(g, m)), span)
        b.store(dfdt, m, b.select(moves, change, b.number(0.0)))
    return b.text("slope", "ptr noalias %block")


def _emit_attempt(sizes: LaneSizes, tableau: Tableau, width: int) -> str:
    step = _Step(sizes, width)
    b, n = step.body, sizes.n_states
    h = step.one("h")
    shift = b.div(b.number(1.0), b.mul(h, b.number(float(tableau.gamma))))
    jac, lu = step.part("jac"), step.part("lu")
    b.line(f"call void @factor(ptr {jac}, {b.kind} {shift}, ptr {lu})")
    inverse = b.div(b.number(1.0), h)
    for s in range(N_STAGES):
        rest, k = step.part("g"), step.part("k", s * n)
        _stage(step, tableau, s, (h, inverse))
        if s > 0:
            at = b.add(step.one("t"), b.mul(b.number(float(tableau.nodes[s])), h))
            step.derivative(at, step.part("y_stage"), k)
        first = k if s > 0 else step.part("f")
        b.line(f"call void @solve_sum(ptr {lu}, ptr {first}, ptr {rest}, ptr {k})")
    _close(step)
    return b.text("attempt", "ptr noalias %block, ptr noalias %atol, double %rtol")


def _stage(step: _Step, tableau: Tableau, s: int, steps: tuple[str, str]) -> None:
    """Write the state at which stage s takes its derivative, and what is to be added to that.

    From stage 6 on the state is the one before and the k before. Both are made in one pass over the k.
    """
    b, n = step.body, step.sizes.n_states
    h, inverse = steps
    y, y_stage, rest, rate, dfdt = (step.part(name) for name in ("y", "y_stage", "g", "rate", "dfdt"))
    in_time = b.mul(h, b.number(float(tableau.time_weights[s])))
    weights = [b.mul(b.number(float(tableau.c[s, j])), inverse) for j in range(s)]
    with b.loop(n) as (m, _, _):
        start = b.load(rate, m) if s > 0 else b.number(0.0)
        added = b.fma(in_time, b.load(dfdt, m), start)
        state = b.load(y if s < 6 else y_stage, m)
        for j in range(s):
            k = b.load(step.part("k", j * n), m)
            if s < 6:
                state = b.fma(b.number(float(tableau.a[s, j])), k, state)
            elif j == s - 1:
                state = b.add(state, k)
            added = b.fma(weights[j], k, added)
        b.store(rest, m, added)
        if s > 0:
            b.store(y_stage, m, state)


def _close(step: _Step) -> None:
    """Write the new state, the largest scaled error (infinity if anything is not finite) and its state."""
    b, n = step.body, step.sizes.n_states
    y, y_new, y_stage = (step.part(name) for name in ("y", "y_new", "y_stage"))
    gap, rtol, infinity = step.part("k", (N_STAGES - 1) * n), b.spread("%rtol"), b.number(math.inf)
    with b.loop(n, b.number(0.0), b.number(0.0), b.number(0.0)) as (m, (error, worst, place), last):
        new = b.add(b.load(y_stage, m), b.load(gap, m))
        b.store(y_new, m, new)
        size, old_size = b.intrinsic("fabs", new), b.intrinsic("fabs", b.load(y, m))
        larger = b.select(b.compare("ogt", size, old_size), size, old_size)
        atol = b.spread(b.value(f"load double, ptr {b.value(f'getelementptr double, ptr %atol, i64 {m}')}"))
        ratio = b.div(b.intrinsic("fabs", b.load(gap, m)), b.add(atol, b.mul(rtol, larger)))
        sane = b.both("and", b.compare("olt", ratio, infinity), b.compare("olt", size, infinity))
        ratio = b.select(sane, ratio, infinity)
        is_worse = b.compare("ogt", ratio, error)
        last += [
            b.select(is_worse, ratio, error),
            b.select(is_worse, place, worst),
            b.add(place, b.number(1.0)),
        ]
    b.store("%block", step.rows["error"][0], last[0])
    b.store("%block", step.rows["worst"][0], last[1])
