"""The evidence an answer rests on, as lines of a table: id, role, citation, link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from osseo import evidence
from osseo.answer.result import AnswerResult

__all__ = ["Source", "cited_ids", "find_sources"]


@dataclass(frozen=True)
class Source:
    """One record as a reader sees it; `link` is empty where the record has no address."""

    id: str
    grade: str
    use: str
    kind: str
    citation: str
    link: str


def cited_ids(result: AnswerResult) -> tuple[str, ...]:
    """Return every evidence id the answer names anywhere, each once, sorted."""
    ids = {*result.evidence, *result.weakest_records}
    for part in (result.safety, result.blanks, result.matters_more):
        for item in part:
            ids.update(item.records)
    ids.update(p.record for p in result.study_points)
    return tuple(sorted(ids))


def find_sources(ids: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources of `ids`; an id the library lacks is shown as such, not hidden."""
    known = set(evidence.record_ids())
    return tuple(_source(i) if i in known else _absent(i) for i in ids)


def _absent(record_id: str) -> Source:
    return Source(record_id, "", "", "", "no record of this id in the shipped evidence", "")


def _source(record_id: str) -> Source:
    record = evidence.load_record(record_id)
    words = f"{record.citation.rstrip('.')}. {record.title.rstrip('.')}."
    return Source(
        record_id, _grade(record_id), evidence.record_role(record_id), record.kind, words, _link(record)
    )


def _grade(record_id: str) -> str:
    return str(evidence.grade(record_id)) if hasattr(evidence, "grade") else ""


def _link(record: evidence.Record) -> str:
    if record.doi:
        return f"https://doi.org/{record.doi}"
    if record.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/"
    return next((w for w in record.where if w.startswith(("http://", "https://"))), "")
