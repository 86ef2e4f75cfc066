"""Measure an endpoint on a site course, without reading error, at visits or at all times.

A time that is not reached in follow-up is NaN and counted by `is_censored`; a failed member is NaN too,
but not censored.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from osseo.errors import InputError
from osseo.observe.curves import curve_of
from osseo.observe.endpoint import Endpoint, load_endpoint
from osseo.observe.reading.crossing import first_crossing
from osseo.observe.settings import Settings, load_settings
from osseo.observe.tissue import NEW_BONE, cell_depth
from osseo.site.course import SiteCourse

__all__ = [
    "Settings",
    "depth_profile",
    "first_crossing",
    "is_censored",
    "load_settings",
    "measure",
    "measure_curve",
]

_PERCENT = 100.0


def measure(
    endpoint: Endpoint | str,
    course: SiteCourse,
    visits_d: Sequence[float],
    *,
    settings: Settings | None = None,
) -> np.ndarray:
    """Return an endpoint of every member, free of reading error.

    Parameters
    ----------
    endpoint : or its name.
    course : amounts at `course.times_d`; between them values are interpolated linearly.
    visits_d : (n_visits,) [d], within the course; not used by what has no visits (a time, a one-year rate).
    settings : how the clinic reads; None takes `load_settings()`.

    Returns
    -------
    values : (n, n_visits) in the endpoint's unit, (n, 1) without visits. A rate is the chance [%] of each
        member; its mean is the share of patients.

    Raises
    ------
    InputError : a visit outside the course. NameUnknown : no such endpoint.
    """
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    curve = measure_curve(endpoint, course, settings=settings)
    if not endpoint.at_visits:
        return curve
    return _at_visits(course.times_d, curve, visits_d, endpoint.name)


def measure_curve(
    endpoint: Endpoint | str, course: SiteCourse, *, settings: Settings | None = None
) -> np.ndarray:
    """Return an endpoint at all times of the course, (n, n_times); (n, 1) for what has no visits."""
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    settings = settings or load_settings()
    if endpoint.of:
        awaited = curve_of(endpoint.of, course, settings)
        return first_crossing(course.times_d, awaited, endpoint.level_in(settings))[:, None]
    values = curve_of(endpoint.name, course, settings)
    return values if endpoint.at_visits else values[:, None]


def is_censored(
    endpoint: Endpoint | str, course: SiteCourse, *, settings: Settings | None = None
) -> np.ndarray:
    """Return which members (n,) were followed to the end without reaching the level of a time."""
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    if endpoint.kind != "time":
        return np.zeros(np.shape(course.status), dtype=bool)
    days = measure(endpoint, course, (), settings=settings)[:, 0]
    return np.isnan(days) & (np.asarray(course.status) == 0)


def depth_profile(course: SiteCourse, visit_d: float, i_column: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return new bone along a core at one visit.

    Returns
    -------
    depth : (n, n_cells) [mm] of cell middles from host bone at that visit.
    new_bone : (n, n_cells) [%].
    """
    volume = course.amounts["volume"][i_column]
    bone = sum(course.amounts[field][i_column] for field in NEW_BONE) / volume
    parts = [np.moveaxis(a, 1, -1) for a in (cell_depth(course.thickness(i_column)), _PERCENT * bone)]
    depth, share = (_at_visits(course.times_d, part, (visit_d,), "depth_profile")[..., 0] for part in parts)
    return depth, share


def _at_visits(times: np.ndarray, curve: np.ndarray, visits_d: Sequence[float], name: str) -> np.ndarray:
    """Return a curve (.., n_times) at visits (.., n_visits), interpolated linearly."""
    times, visits = np.asarray(times, dtype=float), np.asarray(visits_d, dtype=float)
    if visits.size and (visits.min() < times[0] or visits.max() > times[-1]):
        raise InputError(
            f"{name}: got visits from day {visits.min():g} to {visits.max():g}; the course covers "
            f"{times[0]:g} to {times[-1]:g} d; simulate longer or drop the visit"
        )
    i_after = np.clip(np.searchsorted(times, visits), 0, times.size - 1)
    i_before = np.where(times[i_after] > visits, i_after - 1, i_after)
    gap = np.where(i_after > i_before, times[i_after] - times[i_before], 1.0)
    share = (visits - times[i_before]) / gap
    before, after = curve[..., i_before], curve[..., i_after]
    return np.where(share > 0, before + share * (after - before), before)
