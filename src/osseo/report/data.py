"""The answer as data: JSON with stable keys (decision 0250) and CSV tables.

NaN becomes null: a figure that was not computed is never written as a number.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from osseo.answer.result import AnswerResult, EndpointRow, Interval
from osseo.files import write_text
from osseo.report.notice import ADVERTISED_NOTE, MARGIN_NOTE, NOTICE, STOP_NOTE, TWO_READINGS

__all__ = [
    "FORMAT",
    "answer_to_dict",
    "answers_to_dict",
    "plain",
    "rows_to_csv",
    "to_csv",
    "to_json",
    "write_answer_csv",
    "write_answer_json",
]

FORMAT = "osseo-answer/1"
ROW_COLUMNS = (
    "reading prior_set endpoint label unit visit_d margin better arm_without arm_with difference "
    "low50 high50 low90 high90 mean_effect mean_low90 mean_high90 p_too_small p_gain p_loss share_gain "
    "p_positive prior_driven_share n_failed withheld"
).split()


def plain(value: object) -> Any:
    """Return `value` made of dict, list, str, int, float, bool and None only; NaN becomes None."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def answer_to_dict(result: AnswerResult) -> dict[str, object]:
    """Return one answer as plain data; a hard stop carries safety and the notice, no effect at all."""
    head = {
        "format": FORMAT,
        "notice": NOTICE,
        "question": result.question,
        "headline": result.headline,
        "reading": result.reading or None,
        "stopped": result.stopped,
        "safety": [asdict(f) for f in result.safety],
    }
    body = {"stop_reason": STOP_NOTE} if result.stopped else _effects(result)
    return plain({**head, **body, **_provenance(result)})


def _effects(result: AnswerResult) -> dict[str, object]:
    return {
        "sentence": result.sentence,
        "endpoints": [_row(r) for r in result.rows],
        "body": [_row(r) for r in result.body_rows],
        "margin_note": MARGIN_NOTE,
        "prior_sets": {k: [_row(r) for r in rows] for k, rows in result.prior_sets.items()},
        "prior_sets_note": ADVERTISED_NOTE,
        "status_time_constant": [
            {"days": days, "difference": asdict(i)} for days, i in result.status_sensitivity
        ],
        "dominates": [{"name": n, "share": s} for n, s in result.dominates],
        "blanks": [asdict(b) for b in result.blanks],
        "weakest": {
            "grade": result.weakest_grade,
            "names": result.weakest_names,
            "records": result.weakest_records,
        },
        "matters_more": [asdict(r) for r in result.matters_more],
        "chain": [asdict(c) for c in result.chain],
        "not_informed": result.not_informed,
        "study_points": [asdict(p) for p in result.study_points],
        "evidence": result.evidence,
        "notes": result.notes,
    }


def _provenance(result: AnswerResult) -> dict[str, object]:
    return {
        "n_draws": result.n_draws,
        "n_failed": result.n_failed,
        "seed": result.seed,
        "model_hash": result.model_hash,
        "scenario_hash": result.scenario_hash,
        "version": result.version,
        "command": result.command,
        "scenario": result.scenario,
    }


def _row(row: EndpointRow) -> dict[str, object]:
    """Return one row; `with_regimen` is called `with` in the data."""
    out = asdict(row)
    out["with"] = out.pop("with_regimen")
    return out


def answers_to_dict(results: Sequence[AnswerResult]) -> dict[str, object]:
    """Return all readings of one question; `ask` is the question to the user when there are two."""
    return {
        "format": FORMAT,
        "notice": NOTICE,
        "ask": TWO_READINGS if len(results) > 1 else None,
        "answers": [answer_to_dict(r) for r in results],
    }


def to_json(data: object) -> str:
    """Return indented JSON that any parser reads (no NaN)."""
    return json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_answer_json(results: Sequence[AnswerResult], path: str | Path) -> Path:
    """Write all readings as one JSON file."""
    return write_text(path, to_json(answers_to_dict(results)))


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV table; missing numbers are empty cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(v) for v in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    value = plain(value)
    return "" if value is None else value


def rows_to_csv(results: Sequence[AnswerResult]) -> str:
    """Return every endpoint row of every reading and prior set as one CSV table."""
    lines: list[list[object]] = []
    for result in results:
        if result.stopped:
            continue
        for name, rows in (("reported", (*result.rows, *result.body_rows)), *result.prior_sets.items()):
            lines += [[result.reading, name, *_flat(r)] for r in rows]
    return to_csv(ROW_COLUMNS, lines)


def _flat(row: EndpointRow) -> list[object]:
    d: Interval = row.difference
    head = [row.endpoint, row.label, row.unit, row.visit_d, row.margin, row.better]
    middle = [row.without.median, row.with_regimen.median, d.median, d.low50, d.high50, d.low90, d.high90]
    mean = row.mean_effect
    middle += [mean.median, mean.low90, mean.high90] if mean else [None, None, None]
    tail = [row.p_too_small, row.p_gain, row.p_loss, row.share_gain, row.p_positive]
    return [*head, *middle, *tail, row.prior_driven_share, row.n_failed, row.withheld]


def write_answer_csv(results: Sequence[AnswerResult], path: str | Path) -> Path:
    """Write the endpoint rows as CSV."""
    return write_text(path, rows_to_csv(results))
