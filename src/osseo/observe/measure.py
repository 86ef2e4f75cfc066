"""Measure an endpoint on a site course, without reading error, at visits or at all times.

A time that is not reached in follow-up is NaN and counted by `is_censored`; a failed member is NaN too,
but not censored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from osseo.errors import InputError
from osseo.observe.endpoint import Endpoint, load_endpoint
from osseo.observe.tissue import NEW_BONE, cell_depth, core_share, filled_share, new_bone_slope, volume_left
from osseo.parameters.table import load_parameters
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


@dataclass(frozen=True)
class Settings:
    """How a clinic reads.

    fill_threshold [1] mineral share CT calls full; fill_level, placement_level [1] levels waited for;
    core_mm [mm] length of a biopsy core from host bone, None for the whole graft.
    """

    fill_threshold: float
    fill_level: float
    placement_level: float
    core_mm: float | None = None

    def level_of(self, endpoint: Endpoint) -> float:
        """Return the level [%] a time endpoint waits for."""
        return _PERCENT * float(getattr(self, endpoint.level.partition(".")[2]))


def load_settings(core_mm: float | None = None) -> Settings:
    """Return the settings of parameters/tables/observe.csv."""
    table = load_parameters("observe")
    names = ("fill_threshold", "fill_level", "placement_level")
    return Settings(**{name: table.value(f"observe.{name}") for name in names}, core_mm=core_mm)


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
    visits_d : (n_visits,) [d], within the course; not used by a time.
    settings : how the clinic reads; None takes `load_settings()`.

    Returns
    -------
    values : (n, n_visits) in the endpoint's unit, (n, 1) [d] for a time.

    Raises
    ------
    InputError : a visit outside the course. NameUnknown : no such endpoint.
    """
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    curve = measure_curve(endpoint, course, settings=settings)
    if endpoint.kind == "time":
        return curve
    return _at_visits(course.times_d, curve, visits_d, endpoint.name)


def measure_curve(
    endpoint: Endpoint | str, course: SiteCourse, *, settings: Settings | None = None
) -> np.ndarray:
    """Return an endpoint at all times of the course, (n, n_times); (n, 1) [d] for a time."""
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    settings = settings or load_settings()
    if endpoint.kind == "time":
        awaited = _curve(endpoint.of, course, settings)
        return first_crossing(course.times_d, awaited, settings.level_of(endpoint))[:, None]
    return _curve(endpoint.name, course, settings)


def _curve(name: str, course: SiteCourse, settings: Settings) -> np.ndarray:
    if name == "gap_fill_pct":
        return _PERCENT * filled_share(course, settings.fill_threshold)
    if name == "volume_loss_pct":
        return _PERCENT * (1.0 - volume_left(course))
    if name == "depth_profile":
        return _PERCENT * new_bone_slope(course)
    solid = {"new_bone_pct": NEW_BONE, "residual_graft_pct": ("graft",)}
    if name in solid:
        return _PERCENT * core_share(course, solid[name], settings.core_mm)
    return _PERCENT * (1.0 - core_share(course, (*NEW_BONE, "graft"), settings.core_mm))


def first_crossing(times: np.ndarray, values: np.ndarray, level: float) -> np.ndarray:
    """Return when a curve first reaches a level, by linear interpolation.

    Parameters
    ----------
    times : (n_times,) [d].
    values : (n, n_times); NaN from a failure on.
    level : () in the unit of values.

    Returns
    -------
    days : (n,) [d]; NaN where the level is not reached.
    """
    times = np.asarray(times, dtype=float)
    reached = values >= level
    i_after = np.argmax(reached, axis=1)
    i_before = np.maximum(i_after - 1, 0)
    rows = np.arange(len(values))
    low, high = values[rows, i_before], values[rows, i_after]
    rise = np.where(i_after > 0, high - low, 1.0)
    share = np.where(i_after > 0, (level - low) / rise, 0.0)
    days = times[i_before] + share * (times[i_after] - times[i_before])
    return np.where(reached.any(axis=1), days, np.nan)


def is_censored(
    endpoint: Endpoint | str, course: SiteCourse, *, settings: Settings | None = None
) -> np.ndarray:
    """Return which members (n,) were followed to the end without reaching the level of a time."""
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
    parts = [np.moveaxis(a, 1, -1) for a in (cell_depth(volume), _PERCENT * bone)]
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
