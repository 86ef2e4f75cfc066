"""What a prediction is: one result of one study beside what the model and a pooled mean expect of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEFT_OUT", "NAMED", "SAMPLES", "Expected", "Prediction", "Refused", "StudyPrediction"]

#: a calibration study predicted without itself; one that a parameter row names, so that this cannot undo all
LEFT_OUT, NAMED = "left out", "left out, named"
#: validation: never used; the two above; calibration: may have shaped the model; own: a user's study;
#: other: the rest
SAMPLES = ("validation", LEFT_OUT, NAMED, "calibration", "own", "other")


@dataclass(frozen=True)
class Expected:
    """A predicted mean of a study with its 90 % predictive interval, in the unit of the result.

    Parameters
    ----------
    mean, low, high : of what this study, with its n, would find.
    sd : of the same.
    parameter_sd, between_sd, sampling_sd : its parts: what is not known, how studies differ, and
        subjects with their measurement error over n. A part a method does not have is 0.
    inside : whether the observed value lies in the interval.
    z : (observed - mean) / sd.
    score : interval score at alpha 0.1 (smaller is better).
    basis : what it rests on, e.g. the pooled cell.
    """

    mean: float
    low: float
    high: float
    sd: float
    parameter_sd: float
    between_sd: float
    sampling_sd: float
    inside: bool
    z: float
    score: float
    basis: str = ""


@dataclass(frozen=True)
class Prediction:
    """One result of one study, predicted.

    Parameters
    ----------
    record, index, label, measure : which result. endpoint, unit : how it was understood.
    kind : `level` of an arm, or `contrast` between two. domain : for scoring.
    time_d : [d], None for timeless ones. n : subjects, None if not given.
    sample : one of `SAMPLES`. fitted : whether a fit used this very result or record.
    observed, se, se_from : of the study; `reported`, `derived` or empty.
    mechanism, baseline : what each expects; None where it has nothing to say.
    notes : what was assumed.
    """

    record: str
    index: int
    label: str
    measure: str
    endpoint: str
    unit: str
    kind: str
    domain: str
    time_d: float | None
    n: int | None
    sample: str
    fitted: bool
    observed: float
    se: float | None
    se_from: str
    mechanism: Expected | None
    baseline: Expected | None
    notes: tuple[str, ...] = ()

    @property
    def in_sample(self) -> bool:
        """Return whether the model may owe anything to this number."""
        return self.sample in ("calibration", NAMED) or self.fitted


@dataclass(frozen=True)
class Refused:
    """A result that cannot be expressed, and why. `stage` is `number`, `vocabulary`, `arm` or `model`."""

    record: str
    index: int
    label: str
    measure: str
    reason: str
    stage: str


@dataclass(frozen=True)
class StudyPrediction:
    """All of one study: what was predicted, what could not be, and who was simulated."""

    record: str
    title: str
    sample: str
    predictions: tuple[Prediction, ...]
    refused: tuple[Refused, ...]
    people: str = ""
    seconds: float = 0.0
    hash: str = ""
