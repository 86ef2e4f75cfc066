"""Draws: the one thing that calibrate writes and answer and trial read.

On disk a draws file is a CSV of values (one column per parameter, one row per draw, floats by repr) and
beside it `NAME.meta.json` with names, count, sha256 of the CSV and whatever the writer says about itself.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from osseo.errors import InputError, Issue
from osseo.files import write_text
from osseo.names import check_name

__all__ = ["Draws", "meta_path", "read_draws", "write_draws"]

_RESERVED = ("names", "n", "sha256")


@dataclass(frozen=True)
class Draws:
    """Joint draws of parameters, prior or posterior.

    Parameters
    ----------
    names : (k,) full parameter names.
    values : (n, k) house units; read-only.
    meta : kind (`prior`, `posterior`), seed, model hash, ...: plain JSON values.
    """

    names: tuple[str, ...]
    values: np.ndarray
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        names = tuple(self.names)
        if values.ndim != 2 or values.shape[1] != len(names):
            raise InputError(f"draws: got values of shape {values.shape} for {len(names)} names")
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise InputError(f"draws: {', '.join(twice)} is given twice; keep one")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "names", names)

    @property
    def n(self) -> int:
        """Return the number of draws."""
        return self.values.shape[0]

    def column(self, name: str) -> np.ndarray:
        """Return (n,) the draws of one parameter."""
        check_name(name, self.names, "drawn parameter")
        return self.values[:, self.names.index(name)]

    def columns(self) -> dict[str, np.ndarray]:
        """Return all draws by name."""
        return {name: self.values[:, i] for i, name in enumerate(self.names)}

    def rows(self, index: Sequence[int] | np.ndarray) -> Draws:
        """Return the draws at these rows, in this order."""
        return Draws(self.names, self.values[np.asarray(index)], self.meta)

    def join(self, other: Draws) -> Draws:
        """Return draws of both, row by row; where both have a name, `other` holds.

        Raises
        ------
        InputError : if the numbers of draws differ.
        """
        if other.n != self.n:
            raise InputError(f"draws: got {self.n} and {other.n} draws, expected the same number")
        columns = self.columns() | other.columns()
        values = np.column_stack(list(columns.values())) if columns else np.empty((self.n, 0))
        return Draws(tuple(columns), values, {**self.meta, **other.meta})


def meta_path(path: str | Path) -> Path:
    """Return the path of the side file of a draws file."""
    return Path(path).with_suffix(".meta.json")


def _to_csv(draws: Draws) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(draws.names)
    writer.writerows([repr(float(x)) for x in row] for row in draws.values)
    return out.getvalue()


def write_draws(draws: Draws, path: str | Path) -> Path:
    """Write draws and their side file; return the path of the CSV.

    Parameters
    ----------
    draws : what to write.
    path : `.csv`; its folder is made.

    Raises
    ------
    InputError : if it cannot be written, or meta is not plain JSON.
    """
    path = Path(path)
    if path.suffix != ".csv":
        raise InputError(f"{path}: draws are written as .csv; change the ending")
    text = _to_csv(draws)
    own = {"names": draws.names, "n": draws.n, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    try:
        said = {key: value for key, value in draws.meta.items() if key not in _RESERVED}
        meta = json.dumps({**said, **own}, indent=1, sort_keys=True)
        write_text(path, text)
        write_text(meta_path(path), meta + "\n")
    except (OSError, TypeError) as error:
        raise InputError(f"{path}: draws cannot be written: {error}") from error
    return path


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(meta_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{meta_path(path)}: cannot be read: {error}; a draws file needs its side file"
        raise InputError(message) from error
    missing = [key for key in _RESERVED if key not in meta] if isinstance(meta, dict) else _RESERVED
    if missing:
        raise InputError(f"{meta_path(path)}: missing {', '.join(missing)}; write the draws again")
    return meta


def read_draws(path: str | Path) -> Draws:
    """Read draws.

    Parameters
    ----------
    path : the CSV; its side file lies beside it.

    Raises
    ------
    InputError : a missing or changed file, or cells that are no numbers, all at once.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: draws cannot be read: {error}") from error
    meta = _read_meta(path)
    rows = list(csv.reader(text.splitlines()))
    issues: list[Issue] = []
    if list(meta["names"]) != (rows[0] if rows else []):
        issues.append(Issue(f"{path.name}:1", "names differ from the side file", "write it again"))
    elif hashlib.sha256(text.encode()).hexdigest() != meta["sha256"]:
        issues.append(Issue(path.name, "values differ from the side file", "write it again"))
    values = [_read_row(f"{path.name}:{i}", row, issues) for i, row in enumerate(rows[1:], start=2)]
    if issues:
        raise InputError.from_issues(str(path), issues, "no draw was read")
    names = tuple(meta["names"])
    table = np.array(values, dtype=np.float64).reshape(len(values), len(names))
    return Draws(names, table, {k: v for k, v in meta.items() if k not in _RESERVED})


def _read_row(where: str, row: list[str], issues: list[Issue]) -> list[float]:
    try:
        values = [float(cell) for cell in row]
    except ValueError as error:
        issues.append(Issue(where, str(error), "every cell is a number"))
        return []
    if not np.isfinite(values).all():
        issues.append(Issue(where, "a draw that is not finite", "remove the row"))
    return values
