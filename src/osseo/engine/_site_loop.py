"""The macro-step loop of `solve_site`: one column after the other.

Half transport, reactions, half transport; two half transports that meet become one whole. Compiled
once and kept as object code, like the batch loop: nothing in it may raise or allocate.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from osseo.engine._call import call_model, fma, jit, jit_inline, write_input

__all__ = ["run_columns"]

_entry = njit(cache=True, nogil=True, error_model="numpy")

OK, STEP_TOO_SMALL, NOT_FINITE, BAD_INPUT, NEGATIVE_STATE = 0, 1, 3, 4, 5
# places in SiteWork.mark
STATUS, SEGMENT, STEPS, CALLS, STATE, CELL = 0, 1, 2, 3, 4, 5
# places in SiteWork.clock
TIME, STEP = 0, 1
# rows of SiteWork.cell
TRIAL, STAGE, F, F_END = 0, 1, 2, 3
MAX_SUBSTEPS = 256
STABLE, UNSTABLE_WEIGHT = 1.5, 100.0
MAX_SWEEPS = 64
ROUNDING = 1e-9


@jit_inline
def _row(table, i):
    """Row of member i in a table that has one row per member, or one for all."""
    return i if table.shape[0] > 1 else 0


@jit_inline
def _set_input(task, work, i, t):
    """Write u(t) into work.u; times come in increasing order."""
    while work.mark[SEGMENT] + 1 < task.knots.size and task.knots[work.mark[SEGMENT] + 1] <= t:
        work.mark[SEGMENT] += 1
    values = task.u[_row(task.u, i)]
    write_input(task.knots, values, task.is_linear, work.mark[SEGMENT], t, work.u)


@jit
def _all_finite(table):
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            if not np.isfinite(table[i, j]):
                return False
    return True


@jit_inline
def _copy(into, values):
    """Copy one vector; unlike a slice assignment it cannot raise."""
    for i in range(into.size):
        into[i] = values[i]


@jit_inline
def _fail(work, status, state, cell):
    """Note the first failure of a column."""
    if work.mark[STATUS] == OK:
        work.mark[STATUS] = status
        work.mark[STATE] = state
        work.mark[CELL] = cell


@jit
def _begin(task, work, i):
    """Load member i; a number that is not finite makes it BAD_INPUT."""
    work.mark[:] = 0
    work.mark[SEGMENT] = -1
    work.clock[TIME] = task.times[0]
    work.clock[STEP] = 0.0
    work.wall[:] = 0.0
    _copy(work.scale, task.scale)
    overrides = task.p_cell[_row(task.p_cell, i)]
    for c in range(work.y.shape[0]):
        _copy(work.y[c], task.y0[i, c])
        for j in range(task.p.shape[1]):
            work.p[c, j] = task.p[i, j]
        for j in range(task.p_cell_index.size):
            work.p[c, task.p_cell_index[j]] = overrides[c, j]
    good = _all_finite(work.y) and _all_finite(work.p)
    if task.knots.size > 0:
        good = good and _all_finite(task.u[_row(task.u, i)])
    if not good:
        _fail(work, BAD_INPUT, -1, -1)


@jit
def _outputs(task, work, t, out):
    """Outputs of all cells at time t into out (n_cells, n_outputs)."""
    y, p, u, into = work.y.ctypes.data, work.p.ctypes.data, work.u.ctypes.data, out.ctypes.data
    of_y, of_p, of_out = work.y.shape[1] * 8, work.p.shape[1] * 8, out.shape[1] * 8
    for c in range(work.y.shape[0]):
        call_model(task.output, t, y + c * of_y, p + c * of_p, u, into + c * of_out)


@jit_inline
def _substeps(rhs, t, step, m, p, u, cell, scale):
    """Heun in m equal steps from cell[TRIAL]; return the largest scaled Euler-Heun gap and its state.

    A derivative that changes by more than itself over a step shows a step near the edge of stability
    (it is 2 for y' = -y/step): its gap counts more, long before it is large.

    p, u are addresses; cell (4, n_states) holds the trial state, the Euler stage, f at both ends.
    """
    n = cell.shape[1]
    trial = cell.ctypes.data
    stage, f, f_end = trial + n * 8, trial + n * 16, trial + n * 24
    worst, state = 0.0, 0
    for i in range(m):
        call_model(rhs, t + i * step, trial, p, u, f)
        for s in range(n):
            cell[STAGE, s] = cell[TRIAL, s] + step * cell[F, s]
        call_model(rhs, t + (i + 1) * step, stage, p, u, f_end)
        for s in range(n):
            cell[TRIAL, s] += 0.5 * step * (cell[F, s] + cell[F_END, s])
            change = abs(cell[F_END, s] - cell[F, s])
            gap = 0.5 * step * change / scale[s]
            if change > STABLE * abs(cell[F, s]):
                gap *= UNSTABLE_WEIGHT
            if not gap <= worst:
                worst = gap if np.isfinite(gap) else np.inf
                state = s
    return worst, state


@jit_inline
def more_substeps(m, gap):
    """Return into how many substeps a cell is cut next."""
    return min(MAX_SUBSTEPS, m * (max(2, int(np.ceil(np.sqrt(gap)))) if gap < 256.0 else 16))


@jit_inline
def refine(task, work, h, m, p, y, c):
    """Advance cell c over h from m substeps on; return the calls made. y (n_states,), p is an address."""
    cell, scale, t, u, calls = work.cell, work.scale, work.clock[TIME], work.u.ctypes.data, 0
    while True:
        for s in range(y.size):
            cell[TRIAL, s] = y[s]
        worst, state = _substeps(task.rhs, t, h / m, m, p, u, cell, scale)
        gap = worst / task.tolerance
        calls += 2 * m
        if gap <= 1.0:
            break
        if m >= MAX_SUBSTEPS:
            _fail(work, STEP_TOO_SMALL if np.isfinite(gap) else NOT_FINITE, state, c)
            return calls
        m = more_substeps(m, gap)
    for s in range(y.size):
        y[s] = cell[TRIAL, s]
    return calls


@jit
def _react(task, work, h):
    """Reactions of every cell over h, in as many equal substeps as the tolerance asks for."""
    p, stride = work.p.ctypes.data, work.p.shape[1] * 8
    for c in range(work.y.shape[0]):
        work.mark[CALLS] += refine(task, work, h, 1, p + c * stride, work.y[c], c)
        if work.mark[STATUS] != OK:
            return


@jit
def _check(task, work):
    """Refuse amounts below zero by more than rounding, volumes that vanish, and NaN."""
    y, scale, is_volume = work.y, work.scale, task.is_volume
    for c in range(y.shape[0]):
        for s in range(y.shape[1]):
            amount = y[c, s]
            if not np.isfinite(amount):
                _fail(work, NOT_FINITE, s, c)
            elif amount < -ROUNDING * scale[s] or (amount <= 0.0 and is_volume[s] == 1):
                _fail(work, NEGATIVE_STATE, s, c)
            elif amount > scale[s]:
                scale[s] = amount


@jit
def _conductances(task, work, f):
    """Face conductances of field f: the two half cells of a face in series (harmonic mean)."""
    y, out, v, g, half, area = work.y, work.out, work.v, work.g, work.right, task.face_areas
    n = v.size
    volume, coefficient = task.volume[f], task.coefficient[f]
    for c in range(n):
        v[c] = y[c, volume] if volume >= 0 else task.widths[c]
        d = out[c, coefficient]
        if not (np.isfinite(d) and d >= 0.0):
            _fail(work, NOT_FINITE, task.field[f], c)
        half[c] = 2.0 * d / v[c]
        work.size[c] = v[c] * task.cell_areas[c]
    g[0] = half[0] * area[0] if task.near[f] >= 0 else 0.0
    g[n] = half[n - 1] * area[n] if task.far[f] >= 0 else 0.0
    for c in range(n - 1):
        a, b = half[c], half[c + 1]
        g[c + 1] = area[c + 1] * (a * b / (a + b)) if a > 0.0 and b > 0.0 else 0.0


@jit_inline
def _factor(work, weights):
    """Write what all sweeps of one field share: kept part, inverse pivots, both neighbours' shares."""
    size, g, kept, upper, lower, inverse = work.size, work.g, work.kept, work.upper, work.lower, work.inverse
    old, new = weights
    before = 0.0
    for c in range(size.size):
        kept[c] = size[c] - old * (g[c] + g[c + 1])
        inverse[c] = 1.0 / (size[c] + new * (g[c + 1] + g[c] * (1.0 - before)))
        before = new * g[c + 1] * inverse[c]
        lower[c] = new * g[c] * inverse[c]
        upper[c] = before


@jit_inline
def _sweep(work, weights, near, far):
    """One theta step of the density rho, walls held at near and far; return what entered.

    weights: share of the step by the old and by the new density [d].
    """
    g, rho, rest = work.g, work.rho, work.right
    kept, upper, lower, inverse = work.kept, work.upper, work.lower, work.inverse
    n = rho.size
    old, new = weights
    entered = old * (g[0] * (near - rho[0]) + g[n] * (far - rho[n - 1]))
    left, before, push = near, 0.0, new * g[0] * near
    for c in range(n):
        right = far if c == n - 1 else rho[c + 1]
        pull = new * g[n] * far if c == n - 1 else 0.0
        around = g[c] * left + g[c + 1] * right
        total = rho[c] * kept[c] + old * around + push + pull
        before = fma(lower[c], before, total * inverse[c])
        rest[c] = before
        left, push = rho[c], 0.0
    after = 0.0
    for c in range(n - 1, -1, -1):
        after = fma(upper[c], after, rest[c])
        rho[c] = after
    return entered + new * (g[0] * (near - rho[0]) + g[n] * (far - rho[n - 1]))


@jit
def _diffuse(task, work, f, h):
    """Diffuse field f over h by Crank-Nicolson, cut so that no sweep can make a negative amount."""
    _conductances(task, work, f)
    if work.mark[STATUS] != OK:
        return
    y, v, size, g, rho = work.y, work.v, work.size, work.g, work.rho
    n, field = v.size, task.field[f]
    fastest = 0.0
    for c in range(n):
        rho[c] = y[c, field] / v[c]
        fastest = max(fastest, (g[c] + g[c + 1]) / size[c])
    # (1 - theta) step fastest <= 1 keeps every term of the explicit half positive
    m = np.ceil(0.5000001 * h * fastest)
    theta = 0.5 if m <= MAX_SWEEPS else 1.0
    m = int(min(max(m, 1.0), MAX_SWEEPS))
    near = work.p[0, task.near[f]] if task.near[f] >= 0 else 0.0
    far = work.p[n - 1, task.far[f]] if task.far[f] >= 0 else 0.0
    weights = ((1.0 - theta) * h / m, theta * h / m)
    _factor(work, weights)
    for _ in range(m):
        work.wall[f] += _sweep(work, weights, near, far)
    for c in range(n):
        y[c, field] = rho[c] * v[c]


@jit
def _transport(task, work, i, h):
    """Move every field over h with the coefficients of this moment."""
    if task.field.size == 0 or work.mark[STATUS] != OK:
        return
    _set_input(task, work, i, work.clock[TIME])
    _outputs(task, work, work.clock[TIME], work.out)
    for f in range(task.field.size):
        _diffuse(task, work, f, h)
        if work.mark[STATUS] != OK:
            return


@jit
def _save(task, course, work, i, row):
    """Write the column at the current time."""
    t = work.clock[TIME]
    for c in range(work.y.shape[0]):
        _copy(course.y[i, row, c], work.y[c])
    _copy(course.wall_in[i, row], work.wall)
    if course.out.shape[3] > 0:
        _set_input(task, work, i, t)
        _outputs(task, work, t, course.out[i, row])


@jit
def _span(task, work, i, t_end):
    """Macro-steps of equal size, at most dt, from the current time to t_end."""
    t = work.clock[TIME]
    n = max(1, int(np.ceil((t_end - t) / task.dt - 1e-9)))
    h = (t_end - t) / n
    work.clock[STEP] = h
    _transport(task, work, i, 0.5 * h)
    for j in range(n):
        if work.mark[STATUS] != OK:
            return
        work.clock[TIME] = t + j * h
        _set_input(task, work, i, t + (j + 0.5) * h)
        _react(task, work, h)
        _check(task, work)
        work.mark[STEPS] += 1
        if work.mark[STATUS] == OK:
            work.clock[TIME] = t_end if j == n - 1 else t + (j + 1) * h
            _transport(task, work, i, 0.5 * h if j == n - 1 else h)


@jit
def _finish(course, work, i):
    """Write how column i ended."""
    course.status[i] = work.mark[STATUS]
    course.n_steps[i] = work.mark[STEPS]
    course.n_calls[i] = work.mark[CALLS]
    if work.mark[STATUS] != OK:
        course.fail_time[i] = work.clock[TIME]
        course.fail_step[i] = work.clock[STEP]
        course.fail_component[i] = work.mark[STATE]
        course.fail_cell[i] = work.mark[CELL]
        _copy(course.fail_state[i], work.y[max(work.mark[CELL], 0)])


@_entry
def run_columns(task, course, work, first, last):
    """Compute members first..last-1; each depends on nothing but its own rows."""
    for i in range(first, last):
        _begin(task, work, i)
        if work.mark[STATUS] == OK:
            _check(task, work)
        for row in range(task.times.size):
            if row > 0 and work.mark[STATUS] == OK:
                _span(task, work, i, task.times[row])
            if work.mark[STATUS] == OK:
                _save(task, course, work, i, row)
        _finish(course, work, i)
