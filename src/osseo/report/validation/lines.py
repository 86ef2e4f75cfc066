"""Predictions as lines of a terminal and as rows of a table. A miss is shown as a miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from osseo.answer.predict.must_reach import Reached
from osseo.answer.predict.score import DomainScore, Score
from osseo.answer.predict.types import LEFT_OUT, NAMED, Expected, Prediction, StudyPrediction

__all__ = [
    "ROW_COLUMNS",
    "SAMPLE_WORDS",
    "SCORE_COLUMNS",
    "number",
    "prediction_rows",
    "reached_lines",
    "score_lines",
    "score_table",
    "study_lines",
]

SAMPLE_WORDS = {
    "validation": "out of sample: never used to build the model",
    LEFT_OUT: "left out: calibration studies of grafts, each predicted without itself",
    NAMED: "left out, but a parameter row or covariate names the record: not fully out of sample",
    "calibration": "IN SAMPLE: this record may have shaped the model",
    "own": "your study: not used to build the model",
    "other": "prior or reference record: not scored",
}
ROW_COLUMNS = (
    "record",
    "label",
    "endpoint",
    "kind",
    "unit",
    "time_d",
    "n",
    "sample",
    "fitted",
    "domain",
    "observed",
    "se",
    "se_from",
    "predicted",
    "low",
    "high",
    "z",
    "inside",
    "parameter_sd",
    "between_sd",
    "sampling_sd",
    "interval_score",
    "baseline",
    "baseline_low",
    "baseline_high",
    "baseline_inside",
    "baseline_score",
    "baseline_from",
    "notes",
)
SCORE_COLUMNS = (
    "domain",
    "rows",
    "studies",
    "inside",
    "error",
    "bias",
    "score",
    "baseline rows",
    "baseline inside",
    "baseline error",
    "shared",
    "score (shared)",
    "baseline score (shared)",
    "unit",
    "verdict",
)


def number(value: float | None) -> str:
    """Return a number with three significant digits; empty for None."""
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _parts(expected: Expected | None) -> list[object]:
    if expected is None:
        return [None] * 9
    e = expected
    return [e.mean, e.low, e.high, e.z, e.inside, e.parameter_sd, e.between_sd, e.sampling_sd, e.score]


def _row(p: Prediction) -> list[object]:
    b = p.baseline
    pooled = [None] * 6 if b is None else [b.mean, b.low, b.high, b.inside, b.score, b.basis]
    head = [p.record, p.label, p.endpoint, p.kind, p.unit, p.time_d, p.n, p.sample, p.fitted, p.domain]
    return [*head, p.observed, p.se, p.se_from, *_parts(p.mechanism), *pooled, "; ".join(p.notes)]


def prediction_rows(predictions: Sequence[Prediction]) -> list[list[object]]:
    """Return one row of `ROW_COLUMNS` per prediction."""
    return [_row(p) for p in predictions]


def _interval(expected: Expected | None) -> str:
    if expected is None:
        return "-"
    return f"{number(expected.mean)} ({number(expected.low)} to {number(expected.high)})"


def _verdict(expected: Expected | None) -> str:
    if expected is None:
        return ""
    return f"z {expected.z:+.1f} {'inside' if expected.inside else 'MISS'}"


def _what(p: Prediction) -> str:
    day = "" if p.time_d is None else f", day {p.time_d:g}"
    return f"{p.endpoint} [{p.unit}] {p.label}{day}"


def study_lines(study: StudyPrediction) -> Iterator[str]:
    """Yield what a terminal shows of one study: observed, predicted for this study, pooled mean, reasons."""
    yield f"{study.record}  {study.title}"
    yield f"  {SAMPLE_WORDS[study.sample]}"
    if study.people:
        yield f"  people: {study.people}"
    for p in study.predictions:
        error = "" if p.se is None else f" (SE {number(p.se)} {p.se_from})"
        yield f"  {_what(p)}"
        yield f"    observed    {number(p.observed)}{error}{'' if p.n is None else f'  n {p.n}'}"
        if p.mechanism is not None:
            yield f"    predicted   {_interval(p.mechanism)}  {_verdict(p.mechanism)}"
        if p.baseline is not None:
            yield f"    pooled mean {_interval(p.baseline)}  {_verdict(p.baseline)}"
        for note in p.notes:
            yield f"    note: {note}"
    shown = {p.index for p in study.predictions}
    for row in (row for row in study.refused if row.index not in shown):
        yield f"  not expressed: {row.measure} {row.label}: {row.reason}"
    yield ""


def _score(score: Score | None) -> list[str]:
    if score is None:
        return ["", "", "", "", ""]
    return [
        str(score.n),
        str(score.n_studies),
        f"{score.covered}/{score.n} = {score.coverage:.0%}",
        number(score.error),
        number(score.bias),
    ]


def _judged(line: DomainScore) -> str:
    """Return what a domain's numbers say, misses in capitals."""
    if line.mechanism is None:
        return "model has nothing to say"
    words = ["coverage ok" if line.covers else "COVERAGE BELOW 85 %"]
    if line.beats is not None:
        words.append("no worse than pooled mean" if line.beats else "LOSES TO POOLED MEAN")
    return ", ".join(words)


def score_table(domains: Sequence[DomainScore], sample: str) -> list[list[str]]:
    """Return rows of `SCORE_COLUMNS` for the domains of one sample."""
    rows = []
    for line in (d for d in domains if d.sample == sample):
        own, base = _score(line.mechanism), _score(line.baseline)
        m, b = line.mechanism_shared, line.baseline_shared
        rows.append(
            [
                line.domain,
                *own,
                number(line.mechanism.interval_score) if line.mechanism else "",
                base[0],
                base[2],
                base[3],
                str(m.n) if m else "",
                number(m.interval_score) if m else "",
                number(b.interval_score) if b else "",
                line.unit,
                _judged(line),
            ]
        )
    return rows


def reached_lines(rows: Sequence[Reached]) -> Iterator[tuple[str, bool]]:
    """Yield what the graft site must reach, each line with whether it is missed."""
    if rows:
        yield f"what the graft site must reach: {sum(r.met for r in rows)} of {len(rows)} met", False
    for r in rows:
        target = f"{number(r.low)} to {number(r.high)}"
        yield f"{' ' if r.met else '!'} {r.name[:52]:52}{number(r.value):>9}  {target:>16}", not r.met


def score_lines(domains: Sequence[DomainScore], sample: str) -> Iterator[tuple[str, bool]]:
    """Yield lines of 80 columns for one sample, each with whether it tells of a failure.

    The scores beside each other are of the rows that both predict; smaller is better.
    """
    lines = [d for d in domains if d.sample == sample]
    yield f"{SAMPLE_WORDS[sample]}", False
    yield f"  {'domain':40}{'inside 90 %':>12}{'studies':>8}{'score':>8}{'pooled':>8}", False
    for line in (d for d in lines if d.mechanism is not None):
        own, shared, base = line.mechanism, line.mechanism_shared, line.baseline_shared
        inside = f"{own.covered}/{own.n}" if own else ""
        scores = f"{number(shared.interval_score) if shared else '-':>8}"
        pooled = f"{number(base.interval_score) if base else '-':>8}"
        failed = not line.covers or line.beats is False
        studies = own.n_studies if own else 0
        yield f"{'!' if failed else ' '} {line.domain:40}{inside:>12}{studies:>8}{scores}{pooled}", failed
        if failed:
            yield f"    {_judged(line)}", True
    left = [d.baseline for d in lines if d.baseline is not None]
    covered, n = sum(b.covered for b in left), sum(b.n for b in left)
    if n:
        yield (
            f"  pooled mean of other studies, all endpoints: {covered}/{n} = {covered / n:.0%} inside",
            False,
        )
