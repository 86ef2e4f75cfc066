"""The ladder: what may matter more than magnesium, read from evidence records.

`ladder.yaml` holds words and where the figure stands; the figure itself is read from the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from osseo.answer.result import LadderRung
from osseo.errors import EvidenceError
from osseo.evidence import load_record
from osseo.evidence.grading import grade
from osseo.evidence.record import Record, Result, as_number

__all__ = ["ladder"]


@cache
def _entries() -> tuple[Mapping[str, Any], ...]:
    text = files("osseo.answer").joinpath("ladder.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


def _result(record: Record, entry: Mapping[str, Any], key: str) -> Result:
    kind = "contrast" if "contrast" in entry else "arm"
    for result in record.results:
        if getattr(result, kind) == entry[key]:
            return result
    raise EvidenceError(f"ladder.yaml, {entry['name']}: {record.id} has no result for {entry[key]!r}")


def _figures(record: Record, entry: Mapping[str, Any]) -> dict[str, str]:
    result = _result(record, entry, "contrast" if "contrast" in entry else "arm")
    low, high = result.ci95 or (None, None)
    found = {"effect": as_number(result.effect), "low": low, "high": high, "value": as_number(result.value)}
    if "other_arm" in entry:
        found["other"] = _result(record, entry, "other_arm").number
    return {key: f"{value:.2g}" if value is not None else "?" for key, value in found.items()}


def ladder(site: str) -> tuple[LadderRung, ...]:
    """Return the rungs that apply to a site, each with its figure, kind, grade and record.

    Raises
    ------
    EvidenceError : a rung names a result its record does not have.
    """
    rungs = []
    for entry in _entries():
        if site not in entry["sites"]:
            continue
        record = load_record(entry["record"])
        text = entry["text"].format(**_figures(record, entry))
        rungs.append(LadderRung(entry["name"], text, entry["kind"], grade(record), (record.id,)))
    return tuple(rungs)
