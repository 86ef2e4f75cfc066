"""Shares of tissue in a graft column: what a biopsy core or a CT holds, from amounts per cell.

A cell holds volumes per area of the near wall [mm]; a core crosses all cells, so shares are volume-weighted.
Columns add up by their share of the site's day-0 volume. NaN of a failed member stays NaN.
"""

from __future__ import annotations

import numpy as np

from osseo.names import check_name
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse

__all__ = [
    "cell_depth",
    "core_share",
    "filled_share",
    "lamellar_of_mineral",
    "new_bone_slope",
    "usual_core",
    "volume_left",
]

NEW_BONE = ("osteoid", "mineral")


def _summed(course: SiteCourse, fields: tuple[str, ...], i_column: int) -> np.ndarray:
    return sum((course.amounts[field][i_column] for field in fields[1:]), course.amounts[fields[0]][i_column])


def cell_depth(thickness: np.ndarray) -> np.ndarray:
    """Return the distance (.., n_cells) [mm] of cell middles from host bone, from their thickness."""
    return np.cumsum(thickness, axis=-1) - thickness / 2.0


def _inside(thickness: np.ndarray, core_mm: float | tuple[float, float] | None) -> np.ndarray | float:
    """Return the share of each cell that lies in a core: from host bone, or from one depth to another."""
    if core_mm is None:
        return 1.0
    start, stop = core_mm if isinstance(core_mm, tuple) else (0.0, core_mm)
    near = np.cumsum(thickness, axis=-1) - thickness
    return (np.clip(stop - near, 0.0, thickness) - np.clip(start - near, 0.0, thickness)) / thickness


def usual_core(approach: str) -> tuple[float, float]:
    """Return where a core lies in a sinus graft, as depths [mm] from host bone.

    Parameters
    ----------
    approach : `crest`, drilled up through the crest where an implant will stand: the first millimetres
        of the graft; `window`, drilled sideways through the old window: a slice above the floor.

    Raises
    ------
    NameUnknown : another approach.
    """
    check_name(approach, ("crest", "window"), "approach")
    table = load_parameters("observe")
    start = table.value("observe.window_core_start") if approach == "window" else 0.0
    return start, start + table.value(f"observe.{approach}_core_length")


def core_share(
    course: SiteCourse, fields: tuple[str, ...], core_mm: float | tuple[float, float] | None = None
) -> np.ndarray:
    """Return the share of tissue in a biopsy core.

    share = sum_c w_c sum_i A_ci s_ci / L_c  /  sum_c w_c sum_i V_ci s_ci / L_c

    Parameters
    ----------
    course : amounts A and volumes V (n, n_times, n_cells) [mm], columns of day-0 volume L and weight w.
    fields : names of amounts that count, e.g. `osteoid` and `mineral`.
    core_mm : () [mm] length of the core from host bone, or (start, stop); None takes the whole column. s
        is the share of a cell inside it. A core beyond the graft is NaN.

    Returns
    -------
    share : (n, n_times) [1].
    """
    held, all_tissue = 0.0, 0.0
    for i_column, column in enumerate(course.columns):
        volume = course.amounts["volume"][i_column]
        inside = _inside(course.thickness(i_column), core_mm)
        per_length = column.weight / column.volume_mm
        held = held + per_length * (_summed(course, fields, i_column) * inside).sum(axis=-1)
        all_tissue = all_tissue + per_length * (volume * inside).sum(axis=-1)
    empty = np.full_like(all_tissue, np.nan)
    return np.divide(held, all_tissue, out=empty, where=np.asarray(all_tissue) > 0)


def volume_left(course: SiteCourse) -> np.ndarray:
    """Return the share (n, n_times) [1] of the day-0 volume that is left."""
    return np.asarray(
        sum(
            column.weight / column.volume_mm * course.amounts["volume"][i].sum(axis=-1)
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
        per_length = column.weight / column.volume_mm
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
        slope = slope + column.weight * _weighted_slope(cell_depth(course.thickness(i_column)), share, volume)
    return np.asarray(slope)


def _weighted_slope(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    total = weight.sum(axis=-1, keepdims=True)
    x0 = x - (weight * x).sum(axis=-1, keepdims=True) / total
    y0 = y - (weight * y).sum(axis=-1, keepdims=True) / total
    spread = (weight * x0 * x0).sum(axis=-1)
    covered = (weight * x0 * y0).sum(axis=-1)
    return np.divide(covered, spread, out=np.full_like(spread, np.nan), where=spread > 0)


def lamellar_of_mineral(course: SiteCourse) -> np.ndarray | None:
    """Return the lamellar share (n, n_times) [1] of mineralised new bone; None if it is not modelled."""
    if "lamellar" not in course.amounts:
        return None
    lamellar, mineral = core_share(course, ("lamellar",)), core_share(course, ("mineral",))
    return np.divide(lamellar, mineral, out=np.zeros_like(mineral), where=mineral > 0)
