"""What the batch loop reads and writes, as named tuples of arrays; no numba here.

The order and the kinds of the fields are part of the compiled loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Course", "Task", "Work", "make_work"]


class Task(NamedTuple):
    """What is to be computed, for all members; see `solve_batch`."""

    rhs: int
    jac: int
    factor: int
    solve: int
    output: int
    lane_start: int
    lane_slope: int
    lane_attempt: int
    uses_time: int
    p: np.ndarray
    y0: np.ndarray
    times: np.ndarray
    knots: np.ndarray
    u: np.ndarray
    is_linear: int
    event_first: np.ndarray
    event_last: np.ndarray
    event_time: np.ndarray
    event_state: np.ndarray
    event_jump: np.ndarray
    event_rate: np.ndarray
    event_action: np.ndarray
    rtol: float
    atol: np.ndarray
    max_steps: int
    reduce_kind: np.ndarray
    reduce_source: np.ndarray
    reduce_level: np.ndarray


class Course(NamedTuple):
    """Where the results go: y, out are NaN until written, or hold no times; reduced (n, n_reducers).

    series (n, n_times, n_series): reducers that have a number for every time.
    """

    y: np.ndarray
    out: np.ndarray
    status: np.ndarray
    n_steps: np.ndarray
    fail_time: np.ndarray
    fail_step: np.ndarray
    fail_state: np.ndarray
    fail_component: np.ndarray
    fail_event: np.ndarray
    reduced: np.ndarray
    series: np.ndarray


class Work(NamedTuple):
    """Scratch of one thread; nothing in it outlives a member."""

    y: np.ndarray
    y_new: np.ndarray
    y_stage: np.ndarray
    f: np.ndarray
    g: np.ndarray
    dfdt: np.ndarray
    k: np.ndarray
    rate: np.ndarray
    u: np.ndarray
    jac: np.ndarray
    lu: np.ndarray
    clock: np.ndarray
    mark: np.ndarray
    sample_y: np.ndarray
    sample_out: np.ndarray


def make_work(n_states: int, n_inputs: int, n_nonzero: int, n_lu: int, n_outputs: int = 0) -> Work:
    """Allocate the scratch of one thread."""
    vectors = [np.zeros(max(n_states, 1)) for _ in range(6)]
    return Work(
        *vectors,
        k=np.zeros((8, max(n_states, 1))),
        rate=np.zeros(max(n_states, 1)),
        u=np.zeros(max(n_inputs, 1)),
        jac=np.zeros(max(n_nonzero, 1)),
        lu=np.zeros(max(n_lu, 1)),
        clock=np.zeros(5),
        mark=np.zeros(9, dtype=np.int64),
        sample_y=np.zeros((7, n_states)),
        sample_out=np.zeros((7, n_outputs)),
    )
