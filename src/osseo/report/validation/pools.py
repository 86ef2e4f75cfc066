"""Pooled cells as a table, and one of them in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from osseo.errors import EvidenceError
from osseo.evidence.pooling import Cell, LeftOut, Pooled
from osseo.evidence.pooling_typical import leave_one_out, pool_cell
from osseo.report.validation.lines import number

__all__ = ["POOL_COLUMNS", "PoolView", "pool_lines", "pool_listing", "pool_page", "pooled_view"]

POOL_COLUMNS = (
    "cell",
    "endpoint",
    "site",
    "material",
    "against",
    "window",
    "unit",
    "scale",
    "k",
    "mean",
    "se_mean",
    "between_sd",
    "own_between_sd",
    "floored",
    "within_sd",
    "i2",
    "n_new",
    "low",
    "high",
    "left_out_inside",
    "studies",
    "assumed",
)


@dataclass(frozen=True)
class PoolView:
    """One pooled cell, the interval of a new study of `n`, and each study left out."""

    pooled: Pooled
    n: int
    interval: tuple[float, float, float]
    left_out: tuple[LeftOut, ...]

    @property
    def slug(self) -> str:
        """Return a file name for the cell."""
        return re.sub(r"[^a-z0-9]+", "-", self.pooled.cell.name.lower()).strip("-")


def pooled_view(cell: Cell, n: int) -> PoolView | None:
    """Return a cell pooled for a new study of n subjects; None if no study gives a spread."""
    try:
        pooled = pool_cell(cell)
    except EvidenceError:
        return None
    return PoolView(pooled, n, pooled.predict(n), leave_one_out(cell))


def _row(view: PoolView) -> list[object]:
    p, (mean, low, high) = view.pooled, view.interval
    c = p.cell
    inside = f"{sum(r.inside for r in view.left_out)}/{len(view.left_out)}" if view.left_out else ""
    head = [c.name, c.endpoint, c.site, c.material, c.against, c.window, c.unit, c.scale, p.k]
    spread = [p.error, p.between_sd, p.own_between_sd, p.floored, p.within_sd, p.i2]
    numbers = [number(x) if isinstance(x, float) else x for x in (mean, *spread)]
    end = [view.n, number(low), number(high), inside, ", ".join(p.studies), "; ".join(p.assumed)]
    return [*head, *numbers, *end]


def pool_listing(views: Sequence[PoolView]) -> list[list[object]]:
    """Return rows of `POOL_COLUMNS`; SDs of shares are on the logit scale."""
    return [_row(view) for view in views]


def pool_lines(views: Sequence[PoolView]) -> Iterator[str]:
    """Yield one line per cell; SDs of shares are on the logit scale."""
    heads = ("k", "mean", "low", "high", "between", "left out")
    yield f"{heads[0]:>3}" + "".join(f"{word:>9}" for word in heads[1:]) + "  cell"
    for view in views:
        p, (mean, low, high) = view.pooled, view.interval
        inside = f"{sum(r.inside for r in view.left_out)}/{len(view.left_out)}" if view.left_out else ""
        numbers = (number(mean), number(low), number(high), number(p.between_sd), inside)
        yield f"{p.k:>3}" + "".join(f"{word:>9}" for word in numbers) + f"  {p.cell.name} [{p.cell.unit}]"


def pool_page(view: PoolView) -> Iterator[str]:
    """Yield one cell in full: every study, the pool, and every study from the others."""
    p, (mean, low, high) = view.pooled, view.interval
    unit = p.cell.unit
    yield p.cell.name
    for study, effect, error in zip(p.studies, p.effects, p.errors, strict=True):
        yield f"  {study:32} {number(p.back(float(effect)))} {unit}  (SE {number(float(error))})"
    floor = f", raised from {number(p.own_between_sd)}: fewer than 4 studies" if p.floored else ""
    yield f"  pooled mean {number(mean)} {unit}; between studies SD {number(p.between_sd)}{floor}"
    yield f"  a new study of {view.n}: {number(low)} to {number(high)} {unit} (90 %)"
    for row in view.left_out:
        seen = f"{number(row.observed)} against {number(row.low)} to {number(row.high)}"
        yield f"  without {row.record}: {seen} {'inside' if row.inside else 'MISS'}"
    for text in p.assumed:
        yield f"  assumed: {text}"
    if p.cell.scale == "logit":
        yield "  SDs and SEs are on the logit scale"
