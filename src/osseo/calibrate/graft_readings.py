"""What a study reads off a site course, as (n,) arrays at one reported day."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from osseo.simulate.site_parameters import shared_table
from osseo.site import SiteCourse

__all__ = ["READINGS"]

Array = NDArray[np.float64]
_SLOPE_DEPTH_MM = 8.0


def _sum(course: SiteCourse, names: tuple[str, ...], i: int) -> Array:
    parts = [sum(course.amounts[name][0][:, i].sum(axis=-1) for name in names)]
    return parts[0]


def _share(course: SiteCourse, names: tuple[str, ...], i: int) -> Array:
    return 100.0 * _sum(course, names, i) / _sum(course, ("volume",), i)


def _volume_loss(course: SiteCourse, i: int) -> Array:
    start = course.columns[0].edges_mm[-1]
    return 100.0 * (1.0 - _sum(course, ("volume",), i) / start)


def _slope(course: SiteCourse, i: int) -> Array:
    volume = course.amounts["volume"][0][:, i]
    bone = (course.amounts["osteoid"][0] + course.amounts["mineral"][0])[:, i] / volume * 100.0
    depth = np.cumsum(volume, axis=-1) - volume / 2
    use = (depth <= _SLOPE_DEPTH_MM) * volume
    total = use.sum(axis=-1, keepdims=True)
    dx = depth - (use * depth).sum(axis=-1, keepdims=True) / total
    return (use * dx * bone).sum(axis=-1) / (use * dx * dx).sum(axis=-1)


def _vessels(course: SiteCourse, i: int) -> Array:
    volume = course.amounts["volume"][0][:, i]
    density = (course.densities["vessels"][0][:, i] * volume).sum(axis=-1) / volume.sum(axis=-1)
    return density * shared_table().value("graft_observation.native_vessels_per_field")


def _gap_fill(course: SiteCourse, i: int) -> Array:
    threshold = shared_table().value("graft_observation.fill_mineral")
    fill = 0.0
    for column, mineral, volume in zip(
        course.columns, course.amounts["mineral"], course.amounts["volume"], strict=True
    ):
        filled = np.minimum(1.0, mineral[:, i] / volume[:, i] / threshold) * volume[:, i]
        fill = fill + column.weight * filled.sum(axis=-1) / volume[:, i].sum(axis=-1)
    return 100.0 * np.asarray(fill)


READINGS: Mapping[str, Callable[[SiteCourse, int], Array]] = {
    "new_bone_pct": lambda c, i: _share(c, ("osteoid", "mineral"), i),
    "residual_graft_pct": lambda c, i: _share(c, ("graft",), i),
    "total_bone_pct": lambda c, i: _share(c, ("osteoid", "mineral", "graft"), i),
    "volume_loss_pct": _volume_loss,
    "new_bone_slope_pct_per_mm": _slope,
    "vessels_per_field": _vessels,
    "gap_fill_pct": _gap_fill,
}
