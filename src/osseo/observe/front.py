"""How far host bone has grown into a graft, and how much of a defect holds bone."""

from __future__ import annotations

import numpy as np

from osseo.observe.tissue import volume_left
from osseo.site.course import SiteCourse

__all__ = ["defect_filled", "front_depth", "incorporated_share"]

_NEW = ("osteoid", "mineral")


def _reached(course: SiteCourse, threshold: float, i_column: int) -> np.ndarray:
    """Return how far (n, n_times) [mm] new bone reaches without a gap from host bone in one column.

    sum_i v_i min_{j <= i} min(1, b_j / threshold), v the thickness of a cell
    """
    volume = course.amounts["volume"][i_column]
    bone = sum(course.amounts[field][i_column] for field in _NEW[1:]) + course.amounts[_NEW[0]][i_column]
    full = np.minimum(1.0, bone / volume / threshold)
    return (course.thickness(i_column) * np.minimum.accumulate(full, axis=-1)).sum(axis=-1)


def front_depth(course: SiteCourse, threshold: float) -> np.ndarray:
    """Return the depth (n, n_times) [mm] of the front of new bone, columns averaged by weight.

    Parameters
    ----------
    course : osteoid, mineral and volume.
    threshold : () [1] share of new bone that counts as reached.
    """
    return np.asarray(sum(c.weight * _reached(course, threshold, i) for i, c in enumerate(course.columns)))


def incorporated_share(course: SiteCourse, threshold: float) -> np.ndarray:
    """Return the share (n, n_times) [1] of today's graft thickness that the front has crossed."""
    total = sum(
        c.weight * _reached(course, threshold, i) / course.thickness(i).sum(axis=-1)
        for i, c in enumerate(course.columns)
    )
    return np.asarray(total)


def defect_filled(course: SiteCourse, threshold: float) -> np.ndarray:
    """Return how much of a defect holds bone on CT, graft included, over its day-0 volume.

    sum_c w_c sum_i V_ci min(1, (M_ci + G_ci) / V_ci / threshold) / L_c, L_c the day-0 volume

    Parameters
    ----------
    course : mineral, graft and volume. threshold : () [1] solid share that CT calls full.
    """
    total = 0.0
    for i, column in enumerate(course.columns):
        volume = course.amounts["volume"][i]
        solid = (course.amounts["mineral"][i] + course.amounts["graft"][i]) / volume
        held = (volume * np.minimum(1.0, solid / threshold)).sum(axis=-1)
        total = total + column.weight * held / column.volume_mm
    return np.minimum(total, volume_left(course))
