"""The validation table: every study that may be scored, its rows by sample, and the scores by domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from osseo.answer.predict.left_out.loso import loso_studies
from osseo.answer.predict.many import Progress, predict_many
from osseo.answer.predict.must_reach import Reached, must_reach
from osseo.answer.predict.score import DomainScore, score_domains
from osseo.answer.predict.study import model_hash
from osseo.answer.predict.types import LEFT_OUT, NAMED, Prediction, StudyPrediction
from osseo.evidence import Record, load_records

__all__ = ["ValidationTable", "make_table", "validate"]

SCORED = ("validation", LEFT_OUT, NAMED, "calibration")
#: roles whose records are scored
_ROLES = ("validation", "calibration")


@dataclass(frozen=True)
class ValidationTable:
    """Predictions of all scored studies.

    Parameters
    ----------
    rows : every prediction; `sample` keeps in-sample and out-of-sample apart.
    domains : scores by domain and sample, never over both.
    refused_by_stage : (words, count) of results that could not be expressed.
    reasons : (reason, count), commonest first.
    n_studies, n_results : looked at. model_hash : of all that decides a prediction.
    seconds : of the predictions. reached : what the graft site must reach; empty if not asked.
    """

    rows: tuple[Prediction, ...]
    domains: tuple[DomainScore, ...]
    refused_by_stage: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    n_studies: int
    n_results: int
    model_hash: str
    seconds: float
    reached: tuple[Reached, ...] = ()


_STAGES = {
    "number": "are no number that was read",
    "vocabulary": "have a measure or unit without an endpoint",
    "arm": "name no arm, dose or material",
    "model": "measure what the model does not have",
}


def make_table(studies: Sequence[StudyPrediction], n_results: int, model: str) -> ValidationTable:
    """Return the table of finished predictions; studies of other samples are left out."""
    used = [study for study in studies if study.sample in SCORED]
    rows = tuple(row for study in used for row in study.predictions)
    once = [study for study in used if study.sample in _ROLES]
    refused = [row for study in once for row in study.refused]
    stages = Counter(row.stage for row in refused)
    return ValidationTable(
        rows=rows,
        domains=score_domains([*sorted(rows, key=lambda r: SCORED.index(r.sample))]),
        refused_by_stage=tuple((_STAGES[stage], stages[stage]) for stage in _STAGES if stages[stage]),
        reasons=tuple(Counter(row.reason for row in refused).most_common()),
        n_studies=len(once),
        n_results=n_results,
        model_hash=model,
        seconds=sum(study.seconds for study in used),
    )


def validate(
    records: Sequence[Record] | None = None,
    *,
    seed: int = 1,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> ValidationTable:
    """Predict every validation and calibration record and score them, samples apart.

    Calibration studies of grafts are predicted a second time without themselves.

    Parameters
    ----------
    records : None takes all shipped records whose role is validation or calibration.
    seed, cache, progress : see `predict_many`.
    """
    whole = records is None
    if records is None:
        records = [record for use in _ROLES for record in load_records(use=use)]
    studies = list(predict_many(records, seed=seed, cache=cache, progress=progress))
    known = {record.id for record in records}
    again = [record for record in loso_studies() if record.id in known]
    studies += predict_many(again, seed=seed, cache=cache, progress=progress, left_out=True)
    table = make_table(studies, sum(len(record.results) for record in records), model_hash(seed))
    return replace(table, reached=must_reach()) if whole else table
