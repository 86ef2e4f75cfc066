"""Leave one study out, over all calibration studies of grafts: what the model says of each without it.

The posterior of the graft without a study is linearised around the shipped mode (`calibrate.loso`). A study
that the fit did not use is predicted as it is. A record that a parameter row or a covariate names as its
source has set a number that cannot be taken back: its rows are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from osseo.answer.predict.left_out.residuals import Residual, study_residuals, write_residuals
from osseo.answer.predict.study import named_records, predict_study
from osseo.answer.predict.types import LEFT_OUT, NAMED, Prediction, StudyPrediction
from osseo.calibrate.loso import loso_records
from osseo.errors import CalibrationError
from osseo.evidence import Record, load_record, load_records
from osseo.evidence.pooling_values import study_key

__all__ = [
    "LOSO_DOMAINS",
    "left_out_residuals",
    "loso_studies",
    "predict_left_out",
    "refresh_residuals",
]

#: called with what is being done and the share done
Progress = Callable[[str, float | None], None]

#: domains of records whose results the graft column is asked for
LOSO_DOMAINS = ("graft-outcome", "healing-biology")


def loso_studies() -> tuple[Record, ...]:
    """Return the calibration records of grafts, in the order of their ids."""
    return tuple(r for r in load_records(use="calibration") if r.domain in LOSO_DOMAINS)


def _known() -> frozenset[str]:
    """Return the records the shipped posterior can be freed of."""
    try:
        return frozenset(loso_records())
    except CalibrationError:
        return frozenset()


def predict_left_out(record: Record, seed: int = 1) -> StudyPrediction:
    """Predict a calibration study of a graft as if it had never been read.

    Its rows have the sample `left out`, or `left out, named` where a parameter row or covariate names the
    record: what that number owes to it cannot be undone.
    """
    without = record.id if record.id in _known() else ""
    study = predict_study(record, seed, without)
    sample = NAMED if record.id in named_records() else LEFT_OUT
    rows = tuple(
        replace(row, sample=sample, fitted=False)
        for row in study.predictions
        if not row.domain.startswith("magnesium")
    )
    return replace(study, sample=sample, predictions=rows)


def _keyed(studies: Sequence[StudyPrediction]) -> Iterator[tuple[str, Prediction]]:
    for study in studies:
        record = load_record(study.record)
        if record.kind == "meta-analysis":
            continue
        for row in study.predictions:
            yield study_key(record, record.results[row.index]), row


def left_out_residuals(studies: Sequence[StudyPrediction]) -> tuple[Residual, ...]:
    """Return the residuals of studies that were predicted left out; meta-analyses are means already."""
    return study_residuals(_keyed(studies))


def refresh_residuals(*, progress: Progress | None = None) -> tuple[Residual, ...]:
    """Predict every calibration study of a graft left out, and write the residuals that ship with osseo.

    Parameters
    ----------
    progress : called before each study with its name and the share done.

    Run it after every refit of the graft; a stale file is found by `tests/published/validation`.
    """
    records, studies = loso_studies(), []
    for i, record in enumerate(records):
        if progress is not None:
            progress(record.id, i / len(records))
        studies.append(predict_left_out(record))
    found = left_out_residuals(studies)
    write_residuals(found)
    return found
