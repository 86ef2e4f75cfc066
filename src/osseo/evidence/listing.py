"""Rows and views of evidence for doors: what to show, not how to show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from osseo.evidence.claims import Claim, load_claims
from osseo.evidence.grading import Downgrade, grade, grade_steps
from osseo.evidence.library import citation, load_record, load_records
from osseo.evidence.record import Record

__all__ = [
    "ClaimView",
    "EvidenceRow",
    "RecordView",
    "claim_views",
    "evidence_rows",
    "record_view",
]


@dataclass(frozen=True)
class EvidenceRow:
    """One line of `osseo evidence list`."""

    id: str
    folder: str
    kind: str
    species: str
    seen: str
    use: str
    grade: str
    n_results: int
    title: str


@dataclass(frozen=True)
class RecordView:
    """All that `osseo evidence show` tells about a record.

    Parameters
    ----------
    record : the study.
    citation : one line.
    grade : computed.
    grade_start : by the table alone.
    downgrade : why it was lowered further, if it was.
    claims : ids of the claims that cite it.
    """

    record: Record
    citation: str
    grade: str
    grade_start: str
    downgrade: Downgrade | None
    claims: tuple[str, ...]


@dataclass(frozen=True)
class ClaimView:
    """A claim with the computed grade of every record behind it."""

    claim: Claim
    record_grades: tuple[tuple[str, str], ...]


def evidence_rows(records: Iterable[Record] | None = None) -> tuple[EvidenceRow, ...]:
    """Return one row per record; all shipped records if none are given.

    Examples
    --------
    >>> evidence_rows([load_record("fine1991")])[0].grade
    'moderate'
    """
    return tuple(
        EvidenceRow(
            id=r.id,
            folder=r.folder,
            kind=r.kind,
            species=r.species,
            seen=r.seen,
            use=r.use,
            grade=grade(r),
            n_results=len(r.results),
            title=r.title,
        )
        for r in (load_records() if records is None else records)
    )


def record_view(record_id: str) -> RecordView:
    """Return everything to show about one shipped record.

    Raises
    ------
    NameUnknown : no such record; offers near ids.
    """
    record = load_record(record_id)
    start, lowered = grade_steps(record)
    cited = tuple(claim.id for claim in load_claims() if record_id in claim.records)
    return RecordView(record, citation(record_id), grade(record), start, lowered, cited)


def claim_views() -> tuple[ClaimView, ...]:
    """Return the audited claims, each with the grades of its records."""
    return tuple(
        ClaimView(claim, tuple((record_id, grade(record_id)) for record_id in claim.records))
        for claim in load_claims()
    )
