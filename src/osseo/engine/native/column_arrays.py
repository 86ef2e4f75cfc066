"""What columns side by side read and write: rows of `width` numbers, one member in each lane.

The machine code finds the arrays through a table of their addresses, in the order of `TABLE`. No numba here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from osseo.engine.native.lane_arrays import aligned

__all__ = ["TABLE", "ColumnLanes", "ColumnSizes", "make_column_lanes"]

#: arrays of rows, in the order of the table of addresses; then what is alike for all lanes
TABLE = (
    *(
        "y",
        "p",
        "over",
        "u",
        "cell",
        "scale",
        "gap",
        "most",
        "parts",
        "spent",
        "out",
        "v",
        "size",
        "g",
        "rho",
    ),
    *("kept", "upper", "lower", "inverse", "rest", "wall", "bad_cell", "bad_field", "alive"),
    *("places", "counts", "number", "widths", "face_areas", "cell_areas"),
)


class ColumnSizes(NamedTuple):
    """Sizes of a model and of its column; n_over: parameters that differ between cells."""

    n_states: int
    n_parameters: int
    n_inputs: int
    n_outputs: int
    n_cells: int
    n_fields: int
    n_over: int


class ColumnLanes(NamedTuple):
    """Rows of lanes, and what only the loop knows of each member.

    y (n_cells n_states, width); over (n_cells n_over, width) parameters of each cell; cell: trial, Euler
    stage, f at both ends; gap (n_cells, width) over the tolerance, most: the largest of a column; parts:
    substeps to be tried, spent: calls made; out: coefficients of transport, or outputs. bad_cell, bad_field:
    where a coefficient was none. places (n_over,): where `over` goes in p. counts: n_cells, n_over. number:
    t, h, tolerance. mark (width, 6) as in the scalar loop.
    """

    table: np.ndarray
    y: np.ndarray
    p: np.ndarray
    over: np.ndarray
    u: np.ndarray
    cell: np.ndarray
    scale: np.ndarray
    gap: np.ndarray
    most: np.ndarray
    parts: np.ndarray
    spent: np.ndarray
    out: np.ndarray
    v: np.ndarray
    size: np.ndarray
    g: np.ndarray
    rho: np.ndarray
    kept: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    inverse: np.ndarray
    rest: np.ndarray
    wall: np.ndarray
    bad_cell: np.ndarray
    bad_field: np.ndarray
    alive: np.ndarray
    places: np.ndarray
    counts: np.ndarray
    number: np.ndarray
    widths: np.ndarray
    face_areas: np.ndarray
    cell_areas: np.ndarray
    mark: np.ndarray


def make_column_lanes(
    width: int, sizes: ColumnSizes, index: np.ndarray, geometry: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> ColumnLanes:
    """Allocate the lanes of one thread.

    Parameters
    ----------
    index : (n_over,) parameters that differ between cells.
    geometry : widths (n_cells,), face_areas (n_cells + 1,), cell_areas (n_cells,) of the grid.
    """
    n, n_cells = sizes.n_states, sizes.n_cells
    counts = {name: 1 for name in TABLE[:24]}
    counts |= {
        name: n_cells
        for name in ("gap", "parts", "spent", "v", "size", "rho", "kept", "upper", "lower", "inverse", "rest")
    }
    counts |= {
        "y": n_cells * n,
        "p": sizes.n_parameters,
        "over": n_cells * sizes.n_over,
        "u": sizes.n_inputs,
        "cell": 4 * n,
        "scale": n,
        "out": n_cells * max(sizes.n_outputs, sizes.n_fields),
        "g": n_cells + 1,
        "wall": sizes.n_fields,
    }
    arrays: dict[str, np.ndarray] = {}
    for name, rows in counts.items():
        arrays[name] = aligned(max(rows, 1) * width).reshape(max(rows, 1), width)
        arrays[name][:] = 0.0
    arrays["places"] = np.array(index, dtype=np.int64)
    arrays["counts"] = np.array([n_cells, sizes.n_over], dtype=np.int64)
    arrays["number"] = np.zeros(3)
    for name, values in zip(("widths", "face_areas", "cell_areas"), geometry, strict=True):
        arrays[name] = np.array(values, dtype=np.float64)
    table = np.array([arrays[name].ctypes.data for name in TABLE], dtype=np.int64)
    return ColumnLanes(table=table, **arrays, mark=np.zeros((width, 6), dtype=np.int64))
