"""Shares of tissue in a graft column: what a biopsy core or a CT holds, from amounts per cell.

A cell holds thicknesses per unit area [mm]; a core crosses all cells, so shares are volume-weighted.
Columns add up by their share of the site's day-0 volume. NaN of a failed member stays NaN.
"""

from __future__ import annotations

import numpy as np

from osseo.site.course import Column, SiteCourse

__all__ = ["cell_depth", "core_share", "filled_share", "new_bone_slope", "volume_left"]

NEW_BONE = ("osteoid", "mineral")


def _length(column: Column) -> float:
    return float(column.edges_mm[-1] - column.edges_mm[0])


def _summed(course: SiteCourse, fields: tuple[str, ...], i_column: int) -> np.ndarray:
    return sum((course.amounts[field][i_column] for field in fields[1:]), course.amounts[fields[0]][i_column])


def cell_depth(volume: np.ndarray) -> np.ndarray:
    """Return the distance (.., n_cells) [mm] of cell middles from host bone, from cell volumes [mm]."""
    return np.cumsum(volume, axis=-1) - volume / 2.0


def _inside(volume: np.ndarray, core_mm: float | None) -> np.ndarray | float:
    """Return the share of each cell that lies in a core of this length from host bone."""
    if core_mm is None:
        return 1.0
    near = np.cumsum(volume, axis=-1) - volume
    return np.clip(core_mm - near, 0.0, volume) / volume


def core_share(course: SiteCourse, fields: tuple[str, ...], core_mm: float | None = None) -> np.ndarray:
    """Return the share of tissue in a biopsy core.

    share = sum_c w_c sum_i A_ci s_ci / L_c  /  sum_c w_c sum_i V_ci s_ci / L_c

    Parameters
    ----------
    course : amounts A and volumes V (n, n_times, n_cells) [mm], columns of length L and weight w.
    fields : names of amounts that count, e.g. `osteoid` and `mineral`.
    core_mm : () [mm] length of the core from host bone; None takes the whole column. s is the share
        of a cell inside it.

    Returns
    -------
    share : (n, n_times) [1].
    """
    held, all_tissue = 0.0, 0.0
    for i_column, column in enumerate(course.columns):
        volume = course.amounts["volume"][i_column]
        inside = _inside(volume, core_mm)
        per_length = column.weight / _length(column)
        held = held + per_length * (_summed(course, fields, i_column) * inside).sum(axis=-1)
        all_tissue = all_tissue + per_length * (volume * inside).sum(axis=-1)
    return np.asarray(held / all_tissue)


def volume_left(course: SiteCourse) -> np.ndarray:
    """Return the share (n, n_times) [1] of the day-0 volume that is left."""
    return np.asarray(
        sum(
            column.weight / _length(column) * course.amounts["volume"][i].sum(axis=-1)
            for i, column in enumerate(course.columns)
        )
    )


def filled_share(course: SiteCourse, threshold: float) -> np.ndarray:
    """Return how much of a gap a CT reader calls filled.

    fill = sum_c w_c sum_i V_ci min(1, (M_ci / V_ci) / threshold)  /  sum_c w_c sum_i V_ci

    Parameters
    ----------
    course : mineral M and volume V per cell; graft particles do not count.
    threshold : () [1] mineral share that reads as full.

    Returns
    -------
    fill : (n, n_times) [1].
    """
    total, weights = 0.0, 0.0
    for i_column, column in enumerate(course.columns):
        volume = course.amounts["volume"][i_column]
        full = np.minimum(1.0, course.amounts["mineral"][i_column] / volume / threshold)
        per_length = column.weight / _length(column)
        total = total + per_length * (volume * full).sum(axis=-1)
        weights = weights + per_length * volume.sum(axis=-1)
    return np.asarray(total / weights)


def new_bone_slope(course: SiteCourse) -> np.ndarray:
    """Return the slope of new bone with depth, by volume-weighted least squares.

    Returns
    -------
    slope : (n, n_times) [1/mm], negative if bone is scarcer far from host bone; NaN with one cell.
    """
    slope = 0.0
    for i_column, column in enumerate(course.columns):
        volume = course.amounts["volume"][i_column]
        share = _summed(course, NEW_BONE, i_column) / volume
        slope = slope + column.weight * _weighted_slope(cell_depth(volume), share, volume)
    return np.asarray(slope)


def _weighted_slope(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    total = weight.sum(axis=-1, keepdims=True)
    x0 = x - (weight * x).sum(axis=-1, keepdims=True) / total
    y0 = y - (weight * y).sum(axis=-1, keepdims=True) / total
    spread = (weight * x0 * x0).sum(axis=-1)
    covered = (weight * x0 * y0).sum(axis=-1)
    return np.divide(covered, spread, out=np.full_like(spread, np.nan), where=spread > 0)
