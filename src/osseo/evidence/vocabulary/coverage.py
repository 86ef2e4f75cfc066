"""How much of the evidence the vocabulary reads: numeric, timed, mapped and expressible results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from osseo.evidence.library import load_records
from osseo.evidence.record import Record, Result
from osseo.evidence.vocabulary.results import MappedResult, map_result

__all__ = ["Coverage", "coverage"]

#: decides whether a model can predict a mapped result: a reason why not, or empty
Judge = Callable[[Record, Result, MappedResult], str]


@dataclass(frozen=True)
class Coverage:
    """Counts over all results.

    Parameters
    ----------
    records, results : all of them.
    numeric : results that hold one number.
    stand_ins : numbers that stand for the words `no difference`, part of `numeric`.
    timed : numeric results whose day is known.
    mapped : numeric results with an endpoint and a value in its unit.
    mapped_share : mapped of numeric [1].
    placed : mapped results whose arm or contrast is known too.
    expressible : mapped results a model can predict; None if nobody judged.
    scored : expressible results of `validation` records, which nothing was fitted to; None likewise.
    unmapped : numeric results that are not mapped, by reason class.
    by_endpoint : mapped results by endpoint.
    not_expressible : mapped results by the judge's reason.
    """

    records: int
    results: int
    numeric: int
    stand_ins: int
    timed: int
    mapped: int
    placed: int
    expressible: int | None
    scored: int | None
    unmapped: Mapping[str, int]
    by_endpoint: Mapping[str, int]
    not_expressible: Mapping[str, int]

    @property
    def mapped_share(self) -> float:
        """Share [1] of numeric results that are mapped."""
        return self.mapped / self.numeric if self.numeric else 0.0


def _class(mapped: MappedResult) -> str:
    return mapped.reasons[0].partition(":")[0]


def coverage(records: Iterable[Record] | None = None, judge: Judge | None = None) -> Coverage:
    """Return how many results are numeric, timed, mapped and expressible.

    Parameters
    ----------
    records : None takes all shipped records.
    judge : returns why a model cannot predict a mapped result, or empty if it can.
    """
    records = tuple(load_records() if records is None else records)
    rows = [(record, result, map_result(record, result)) for record in records for result in record.results]
    numeric = [row for row in rows if row[1].number is not None]
    mapped = [row for row in numeric if row[2].is_mapped]
    lost = Counter(_class(m) for _, _, m in numeric if not m.is_mapped)
    judged = [(row[0].use, judge(*row)) for row in mapped] if judge else []
    verdicts = Counter(reason for _, reason in judged)
    return Coverage(
        records=len(records),
        results=len(rows),
        numeric=len(numeric),
        stand_ins=lost["no-difference"],
        timed=sum(m.time_d is not None for _, _, m in numeric),
        mapped=len(mapped),
        placed=sum("arm" not in m.gaps and "contrast" not in m.gaps for _, _, m in mapped),
        expressible=verdicts[""] if judge else None,
        scored=sum(use == "validation" and not reason for use, reason in judged) if judge else None,
        unmapped=dict(lost.most_common()),
        by_endpoint=dict(Counter(m.endpoint for _, _, m in mapped).most_common()),
        not_expressible={reason: n for reason, n in verdicts.most_common() if reason},
    )
