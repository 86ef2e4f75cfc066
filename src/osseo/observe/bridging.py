"""Fusion as a clinic reads it: is there continuous bone, on CT or on film, by a stated criterion?

Read from the weakest slice, never from volume: a fused spine may have lost half its graft.
"""

from __future__ import annotations

import numpy as np

from osseo.observe.reading.crossing import first_crossing
from osseo.observe.reading.readers import Criterion, Reader, all_levels, load_reader
from osseo.observe.reading.slices import bridge_slice
from osseo.site.course import SiteCourse

__all__ = ["days_to_fusion", "fused_probability", "usual_criterion"]

#: sites whose segments are read on two sides
_TWO_SIDED = ("spine_posterolateral",)


def usual_criterion(site: str, modality: str = "ct", *, levels: int = 1) -> Criterion:
    """Return the criterion osseo reports by itself: any bridging, on either side, at every level.

    Examples
    --------
    >>> usual_criterion("spine_posterolateral").sides, usual_criterion("spine_interbody").sides
    (2, 1)
    """
    return Criterion(modality=modality, sides=2 if site in _TWO_SIDED else 1, levels=levels)


def fused_probability(
    course: SiteCourse,
    criterion: Criterion | None = None,
    *,
    reader: Reader | None = None,
    spread: float = 0.0,
) -> np.ndarray:
    """Return the probability (n, n_times) [1] that each member is called fused.

    Parameters
    ----------
    course : mineral and volume per cell.
    criterion : None takes `usual_criterion` of the course's site.
    reader : None takes `load_reader(criterion)`.
    spread : [1] further SD in ln(mineral share) between patients (`Reader.probability`).

    Notes
    -----
    It never falls when bone is added evenly or in the weakest slice. Sides and levels of one patient share
    their biology (the course) and part of the reading error, so they are correlated.
    """
    criterion = criterion or usual_criterion(course.site)
    reader = reader or load_reader(criterion)
    return reader.probability(bridge_slice(course, criterion.extent), all_levels(criterion), spread=spread)


def days_to_fusion(
    course: SiteCourse, criterion: Criterion | None = None, *, reader: Reader | None = None
) -> np.ndarray:
    """Return the day (n,) [d] from which a member is as likely as not called fused; NaN if never.

    Parameters
    ----------
    course, criterion, reader : as in `fused_probability`. Log-normal between patients because their
        healing speed is.
    """
    criterion = criterion or usual_criterion(course.site)
    reader = reader or load_reader(criterion)
    level = reader.deciding_share(all_levels(criterion))
    return first_crossing(course.times_d, bridge_slice(course, criterion.extent), level)
