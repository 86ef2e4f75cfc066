"""Scores of many predictions: coverage, error, bias and interval score, by domain and kind of sample.

In-sample and out-of-sample rows are never averaged together, and the model is compared with the pooled
mean only on rows that both predict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from osseo.answer.predict.types import Expected, Prediction

__all__ = ["WANTED_COVERAGE", "DomainScore", "Score", "score_domains", "score_rows"]

#: share of results that must lie inside their 90 % interval
WANTED_COVERAGE = 0.85


@dataclass(frozen=True)
class Score:
    """Of one method on n rows of some studies: how many inside, mean error, bias, score and width.

    Errors are in units of each row's own scale (see `score_rows`), so that they can be averaged.
    """

    n: int
    n_studies: int
    covered: int
    error: float
    bias: float
    interval_score: float
    width: float

    @property
    def coverage(self) -> float:
        """Return the share of rows inside their interval."""
        return self.covered / self.n if self.n else float("nan")


@dataclass(frozen=True)
class DomainScore:
    """One line of the validation table.

    Parameters
    ----------
    domain, sample : which rows. unit : of the errors.
    mechanism : on every row the model predicts. baseline : on every row the pooled mean predicts.
    mechanism_shared, baseline_shared : on rows that both predict, for the comparison.
    """

    domain: str
    sample: str
    unit: str
    mechanism: Score | None
    baseline: Score | None
    mechanism_shared: Score | None
    baseline_shared: Score | None

    @property
    def covers(self) -> bool | None:
        """Return whether the model covers enough; None without rows."""
        return None if self.mechanism is None else self.mechanism.coverage >= WANTED_COVERAGE

    @property
    def beats(self) -> bool | None:
        """Return whether the model's interval score is no worse than the baseline's; None if not compared."""
        if self.mechanism_shared is None or self.baseline_shared is None:
            return None
        return self.mechanism_shared.interval_score <= self.baseline_shared.interval_score


def score_rows(pairs: Iterable[tuple[float, Expected, float]], n_studies: int = 0) -> Score | None:
    """Score one method.

    Parameters
    ----------
    pairs : (observed, expected, scale) of each row; errors are divided by scale.
    n_studies : that the rows are from; rows of one study are not independent.

    Returns
    -------
    Score, or None without rows.
    """
    rows = list(pairs)
    if not rows:
        return None
    errors = np.array([(e.mean - y) / s for y, e, s in rows])
    return Score(
        n=len(rows),
        n_studies=n_studies,
        covered=sum(e.inside for _, e, _ in rows),
        error=float(np.abs(errors).mean()),
        bias=float(errors.mean()),
        interval_score=float(np.mean([e.score / s for _, e, s in rows])),
        width=float(np.mean([(e.high - e.low) / s for _, e, s in rows])),
    )


def _domain(
    domain: str, sample: str, rows: Sequence[Prediction], scales: dict[tuple[str, str], float]
) -> DomainScore:
    units = {row.unit for row in rows}
    one_unit = len(units) == 1

    def score(method: str, need: Sequence[str]) -> Score | None:
        own = [r for r in rows if all(getattr(r, name) is not None for name in (method, *need))]
        pairs = (
            (r.observed, getattr(r, method), 1.0 if one_unit else scales[r.endpoint, r.kind]) for r in own
        )
        return score_rows(pairs, len({r.record for r in own}))

    both = ("mechanism", "baseline")
    return DomainScore(
        domain=domain,
        sample=sample,
        unit=units.pop() if one_unit else "of typical spread",
        mechanism=score("mechanism", ()),
        baseline=score("baseline", ()),
        mechanism_shared=score("mechanism", both),
        baseline_shared=score("baseline", both),
    )


def _scales(rows: Sequence[Prediction]) -> dict[tuple[str, str], float]:
    """Return a scale per endpoint and kind: the median predictive SD of whichever method has one."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        expected = row.baseline or row.mechanism
        if expected is not None and expected.sd > 0:
            found.setdefault((row.endpoint, row.kind), []).append(expected.sd)
    return {key: float(np.median(values)) for key, values in found.items()}


def _once(rows: Sequence[Prediction]) -> list[Prediction]:
    """Return rows without repeats: one quantity of one arm by several methods counts once, the first."""
    kept: dict[tuple[object, ...], Prediction] = {}
    for row in rows:
        kept.setdefault((row.record, row.label, row.endpoint, row.kind, row.time_d), row)
    return list(kept.values())


def score_domains(rows: Sequence[Prediction]) -> tuple[DomainScore, ...]:
    """Return one line per domain and sample, samples apart, in the order the domains occur.

    Domains whose rows have one unit are scored in it; mixed ones in units of typical predictive SD.
    """
    rows = _once(rows)
    scales = _scales(rows)
    groups: dict[tuple[str, str], list[Prediction]] = {}
    for row in rows:
        groups.setdefault((row.sample, row.domain), []).append(row)
    return tuple(_domain(domain, sample, own, scales) for (sample, domain), own in groups.items())
