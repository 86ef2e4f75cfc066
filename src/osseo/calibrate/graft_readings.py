"""What the studies of the fit report, read off a site course by `observe`, as (n, n_times) in their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from osseo.observe.bridging import days_to_fusion, fused_probability, usual_criterion
from osseo.observe.fracture import days_to_union, union_probability
from osseo.observe.implant import isq
from osseo.observe.tissue import NEW_BONE, core_share, filled_share, new_bone_slope, volume_left
from osseo.observe.volume import height_loss, ridge_gain, width_loss
from osseo.simulate.site_parameters import shared_table
from osseo.site import SiteCourse

__all__ = ["DAYS", "FILL_THRESHOLD", "READINGS", "SELF_TIMED"]

Array = NDArray[np.float64]

#: parameters that the readings use
FILL_THRESHOLD = "observe.fill_threshold"
_NATIVE_VESSELS = "graft_observation.native_vessels_per_field"


def _vessels(course: SiteCourse) -> Array:
    """Return vessels per field, as the mean density of a core against native bone."""
    volume = course.amounts["volume"][0]
    density = (course.densities["vessels"][0] * volume).sum(axis=-1) / volume.sum(axis=-1)
    return density * shared_table().value(_NATIVE_VESSELS)


def _bone_volume(course: SiteCourse) -> Array:
    """Return mineralised bone [%] of the volume on day 0."""
    return 100.0 * core_share(course, ("mineral",)) * volume_left(course)


def _fused(modality: str, course: SiteCourse) -> Array:
    return 100.0 * fused_probability(course, usual_criterion(course.site, modality))


READINGS: Mapping[str, Callable[[SiteCourse], Array]] = {
    "new_bone_pct": lambda course: 100.0 * core_share(course, NEW_BONE),
    "residual_graft_pct": lambda course: 100.0 * core_share(course, ("graft",)),
    "total_bone_pct": lambda course: 100.0 * core_share(course, (*NEW_BONE, "graft")),
    "volume_loss_pct": lambda course: 100.0 * (1.0 - volume_left(course)),
    "volume_left_pct": lambda course: 100.0 * volume_left(course),
    "new_bone_volume_pct": _bone_volume,
    "new_bone_slope_pct_per_mm": lambda course: 100.0 * new_bone_slope(course),
    "vessels_per_field": _vessels,
    "gap_fill_pct": lambda course: 100.0 * filled_share(course, shared_table().value(FILL_THRESHOLD)),
    "fused_ct_pct": partial(_fused, "ct"),
    "fused_film_pct": partial(_fused, "film"),
    "union_pct": lambda course: 100.0 * union_probability(course),
    "isq": isq,
    "width_loss_mm": width_loss,
    "height_loss_mm": height_loss,
    "ridge_gain_mm": ridge_gain,
}

#: readings that are a day (n,) themselves; NaN if it does not come
DAYS: Mapping[str, Callable[[SiteCourse], Array]] = {
    "days_to_union": days_to_union,
    "days_to_fusion": days_to_fusion,
}
#: endpoints that need no day of their own
SELF_TIMED = tuple(DAYS)
