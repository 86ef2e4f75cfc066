"""What studies measured at a site with a graft, and the pooled mean of the cells, to set beside a curve.

Calibration and validation studies are told apart by their role in SPLIT.csv; only calibration is pooled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from osseo.errors import EvidenceError
from osseo.evidence import load_records, record_role
from osseo.evidence.pooling import Cell
from osseo.evidence.pooling_typical import pool_cell
from osseo.evidence.pooling_values import HEALING, find_cells, is_human, place_result
from osseo.site import load_site

__all__ = ["PooledMean", "Seen", "pooled_means", "seen_values"]

#: what the model reads -> the word of the evidence, where they differ
_READS = {"fused_ct_pct": "fusion_pct", "fused_film_pct": "fusion_pct"}
_ROLES = ("calibration", "validation")


@dataclass(frozen=True)
class Seen:
    """One value a study saw: endpoint, day, value, standard error or None, role in the split."""

    endpoint: str
    record: str
    label: str
    time_d: float
    value: float
    se: float | None
    role: str


@dataclass(frozen=True)
class PooledMean:
    """The pooled mean of a cell with the 90 % interval of a new study, over its window of days."""

    endpoint: str
    window: str
    start_d: float
    stop_d: float
    mean: float
    low: float
    high: float
    n_studies: int


@cache
def _placed() -> tuple[tuple[Cell, Seen], ...]:
    """Return every level of a human study that is in the split, with its cell."""
    found = []
    for record in load_records():
        role = record_role(record.id)
        if role not in _ROLES or not is_human(record):
            continue
        for result in record.results:
            one = None if result.is_recalled else place_result(record, result)
            if one is None or one.cell.against:
                continue
            v = one.value
            if v.time_d is None or v.value is None:
                continue
            se = v.se if v.se is not None else v.sd / v.n**0.5 if v.sd and v.n else None
            seen = Seen(one.cell.endpoint, v.record, v.label, float(v.time_d), v.value, se, role)
            found.append((one.cell, seen))
    return tuple(found)


def _is_here(cell: Cell, site: str, material: str) -> bool:
    words = dict(load_site(site).material_aliases)
    return cell.site == site and material in (cell.material, words.get(cell.material))


def seen_values(site: str, material: str, endpoint: str) -> tuple[Seen, ...]:
    """Return what studies of this site and graft saw of an endpoint, with a day, oldest day first."""
    name = _READS.get(endpoint, endpoint)
    here = [s for cell, s in _placed() if cell.endpoint == name and _is_here(cell, site, material)]
    return tuple(sorted(here, key=lambda s: (s.time_d, s.record)))


def pooled_means(site: str, material: str, endpoint: str) -> tuple[PooledMean, ...]:
    """Return the pooled mean of every window in which this site and graft have a cell."""
    name = _READS.get(endpoint, endpoint)
    found = []
    for cell in (c for c in find_cells() if c.endpoint == name and not c.against):
        span = _span(cell.window)
        if span is None or not _is_here(cell, site, material):
            continue
        try:
            pooled = pool_cell(cell)
        except EvidenceError:  # no study of the cell, and no like cell, gives a spread
            continue
        mean, low, high = pooled.predict()
        found.append(PooledMean(endpoint, cell.window, *span, mean, low, high, pooled.k))
    return tuple(sorted(found, key=lambda p: p.start_d))


def _span(window: str) -> tuple[float, float] | None:
    """Return the days a window of healing spans; None for one without an end or without a time."""
    start = 0.0
    for end, name in HEALING:
        if name == window:
            return (start, end) if end != float("inf") else (start, 2 * start)
        start = end
    return None
