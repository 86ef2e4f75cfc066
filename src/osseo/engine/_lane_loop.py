"""The step loop of `solve_batch` for members side by side: a column of the block is one member.

Every lane has its own clock, step size, doses and end; one that ends takes the next member. What needs no
arithmetic side by side is done by the functions of the scalar loop, member by member, so that a member has
the same bits in any lane, beside any others, and in the scalar loop. Nothing here may raise or allocate.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from osseo.engine._batch_loop import (
    COMPONENT,
    FRESH,
    NOT_FINITE,
    OK,
    RESTART,
    SAVED,
    SEGMENT,
    STATUS,
    STEP,
    STEP_TOO_SMALL,
    STEP_TRIED,
    STEPS,
    TIME,
    TOO_MANY_STEPS,
    _begin,
    _choose_step,
    _control,
    _finish,
    _first_step,
    _look_back,
    _meet_stops,
    _moves_in_time,
    _next_stop,
    _reduce_ends,
    _save_now,
)
from osseo.engine._call import call_attempt, call_lanes, jit_inline, row_of, smallest_step
from osseo.engine.native.batch_arrays import Work

__all__ = ["run_lanes"]

_entry = njit(cache=True, nogil=True, error_model="numpy")

# what a lane is about to do: meet doses, savings and the next member; or step
WAITING, READY = 0, 1


@jit_inline
def _take(into, rows, lane):
    """Copy one column into a vector."""
    for s in range(into.size):
        into[s] = rows[s, lane]


@jit_inline
def _put(rows, lane, values):
    """Copy a vector into one column."""
    for s in range(values.size):
        rows[s, lane] = values[s]


@jit_inline
def _scratch_of(work, lanes, lane):
    """Return the scratch with the clock and the marks of one lane."""
    return Work(
        work.y,
        work.y_new,
        work.y_stage,
        work.f,
        work.g,
        work.dfdt,
        work.k,
        work.rate,
        work.u,
        work.jac,
        work.lu,
        lanes.clock[lane],
        lanes.mark[lane],
        work.sample_y,
        work.sample_out,
    )


@jit_inline
def _put_inputs(task, work, lanes, lane, i):
    """Write the inputs of the segment that starts now as a line in time."""
    n_knots, k = task.knots.size, work.mark[SEGMENT]
    if n_knots == 0:
        return
    values = task.u[row_of(task.u, i)]
    held = k < 0 or k >= n_knots - 1 or task.is_linear == 0
    k = min(max(k, 0), n_knots - 1)
    lanes.knot[0, lane] = 0.0 if held else task.knots[k]
    lanes.span[0, lane] = 1.0 if held else task.knots[k + 1] - task.knots[k]
    for j in range(values.shape[1]):
        lanes.u_0[j, lane] = values[k, j]
        lanes.u_slope[j, lane] = 0.0 if held else values[k + 1, j] - values[k, j]


@jit_inline
def _next_member(task, course, work, lanes, lane, following, last):
    """End the member of a lane and load the one that waits; return the next that waits."""
    if lanes.member[lane] >= 0:
        _finish(course, work, lanes.member[lane])
    if following >= last:
        lanes.member[lane] = -1
        return following
    lanes.member[lane] = following
    _begin(task, work, following)
    for j in range(task.p.shape[1]):
        lanes.p[j, lane] = task.p[following, j]
    if work.mark[STATUS] == OK:
        _meet_stops(task, work, following)
        _reduce_ends(task, course, work, following, False)
    return following + 1


@jit_inline
def _settle(task, course, work, lanes, lane, following, last):
    """Meet doses, save, and go on with the next member until this lane has a span to step over.

    Return the next member that is waiting.
    """
    if lanes.take[0, lane] != 0.0:
        _take(work.y, lanes.y_new, lane)
        lanes.take[0, lane] = 0.0
    else:
        _take(work.y, lanes.y, lane)
    _take(work.rate, lanes.rate, lane)
    is_over = lanes.member[lane] < 0
    while True:
        if is_over or work.mark[STATUS] != OK:
            following = _next_member(task, course, work, lanes, lane, following, last)
            is_over = False
            if lanes.member[lane] < 0:
                break
            if work.mark[STATUS] != OK:
                continue
        i = lanes.member[lane]
        _meet_stops(task, work, i)
        _save_now(task, course, work, i)
        if work.mark[SAVED] == task.times.size:
            _reduce_ends(task, course, work, i, True)
            is_over = True
            continue
        if work.mark[STEPS] >= task.max_steps:
            work.mark[STATUS] = TOO_MANY_STEPS
            continue
        stop = _next_stop(task, work, i)
        if stop - work.clock[TIME] > smallest_step(work.clock[TIME]):
            lanes.t[0, lane] = work.clock[TIME]
            lanes.stop[lane] = stop
            _put(lanes.y, lane, work.y)
            _put(lanes.rate, lane, work.rate)
            _put_inputs(task, work, lanes, lane, i)
            break
        work.clock[TIME] = stop
    lanes.phase[lane] = READY
    return following


@jit_inline
def _prepare(task, work, lanes, lane):
    """Check f at the start of a step, choose a step after a jump, and say how df/dt is to be taken."""
    i = lanes.member[lane]
    if lanes.worst[0, lane] >= 0.0:
        work.mark[STATUS] = NOT_FINITE
        work.mark[COMPONENT] = int(lanes.worst[0, lane])
        lanes.phase[lane] = WAITING
    else:
        span = lanes.stop[lane] - work.clock[TIME]
        if work.mark[RESTART] == 1:
            _take(work.y, lanes.y, lane)
            _take(work.f, lanes.f, lane)
            _take(work.rate, lanes.rate, lane)
            work.clock[STEP] = min(work.clock[STEP], _first_step(task, work, i, span))
            work.mark[RESTART] = 0
        h = min(work.clock[STEP], span)
        lanes.delta[0, lane] = max(1e-5 * h, 1e-11 * abs(work.clock[TIME]))
        lanes.moves[0, lane] = 1.0 if _moves_in_time(task, work, i) else 0.0
        work.mark[FRESH] = 1


@jit_inline
def _slopes(task, lanes):
    """Evaluate df/dt of all lanes if it is not zero for all."""
    moving = False
    for lane in range(lanes.member.size):
        if lanes.member[lane] < 0:
            lanes.moves[0, lane] = 0.0
        if lanes.moves[0, lane] != 0.0:
            moving = True
    if moving:
        call_lanes(task.lane_slope, lanes.block.ctypes.data)
    elif lanes.used[0] == 1:
        for s in range(lanes.dfdt.shape[0]):
            for lane in range(lanes.member.size):
                lanes.dfdt[s, lane] = 0.0
    lanes.used[0] = 1 if moving else 0


@jit_inline
def _judge(task, tableau, course, work, lanes, lane):
    """Accept or refuse the step of one lane as the scalar loop does."""
    i, t, stop, h = lanes.member[lane], lanes.t[0, lane], lanes.stop[lane], lanes.h[0, lane]
    error = lanes.error[0, lane]
    work.mark[COMPONENT] = int(lanes.worst[0, lane])
    if _control(work, h, error):
        t_new = stop if h == stop - t else t + h
        if task.times[work.mark[SAVED]] < t_new or task.reduce_kind.size > 0:
            _take(work.y, lanes.y, lane)
            _take(work.y_new, lanes.y_new, lane)
            n = work.y.size
            for j in range(8):
                for s in range(n):
                    work.k[j, s] = lanes.k[j * n + s, lane]
            _look_back(task, tableau, course, work, i, t_new)
        lanes.take[0, lane] = 1.0
        lanes.t[0, lane] = t_new
        work.clock[TIME] = t_new
        work.mark[FRESH] = 0
        # nothing is due before the next step: stop is the next event, knot or end
        is_free = stop - t_new > smallest_step(t_new) and task.times[work.mark[SAVED]] > t_new
        if not (is_free and work.mark[STEPS] < task.max_steps):
            lanes.phase[lane] = WAITING
    elif work.clock[STEP] <= smallest_step(t):
        work.mark[STATUS] = STEP_TOO_SMALL if np.isfinite(error) else NOT_FINITE
        lanes.phase[lane] = WAITING
    elif work.mark[STEPS] >= task.max_steps:
        work.mark[STATUS] = TOO_MANY_STEPS
        lanes.phase[lane] = WAITING


@jit_inline
def _choose_steps(work, lanes):
    """Choose the step of every lane; return how many lanes there are."""
    live = 0
    for lane in range(lanes.member.size):
        if lanes.member[lane] >= 0:
            live += 1
            h = _choose_step(_scratch_of(work, lanes, lane), lanes.stop[lane])
            lanes.h[0, lane] = h
            lanes.clock[lane, STEP_TRIED] = h
            lanes.mark[lane, STEPS] += 1
    return live


@_entry
def run_lanes(task, tableau, course, work, lanes, first, last):
    """Compute members first..last-1, as many at a time as there are lanes."""
    n_lanes, following = lanes.member.size, first
    while True:
        is_old = False
        for lane in range(n_lanes):
            if lanes.phase[lane] == WAITING:
                following = _settle(
                    task, course, _scratch_of(work, lanes, lane), lanes, lane, following, last
                )
            if lanes.member[lane] >= 0 and lanes.mark[lane, FRESH] == 0:
                is_old = True
        if is_old:
            call_lanes(task.lane_start, lanes.block.ctypes.data)
            for lane in range(n_lanes):
                if lanes.member[lane] >= 0 and lanes.mark[lane, FRESH] == 0:
                    _prepare(task, _scratch_of(work, lanes, lane), lanes, lane)
                    is_old = is_old and lanes.phase[lane] == READY
            if not is_old:
                continue
        _slopes(task, lanes)
        if _choose_steps(work, lanes) == 0:
            return
        call_attempt(task.lane_attempt, lanes.block.ctypes.data, task.atol.ctypes.data, task.rtol)
        for lane in range(n_lanes):
            if lanes.member[lane] >= 0:
                _judge(task, tableau, course, _scratch_of(work, lanes, lane), lanes, lane)
