"""Columns side by side as LLVM text: reactions by Heun, transport by Crank-Nicolson, the check of signs.

One member in each lane, cell after cell; the same operations in the same order as the scalar loop of the
engine, so that both have the same bits. Lanes share nothing: each has its own error, sweeps and failures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from osseo.compiler.lanes.body import Body
from osseo.engine.kernel import ColumnLaw
from osseo.engine.native.column_arrays import TABLE

__all__ = ["COLUMN_FUNCTIONS", "emit_column"]

#: functions that the engine calls, with the table of addresses as their argument
COLUMN_FUNCTIONS = ("react", "refine", "transport", "check", "outputs")
STABLE, UNSTABLE_WEIGHT, ROUNDING, MAX_SWEEPS = 1.5, 100.0, 1e-9, 64
_TRIAL, _STAGE, _F, _F_END = range(4)


class _Column:
    """The body of one function, with the arrays it finds in the table."""

    def __init__(self, width: int) -> None:
        self.body = Body(width)
        self._arrays: dict[str, str] = {}
        for name in TABLE:
            self._arrays[name] = self.body.scalar("%table", TABLE.index(name), "ptr")
        self.n_cells = self.body.scalar(self.of("counts"), 0, "i64")
        self.n_over = self.body.scalar(self.of("counts"), 1, "i64")

    def of(self, name: str) -> str:
        """Return the address of an array."""
        return self._arrays[name]

    def number(self, place: int) -> str:
        """Return t (0), h (1) or the tolerance (2) in all lanes."""
        return self.body.spread(self.body.scalar(self.of("number"), place))

    def shared(self, name: str, place: int | str) -> str:
        """Return a number of the grid in all lanes."""
        return self.body.spread(self.body.scalar(self.of(name), place))

    def row(self, name: str, c: str, n_rows: int) -> str:
        """Return the address of the rows of cell c."""
        return self.body.address(self.of(name), self.body.index("mul", c, n_rows))

    def enter(self, c: str) -> None:
        """Put the parameters of cell c in their places."""
        b = self.body
        first = b.index("mul", c, self.n_over)
        with b.loop(self.n_over) as (k, _, _):
            value = b.load(self.of("over"), b.index("add", first, k))
            b.store(self.of("p"), b.scalar(self.of("places"), k, "i64"), value)

    def call(self, name: str, t: str, y: str, out: str) -> None:
        """Call a function of the model in the cell that was entered."""
        p, u = self.of("p"), self.of("u")
        self.body.line(f"call void @{name}({self.body.kind} {t}, ptr {y}, ptr {p}, ptr {u}, ptr {out})")

    def text(self, name: str) -> str:
        """Return the function."""
        return self.body.text(name, "ptr noalias %table")


def emit_column(laws: Sequence[ColumnLaw], sizes: tuple[int, int], width: int) -> str:
    """Return the functions; the model brings `rhs`, `output`, and `coefficient`, one per law.

    Parameters
    ----------
    laws : what moves.
    sizes : n_states, n_outputs.
    width : lanes.
    """
    n, n_outputs = sizes
    parts = [
        _emit_react(n, width),
        _emit_refine(n, width),
        _emit_check(n, {law.volume for law in laws}, width),
    ]
    parts += [_emit_cells("outputs", "output", (n, n_outputs), width), _emit_transport(laws, n, width)]
    return "".join(parts)


def _emit_cells(name: str, function: str, sizes: tuple[int, int], width: int) -> str:
    """Return a function that calls a model function in every cell, at t, into `out`."""
    column = _Column(width)
    _call_cells(column, function, sizes)
    return column.text(name)


def _call_cells(column: _Column, function: str, sizes: tuple[int, int]) -> None:
    n, n_out = sizes
    t = column.number(0)
    with column.body.loop(column.n_cells) as (c, _, _):
        column.enter(c)
        column.call(function, t, column.row("y", c, n), column.row("out", c, n_out))


def _emit_react(n: int, width: int) -> str:
    column = _Column(width)
    b, t, h = column.body, column.number(0), column.number(1)
    half, end = b.mul(b.number(0.5), h), b.add(t, h)
    trial, stage, f, f_end = (b.address(column.of("cell"), k * n) for k in range(4))
    tolerance = column.number(2)
    with b.loop(column.n_cells, b.number(0.0)) as (c, (most,), last):
        column.enter(c)
        y = column.row("y", c, n)
        column.call("rhs", t, y, f)
        with b.loop(n) as (s, _, _):
            b.store(stage, s, b.add(b.load(y, s), b.mul(h, b.load(f, s))))
        column.call("rhs", end, stage, f_end)
        with b.loop(n, b.number(0.0)) as (s, (worst,), new):
            start, slope = b.load(f, s), b.load(f_end, s)
            b.store(trial, s, b.add(b.load(y, s), b.mul(half, b.add(start, slope))))
            change = b.intrinsic("fabs", b.sub(slope, start))
            new.append(_gap(column, s, (half, change, start, worst)))
        gap = b.div(new[0], tolerance)
        b.store(column.of("gap"), c, gap)
        good = b.compare("ole", gap, b.number(1.0))
        with b.loop(n) as (s, _, _):
            b.store(y, s, b.select(good, b.load(trial, s), b.load(y, s)))
        last.append(b.select(b.compare("ogt", gap, most), gap, most))
    b.store(column.of("most"), 0, last[0])
    return column.text("react")


def _emit_refine(n: int, width: int) -> str:
    """Return a function that tries cells again, in as many substeps as `parts` says, where it is not 0."""
    column = _Column(width)
    b, t, tolerance = column.body, column.number(0), column.number(2)
    zero, one = b.number(0.0), b.number(1.0)
    trial = b.address(column.of("cell"), _TRIAL * n)
    with b.loop(column.n_cells) as (c, _, _):
        m = b.load(column.of("parts"), c)
        asked = b.compare("ogt", m, zero)
        count = b.largest(b.select(asked, m, zero))
        m = b.select(asked, m, one)
        step = b.div(column.number(1), m)
        with b.loop(b.value(f"call i64 @llvm.umin.i64(i64 {count}, i64 1)")) as _:
            column.enter(c)
            y = column.row("y", c, n)
            with b.loop(n) as (s, _, _):
                b.store(trial, s, b.load(y, s))
            with b.loop(count, zero, zero) as (_, (done, worst), last):
                active = b.compare("olt", done, m)
                last += [b.add(done, one), _substep(column, n, (t, step, done, worst), active)]
            gap = b.div(last[1], tolerance)
            b.store(column.of("gap"), c, b.select(asked, gap, b.load(column.of("gap"), c)))
            good = b.both("and", asked, b.compare("ole", gap, one))
            with b.loop(n) as (s, _, _):
                b.store(y, s, b.select(good, b.load(trial, s), b.load(y, s)))
    return column.text("refine")


def _substep(column: _Column, n: int, at: tuple[str, str, str, str], active: str) -> str:
    """Make one Heun substep of the trial state in active lanes; return the largest gap so far."""
    b = column.body
    t, step, done, worst = at
    half = b.mul(b.number(0.5), step)
    trial, stage, f, f_end = (b.address(column.of("cell"), k * n) for k in range(4))
    column.call("rhs", b.add(t, b.mul(done, step)), trial, f)
    with b.loop(n) as (s, _, _):
        b.store(stage, s, b.add(b.load(trial, s), b.mul(step, b.load(f, s))))
    column.call("rhs", b.add(t, b.mul(b.add(done, b.number(1.0)), step)), stage, f_end)
    with b.loop(n, worst) as (s, (before,), last):
        start, slope, old = b.load(f, s), b.load(f_end, s), b.load(trial, s)
        new = b.add(old, b.mul(half, b.add(start, slope)))
        b.store(trial, s, b.select(active, new, old))
        change = b.intrinsic("fabs", b.sub(slope, start))
        after = _gap(column, s, (half, change, start, before))
        last.append(b.select(active, after, before))
    return last[0]


def _gap(column: _Column, s: str, parts: tuple[str, str, str, str]) -> str:
    """Return the largest scaled Euler-Heun gap so far, infinite if it is not finite."""
    b = column.body
    half, change, start, worst = parts
    gap = b.div(b.mul(half, change), b.load(column.of("scale"), s))
    steep = b.compare("ogt", change, b.mul(b.number(STABLE), b.intrinsic("fabs", start)))
    gap = b.select(steep, b.mul(gap, b.number(UNSTABLE_WEIGHT)), gap)
    gap = b.select(b.compare("olt", gap, b.number(math.inf)), gap, b.number(math.inf))
    return b.select(b.compare("ogt", gap, worst), gap, worst)


def _emit_check(n: int, volumes: set[int], width: int) -> str:
    """Return a function that raises the scales and marks lanes with an amount that is none or below zero."""
    column = _Column(width)
    b, zero = column.body, column.body.number(0.0)
    with b.loop(column.n_cells, zero) as (c, (bad,), last):
        y = column.row("y", c, n)
        for s in range(n):
            amount, scale = b.load(y, s), b.load(column.of("scale"), s)
            wrong = b.compare("olt", amount, b.mul(b.number(-ROUNDING), scale))
            if s in volumes:
                wrong = b.both("or", wrong, b.compare("ole", amount, zero))
            sane = b.compare("olt", b.intrinsic("fabs", amount), b.number(math.inf))
            good = b.both("and", sane, b.invert(wrong))
            larger = b.both("and", good, b.compare("ogt", amount, scale))
            b.store(column.of("scale"), s, b.select(larger, amount, scale))
            bad = b.select(good, bad, b.number(1.0))
        last.append(bad)
    b.store(column.of("bad_cell"), 0, last[0])
    return column.text("check")


def _emit_transport(laws: Sequence[ColumnLaw], n: int, width: int) -> str:
    """Return a function that moves every field over h; a lane whose coefficient is none stands still."""
    column = _Column(width)
    b = column.body
    if laws:
        _call_cells(column, "coefficient", (n, len(laws)))
    for name in ("bad_cell", "bad_field"):
        b.store(column.of(name), 0, b.number(-1.0))
    for k, law in enumerate(laws):
        _conduct(column, law, (k, len(laws)), n)
        _diffuse(column, law, k, n)
    return column.text("transport")


def _conduct(column: _Column, law: ColumnLaw, which: tuple[int, int], n: int) -> None:
    """Write thickness, size, face conductances and the first cell whose coefficient is none."""
    b, zero, one = column.body, column.body.number(0.0), column.body.number(1.0)
    k, n_laws = which
    half, g = column.of("rest"), column.of("g")
    none = b.number(-1.0)
    with b.loop(column.n_cells, none, zero) as (c, (bad, place), last):
        v = b.load(column.row("y", c, n), law.volume) if law.volume >= 0 else column.shared("widths", c)
        d = b.load(column.row("out", c, n_laws), k)
        sane = b.both("and", b.compare("olt", d, b.number(math.inf)), b.compare("oge", d, zero))
        known = b.compare("oge", bad, zero)
        b.store(half, c, b.div(b.mul(b.number(2.0), d), v))
        b.store(column.of("v"), c, v)
        b.store(column.of("size"), c, b.mul(v, column.shared("cell_areas", c)))
        last += [b.select(b.both("or", sane, known), bad, place), b.add(place, one)]
    old_cell, old_field = b.load(column.of("bad_cell"), 0), b.load(column.of("bad_field"), 0)
    is_new = b.both("and", b.compare("olt", old_cell, zero), b.compare("oge", last[0], zero))
    b.store(column.of("bad_cell"), 0, b.select(is_new, last[0], old_cell))
    b.store(column.of("bad_field"), 0, b.select(is_new, b.number(float(k)), old_field))
    end = b.index("sub", column.n_cells, 1)
    near = b.mul(b.load(half, 0), column.shared("face_areas", 0)) if law.near >= 0 else zero
    far = b.mul(b.load(half, end), column.shared("face_areas", column.n_cells)) if law.far >= 0 else zero
    b.store(g, 0, near)
    b.store(g, column.n_cells, far)
    with b.loop(end) as (c, _, _):
        following = b.index("add", c, 1)
        left, right = b.load(half, c), b.load(half, following)
        passed = b.div(b.mul(left, right), b.add(left, right))
        is_open = b.both("and", b.compare("ogt", left, zero), b.compare("ogt", right, zero))
        value = b.mul(column.shared("face_areas", following), passed)
        b.store(g, following, b.select(is_open, value, zero))


def _diffuse(column: _Column, law: ColumnLaw, k: int, n: int) -> None:
    """Diffuse one field by Crank-Nicolson, in as many sweeps as its lane needs."""
    b, zero, one = column.body, column.body.number(0.0), column.body.number(1.0)
    h, g, rho, size = column.number(1), column.of("g"), column.of("rho"), column.of("size")
    with b.loop(column.n_cells, zero) as (c, (fastest,), last):
        b.store(rho, c, b.div(b.load(column.row("y", c, n), law.field), b.load(column.of("v"), c)))
        rate = b.div(b.add(b.load(g, c), b.load(g, b.index("add", c, 1))), b.load(size, c))
        last.append(b.select(b.compare("ogt", rate, fastest), rate, fastest))
    still = b.compare("olt", b.load(column.of("bad_cell"), 0), zero)
    moves = b.both("and", still, b.compare("ogt", b.load(column.of("alive"), 0), zero))
    most = b.number(float(MAX_SWEEPS))
    m = b.intrinsic("ceil", b.mul(b.mul(b.number(0.5000001), h), last[0]))
    theta = b.select(b.compare("ole", m, most), b.number(0.5), one)
    m = b.select(b.compare("ogt", m, one), m, one)
    m = b.select(b.compare("olt", m, most), m, most)
    m = b.select(moves, m, one)
    old = b.div(b.mul(b.sub(one, theta), h), m)
    new = b.div(b.mul(theta, h), m)
    walls = [b.load(column.of("p"), wall) if wall >= 0 else zero for wall in (law.near, law.far)]
    _factor(column, (old, new))
    wall = b.load(column.of("wall"), k)
    with b.loop(b.largest(m), zero, wall) as (_, (done, entered), last):
        active = b.compare("olt", done, m)
        gain = _sweep(column, (old, new), (walls[0], walls[1]), active)
        last += [b.add(done, one), b.select(active, b.add(entered, gain), entered)]
    b.store(column.of("wall"), k, b.select(moves, last[1], wall))
    with b.loop(column.n_cells) as (c, _, _):
        y = column.row("y", c, n)
        amount = b.mul(b.load(rho, c), b.load(column.of("v"), c))
        b.store(y, law.field, b.select(moves, amount, b.load(y, law.field)))


def _factor(column: _Column, weights: tuple[str, str]) -> None:
    """Write what all sweeps of one field share: kept part, inverse pivots, both neighbours' shares."""
    b, one = column.body, column.body.number(1.0)
    old, new = weights
    g, size = column.of("g"), column.of("size")
    with b.loop(column.n_cells, b.number(0.0)) as (c, (before,), last):
        left, right = b.load(g, c), b.load(g, b.index("add", c, 1))
        b.store(column.of("kept"), c, b.sub(b.load(size, c), b.mul(old, b.add(left, right))))
        across = b.add(right, b.mul(left, b.sub(one, before)))
        inverse = b.div(one, b.add(b.load(size, c), b.mul(new, across)))
        upper = b.mul(b.mul(new, right), inverse)
        b.store(column.of("inverse"), c, inverse)
        b.store(column.of("lower"), c, b.mul(b.mul(new, left), inverse))
        b.store(column.of("upper"), c, upper)
        last.append(upper)


def _sweep(column: _Column, weights: tuple[str, str], walls: tuple[str, str], active: str) -> str:
    """Make one sweep of rho in active lanes; return what entered through the walls."""
    b = column.body
    old, new = weights
    near, far = walls
    g, rho, rest = column.of("g"), column.of("rho"), column.of("rest")
    end = b.index("sub", column.n_cells, 1)
    g_near, g_far = b.load(g, 0), b.load(g, column.n_cells)
    first, final = b.load(rho, 0), b.load(rho, end)
    entered = b.mul(old, b.add(b.mul(g_near, b.sub(near, first)), b.mul(g_far, b.sub(far, final))))
    push = b.mul(b.mul(new, g_near), near)
    # the walls stand where the neighbours of the first and the last cell would be
    with b.loop(column.n_cells, near, b.number(0.0), push) as (c, (left, before, extra), last):
        here = b.load(rho, c)
        following = b.index("add", c, 1)
        is_end = b.value(f"icmp eq i64 {c}, {end}")
        inside = b.value(f"select i1 {is_end}, i64 {c}, i64 {following}")
        right = b.value(f"select i1 {is_end}, {b.kind} {far}, {b.kind} {b.load(rho, inside)}")
        pull = b.value(
            f"select i1 {is_end}, {b.kind} {b.mul(b.mul(new, g_far), far)}, {b.kind} {b.number(0.0)}"
        )
        around = b.add(b.mul(b.load(g, c), left), b.mul(b.load(g, following), right))
        total = b.add(b.mul(here, b.load(column.of("kept"), c)), b.mul(old, around))
        total = b.add(b.add(total, extra), pull)
        value = b.fma(b.load(column.of("lower"), c), before, b.mul(total, b.load(column.of("inverse"), c)))
        b.store(rest, c, value)
        last += [here, value, b.number(0.0)]
    with b.loop(column.n_cells, b.number(0.0)) as (k, (after,), last):
        c = b.index("sub", end, k)
        value = b.fma(b.load(column.of("upper"), c), after, b.load(rest, c))
        b.store(rho, c, b.select(active, value, b.load(rho, c)))
        last.append(value)
    first, final = b.load(rho, 0), b.load(rho, end)
    gain = b.add(b.mul(g_near, b.sub(near, first)), b.mul(g_far, b.sub(far, final)))
    return b.add(entered, b.mul(new, gain))
