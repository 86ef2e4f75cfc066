"""The weakest slice of a graft: bone counts as a bridge only where it is continuous, whatever its volume.

A slice is a cut across a column at one depth. Its mineral share is known at cell middles; the far end
(mirror plane of a gap, or the other wall) is reached by the line through the last two cells.
"""

from __future__ import annotations

import numpy as np

from osseo.errors import InputError
from osseo.site.course import SiteCourse

__all__ = ["EXTENTS", "bridge_slice", "far_share", "weakest_slice"]

#: which columns must be continuous: one of them, half of them, or every one
EXTENTS = ("any", "typical", "complete")
_MINERAL = ("mineral",)


def _profile(course: SiteCourse, fields: tuple[str, ...], i_column: int) -> tuple[np.ndarray, np.ndarray]:
    """Return shares (n, n_times, n_cells) [1] and thicknesses [mm] of one column."""
    volume = course.amounts["volume"][i_column]
    held = sum((course.amounts[field][i_column] for field in fields[1:]), course.amounts[fields[0]][i_column])
    return held / volume, course.thickness(i_column)


def far_share(share: np.ndarray, thickness: np.ndarray) -> np.ndarray:
    """Return the share at the far end of a column, on the line through its last two cell middles.

    f(L) = f_N + (f_N - f_N-1) v_N / (v_N + v_N-1), at least 0

    Parameters
    ----------
    share : (.., n_cells) [1] at cell middles. thickness : (.., n_cells) [mm] v of the cells.

    Notes
    -----
    The middle of the last cell moves with the grid and makes a weakest slice of first order; the line
    makes it of second order, at a mirror plane too, where a smooth field is flat.
    """
    if share.shape[-1] == 1:
        return np.asarray(share[..., 0])
    last, before = thickness[..., -1], thickness[..., -2]
    slope = (share[..., -1] - share[..., -2]) / (last + before)
    return np.maximum(share[..., -1] + slope * last, 0.0)


def weakest_slice(course: SiteCourse, fields: tuple[str, ...] = _MINERAL, i_column: int = 0) -> np.ndarray:
    """Return the smallest share (n, n_times) [1] of some tissue in any slice of one column.

    Parameters
    ----------
    course : amounts and volumes.
    fields : amounts that count; mineral alone, because neither osteoid nor callus shows as bone.
    i_column : of the columns.
    """
    share, thickness = _profile(course, fields, i_column)
    return np.minimum(share.min(axis=-1), far_share(share, thickness))


def bridge_slice(course: SiteCourse, extent: str = "any", fields: tuple[str, ...] = _MINERAL) -> np.ndarray:
    """Return the weakest slice (n, n_times) [1] that decides whether a site is bridged.

    Parameters
    ----------
    course : one or several columns side by side.
    extent : `any` takes the column that bridges first, `complete` the one that bridges last, `typical` the
        middle one: half of what a film shows side by side.

    Raises
    ------
    InputError : another extent.
    """
    if extent not in EXTENTS:
        raise InputError(f"extent: got {extent!r}; expected one of {', '.join(EXTENTS)}")
    slices = np.stack([weakest_slice(course, fields, i) for i in range(len(course.columns))])
    if extent == "any":
        return np.asarray(slices.max(axis=0))
    if extent == "complete":
        return np.asarray(slices.min(axis=0))
    return np.asarray(np.median(slices, axis=0))
