"""The pictures of a graft site as arrays; nothing is drawn or formatted here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["EventCurve", "FieldMap", "GraftPictures", "TissueShares"]


@dataclass(frozen=True)
class FieldMap:
    """One field over depth and time in both arms, mean over draws.

    `without`, `with_regimen` (n_depth, n_time) in `unit`; `depth_mm` (n_depth,) on day 0 from the host bone;
    `time_d` (n_time,). A tissue is its share of the volume that a place has at the time.
    """

    name: str
    label: str
    unit: str
    depth_mm: np.ndarray
    time_d: np.ndarray
    without: np.ndarray
    with_regimen: np.ndarray


@dataclass(frozen=True)
class TissueShares:
    """Shares of the whole site's volume over time [%], mean over draws; each time adds up to 100.

    `names`, `labels` (k,) from new bone outwards, the graft last; `without`, `with_regimen` (k, n_time).
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    time_d: np.ndarray
    without: np.ndarray
    with_regimen: np.ndarray


@dataclass(frozen=True)
class EventCurve:
    """Share of patients in whom something has happened by a time [%], counted over draws.

    `without`, `with_regimen` (n_time,) [%]; `never` those of each arm in whom it has not by the last time;
    `n` patients of each arm that were computed.
    """

    name: str
    label: str
    time_d: np.ndarray
    without: np.ndarray
    with_regimen: np.ndarray
    never: tuple[float, float]
    n: int


@dataclass(frozen=True)
class GraftPictures:
    """Everything drawn of a graft site.

    `site`, `material` : names; `column` : which column the maps are of, in words; `n_draws` : behind a mean.
    """

    site: str
    material: str
    column: str
    n_draws: int
    fields: tuple[FieldMap, ...] = ()
    shares: TissueShares | None = None
    events: tuple[EventCurve, ...] = ()
