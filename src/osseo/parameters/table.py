"""The door of the parameter tables: CSV in, ParameterSet out, all problems of all tables at once.

Columns are exactly name, unit, value, lower, upper, distribution, layer, grade, source, reason. A `fixed`
row may leave lower and upper empty. Shipped tables lie in `parameters/tables/`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from osseo.cache import keep, make_key, source_key, version_of
from osseo.errors import InputError, Issue, UnitError
from osseo.names import check_name, suggest
from osseo.parameters.parameter import DISTRIBUTIONS, GRADES, Parameter, ParameterSet
from osseo.units import is_same_dimension

__all__ = ["COLUMNS", "LAYERS", "load_parameters", "read_tables", "table_folder", "table_names"]

COLUMNS: tuple[str, ...] = (
    "name",
    "unit",
    "value",
    "lower",
    "upper",
    "distribution",
    "layer",
    "grade",
    "source",
    "reason",
)
LAYERS = ("parameter", "patient")
_NAME = re.compile(r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$")
_LOG = ("lognormal", "loguniform")


def table_folder() -> Path:
    """Return the folder of the shipped tables."""
    return Path(str(resources.files("osseo"))) / "parameters" / "tables"


def table_names() -> tuple[str, ...]:
    """Return the names of the shipped tables."""
    return tuple(sorted(path.stem for path in table_folder().glob("*.csv")))


@cache
def load_parameters(*tables: str) -> ParameterSet:
    """Load shipped parameter tables; read once per process.

    Parameters
    ----------
    tables : table names, e.g. `teaching`; none means all of them.

    Raises
    ------
    NameUnknown : if there is no such table.
    InputError : with every problem in every row.
    """
    names = tables or table_names()
    for name in names:
        check_name(name, table_names(), "parameter table")
    paths = [table_folder() / f"{name}.csv" for name in names]
    here = Path(__file__).parent
    code = (source_key(here), (here.parent / "units.py").read_bytes(), version_of("pint"))
    key = make_key([(path.name, path.read_bytes()) for path in paths], code)
    return keep("parameters", key, ParameterSet, lambda: read_tables(paths))


def read_tables(paths: Sequence[str | Path]) -> ParameterSet:
    """Read parameter tables from files.

    Parameters
    ----------
    paths : CSV files.

    Raises
    ------
    InputError : with every problem in every file, by file and line.
    """
    issues: list[Issue] = []
    parameters: dict[str, Parameter] = {}
    for path in paths:
        for parameter in _read_table(Path(path), issues):
            first = parameters.setdefault(parameter.name, parameter)
            if first is not parameter:
                message = f"{parameter.name} is given twice (first in {first.where})"
                issues.append(Issue(parameter.where, message, "keep one"))
    if issues:
        files = ", ".join(dict.fromkeys(Path(path).name for path in paths))
        raise InputError.from_issues(f"parameter tables {files}", issues, "no parameter was loaded")
    return ParameterSet(parameters.values())


def _read_table(path: Path, issues: list[Issue]) -> list[Parameter]:
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        issues.append(Issue(str(path), f"cannot be read: {error}", "give a readable CSV file"))
        return []
    header = [cell.strip() for cell in rows[0]] if rows else []
    if header != list(COLUMNS):
        issues.extend(_header_issues(path.name, header))
        return []
    found = []
    for i_row, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            parameter = _read_row(f"{path.name}:{i_row}", [c.strip() for c in cells], issues)
            found.extend([parameter] if parameter else [])
    return found


def _header_issues(file: str, header: Sequence[str]) -> list[Issue]:
    where = f"{file}:1"
    issues = [
        Issue(where, f"unknown column {column!r}", suggest(column, COLUMNS))
        for column in header
        if column not in COLUMNS
    ]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        issues.append(Issue(where, f"missing column {', '.join(missing)}", "add it"))
    order = Issue(where, "columns in another order or twice", f"write {','.join(COLUMNS)}")
    return issues or [order]


def _read_row(where: str, cells: list[str], issues: list[Issue]) -> Parameter | None:
    if len(cells) != len(COLUMNS):
        message = f"got {len(cells)} cells, expected {len(COLUMNS)}"
        issues.append(Issue(where, message, "quote a cell that contains a comma"))
        return None
    row: dict[str, str] = dict(zip(COLUMNS, cells, strict=True))
    found = _word_issues(where, row)
    numbers = _read_numbers(where, row, found)
    if numbers and not found:
        found.extend(_range_issues(where, row, *numbers))
    issues.extend(found)
    if found or numbers is None:
        return None
    words = {key: row[key] for key in COLUMNS if key not in ("value", "lower", "upper")}
    value, lower, upper = numbers
    return Parameter(value=value, lower=lower, upper=upper, where=where, **words)


def _word_issues(where: str, row: dict[str, str]) -> list[Issue]:
    name, issues = row["name"], []
    if not _NAME.match(name):
        issues.append(Issue(where, f"name {name!r}", "write module.quantity"))
    for column, known in (("distribution", DISTRIBUTIONS), ("layer", LAYERS), ("grade", GRADES)):
        if row[column] not in known:
            hint = suggest(row[column], known)
            issues.append(Issue(where, f"{name}: unknown {column} {row[column]!r}", hint))
    try:
        is_same_dimension(row["unit"], "1")
        if not row["unit"]:
            issues.append(Issue(where, f"{name}: no unit", "write 1 for a plain number"))
    except UnitError as error:
        issues.append(Issue(where, f"{name}: {error.message}"))
    if not row["source"] and row["grade"] != "assumed":
        remedy = "cite an evidence id, or write grade assumed and the reason"
        issues.append(Issue(where, f"{name}: no source", remedy))
    if row["grade"] == "assumed" and not row["reason"]:
        issues.append(Issue(where, f"{name}: assumed without a reason", "say why this value"))
    return issues


def _read_numbers(where: str, row: dict[str, str], issues: list[Issue]) -> tuple[float, float, float] | None:
    numbers = []
    for column in ("value", "lower", "upper"):
        text = row[column]
        if not text and column != "value" and row["distribution"] == "fixed":
            text = row["value"]
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            issues.append(Issue(where, f"{row['name']}: {column} is {text!r}", "write a number"))
        numbers.append(number)
    return (numbers[0], numbers[1], numbers[2]) if all(map(math.isfinite, numbers)) else None


def _range_issues(where: str, row: dict[str, str], value: float, lower: float, upper: float) -> list[Issue]:
    name, distribution = row["name"], row["distribution"]
    if not lower <= value <= upper:
        message = f"{name}: value {value:g} is outside [{lower:g}, {upper:g}]"
        return [Issue(where, message, "widen the range or correct the value")]
    if distribution in _LOG and lower <= 0.0:
        message = f"{name}: {distribution} with lower {lower:g}"
        return [Issue(where, message, "lower must be above 0, or use uniform")]
    if distribution != "fixed" and lower == upper:
        message = f"{name}: {distribution} without any width"
        return [Issue(where, message, "give a range, or write fixed")]
    return []
