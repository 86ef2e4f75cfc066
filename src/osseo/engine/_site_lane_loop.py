"""The macro-step loop of `solve_site` for columns side by side: one member in each lane.

Times and macro-steps are common to all members of a run, so lanes go in step; errors, substeps, sweeps and
failures are of each lane alone. Nothing here may
raise or allocate.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from osseo.engine._call import call_lanes, jit, jit_inline
from osseo.engine._site_loop import (
    CALLS,
    CELL,
    MAX_SUBSTEPS,
    NEGATIVE_STATE,
    NOT_FINITE,
    OK,
    ROUNDING,
    STATE,
    STATUS,
    STEP,
    STEPS,
    TIME,
    _begin,
    _set_input,
    more_substeps,
    refine,
)

__all__ = ["run_column_lanes"]

_entry = njit(cache=True, nogil=True, error_model="numpy")

# places in ColumnLanes.number
T, H, TOLERANCE = 0, 1, 2


@jit_inline
def _member(lane, base, last):
    """Return the member of a lane; lanes left over repeat the last one."""
    return min(base + lane, last - 1)


@jit_inline
def _fail_lane(lanes, lane, status, state, cell):
    """Note the first failure of a lane."""
    if lanes.mark[lane, STATUS] == OK:
        lanes.mark[lane, STATUS] = status
        lanes.mark[lane, STATE] = state
        lanes.mark[lane, CELL] = cell


@jit
def _end(course, work, lanes, lane, i):
    """Write how member i ended, and let its lane stand still."""
    course.status[i] = lanes.mark[lane, STATUS]
    course.n_steps[i] = lanes.mark[lane, STEPS]
    course.n_calls[i] = lanes.mark[lane, CALLS]
    lanes.alive[0, lane] = 0.0
    if lanes.mark[lane, STATUS] != OK:
        n = work.y.shape[1]
        course.fail_time[i] = work.clock[TIME]
        course.fail_step[i] = work.clock[STEP]
        course.fail_component[i] = lanes.mark[lane, STATE]
        course.fail_cell[i] = lanes.mark[lane, CELL]
        c = max(lanes.mark[lane, CELL], 0)
        for s in range(n):
            course.fail_state[i, s] = lanes.y[c * n + s, lane]


@jit
def _load(task, course, work, lanes, lane, i, is_used):
    """Put member i into a lane; a number that is not finite ends it."""
    _begin(task, work, i)
    n_cells, n = work.y.shape
    for c in range(n_cells):
        for s in range(n):
            lanes.y[c * n + s, lane] = work.y[c, s]
    for j in range(task.p.shape[1]):
        lanes.p[j, lane] = task.p[i, j]
    n_over = task.p_cell_index.size
    for c in range(n_cells):
        for j in range(n_over):
            lanes.over[c * n_over + j, lane] = work.p[c, task.p_cell_index[j]]
    for s in range(n):
        lanes.scale[s, lane] = work.scale[s]
    for f in range(lanes.wall.shape[0]):
        lanes.wall[f, lane] = 0.0
    for k in range(lanes.mark.shape[1]):
        lanes.mark[lane, k] = work.mark[k]
    lanes.alive[0, lane] = 1.0 if is_used else 0.0
    if is_used and lanes.mark[lane, STATUS] != OK:
        _end(course, work, lanes, lane, i)


@jit_inline
def _set_inputs(task, work, lanes, base, last, t):
    """Write u(t) of all lanes."""
    if task.knots.size == 0:
        return
    for lane in range(lanes.mark.shape[0]):
        if lane == 0 or task.u.shape[0] > 1:
            _set_input(task, work, _member(lane, base, last), t)
        for j in range(task.u.shape[2]):
            lanes.u[j, lane] = work.u[j]


@jit
def _first_bad(task, lanes, lane, n_cells, n):
    """Note the first amount of a lane that is none or below zero."""
    for c in range(n_cells):
        for s in range(n):
            amount = lanes.y[c * n + s, lane]
            if not np.isfinite(amount):
                _fail_lane(lanes, lane, NOT_FINITE, s, c)
            elif amount < -ROUNDING * lanes.scale[s, lane] or (amount <= 0.0 and task.is_volume[s] == 1):
                _fail_lane(lanes, lane, NEGATIVE_STATE, s, c)


@jit_inline
def _check(task, course, work, lanes, base, last):
    """Refuse amounts below zero by more than rounding, volumes that vanish, and NaN."""
    call_lanes(task.lane_check, lanes.table.ctypes.data)
    for lane in range(lanes.mark.shape[0]):
        if lanes.bad_cell[0, lane] != 0.0 and lanes.alive[0, lane] != 0.0:
            _first_bad(task, lanes, lane, work.y.shape[0], work.y.shape[1])


@jit
def _fail_cell(task, work, lanes, lane, c, h):
    """Let the scalar loop say how and in which state this cell of a lane fails."""
    n = work.y.shape[1]
    for s in range(n):
        work.scale[s] = lanes.scale[s, lane]
        work.y[c, s] = lanes.y[c * n + s, lane]
    for j in range(task.u.shape[2]):
        work.u[j] = lanes.u[j, lane]
    for j in range(task.p.shape[1]):
        work.p[c, j] = lanes.p[j, lane]
    n_over = task.p_cell_index.size
    for j in range(n_over):
        work.p[c, task.p_cell_index[j]] = lanes.over[c * n_over + j, lane]
    work.mark[STATUS] = OK
    p = work.p.ctypes.data + c * work.p.shape[1] * 8
    refine(task, work, h, MAX_SUBSTEPS, p, work.y[c], c)
    _fail_lane(lanes, lane, work.mark[STATUS], work.mark[STATE], c)


@jit
def _refine(task, work, lanes, h):
    """Cut the cells whose step was too rough, as the scalar loop does, until all are good or given up."""
    n_cells, parts, spent = work.y.shape[0], lanes.parts, lanes.spent
    waiting = 0
    for lane in range(lanes.mark.shape[0]):
        for c in range(n_cells):
            is_rough = lanes.alive[0, lane] != 0.0 and not lanes.gap[c, lane] <= 1.0
            parts[c, lane] = more_substeps(1, lanes.gap[c, lane]) if is_rough else 0.0
            spent[c, lane] = 2.0
            waiting += is_rough
    while waiting > 0:
        waiting = 0
        call_lanes(task.lane_refine, lanes.table.ctypes.data)
        for c in range(n_cells):
            for lane in range(lanes.mark.shape[0]):
                m = int(parts[c, lane])
                if m > 0:
                    spent[c, lane] += 2 * m
                    parts[c, lane] = 0.0
                    if not lanes.gap[c, lane] <= 1.0:
                        is_lost = m >= MAX_SUBSTEPS
                        parts[c, lane] = -1.0 if is_lost else more_substeps(m, lanes.gap[c, lane])
                        waiting += not is_lost
    for lane in range(lanes.mark.shape[0]):
        for c in range(n_cells):
            lanes.mark[lane, CALLS] += int(spent[c, lane])
            if parts[c, lane] < 0.0:
                _fail_cell(task, work, lanes, lane, c, h)
                break


@jit_inline
def _react(task, work, lanes, h):
    """Reactions of every cell of every lane over h."""
    lanes.number[T], lanes.number[H] = work.clock[TIME], h
    call_lanes(task.lane_react, lanes.table.ctypes.data)
    is_rough = False
    for lane in range(lanes.mark.shape[0]):
        if lanes.alive[0, lane] != 0.0 and not lanes.most[0, lane] <= 1.0:
            is_rough = True
    if is_rough:
        _refine(task, work, lanes, h)
    else:
        for lane in range(lanes.mark.shape[0]):
            lanes.mark[lane, CALLS] += 2 * work.y.shape[0]


@jit_inline
def _transport(task, work, lanes, base, last, h):
    """Move every field over h with the coefficients of this moment."""
    if task.field.size == 0:
        return
    t = work.clock[TIME]
    _set_inputs(task, work, lanes, base, last, t)
    lanes.number[T], lanes.number[H] = t, h
    call_lanes(task.lane_transport, lanes.table.ctypes.data)
    for lane in range(lanes.mark.shape[0]):
        if lanes.bad_cell[0, lane] >= 0.0 and lanes.alive[0, lane] != 0.0:
            field = task.field[int(lanes.bad_field[0, lane])]
            _fail_lane(lanes, lane, NOT_FINITE, field, int(lanes.bad_cell[0, lane]))


@jit_inline
def _bury(course, work, lanes, base):
    """Write the members that failed just now; return how many lanes are left."""
    alive = 0
    for lane in range(lanes.mark.shape[0]):
        if lanes.alive[0, lane] != 0.0:
            if lanes.mark[lane, STATUS] != OK:
                _end(course, work, lanes, lane, base + lane)
            else:
                alive += 1
    return alive


@jit
def _save(task, course, work, lanes, base, last, row):
    """Write the columns at the current time."""
    n_cells, n = work.y.shape
    n_out = course.out.shape[3]
    if n_out > 0:
        _set_inputs(task, work, lanes, base, last, work.clock[TIME])
        lanes.number[T] = work.clock[TIME]
        call_lanes(task.lane_outputs, lanes.table.ctypes.data)
    for lane in range(lanes.mark.shape[0]):
        if lanes.alive[0, lane] == 0.0:
            continue
        i = base + lane
        for c in range(n_cells):
            for s in range(n):
                course.y[i, row, c, s] = lanes.y[c * n + s, lane]
            for k in range(n_out):
                course.out[i, row, c, k] = lanes.out[c * n_out + k, lane]
        for f in range(course.wall_in.shape[2]):
            course.wall_in[i, row, f] = lanes.wall[f, lane]


@jit_inline
def _span(task, course, work, lanes, base, last, t_end):
    """Macro-steps of equal size, at most dt, from the current time to t_end; return the lanes left."""
    t = work.clock[TIME]
    n = max(1, int(np.ceil((t_end - t) / task.dt - 1e-9)))
    h = (t_end - t) / n
    work.clock[STEP] = h
    alive = 0
    for j in range(n + 1):
        # round 0 is the first half transport; each further one reacts and then moves
        if j > 0:
            work.clock[TIME] = t + (j - 1) * h
            _set_inputs(task, work, lanes, base, last, t + (j - 0.5) * h)
            _react(task, work, lanes, h)
            _check(task, course, work, lanes, base, last)
            for lane in range(lanes.mark.shape[0]):
                lanes.mark[lane, STEPS] += 1
            _bury(course, work, lanes, base)
            work.clock[TIME] = t_end if j == n else t + j * h
        _transport(task, work, lanes, base, last, 0.5 * h if j == 0 or j == n else h)
        alive = _bury(course, work, lanes, base)
        if alive == 0:
            break
    return alive


@_entry
def run_column_lanes(task, course, work, lanes, first, last):
    """Compute members first..last-1; each depends on nothing but its own rows."""
    width = lanes.mark.shape[0]
    lanes.number[TOLERANCE] = task.tolerance
    for base in range(first, last, width):
        for lane in range(width):
            i = _member(lane, base, last)
            _load(task, course, work, lanes, lane, i, base + lane < last)
        _check(task, course, work, lanes, base, last)
        alive = _bury(course, work, lanes, base)
        for row in range(task.times.size):
            if alive == 0:
                break
            if row > 0:
                alive = _span(task, course, work, lanes, base, last, task.times[row])
            _save(task, course, work, lanes, base, last, row)
        for lane in range(width):
            if lanes.alive[0, lane] != 0.0:
                _end(course, work, lanes, lane, base + lane)
