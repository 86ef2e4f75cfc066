"""The validation table as HTML: a section for the report, and a page of its own. Misses are red.

In-sample and out-of-sample rows stand under headings of their own and share no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from osseo.answer.predict.must_reach import Reached
from osseo.answer.predict.score import DomainScore
from osseo.answer.predict.types import LEFT_OUT, NAMED, Expected, Prediction
from osseo.answer.predict.validation import ValidationTable
from osseo.report.data import to_csv
from osseo.report.html import csv_link
from osseo.report.validation.lines import (
    ROW_COLUMNS,
    SCORE_COLUMNS,
    number,
    prediction_rows,
    score_table,
)

__all__ = ["validation_page", "validation_section"]

_STYLE = """
.validation .scroll { overflow-x: auto; } .validation table { font-size: .78rem; }
.validation .miss, .validation .miss * { color: #b00020; font-weight: 600; }
.validation td { white-space: nowrap; padding: .2rem .45rem .2rem 0; }
.validation td:first-child { white-space: normal; }
@media print { .validation table { font-size: .62rem; } .validation .scroll { overflow: visible; } }
.validation th { vertical-align: bottom; }
.validation td.wrap { white-space: normal; min-width: 14rem; }
.validation .strip { display: block; }
"""
_PAGE_STYLE = (
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 1rem auto; padding: 0 1rem; }"
)
_WIDTH, _HEIGHT = 170.0, 16.0
_SPAN = 4.0


def _cell(text: object, miss: bool = False, kind: str = "td") -> str:
    mark = ' class="miss"' if miss else ""
    return f"<{kind}{mark}>{escape(str(text))}</{kind}>"


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="scroll"><table>{body}</table></div>'


#: columns of the scores that the page shows; all are in the CSV
_SCORES = (
    "domain",
    "rows",
    "studies",
    "inside",
    "error",
    "bias",
    "baseline inside",
    "baseline error",
    "score (shared)",
    "baseline score (shared)",
    "unit",
    "verdict",
)


def _scores(domains: Sequence[DomainScore], sample: str) -> str:
    """Return the scores of one sample, domains the model speaks of first."""
    ordered = sorted(domains, key=lambda d: d.mechanism is None)
    lines = []
    for row in score_table(ordered, sample):
        miss = any(word in row[-1] for word in ("BELOW", "LOSES"))
        cells = dict(zip(SCORE_COLUMNS, row, strict=True))
        lines.append(f"<tr>{''.join(_cell(cells[name], miss) for name in _SCORES)}</tr>")
    return _table(_SCORES, lines)


def _place(value: float, expected: Expected) -> float:
    """Return where a value stands on the strip [px]: +- 4 predictive SD around the predicted mean."""
    z = (value - expected.mean) / expected.sd if expected.sd > 0 else 0.0
    return _WIDTH / 2 * (1.0 + max(-_SPAN, min(_SPAN, z)) / _SPAN)


def _strip(p: Prediction) -> str:
    """Return a small picture: the model's interval, its mean, and the observed value (red if outside)."""
    e = p.mechanism
    if e is None:
        return ""
    left, right, middle, seen = (_place(v, e) for v in (e.low, e.high, e.mean, p.observed))
    colour = "#000" if e.inside else "#b00020"
    words = escape(f"observed {number(p.observed)}, predicted {number(e.low)} to {number(e.high)}")
    y = _HEIGHT / 2
    return (
        f'<svg class="strip" role="img" aria-label="{words}" width="{_WIDTH:g}" height="{_HEIGHT:g}">'
        f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y}" y2="{y}" stroke="#0072B2" stroke-width="5" '
        f'stroke-opacity=".45"/><line x1="{middle:.1f}" x2="{middle:.1f}" y1="2" y2="{_HEIGHT - 2:g}" '
        f'stroke="#0072B2" stroke-width="2"/><circle cx="{seen:.1f}" cy="{y}" r="4" fill="{colour}"/></svg>'
    )


def _interval(e: Expected | None) -> str:
    return "" if e is None else f"{number(e.mean)} ({number(e.low)} to {number(e.high)})"


def _row(p: Prediction) -> str:
    m, b = p.mechanism, p.baseline
    missed = m is not None and not m.inside
    cells = [
        _cell(p.record),
        _cell(p.label),
        _cell(f"{p.endpoint} [{p.unit}]"),
        _cell("" if p.time_d is None else f"{p.time_d:g}"),
        f"<td>{_strip(p)}</td>",
        _cell(f"{number(p.observed)}{'' if p.se is None else f' (SE {number(p.se)})'}", missed),
        _cell(_interval(m), missed),
        _cell("" if m is None else f"{m.z:+.1f}{'' if m.inside else ' MISS'}", missed),
        _cell("" if p.n is None else p.n),
        _cell(_interval(b), b is not None and not b.inside),
        _cell("" if b is None else b.basis),
    ]
    return f"<tr>{''.join(cells)}</tr>"


_HEAD = (
    "record",
    "arm or contrast",
    "endpoint",
    "day",
    "model (bar), observed (dot)",
    "observed",
    "model (90 %)",
    "z",
    "n",
    "pooled mean (90 %)",
    "from",
)


def _part(table: ValidationTable, sample: str, title: str, text: str) -> str:
    rows = [p for p in table.rows if p.sample == sample]
    csv = csv_link(to_csv(ROW_COLUMNS, prediction_rows(rows)))
    name = f"validation-{sample.replace(', ', '-').replace(' ', '-')}.csv"
    shown = [p for p in rows if p.mechanism is not None]
    return (
        f"<h3>{escape(title)}</h3><p>{escape(text)}</p>{_scores(table.domains, sample)}"
        f"<details><summary>{len(shown)} results the model predicts</summary>"
        f"{_table(_HEAD, [_row(p) for p in shown])}</details>"
        f'<p class="csv"><a download="{name}" href="{csv}">'
        f"all {len(rows)} rows as CSV</a></p>"
    )


def _reached(rows: Sequence[Reached]) -> str:
    """Return what the graft site must reach as a table; a miss is red. Empty without rows."""
    if not rows:
        return ""
    lines = []
    for r in rows:
        held = "" if r.observed is None else f"{number(r.observed)} ({r.record})"
        words = [r.name, held, f"{number(r.low)} to {number(r.high)}", f"{number(r.value)} {r.unit}"]
        band = f"{number(r.band[0])} to {number(r.band[1])}"
        cells = [*words, band, "met" if r.met else "MISSED"]
        lines.append(f"<tr>{''.join(_cell(word, not r.met) for word in cells)}</tr>")
    head = ("what", "observed", "target", "model", "its parameters, 90 %", "")
    met = sum(r.met for r in rows)
    return (
        f"<h3>What the graft site must reach</h3><p>{met} of {len(rows)} met. Means over patients and "
        "posterior draws; calibration records of these rows may be in the fit.</p>" + _table(head, lines)
    )


def validation_section(table: ValidationTable) -> str:
    """Return the validation table as one HTML `<section>` for the report.

    Parameters
    ----------
    table : of `osseo.answer.predict.validation.validate`.

    Returns
    -------
    html : with its own style; safe to place in a page as it is.
    """
    counted = ", ".join(f"{count} {stage}" for stage, count in table.refused_by_stage)
    out = _part(
        table,
        "validation",
        "Out of sample: studies that never shaped the model",
        "Bands are 90 % predictive intervals for that study: parameters, between studies, its subjects.",
    )
    out += _part(
        table,
        LEFT_OUT,
        "Left out: each calibration study of a graft, predicted without it",
        "The fit is freed of the study and all its arms; no parameter row names it.",
    )
    out += _part(
        table,
        NAMED,
        "Left out, but named: a parameter row or a covariate rests on the record",
        "The fit is freed of it, that row is not: less than out of sample.",
    )
    inside = _part(
        table,
        "calibration",
        "In sample: studies that may have shaped the model",
        "The model's column is a check of fit, not of prediction. The pooled mean leaves each study out.",
    )
    return (
        f'<section class="validation" id="validation"><style>{_STYLE}</style><h2>Against all studies</h2>'
        f"<p>{table.n_results} results of {table.n_studies} records; not expressed: {escape(counted)}. "
        f"Nothing was tuned to the out-of-sample rows. Red is a miss.</p>"
        f"{_reached(table.reached)}{out}{inside}"
        f'<p class="caption">model {escape(table.model_hash[:12])}, '
        f"command: osseo validate --out DIR</p></section>"
    )


def validation_page(table: ValidationTable) -> str:
    """Return the section as a page of its own."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>osseo against all studies</title>'
        f"<style>{_PAGE_STYLE}</style></head>"
        f"<body><main>{validation_section(table)}</main></body></html>"
    )
