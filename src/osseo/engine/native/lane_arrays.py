"""What a batch of members side by side reads and writes: rows of `width` numbers, one member in each column.

The machine code of a model finds everything in one block of memory; its rows are laid out here, for the
compiler and for the loop alike. No numba here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

__all__ = ["LaneSizes", "Lanes", "aligned", "lane_rows", "make_lanes"]


class LaneSizes(NamedTuple):
    """Sizes of a model as the lanes need them."""

    n_states: int
    n_parameters: int
    n_inputs: int
    n_nonzero: int
    n_lu: int


class Lanes(NamedTuple):
    """The block, and its parts as views (n_rows, width); then what only the loop knows of each member.

    u_0, u_slope: an input is u_0 + (t - knot) / span * u_slope. moves: whether f depends on time. worst: the
    state with the largest error, or whose f is not finite, else -1. take: y_new is to become y. member
    (width,): row of the batch, -1 for none; stop: next event, knot or end; used: whether df/dt is not zero;
    phase: 0 where a lane must first meet doses, savings or its next member.
    """

    block: np.ndarray
    t: np.ndarray
    h: np.ndarray
    delta: np.ndarray
    moves: np.ndarray
    knot: np.ndarray
    span: np.ndarray
    error: np.ndarray
    worst: np.ndarray
    take: np.ndarray
    y: np.ndarray
    y_new: np.ndarray
    y_stage: np.ndarray
    f: np.ndarray
    g: np.ndarray
    dfdt: np.ndarray
    rate: np.ndarray
    u: np.ndarray
    u_0: np.ndarray
    u_slope: np.ndarray
    p: np.ndarray
    jac: np.ndarray
    lu: np.ndarray
    k: np.ndarray
    clock: np.ndarray
    mark: np.ndarray
    member: np.ndarray
    stop: np.ndarray
    used: np.ndarray
    phase: np.ndarray


def lane_rows(sizes: LaneSizes) -> dict[str, tuple[int, int]]:
    """Return the first row and the number of rows of each part of the block."""
    n, n_u = sizes.n_states, sizes.n_inputs
    counts = {name: 1 for name in ("t", "h", "delta", "moves", "knot", "span", "error", "worst", "take")}
    counts |= {name: n for name in ("y", "y_new", "y_stage", "f", "g", "dfdt", "rate")}
    counts |= {name: n_u for name in ("u", "u_0", "u_slope")}
    counts |= {"p": sizes.n_parameters, "jac": sizes.n_nonzero, "lu": sizes.n_lu, "k": 8 * n}
    rows, first = {}, 0
    for name, count in counts.items():
        rows[name] = first, count
        first += max(count, 1)
    return rows


def make_lanes(width: int, sizes: LaneSizes) -> Lanes:
    """Allocate the block of one thread, its rows on boundaries of cache lines."""
    rows = lane_rows(sizes)
    n_rows = sum(max(count, 1) for _, count in rows.values())
    block = aligned(n_rows * width)
    block[:] = 0.0
    parts: Mapping[str, np.ndarray] = {
        name: block[first * width : (first + max(count, 1)) * width].reshape(max(count, 1), width)
        for name, (first, count) in rows.items()
    }
    parts["h"][:], parts["span"][:], parts["delta"][:] = 1.0, 1.0, 1.0
    return Lanes(
        block=block,
        **parts,
        clock=np.zeros((width, 5)),
        mark=np.zeros((width, 9), dtype=np.int64),
        member=np.full(width, -1, dtype=np.int64),
        stop=np.zeros(width),
        used=np.zeros(1, dtype=np.int64),
        phase=np.zeros(width, dtype=np.int64),
    )


def aligned(size: int) -> np.ndarray:
    """Return `size` doubles that begin on a boundary of 64 bytes."""
    whole = np.empty(size + 8)
    skip = (-whole.ctypes.data // 8) % 8
    return whole[skip : skip + size]
