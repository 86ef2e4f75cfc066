"""Read evidence files from disk: YAML with line numbers, one record, all shipped records.

The slow road (YAML). The fast road for shipped records is `index.py`. What is wrong with a file
comes back as issues with file and line; only `read_record` raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import EvidenceError, Issue
from osseo.evidence.record import Record
from osseo.evidence.schema import Checker, make_record
from osseo.evidence.study_csv import read_study_csv
from osseo.evidence.vocabulary.checks import check_study

__all__ = ["check_record", "read_record", "read_yaml"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: shipped records were read by others and are checked against their own split, not as a user's study
_SHIPPED = (Path(__file__).parent / "data").resolve()

Lines = dict[tuple[Any, ...], int]


def _walk(node: yaml.Node, path: tuple[Any, ...], lines: Lines) -> Iterator[tuple[int, str]]:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for i, child in enumerate(node.value):
            yield from _walk(child, (*path, i), lines)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            name = str(key.value)
            if name in seen:
                yield key.start_mark.line + 1, name
            seen.add(name)
            yield from _walk(child, (*path, name), lines)
            lines[(*path, name)] = key.start_mark.line + 1


def _yaml_problem(path: Path, error: Exception) -> Issue:
    if isinstance(error, RecursionError):
        return Issue(str(path), "not readable as YAML: an anchor holds itself", "remove the & and * marks")
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}" if mark else str(path)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Issue(where, f"not readable as YAML: {problem}", "quote texts that hold `: ` or `#`")


def _read_text(path: Path) -> tuple[str, list[Issue]]:
    try:
        return path.read_text(encoding="utf-8"), []
    except FileNotFoundError:
        return "", [Issue(str(path), "no such file", "check the path")]
    except (OSError, UnicodeDecodeError) as error:
        return "", [Issue(str(path), f"cannot be read: {error}", "save it as UTF-8 text")]


def read_yaml(path: Path) -> tuple[Any, Lines, list[Issue]]:
    """Read a YAML file, noting lines and keys that are given twice.

    Returns
    -------
    data : what the file says; None if it cannot be read.
    lines : line of every value, by its path inside the file.
    issues : unreadable file or YAML, keys given twice.
    """
    text, issues = _read_text(path)
    if issues:
        return None, {}, issues
    lines: Lines = {}
    try:
        node = yaml.compose(text, Loader=_LOADER)
        twice = [] if node is None else list(_walk(node, (), lines))
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, lines, [_yaml_problem(path, error)]
    for line, key in twice:
        issues.append(Issue(f"{path}:{line}", f"key {key!r} is given twice", "keep one"))
    return data, lines, issues


def _checker(path: Path, lines: Lines) -> Checker:
    def place(inside: tuple[Any, ...]) -> str:
        near = (lines.get(inside[: len(inside) - up]) for up in range(len(inside) + 1))
        line = next((found for found in near if found), None)
        name = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in inside).lstrip(".")
        return " ".join(part for part in (f"{path}:{line}" if line else str(path), name) if part)

    return Checker(place)


def check_record(path: Path, folder: str = "") -> tuple[Record | None, list[Issue]]:
    """Read one record file and return it with everything that is wrong with it.

    Returns
    -------
    record : None if the file cannot be read as a mapping.
    issues : errors and warnings, each with file and line.
    """
    data, lines, issues = _read_study(path)
    if data is None or not isinstance(data, dict):
        kind = "nothing" if data is None else f"one {type(data).__name__}"
        remedy = "see the template: osseo evidence new FILE.yaml"
        return None, issues or [Issue(f"{path}:1", f"got {kind}, expected the fields of a record", remedy)]
    check = _checker(path, lines)
    record = make_record(data, check, folder)
    if data.get("id") and str(data["id"]) != path.stem:
        message = f"id {record.id!r} differs from the file name {path.stem!r}"
        check.error(("id",), message, f"name the file {record.id}.yaml or change the id")
    if not folder and not path.resolve().is_relative_to(_SHIPPED):
        check_study(record, check)
    return record, [*issues, *check.issues]


def _read_study(path: Path) -> tuple[Any, Lines, list[Issue]]:
    """Read a study from YAML, or from a CSV of arms and results."""
    if path.suffix.lower() != ".csv":
        return read_yaml(path)
    text, issues = _read_text(path)
    if issues:
        return None, {}, issues
    return read_study_csv(path, text)


def read_record(path: str | Path) -> Record:
    """Read a user's own record: YAML, or a CSV of arms and results.

    Raises
    ------
    EvidenceError : lists every error of the file; warnings do not raise.
    """
    path = Path(path)
    record, issues = check_record(path)
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors or record is None:
        raise EvidenceError.from_issues(str(path), errors, done="the record was not read")
    return record
