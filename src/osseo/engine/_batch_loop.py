"""The step loop of `solve_batch`: one member after the other, each with its own clock and step size.

Compiled once by numba and kept as object code (`native/loops.py`); it meets a model only through addresses,
and every number it needs travels as an argument. Nothing in it may raise or allocate: the kept code must
stand without numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from osseo.engine._call import (
    all_finite,
    all_inputs_finite,
    bend,
    call_factor,
    call_model,
    call_solve,
    copy_vector,
    fma,
    interpolate,
    jit,
    jit_inline,
    log_2,
    row_of,
    smallest_step,
    two_to,
    write_input,
)

__all__ = ["run_members"]

_entry = njit(cache=True, nogil=True, error_model="numpy")

# statuses, as in status.py
OK, STEP_TOO_SMALL, TOO_MANY_STEPS, NOT_FINITE, BAD_INPUT = 0, 1, 2, 3, 4
# places in Work.mark
STATUS, SEGMENT, EVENT, SAVED, STEPS, REJECTED, FRESH, COMPONENT, RESTART = 0, 1, 2, 3, 4, 5, 6, 7, 8
# places in Work.clock
TIME, STEP, ERROR_OLD, LAST_EVENT, STEP_TRIED = 0, 1, 2, 3, 4
SAFETY, SHRINK, GROW, ORDER = 0.9, 0.2, 6.0, 5.0
# kinds of reducers
FINAL, LARGEST, SMALLEST, AREA, ABOVE, BELOW, CUMULATIVE, VALUE = 0, 1, 2, 3, 4, 5, 6, 7
# a step is looked at in its ends and the four Gauss points between, which also give its area
PLACES = (0.0, 0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263, 1.0)
WEIGHTS = (0.0, 0.17392742256872692, 0.32607257743127307, 0.32607257743127307, 0.17392742256872692, 0.0)
SPARE, BISECTIONS = 6, 60


@jit_inline
def _set_input(task, work, i, t):
    """Write u(t) of the current segment into work.u; outside the table its ends are held."""
    values = task.u[row_of(task.u, i)]
    write_input(task.knots, values, task.is_linear, work.mark[SEGMENT], t, work.u)


@jit_inline
def _moves_in_time(task, work, i):
    """Tell whether the right-hand side depends on time inside the current segment."""
    if task.uses_time != 0:
        return True
    k = work.mark[SEGMENT]
    if task.is_linear == 0 or k < 0 or k >= task.knots.size - 1:
        return False
    values = task.u[row_of(task.u, i)]
    for j in range(values.shape[1]):
        if values[k, j] != values[k + 1, j]:
            return True
    return False


@jit_inline
def _call(task, work, i, address, t, y, out):
    """Call model code at (t, y) with the parameters of member i and the inputs in work.u."""
    p = task.p.ctypes.data + i * task.p.shape[1] * 8
    call_model(address, t, y.ctypes.data, p, work.u.ctypes.data, out.ctypes.data)


@jit_inline
def _derivative(task, work, i, t, y, out):
    """Right-hand side plus the running infusions."""
    _set_input(task, work, i, t)
    _call(task, work, i, task.rhs, t, y, out)
    rate = work.rate
    for s in range(out.size):
        out[s] += rate[s]


@jit_inline
def _time_derivative(task, work, i, h):
    """df/dt at the start of a step by central difference; u is prolonged along its segment."""
    if not _moves_in_time(task, work, i):
        work.dfdt[:] = 0.0
        return
    t = work.clock[TIME]
    delta = max(1e-5 * h, 1e-11 * abs(t))
    _derivative(task, work, i, t + delta, work.y, work.dfdt)
    _derivative(task, work, i, t - delta, work.y, work.g)
    span = (t + delta) - (t - delta)
    for s in range(work.y.size):
        work.dfdt[s] = (work.dfdt[s] - work.g[s]) / span


@jit_inline
def _scale(task, s, a, b):
    """Error allowed in state s when it lies between a and b."""
    return task.atol[s] + task.rtol * max(abs(a), abs(b))


@jit
def _first_step(task, work, i, span):
    """Guess a step from the size of f and of its change over a small explicit step."""
    t, y, f = work.clock[TIME], work.y, work.f
    size_y, size_f = 0.0, 0.0
    for s in range(y.size):
        scale = _scale(task, s, y[s], y[s])
        size_y = max(size_y, abs(y[s]) / scale)
        size_f = max(size_f, abs(f[s]) / scale)
    h = 0.01 * size_y / size_f if size_y > 1e-5 and size_f > 1e-5 else 1e-6 * span
    h = min(h, span)
    for s in range(y.size):
        work.y_stage[s] = y[s] + h * f[s]
    _derivative(task, work, i, t + h, work.y_stage, work.g)
    change = 0.0
    for s in range(y.size):
        change = max(change, abs(work.g[s] - f[s]) / _scale(task, s, y[s], y[s]) / h)
    largest = max(size_f, change)
    if not np.isfinite(largest):
        return h
    if largest <= 1e-15:
        return min(max(1e-3 * span, 1e3 * h), span)
    return min(100.0 * h, (0.01 / largest) ** (1.0 / ORDER), span)


@jit
def _begin(task, work, i):
    """Load member i; a number that is not finite makes it BAD_INPUT."""
    work.mark[:] = 0
    work.mark[SEGMENT] = -1
    work.mark[EVENT] = task.event_first[i]
    work.mark[RESTART] = 1
    work.clock[TIME] = task.times[0]
    work.clock[STEP] = np.inf
    work.clock[ERROR_OLD] = 1e-4
    work.clock[LAST_EVENT] = np.nan
    work.clock[STEP_TRIED] = 0.0
    work.rate[:] = 0.0
    copy_vector(work.y, task.y0[i])
    good = all_finite(task.y0[i]) and all_finite(task.p[i])
    if task.knots.size > 0:
        good = good and all_inputs_finite(task.u[row_of(task.u, i)])
    for e in range(task.event_first[i], task.event_last[i]):
        good = good and np.isfinite(task.event_jump[e]) and np.isfinite(task.event_rate[e])
    if not good:
        work.mark[STATUS] = BAD_INPUT


@jit_inline
def _meet_stops(task, work, i):
    """Apply the events that are due and enter the input segment that starts now."""
    t = work.clock[TIME]
    while work.mark[SEGMENT] + 1 < task.knots.size and task.knots[work.mark[SEGMENT] + 1] <= t:
        work.mark[SEGMENT] += 1
        work.mark[FRESH] = 0
    while work.mark[EVENT] < task.event_last[i] and task.event_time[work.mark[EVENT]] <= t:
        e = work.mark[EVENT]
        s = task.event_state[e]
        if task.event_action[e] == 0:
            work.y[s] += task.event_jump[e]
            work.rate[s] += task.event_rate[e]
        else:
            start = task.y0[i, s] if task.event_action[e] == 2 else 0.0
            work.y[s] = start + task.event_jump[e]
            work.rate[s] = task.event_rate[e]
        work.clock[LAST_EVENT] = task.event_time[e]
        work.mark[EVENT] += 1
        work.mark[FRESH] = 0
        work.mark[RESTART] = 1


@jit_inline
def _next_stop(task, work, i):
    """Earliest of the end, the next event and the next input knot."""
    stop = task.times[-1]
    if work.mark[EVENT] < task.event_last[i]:
        stop = min(stop, task.event_time[work.mark[EVENT]])
    if work.mark[SEGMENT] + 1 < task.knots.size:
        stop = min(stop, task.knots[work.mark[SEGMENT] + 1])
    return stop


@jit_inline
def _save(task, course, work, i, t, y):
    """Write the state and the outputs of the next requested time, which is t."""
    row = work.mark[SAVED]
    if course.y.shape[1] > 0:
        copy_vector(course.y[i, row], y)
    if course.out.shape[1] > 0 and course.out.shape[2] > 0:
        _set_input(task, work, i, t)
        _call(task, work, i, task.output, t, y, course.out[i, row])
    work.mark[SAVED] += 1


@jit_inline
def _save_now(task, course, work, i):
    """Save the state at the current time if it was requested."""
    while work.mark[SAVED] < task.times.size:
        if task.times[work.mark[SAVED]] > work.clock[TIME]:
            return
        if course.series.shape[2] > 0:
            _look_now(task, work, i)
            _write_series(task, course, work, i, work.mark[SAVED], 0.0)
        _save(task, course, work, i, work.clock[TIME], work.y)


@jit
def _save_between(task, course, work, i, t_new):
    """Save requested times inside the accepted step by its fourth-order interpolation."""
    t = work.clock[TIME]
    h = t_new - t
    while work.mark[SAVED] < task.times.size:
        t_save = task.times[work.mark[SAVED]]
        if t_save >= t_new:
            return
        interpolate(work, (t_save - t) / h)
        _save(task, course, work, i, t_save, work.y_stage)


@jit_inline
def _look(task, work, i, share, place, h):
    """Write states and outputs at a share of the step just made into row `place` of the samples."""
    if share == 0.0:
        copy_vector(work.sample_y[place], work.y)
    elif share == 1.0:
        copy_vector(work.sample_y[place], work.y_new)
    else:
        interpolate(work, share)
        copy_vector(work.sample_y[place], work.y_stage)
    if work.sample_out.shape[1] > 0:
        t = work.clock[TIME] + share * h
        _set_input(task, work, i, t)
        _call(task, work, i, task.output, t, work.sample_y[place], work.sample_out[place])


@jit_inline
def _seen(work, source, place):
    """Value of an output, or of a state (numbered after the outputs), in a row of the samples."""
    n_outputs = work.sample_out.shape[1]
    if source < n_outputs:
        return work.sample_out[place, source]
    return work.sample_y[place, source - n_outputs]


@jit
def _look_now(task, work, i):
    """Write states and outputs at the current time into the spare row of the samples."""
    copy_vector(work.sample_y[SPARE], work.y)
    if work.sample_out.shape[1] > 0:
        _set_input(task, work, i, work.clock[TIME])
        _call(task, work, i, task.output, work.clock[TIME], work.y, work.sample_out[SPARE])


@jit
def _write_series(task, course, work, i, row, weight):
    """Write values and running integrals from the spare sample; a weight above 0 only adds to integrals."""
    column = 0
    for r in range(task.reduce_kind.size):
        kind = task.reduce_kind[r]
        if kind < CUMULATIVE:
            continue
        value = _seen(work, task.reduce_source[r], SPARE)
        if weight > 0.0 and kind == CUMULATIVE:
            course.series[i, row, column] += weight * value
        elif weight == 0.0:
            course.series[i, row, column] = value if kind == VALUE else course.reduced[i, r]
        column += 1


@jit
def _series_between(task, course, work, i, row, h):
    """Write the series at the requested times inside the step, which begin at this row."""
    for m in range(row, work.mark[SAVED]):
        share = (task.times[m] - work.clock[TIME]) / h
        for j in range(5, 0, -1):  # first the time itself, then the Gauss points of the part before it
            _look(task, work, i, share * PLACES[j], SPARE, h)
            _write_series(task, course, work, i, m, WEIGHTS[j] * share * h)


@jit
def _reduce_area(work, source, h):
    total = 0.0
    for j in range(1, 5):
        total += WEIGHTS[j] * _seen(work, source, j)
    return total * h


@jit
def _reduce_extreme(task, work, i, source, sign, best, h):
    """Largest sign*value: the samples, then the tip of the parabola through the best of them."""
    top = 0
    for j in range(1, 6):
        if sign * _seen(work, source, j) > sign * _seen(work, source, top):
            top = j
    value = sign * _seen(work, source, top)
    if not value > best:
        return best
    m = min(4, max(1, top))
    x0, x1, x2 = PLACES[m - 1], PLACES[m], PLACES[m + 1]
    y0, y1, y2 = (
        sign * _seen(work, source, m - 1),
        sign * _seen(work, source, m),
        sign * _seen(work, source, m + 1),
    )
    for _ in range(3):
        a, b = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
        bend = (b - a) / (x2 - x0)
        if not bend < 0.0:
            break
        tip = 0.5 * (x0 + x1) - 0.5 * a / bend
        if not (tip > 0.0 and tip < 1.0) or tip == x1 or tip == x0 or tip == x2:
            break
        _look(task, work, i, tip, SPARE, h)
        here = sign * _seen(work, source, SPARE)
        value = max(value, here)
        if tip < x1:
            x2, y2 = x1, y1
        else:
            x0, y0 = x1, y1
        x1, y1 = tip, here
        if not (x0 < x1 and x1 < x2):
            break
    return max(best, value)


@jit
def _reduce_crossing(task, work, i, source, sign, level, h):
    """First time in this step at which sign*value reaches sign*level, inf if it does not."""
    if sign * _seen(work, source, 0) >= sign * level:
        return work.clock[TIME]
    for j in range(1, 6):
        if sign * _seen(work, source, j) >= sign * level:
            low, high = PLACES[j - 1], PLACES[j]
            for _ in range(BISECTIONS):
                middle = 0.5 * (low + high)
                if not (middle > low and middle < high):
                    break
                _look(task, work, i, middle, SPARE, h)
                if sign * _seen(work, source, SPARE) >= sign * level:
                    high = middle
                else:
                    low = middle
            return work.clock[TIME] + high * h
    return np.inf


@jit
def _reduce_step(task, course, work, i, t_new):
    """Let every reducer see the accepted step."""
    h = t_new - work.clock[TIME]
    for j in range(6):
        _look(task, work, i, PLACES[j], j, h)
    for r in range(task.reduce_kind.size):
        kind, source, old = task.reduce_kind[r], task.reduce_source[r], course.reduced[i, r]
        if kind == LARGEST:
            course.reduced[i, r] = _reduce_extreme(task, work, i, source, 1.0, old, h)
        elif kind == SMALLEST:
            course.reduced[i, r] = -_reduce_extreme(task, work, i, source, -1.0, -old, h)
        elif kind in (AREA, CUMULATIVE):
            course.reduced[i, r] = old + _reduce_area(work, source, h)
        elif kind in (ABOVE, BELOW) and old == np.inf:
            sign, level = (1.0 if kind == ABOVE else -1.0), task.reduce_level[r]
            course.reduced[i, r] = _reduce_crossing(task, work, i, source, sign, level, h)


@jit
def _reduce_ends(task, course, work, i, is_end):
    """Let every reducer see the state as it stands now: at the start, and at the very end."""
    if task.reduce_kind.size == 0:
        return
    t = work.clock[TIME]
    _look_now(task, work, i)
    for r in range(task.reduce_kind.size):
        kind, value = task.reduce_kind[r], _seen(work, task.reduce_source[r], SPARE)
        old = course.reduced[i, r] if is_end else (-np.inf if kind == LARGEST else np.inf)
        if kind in (FINAL, VALUE):
            course.reduced[i, r] = value
        elif kind in (AREA, CUMULATIVE):
            course.reduced[i, r] = old if is_end else 0.0
        elif kind == LARGEST:
            course.reduced[i, r] = max(old, value)
        elif kind == SMALLEST:
            course.reduced[i, r] = min(old, value)
        else:
            sign = 1.0 if kind == ABOVE else -1.0
            reached = old == np.inf and sign * value >= sign * task.reduce_level[r]
            course.reduced[i, r] = t if reached else old


@jit_inline
def _stage_state(a, s, y, k, y_stage):
    """State at which stage s takes its derivative; from stage 6 on each adds the k before."""
    n = y.size
    if s > 5:
        for m in range(n):
            y_stage[m] += k[s - 1, m]
        return
    for m in range(n):
        y_stage[m] = y[m]
    for j in range(s):
        weight = a[s, j]
        for m in range(n):
            y_stage[m] = fma(weight, k[j, m], y_stage[m])


@jit_inline
def _stage_sum(tableau, s, h, work):
    """Add the infusions, the time derivative and the earlier stages to the derivative in k[s]."""
    added, k, dfdt, rate = work.g, work.k, work.dfdt, work.rate
    n = dfdt.size
    weight = h * tableau.time_weights[s]
    for m in range(n):
        added[m] = fma(weight, dfdt[m], rate[m] if s > 0 else 0.0)
    c, inverse = tableau.c, 1.0 / h
    for j in range(s):
        weight = c[s, j] * inverse
        for m in range(n):
            added[m] = fma(weight, k[j, m], added[m])
    for m in range(n):
        k[s, m] += added[m]


@jit_inline
def _attempt(task, tableau, work, i, h):
    """Try one step of size h into work.y_new; return the largest scaled error (inf if not finite)."""
    t, lu = work.clock[TIME], work.lu.ctypes.data
    y, y_stage, y_new, k = work.y, work.y_stage, work.y_new, work.k
    call_factor(task.factor, work.jac.ctypes.data, 1.0 / (h * tableau.gamma), lu)
    copy_vector(k[0], work.f)
    for s in range(8):
        if s > 0:
            _stage_state(tableau.a, s, y, k, y_stage)
            at = t + tableau.nodes[s] * h
            _set_input(task, work, i, at)
            _call(task, work, i, task.rhs, at, y_stage, k[s])
        _stage_sum(tableau, s, h, work)
        call_solve(task.solve, lu, k.ctypes.data + s * k.shape[1] * 8)
    for m in range(y.size):
        y_new[m] = y_stage[m] + k[7, m]
    error, worst = _error(y, y_new, k[7], task.atol, task.rtol)
    work.mark[COMPONENT] = worst
    return error


@jit_inline
def _error(y, y_new, gap, atol, rtol):
    """Largest scaled error of the step, inf if anything is not finite, and the state that has it."""
    error, worst = 0.0, 0
    for s in range(y.size):
        ratio = abs(gap[s]) / (atol[s] + rtol * max(abs(y[s]), abs(y_new[s])))
        if not (np.isfinite(ratio) and np.isfinite(y_new[s])):
            return np.inf, s
        if ratio > error:
            error, worst = ratio, s
    return error, worst


@jit_inline
def _prepare(task, work, i, stop):
    """Evaluate f, its Jacobian and df/dt at the start of a step; choose a step after a jump."""
    t = work.clock[TIME]
    _derivative(task, work, i, t, work.y, work.f)
    for s in range(work.y.size):
        if not np.isfinite(work.f[s]):
            work.mark[STATUS] = NOT_FINITE
            work.mark[COMPONENT] = s
            return
    _call(task, work, i, task.jac, t, work.y, work.jac)
    if work.mark[RESTART] == 1:
        work.clock[STEP] = min(work.clock[STEP], _first_step(task, work, i, stop - t))
        work.mark[RESTART] = 0
    _time_derivative(task, work, i, min(work.clock[STEP], stop - t))
    work.mark[FRESH] = 1


@jit_inline
def _choose_step(work, stop):
    """Shorten the proposed step so that it meets the stop without leaving a sliver before it."""
    left = stop - work.clock[TIME]
    h = work.clock[STEP]
    if h >= 0.99 * left:
        return left
    if h > 0.5 * left:
        return 0.5 * left
    return h


@jit_inline
def _control(work, h, error):
    """Propose the next step from this error and the last (PI); return True if h is accepted."""
    if error > 1.0:
        factor = max(SHRINK, SAFETY * two_to(-log_2(error) / ORDER)) if np.isfinite(error) else SHRINK
        work.clock[STEP] = h * factor
        work.mark[REJECTED] = 1
        return False
    floored = max(error, 1e-10)
    factor = SAFETY * two_to((0.4 * log_2(work.clock[ERROR_OLD]) - 0.7 * log_2(floored)) / ORDER)
    factor = min(GROW, max(SHRINK, factor))
    if work.mark[REJECTED] == 1:
        factor = min(factor, 1.0)
    # a step cut short by a stop says nothing against the longer step proposed before
    work.clock[STEP] = max(h * factor, work.clock[STEP]) if h < work.clock[STEP] else h * factor
    work.clock[ERROR_OLD] = max(error, 1e-4)
    work.mark[REJECTED] = 0
    return True


@jit
def _look_back(task, tableau, course, work, i, t_new):
    """Save what lies inside the step just made, and let the reducers see it."""
    row, t = work.mark[SAVED], work.clock[TIME]
    bend(tableau, work)
    _save_between(task, course, work, i, t_new)
    if course.series.shape[2] > 0:
        _series_between(task, course, work, i, row, t_new - t)
    if task.reduce_kind.size > 0:
        _reduce_step(task, course, work, i, t_new)


@jit_inline
def _advance(task, tableau, course, work, i):
    """Make one accepted step, save what lies inside it, and move the clock."""
    stop = _next_stop(task, work, i)
    t = work.clock[TIME]
    smallest = smallest_step(t)
    if stop - t <= smallest:
        work.clock[TIME] = stop
        return
    if work.mark[FRESH] == 0:
        _prepare(task, work, i, stop)
    while work.mark[STATUS] == OK:
        h = _choose_step(work, stop)
        work.clock[STEP_TRIED] = h
        work.mark[STEPS] += 1
        error = _attempt(task, tableau, work, i, h)
        if _control(work, h, error):
            t_new = stop if h == stop - t else t + h
            if task.times[work.mark[SAVED]] < t_new or task.reduce_kind.size > 0:
                _look_back(task, tableau, course, work, i, t_new)
            copy_vector(work.y, work.y_new)
            work.clock[TIME] = t_new
            work.mark[FRESH] = 0
            return
        if work.clock[STEP] <= smallest:
            work.mark[STATUS] = STEP_TOO_SMALL if np.isfinite(error) else NOT_FINITE
        elif work.mark[STEPS] >= task.max_steps:
            work.mark[STATUS] = TOO_MANY_STEPS


@jit
def _finish(course, work, i):
    """Write how member i ended."""
    status = work.mark[STATUS]
    course.status[i] = status
    course.n_steps[i] = work.mark[STEPS]
    if status != OK:
        course.fail_time[i] = work.clock[TIME]
        course.fail_step[i] = work.clock[STEP_TRIED]
        copy_vector(course.fail_state[i], work.y)
        for r in range(course.reduced.shape[1]):
            course.reduced[i, r] = np.nan
        course.fail_component[i] = work.mark[COMPONENT]
        course.fail_event[i] = work.clock[LAST_EVENT]


@_entry
def run_members(task, tableau, course, work, first, last):
    """Compute members first..last-1; each depends on nothing but its own rows."""
    for i in range(first, last):
        _begin(task, work, i)
        if work.mark[STATUS] == OK:
            _meet_stops(task, work, i)
            _reduce_ends(task, course, work, i, False)
        while work.mark[STATUS] == OK:
            _meet_stops(task, work, i)
            _save_now(task, course, work, i)
            if work.mark[SAVED] == task.times.size:
                _reduce_ends(task, course, work, i, True)
                break
            if work.mark[STEPS] >= task.max_steps:
                work.mark[STATUS] = TOO_MANY_STEPS
                break
            _advance(task, tableau, course, work, i)
        _finish(course, work, i)
