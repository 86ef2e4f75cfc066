"""The index of shipped records: one JSON file made from the YAML sources and checked against them.

`data/index.json` holds every record as read, and a hash of the sources. It is derived, never edited:
`build_index` writes it again after a record was added, and a test proves that it is fresh.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import EvidenceError
from osseo.evidence.record import FOLDERS, Record
from osseo.evidence.schema import Checker, make_record
from osseo.files import write_text

__all__ = ["DATA", "build_index", "index_hash", "make_indexed", "read_index", "record_paths", "source_hash"]

#: folder of the shipped evidence
DATA = Path(__file__).parent / "data"
_INDEX = DATA / "index.json"


def record_paths(data: Path = DATA) -> list[Path]:
    """Return the YAML files of all records, by folder, then by id."""
    return [path for folder in FOLDERS for path in sorted((data / folder).glob("*.yaml"))]


def source_hash(data: Path = DATA) -> str:
    """Return the SHA-256 of all record files, independent of line ends and of file dates."""
    digest = hashlib.sha256()
    for path in record_paths(data):
        digest.update(f"{path.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _sources(data: Path) -> list[dict[str, Any]]:
    from osseo.evidence.reading import read_yaml

    rows, issues = [], []
    for path in record_paths(data):
        content, _, found = read_yaml(path)
        issues += found
        rows.append({"folder": path.parent.name, "record": content})
    if issues:
        raise EvidenceError.from_issues(str(data), issues, done="the index was not written")
    return rows


def build_index(data: Path = DATA) -> Path:
    """Write `index.json` anew from the YAML files and return its path.

    The file is replaced in one step, so that a reader never sees half of it.

    Raises
    ------
    EvidenceError : if a source cannot be read as YAML; lists all of them.
    """
    content = {"sources_sha256": source_hash(data), "records": _sources(data)}
    target = data / _INDEX.name
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in content["records"])
    head = json.dumps({"sources_sha256": content["sources_sha256"]})[:-1]
    write_text(target, f'{head}, "records": [\n{lines}\n]}}\n')
    _raw_index.cache_clear()
    return target


@cache
def _raw_index() -> tuple[str, dict[str, tuple[str, dict[str, Any]]]]:
    try:
        content = json.loads(_INDEX.read_text(encoding="utf-8"))
        rows = {row["record"]["id"]: (row["folder"], row["record"]) for row in content["records"]}
        return content["sources_sha256"], rows
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceError(
            f"{_INDEX}: the evidence index cannot be read ({error}); "
            "run osseo.evidence.build_index() or reinstall osseo"
        ) from error


def read_index() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return folder and content as read of every shipped record, by id."""
    return _raw_index()[1]


def index_hash() -> str:
    """Return the hash of the sources the index was made from."""
    return _raw_index()[0]


def make_indexed(record_id: str) -> Record:
    """Return one shipped record from the index; the id must exist."""
    folder, content = read_index()[record_id]
    return make_record(content, Checker(lambda path: record_id), folder)
