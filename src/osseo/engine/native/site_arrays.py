"""What the column loop reads and writes, as named tuples of arrays; no numba here.

The order and the kinds of the fields are part of the compiled loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["SiteCourseArrays", "SiteTask", "SiteWork", "make_site_work"]


class SiteTask(NamedTuple):
    """What is to be computed; see `solve_site`. near, far (n_fields,): parameter held, or -1."""

    rhs: int
    output: int
    lane_react: int
    lane_refine: int
    lane_transport: int
    lane_check: int
    lane_outputs: int
    p: np.ndarray
    p_cell: np.ndarray
    p_cell_index: np.ndarray
    y0: np.ndarray
    times: np.ndarray
    knots: np.ndarray
    u: np.ndarray
    is_linear: int
    widths: np.ndarray
    face_areas: np.ndarray
    cell_areas: np.ndarray
    field: np.ndarray
    volume: np.ndarray
    coefficient: np.ndarray
    near: np.ndarray
    far: np.ndarray
    is_volume: np.ndarray
    scale: np.ndarray
    dt: float
    tolerance: float


class SiteCourseArrays(NamedTuple):
    """Where the results go: y, out, wall_in are NaN until written."""

    y: np.ndarray
    out: np.ndarray
    wall_in: np.ndarray
    status: np.ndarray
    n_steps: np.ndarray
    n_calls: np.ndarray
    fail_time: np.ndarray
    fail_step: np.ndarray
    fail_state: np.ndarray
    fail_component: np.ndarray
    fail_cell: np.ndarray


class SiteWork(NamedTuple):
    """Scratch of one thread; y (n_cells, n_states) amounts, g (n_cells + 1,) face conductances, size
    (n_cells,) thickness v times cross-section.
    """

    y: np.ndarray
    p: np.ndarray
    out: np.ndarray
    cell: np.ndarray
    scale: np.ndarray
    v: np.ndarray
    size: np.ndarray
    rho: np.ndarray
    g: np.ndarray
    kept: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    inverse: np.ndarray
    right: np.ndarray
    wall: np.ndarray
    u: np.ndarray
    clock: np.ndarray
    mark: np.ndarray


def make_site_work(n_cells: int, sizes: tuple[int, int, int, int], n_fields: int) -> SiteWork:
    """Allocate the scratch of one thread; sizes = n_states, n_parameters, n_inputs, n_outputs."""
    n_states, n_parameters, n_inputs, n_outputs = (max(size, 1) for size in sizes)
    v, size, rho, kept, upper, lower, inverse, right = (np.zeros(n_cells) for _ in range(8))
    return SiteWork(
        y=np.zeros((n_cells, n_states)),
        p=np.zeros((n_cells, n_parameters)),
        out=np.zeros((n_cells, n_outputs)),
        cell=np.zeros((4, n_states)),
        scale=np.zeros(n_states),
        v=v,
        size=size,
        rho=rho,
        g=np.zeros(n_cells + 1),
        kept=kept,
        upper=upper,
        lower=lower,
        inverse=inverse,
        right=right,
        wall=np.zeros(n_fields),
        u=np.zeros(n_inputs),
        clock=np.zeros(2),
        mark=np.zeros(6, dtype=np.int64),
    )
