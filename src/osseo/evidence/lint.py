"""Lint of evidence: every issue of the shipped records, or of a user's own files.

For the shipped folder it also compares the records with `SPLIT.csv` and with the index.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from osseo.errors import Issue
from osseo.evidence.index import DATA, index_hash, record_paths, source_hash
from osseo.evidence.library import record_ids
from osseo.evidence.reading import check_record
from osseo.evidence.record import USES, Record
from osseo.names import suggest

__all__ = ["lint_folder", "lint_records"]


def _split_rows(path: Path) -> tuple[dict[str, tuple[str, str]], list[Issue]]:
    rows: dict[str, tuple[str, str]] = {}
    issues = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
    except OSError as error:
        return {}, [Issue(str(path), f"cannot be read: {error}", "reinstall osseo")]
    for line, row in enumerate(table, start=2):
        where = f"{path}:{line}"
        if None in row or None in row.values() or {"record", "folder", "role"} - set(row):
            issues.append(Issue(where, "expected record,folder,role"))
            continue
        if row["record"] in rows:
            issues.append(Issue(where, f"{row['record']} is listed twice", "keep one row"))
        if row["role"] not in USES:
            issues.append(Issue(where, f"role {row['role']!r}", suggest(row["role"], USES)))
        rows[row["record"]] = (row["folder"], row["role"])
    return rows, issues


def _against_split(record: Record, path: Path, split: dict[str, tuple[str, str]]) -> Iterable[Issue]:
    if record.id not in split:
        yield Issue(str(path), f"{record.id} is not in SPLIT.csv", "add its row")
        return
    folder, role = split[record.id]
    if role != record.use:
        message = f"use {record.use!r}, but SPLIT.csv says {role!r}"
        yield Issue(f"{path} use", message, "the split was fixed before any fit: ask who changed it")
    if folder != record.folder:
        yield Issue(str(path), f"lies in {record.folder!r}, SPLIT.csv says {folder!r}")


def _lint_shipped(data: Path) -> list[Issue]:
    split, issues = _split_rows(data / "SPLIT.csv")
    count: Counter[str] = Counter()
    for path in record_paths(data):
        record, found = check_record(path, path.parent.name)
        issues += found
        count[path.stem] += 1
        if record is not None:
            issues += _against_split(record, path, split)
    for record_id, n in count.items():
        if n > 1:
            issues.append(Issue(record_id, f"{n} files have this id", "ids are unique"))
    for record_id in split:
        if record_id not in count:
            issues.append(Issue(f"SPLIT.csv {record_id}", "lists a record that has no file"))
    return issues


def _lint_index() -> list[Issue]:
    if index_hash() == source_hash():
        return []
    return [
        Issue(
            str(DATA / "index.json"),
            "the index was made from other sources than the YAML files beside it",
            "run osseo.evidence.build_index()",
        )
    ]


def _expand(path: Path) -> list[Path]:
    return sorted(path.rglob("*.yaml")) if path.is_dir() else [path]


def lint_records(paths: Iterable[str | Path] | None = None) -> list[Issue]:
    """Return every issue of the shipped records, or of the given files and folders.

    Parameters
    ----------
    paths : a user's own record files or folders of them; None for the shipped evidence with its
        `SPLIT.csv` and index.

    Returns
    -------
    issues : errors (the record must not be used) and warnings (undocumented keys and the like).
    """
    if paths is None:
        return [*_lint_shipped(DATA), *_lint_index()]
    issues: list[Issue] = []
    seen: dict[str, Path] = {}
    for given in map(Path, paths):
        files = _expand(given)
        if not files:
            issues.append(Issue(str(given), "no .yaml file in this folder", "check the path"))
        for path in files:
            record, found = check_record(path)
            issues += found
            if record is not None:
                issues += _same_id(record.id, path, seen)
    return issues


def _same_id(record_id: str, path: Path, seen: dict[str, Path]) -> list[Issue]:
    """Return an issue if another of the given files has this id, a warning if a shipped record has it."""
    first = seen.setdefault(record_id, path)
    if first.resolve() != path.resolve():
        return [Issue(f"{path}", f"id {record_id!r} is that of {first} too", "ids are unique: change one")]
    if record_id in record_ids() and DATA not in path.resolve().parents:
        message = f"id {record_id!r} is that of a shipped record"
        return [Issue(f"{path}", message, "give your study its own id", "warning")]
    return []


def lint_folder(data: Path) -> list[Issue]:
    """Return every issue of a folder laid out like the shipped evidence, without its index."""
    return _lint_shipped(data)
