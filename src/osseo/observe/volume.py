"""Millimetres of a ridge: width and height lost, and the width a graft has added.

The column only knows how much of the day-0 volume is left. A site says along which direction that volume
shrinks: `width_share` of the logarithm goes into width, the rest into height.
"""

from __future__ import annotations

import numpy as np

from osseo.errors import InputError
from osseo.observe.tissue import volume_left
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse

__all__ = ["height_loss", "ridge_gain", "ridge_size", "width_loss"]


def ridge_size(course: SiteCourse) -> tuple[float, float, float]:
    """Return day-0 width [mm], height [mm] and share of shrinkage that goes into width [1] of a site.

    Rows `observe.width_<site>`, `observe.height_<site>` and `observe.width_share_<site>`; a width or
    height without a row is the length of the column.

    Raises
    ------
    InputError : the site has no share, so its volume cannot be read in millimetres.
    """
    table = load_parameters("observe")
    name = f"observe.width_share_{course.site}"
    if name not in table:
        raise InputError(
            f"{course.site}: no {name} in parameters/tables/observe.csv, so lost volume cannot be read in "
            "millimetres; ask for volume_loss_pct"
        )
    length = _mean_length(course)
    width, height = (
        table.value(row) if (row := f"observe.{side}_{course.site}") in table else length
        for side in ("width", "height")
    )
    return width, height, table.value(name)


def _mean_length(course: SiteCourse) -> float:
    weights = np.array([column.weight for column in course.columns])
    lengths = [float(column.edges_mm[-1] - column.edges_mm[0]) for column in course.columns]
    return float(weights @ lengths / weights.sum())


def width_loss(course: SiteCourse) -> np.ndarray:
    """Return lost width (n, n_times) [mm]: W (1 - J^a), J the share of volume left, a the width share."""
    width, _, share = ridge_size(course)
    return width * (1.0 - volume_left(course) ** share)


def height_loss(course: SiteCourse) -> np.ndarray:
    """Return lost height (n, n_times) [mm]: H (1 - J^(1 - a))."""
    _, height, share = ridge_size(course)
    return height * (1.0 - volume_left(course) ** (1.0 - share))


def ridge_gain(course: SiteCourse) -> np.ndarray:
    """Return the width (n, n_times) [mm] that a graft still adds: what it added on day 0, less its loss."""
    width, _, _ = ridge_size(course)
    return width - width_loss(course)
