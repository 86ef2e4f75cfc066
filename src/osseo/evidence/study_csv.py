"""A study as one CSV of arms and results, read into the same mapping as a YAML record.

Each line is a `study` (field, text), an `arm` or a `result`; the columns stand in `COLUMNS` and further
columns are regimen keys. What is wrong is found later by the same checks, with the line of the CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from osseo.errors import Issue
from osseo.names import suggest

__all__ = ["COLUMNS", "read_study_csv"]

#: columns of every file; an `arm` line may hold further columns, named by regimen keys
COLUMNS = {
    "row": "what the line is: study, arm or result",
    "field": "study lines: a field of the record, e.g. title, citation, population",
    "text": "study lines: what it says",
    "arm": "name of an arm, in arm lines and in results of one arm",
    "contrast": "results between two arms: 'first arm - second arm'",
    "n": "number of subjects",
    "measure": "result lines: what was measured",
    "time_d": "result lines: day after surgery or start",
    "value": "result lines: level of an arm, or effect of a contrast",
    "unit": "result lines",
    "sd": "spread between subjects",
    "se": "standard error",
    "ci_low": "lower end of the 95 % interval",
    "ci_high": "upper end of the 95 % interval",
    "p": "p value",
    "note": "a remark",
}
_ROWS = ("study", "arm", "result")
_RESULT = ("arm", "contrast", "measure", "time_d", "unit", "sd", "se", "n", "p", "note")
#: what a study that is not published needs not say
_DEFAULTS = {
    "citation": "own study",
    "where": "",
    "seen": "fulltext",
    "kind": "cohort",
    "domain": "graft-outcome",
    "species": "human",
    "population": "",
    "design": "",
    "use": "validation",
}
Lines = dict[tuple[Any, ...], int]


def _parsed(text: str) -> Any:
    """Return a cell as a whole number, a number, yes/no as a truth value, or text."""
    text = text.strip()
    if text.lower() in ("yes", "no"):
        return text.lower() == "yes"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _parsed(v) for k, v in row.items() if isinstance(k, str) and isinstance(v, str) and v.strip()}


def _arm(cells: Mapping[str, Any]) -> dict[str, Any]:
    regimen = {key: value for key, value in cells.items() if key not in COLUMNS}
    return {"name": str(cells.get("arm", "")), "n": cells.get("n"), "regimen": regimen}


def _result(cells: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: cells[key] for key in _RESULT if key in cells}
    found |= {key: str(found[key]) for key in ("arm", "contrast", "unit") if key in found}
    found["effect" if "contrast" in found else "value"] = cells.get("value")
    if "ci_low" in cells or "ci_high" in cells:
        found["ci95"] = [cells.get("ci_low"), cells.get("ci_high")]
    return found


def _note_lines(lines: Lines, path: tuple[Any, ...], row: Mapping[str, Any], line: int) -> None:
    lines[path] = line
    inner = (*path, "regimen")
    lines[inner] = line
    for key in (*row, "name", "effect", "value", "ci95"):
        lines[(*path, key)] = lines[(*inner, key)] = line


def _header_issues(path: Path, names: list[str]) -> list[Issue]:
    missing = [name for name in ("row", "arm", "measure", "value", "unit") if name not in names]
    where = f"{path}:1"
    issues = [Issue(where, f"column {name!r} is missing", suggest(name, names)) for name in missing]
    twice = {name for name in names if names.count(name) > 1}
    return issues + [Issue(where, f"column {name!r} is given twice", "keep one") for name in sorted(twice)]


def _row_issue(path: Path, line: int, row: Mapping[str, Any]) -> Issue | None:
    where = f"{path}:{line}"
    if None in row:
        return Issue(where, "more cells than columns", "quote a text that holds a comma")
    kind = str(row.get("row") or "").strip()
    if kind in _ROWS:
        return None
    return Issue(where, f"row is {kind!r}, expected study, arm or result", suggest(kind, _ROWS))


def read_study_csv(path: Path, text: str) -> tuple[dict[str, Any], Lines, list[Issue]]:
    """Turn the text of a CSV into the mapping of a record.

    Parameters
    ----------
    path : its file; the stem is the id of the study.
    text : what it holds.

    Returns
    -------
    data : the fields of a record, those not given filled with defaults of an unpublished study.
    lines : line of every value, by its path inside the record.
    issues : missing columns, lines of no known kind.
    """
    reader = csv.DictReader(StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    names = [str(name) for name in reader.fieldnames or ()]
    issues = _header_issues(path, names)
    data: dict[str, Any] = {"id": path.stem, "title": path.stem, **_DEFAULTS, "arms": [], "results": []}
    lines: Lines = {(): 1, ("arms",): 1, ("results",): 1}
    for row in reader if not issues else ():
        line = reader.line_num
        problem = _row_issue(path, line, row)
        if problem is not None:
            issues.append(problem)
            continue
        cells, kind = _cells(row), str(row["row"]).strip()
        if kind == "study":
            data[str(cells.get("field", ""))] = cells.get("text")
            lines[(str(cells.get("field", "")),)] = line
        else:
            found = data[f"{kind}s"]
            _note_lines(lines, (f"{kind}s", len(found)), row, line)
            found.append(_arm(cells) if kind == "arm" else _result(cells))
    return data, lines, issues
