"""What the studies of the fit report, read off a site course by `observe`, as (n, n_times) in their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from osseo.observe.tissue import NEW_BONE, core_share, filled_share, new_bone_slope, volume_left
from osseo.simulate.site_parameters import shared_table
from osseo.site import SiteCourse

__all__ = ["FILL_THRESHOLD", "READINGS"]

Array = NDArray[np.float64]

#: parameters that the readings use
FILL_THRESHOLD = "observe.fill_threshold"
_NATIVE_VESSELS = "graft_observation.native_vessels_per_field"


def _vessels(course: SiteCourse) -> Array:
    """Return vessels per field, as the mean density of a core against native bone."""
    volume = course.amounts["volume"][0]
    density = (course.densities["vessels"][0] * volume).sum(axis=-1) / volume.sum(axis=-1)
    return density * shared_table().value(_NATIVE_VESSELS)


READINGS: Mapping[str, Callable[[SiteCourse], Array]] = {
    "new_bone_pct": lambda course: 100.0 * core_share(course, NEW_BONE),
    "residual_graft_pct": lambda course: 100.0 * core_share(course, ("graft",)),
    "total_bone_pct": lambda course: 100.0 * core_share(course, (*NEW_BONE, "graft")),
    "volume_loss_pct": lambda course: 100.0 * (1.0 - volume_left(course)),
    "new_bone_slope_pct_per_mm": lambda course: 100.0 * new_bone_slope(course),
    "vessels_per_field": _vessels,
    "gap_fill_pct": lambda course: 100.0 * filled_share(course, shared_table().value(FILL_THRESHOLD)),
}
