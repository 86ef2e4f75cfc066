"""Predictions kept between calls: one line per study in a file, found by study and model.

A long run that was stopped goes on where it was; a changed study, model, table or seed is computed anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from osseo.answer.predict.types import Expected, Prediction, Refused, StudyPrediction
from osseo.errors import InputError
from osseo.evidence import Record

__all__ = ["PredictionCache", "study_from_dict", "study_hash", "study_to_dict"]


def study_hash(record: Record) -> str:
    """Return the SHA-256 of everything a record says."""
    text = json.dumps(asdict(record), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def study_to_dict(study: StudyPrediction) -> dict[str, Any]:
    """Return a study prediction as plain data."""
    return asdict(study)


def _expected(data: Mapping[str, Any] | None) -> Expected | None:
    return None if data is None else Expected(**data)


def study_from_dict(data: Mapping[str, Any]) -> StudyPrediction:
    """Return a study prediction from plain data, the inverse of `study_to_dict`."""
    predictions = tuple(
        Prediction(
            **{
                **row,
                "mechanism": _expected(row["mechanism"]),
                "baseline": _expected(row["baseline"]),
                "notes": tuple(row["notes"]),
            }
        )
        for row in data["predictions"]
    )
    refused = tuple(Refused(**row) for row in data["refused"])
    return StudyPrediction(**{**data, "predictions": predictions, "refused": refused})


class PredictionCache:
    """A file of finished studies; None keeps nothing.

    Parameters
    ----------
    path : JSON lines, appended study by study. A line that was cut off by a crash is skipped.
    model : hash of model, tables, evidence and settings; lines of other models are not used.
    """

    def __init__(self, path: Path | None, model: str) -> None:
        self.path, self.model = path, model
        self._known: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(
                    f"--cache {path}: cannot be read ({error}); name a file of its own"
                ) from error
            for line in lines:
                self._keep(line)

    def _keep(self, line: str) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return
        if isinstance(row, dict) and row.get("model") == self.model and "study" in row:
            self._known[str(row["study"])] = row["result"]

    def get(self, key: str) -> StudyPrediction | None:
        """Return the finished prediction of a study hash, or None."""
        found = self._known.get(key)
        return None if found is None else study_from_dict(found)

    def put(self, key: str, study: StudyPrediction) -> None:
        """Append a finished prediction."""
        if self.path is None:
            return
        row = {"model": self.model, "study": key, "result": study_to_dict(study)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
