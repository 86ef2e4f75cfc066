"""Predict many studies: each file is judged on its own, so that one bad file stops no good one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from osseo.answer.predict.cache import PredictionCache, study_hash
from osseo.answer.predict.left_out.loso import predict_left_out
from osseo.answer.predict.study import model_hash, predict_study
from osseo.answer.predict.types import StudyPrediction
from osseo.errors import Issue
from osseo.evidence import Record, load_record, record_ids
from osseo.evidence.reading import check_record
from osseo.names import suggest

__all__ = ["Asked", "find_studies", "predict_many"]

#: called with what is being done and the share done
Progress = Callable[[str, float | None], None]
#: an issue of one row, and of the name of the file alone
_ROW, _NAME = re.compile(r"results\[(\d+)\]"), re.compile(r"differs from the file name")
_SUFFIXES = (".yaml", ".yml", ".csv")


@dataclass(frozen=True)
class Asked:
    """Studies that can be predicted, and everything that is wrong with the others."""

    records: tuple[Record, ...]
    issues: tuple[Issue, ...]


def _read_file(path: Path) -> tuple[Record | None, list[Issue]]:
    """Return a study and what is wrong with its file.

    A row with an error is left out and told; the other rows of the study are good. Warnings stop nothing.
    """
    record, issues = check_record(path)
    errors = [issue for issue in issues if issue.severity == "error"]
    if record is None:
        return None, errors or issues
    bad = {int(found[1]) for issue in errors if (found := _ROW.search(issue.where))}
    whole = [issue for issue in errors if not _ROW.search(issue.where) and not _NAME.search(issue.message)]
    kept = tuple(result for result in record.results if result.index not in bad)
    if whole or (errors and not kept):
        return None, errors
    return replace(record, results=kept), errors


def _files(name: str) -> list[Path]:
    path = Path(name)
    return sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES) if path.is_dir() else [path]


def _one(name: str) -> Iterator[tuple[Record | None, list[Issue]]]:
    is_path = Path(name).suffix in _SUFFIXES or Path(name).exists()
    if not is_path and name in record_ids():
        yield load_record(name), []
    elif not is_path:
        hint = (
            suggest(name, record_ids()) or "give a file that ends in .yaml or .csv, a folder, or a record id"
        )
        yield None, [Issue(name, "no such file and no record of this id", hint)]
    else:
        for path in _files(name):
            yield _read_file(path)


def find_studies(names: Sequence[str]) -> Asked:
    """Return the studies behind files, folders and shipped record ids.

    A study given twice (same id) is an issue of the second.
    """
    records: dict[str, Record] = {}
    issues: list[Issue] = []
    for name in names:
        for record, found in _one(name):
            issues += found
            if record is None:
                continue
            if record.id in records:
                issues.append(
                    Issue(name, f"study {record.id!r} is given twice", "rename one, or leave it out")
                )
                continue
            records[record.id] = record
    return Asked(tuple(records.values()), tuple(issues))


def predict_many(
    records: Sequence[Record],
    *,
    seed: int = 1,
    cache: Path | None = None,
    progress: Progress | None = None,
    left_out: bool = False,
) -> Iterator[StudyPrediction]:
    """Yield the prediction of each study, from the cache where it was done before.

    Parameters
    ----------
    records : studies. seed : of every draw.
    cache : JSON lines file of finished studies, read first and appended to; None keeps nothing.
    progress : called before each study.
    left_out : predict each as if it had never been read, see `loso.py`.
    """
    predict = predict_left_out if left_out else predict_study
    kept = PredictionCache(cache, model_hash(seed))
    for i, record in enumerate(records):
        if progress is not None:
            progress(f"{i + 1}/{len(records)} {record.id}", i / len(records))
        key = study_hash(record) + (" left out" if left_out else "")
        found = kept.get(key)
        if found is None:
            found = replace(predict(record, seed), hash=key)
            kept.put(key, found)
        yield found
