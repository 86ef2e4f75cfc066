"""What stands in each section of the report: an answer sorted into the parts a page shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from osseo.answer.result import AnswerResult, EndpointRow, Series
from osseo.report.data import to_csv
from osseo.report.figures import Figure, series_figure
from osseo.report.graft.page import GraftSection, graft_section
from osseo.report.informed import Update, updates_of
from osseo.report.sources import Source, cited_ids, find_sources
from osseo.report.svg import common_limit
from osseo.site.posterior import graft_posterior, posterior_path

__all__ = ["Page", "RowGroup", "is_body", "lead_row", "page_of", "shown_rows"]

#: [d] until when a visit counts as early
#: body quantities a reader needs first
BODY_FIRST = ("serum_total", "serum_mg", "urine")
BODY_WORDS = ("serum", "urine", "stool", "balance", "stores", "status", "absorbed", "excretion")


@dataclass(frozen=True)
class RowGroup:
    """The rows of one endpoint, drawn on one axis of half width `limit`."""

    rows: tuple[EndpointRow, ...]
    limit: float


@dataclass(frozen=True)
class PriorGroup:
    """One endpoint at one visit under every prior set."""

    row: EndpointRow
    sets: tuple[tuple[str, EndpointRow], ...]
    limit: float


@dataclass(frozen=True)
class Page:
    """One answer as the report shows it; `prefix` keeps anchors of two readings apart."""

    answer: AnswerResult
    prefix: str
    groups: tuple[RowGroup, ...] = ()
    every: tuple[RowGroup, ...] = ()
    priors: tuple[PriorGroup, ...] = ()
    site: GraftSection = field(default_factory=GraftSection)
    graft: tuple[Figure, ...] = ()
    body: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    updates: tuple[Update, ...] = ()
    chain_csv: str = ""
    status_limit: float = 1.0

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All interactive figures, in reading order."""
        return (*self.graft, *self.body)

    @property
    def lead(self) -> EndpointRow | None:
        """The row that single figures of the answer refer to."""
        return lead_row(self.answer)


def lead_row(answer: AnswerResult) -> EndpointRow | None:
    """Return the row the sentence of an answer is about, or None where nothing was computed."""
    return answer.rows[answer.primary] if answer.rows else None


def page_of(answer: AnswerResult, prefix: str = "") -> Page:
    """Sort an answer into the sections of a page; a stopped one keeps its safety findings only."""
    if answer.stopped:
        return Page(answer, prefix)
    graft = [s for s in answer.series if not is_body(s)]
    body = [s for s in answer.series if is_body(s)]
    lead = lead_row(answer)
    spread = [i for _, i in answer.status_sensitivity]
    return Page(
        answer,
        prefix,
        groups=_groups(shown_rows(answer)),
        every=_groups((*answer.rows, *answer.body_rows)),
        priors=_priors(answer),
        site=graft_section(answer.pictures, graft, answer.arms, prefix),
        graft=() if answer.pictures else _curves(graft, answer, prefix),
        body=_curves(body, answer, prefix),
        sources=find_sources(cited_ids(answer)),
        updates=_updates(),
        chain_csv=_chain_csv(answer),
        status_limit=common_limit(spread, lead.margin if lead else None),
    )


def is_body(series: Series) -> bool:
    """Whether a series belongs to the body rather than to the graft."""
    return series.name.startswith("body") or any(w in series.name for w in BODY_WORDS)


def shown_rows(answer: AnswerResult) -> tuple[EndpointRow, ...]:
    """Return the rows a reader needs first.

    The first endpoint at every visit, the others with a margin at the visit the answer speaks of, and
    serum and urine at their first and last visit.
    """
    lead = lead_row(answer)
    graft = [
        r
        for r in answer.rows
        if lead is None
        or r.endpoint == lead.endpoint
        or (r.margin is not None and r.visit_d in (None, lead.visit_d))
    ]
    body: list[EndpointRow] = []
    for name, group in groupby(answer.body_rows, key=lambda r: r.endpoint):
        members = list(group)
        if name.startswith(BODY_FIRST):
            body += members[:1] + members[1:][-1:]
    return (*graft, *body)


def _groups(rows: Sequence[EndpointRow]) -> tuple[RowGroup, ...]:
    out = []
    for _, group in groupby(rows, key=lambda r: (r.endpoint, r.label)):
        members = tuple(group)
        limit = common_limit([r.difference for r in members], members[0].margin)
        out.append(RowGroup(members, limit))
    return tuple(out)


def _priors(answer: AnswerResult) -> tuple[PriorGroup, ...]:
    """Return every endpoint with a margin, at the visit shown first, under every set that has it."""
    lead = lead_row(answer)
    out = []
    for row in shown_rows(answer):
        if row.margin is None or (lead is not None and row.visit_d not in (None, lead.visit_d)):
            continue
        at = (row.endpoint, row.visit_d)
        pairs = tuple(
            (name.replace("_", " "), r)
            for name, rows in answer.prior_sets.items()
            for r in rows
            if (r.endpoint, r.visit_d) == at
        )
        if pairs:
            limit = common_limit([r.difference for _, r in pairs], row.margin)
            out.append(PriorGroup(row, pairs, limit))
    return tuple(out)


def _slug(name: str) -> str:
    """Return a name fit for an anchor and a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _curves(series: Sequence[Series], answer: AnswerResult, prefix: str) -> tuple[Figure, ...]:
    return tuple(
        series_figure(s, answer.study_points, f"{prefix}curve-{_slug(s.name)}", arms=answer.arms)
        for s in series
    )


def _updates() -> tuple[Update, ...]:
    """Return what the shipped fit of the graft taught; nothing before the first fit."""
    return updates_of(graft_posterior()) if posterior_path().is_file() else ()


def _chain_csv(answer: AnswerResult) -> str:
    rows = [(c.step, c.label, c.unit, c.without, c.with_regimen) for c in answer.chain]
    return to_csv(("step", "label", "unit", "without", "with"), rows)
