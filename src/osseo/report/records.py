"""Studies and claims as lines of text and as data, for the command line."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from osseo.evidence.claims import VERDICTS, claim_ids
from osseo.evidence.listing import ClaimView, RecordView, claim_views
from osseo.evidence.record import Arm, Result
from osseo.names import check_name
from osseo.report.data import plain

__all__ = [
    "claim_lines",
    "claim_listing",
    "find_claims",
    "record_lines",
    "record_to_dict",
]

WIDTH = 80
CLAIM_COLUMNS = (
    "id", "section", "claim", "kind", "source", "trace", "verdict", "grade", "relevance",
    "records", "record_grades", "evidence", "model_hook",
)  # fmt: skip


def record_to_dict(view: RecordView) -> dict[str, object]:
    """Return all of one record, its grade and the claims that cite it, as plain data."""
    return {
        **plain(asdict(view.record)),
        "citation_line": view.citation,
        "grade": view.grade,
        "grade_by_table": view.grade_start,
        "downgrade": plain(asdict(view.downgrade)) if view.downgrade else None,
        "claims": list(view.claims),
    }


def record_lines(view: RecordView) -> list[str]:
    """Return one record as lines of 80 columns."""
    r = view.record
    lines = textwrap.wrap(view.citation, WIDTH)
    facts = (
        ("grade", _grade_words(view)),
        ("read as", r.seen),
        ("design", f"{r.kind}, {r.species}; {r.design}"),
        ("people", r.population),
        ("used as", f"{r.use}. {r.use_note}".strip()),
        ("doubts", r.quality),
        ("claims", ", ".join(view.claims)),
        ("where", "; ".join(r.where)),
    )
    for label, text in facts:
        lines += _labelled(label, text)
    if r.arms:
        lines += ["", "arms", *(x for arm in r.arms for x in _arm(arm))]
    return [*lines, "", "results", *(x for result in r.results for x in _result(result))]


def _labelled(label: str, text: str, width: int = 10) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text, WIDTH, initial_indent=label.ljust(width), subsequent_indent=" " * width,
        break_on_hyphens=False,
    )  # fmt: skip


def _grade_words(view: RecordView) -> str:
    if view.downgrade is None:
        return view.grade
    return f"{view.grade} ({view.grade_start} by design, lowered: {view.downgrade.reason})"


def _arm(arm: Arm) -> list[str]:
    size = "n not given" if arm.n is None else f"n {arm.n}"
    regimen = ", ".join(f"{k} {v}" for k, v in arm.regimen.items() if v is not None)
    return _labelled("", f"{arm.name} ({size}): {regimen}", 2)


def _result(result: Result) -> list[str]:
    value = result.value if result.value is not None else result.effect
    time = "" if result.time_d is None else f", day {result.time_d}"
    unit = f" {result.unit}" if result.unit else ""
    spread = [f"{name} {v}" for name, v in (("SD", result.sd), ("SE", result.se)) if v is not None]
    if result.ci95 is not None:
        spread.append(f"95 % {result.ci95[0]} to {result.ci95[1]}")
    if result.p is not None:
        spread.append(f"p {result.p}")
    tail = f" ({'; '.join(spread)})" if spread else ""
    of = f"{result.label}: " if result.label else ""
    note = f" - {result.note}" if result.note else ""
    return _labelled("", f"{of}{result.measure}{time}: {value}{unit}{tail}{note}", 2)


def find_claims(claim: str = "", verdict: str = "") -> tuple[ClaimView, ...]:
    """Return the audited claims, one or those of one verdict.

    Raises
    ------
    NameUnknown : no such claim or verdict.
    """
    if claim:
        check_name(claim, claim_ids(), "claim")
    if verdict:
        check_name(verdict, VERDICTS, "verdict")
    return tuple(
        v
        for v in claim_views()
        if (not claim or v.claim.id == claim) and (not verdict or v.claim.verdict == verdict)
    )


def claim_listing(views: Sequence[ClaimView]) -> tuple[tuple[str, ...], list[list[object]]]:
    """Return column names and rows with every field of the claims."""
    rows = []
    for view in views:
        c = view.claim
        grades = "; ".join(f"{r} {g}" for r, g in view.record_grades)
        rows.append([
            c.id, c.section, c.text, c.kind, c.source, c.trace, c.verdict, c.grade, c.relevance,
            "; ".join(c.records), grades, c.evidence, c.model_hook,
        ])  # fmt: skip
    return CLAIM_COLUMNS, rows


def claim_lines(views: Sequence[ClaimView]) -> list[str]:
    """Return claims as text: a line each, or everything if there is only one."""
    if len(views) == 1:
        return _whole_claim(views[0])
    lines = []
    for view in views:
        c = view.claim
        head = f"{c.id}  {c.verdict}, evidence {c.grade}"
        source = f"source: {c.source} (found: {c.trace})"
        lines += [head, *_labelled("", c.text, 5), *_labelled("", source, 5)]
        if c.records:
            lines += _labelled("", f"[{', '.join(c.records)}]", 5)
        lines.append("")
    return [*lines, f"{len(views)} claims; osseo claims C01 shows one in full"]


def _whole_claim(view: ClaimView) -> list[str]:
    c = view.claim
    facts = (
        (c.id, c.text),
        ("verdict", f"{c.verdict}, evidence {c.grade}, {c.relevance}"),
        ("kind", c.kind),
        ("source", f"{c.source} (found: {c.trace})"),
        ("evidence", c.evidence),
        ("records", ", ".join(f"{r} ({g})" for r, g in view.record_grades)),
        ("in osseo", c.model_hook),
    )
    return [line for label, text in facts for line in _labelled(label, text)]
