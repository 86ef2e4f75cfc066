"""An archive of test cases in the shape of the SBML Test Suite: NNNNN/NNNNN-sbml-*.xml and its three texts.

Reading is strict: a file that is missing or does not parse is named, all of them at once.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from osseo.errors import InputError, Issue

__all__ = ["Archive", "Case", "Settings", "open_archive", "read_case"]

_MODEL = re.compile(r"(?:^|/)(\d{5})/\1-sbml-(l\d+v\d+)\.xml$")


@dataclass(frozen=True)
class Settings:
    """What a case asks for: start, duration, steps; variables; tolerances; readings of species."""

    start: float
    duration: float
    steps: int
    variables: tuple[str, ...]
    absolute: float
    relative: float
    amount: tuple[str, ...]
    concentration: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A case: model text, settings, and the expected table.

    expected (n_times, n_variables) at times (n_times,); columns are the names of its header.
    """

    name: str
    level: str
    sbml: str
    settings: Settings
    times: np.ndarray
    columns: tuple[str, ...]
    expected: np.ndarray
    tags: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Archive:
    """An open archive: `members` maps a case to the names of its files, the newest level first."""

    path: Path
    members: dict[str, dict[str, str]]

    def __len__(self) -> int:
        return len(self.members)

    def cases(self, names: Iterable[str] | None = None) -> Iterator[Case]:
        """Yield the cases, in order of their numbers, read one by one.

        Raises
        ------
        InputError : a file of a case is missing or does not parse.
        """
        with zipfile.ZipFile(self.path) as file:
            for name in self.members if names is None else names:
                texts = {part: _text(file, member) for part, member in self.members[name].items()}
                yield read_case(name, texts)


def _text(file: zipfile.ZipFile, member: str) -> str:
    try:
        return file.read(member).decode("utf-8")
    except (zipfile.BadZipFile, UnicodeDecodeError, OSError, EOFError) as error:
        raise InputError(f"{member}: cannot be read: {error}") from error


def open_archive(path: str | Path) -> Archive:
    """Return an archive whose every case has its four files.

    Raises
    ------
    InputError : not a zip file, no case in it, or cases with files missing (all are named).
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a zip archive: {error}; give a zip of SBML test cases") from error
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        match = _MODEL.search(name)
        if match and (match[1] not in found or match[2] > found[match[1]][0]):
            found[match[1]] = match[2], name
    if not found:
        remedy = "expected files named NNNNN/NNNNN-sbml-lXvY.xml"
        raise InputError.from_issues(str(path), [Issue(str(path), "no test case in it", remedy)])
    return Archive(path, _with_texts(path, found, set(names)))


def _with_texts(path: Path, found: dict[str, tuple[str, str]], names: set[str]) -> dict[str, dict[str, str]]:
    members, issues = {}, []
    for case in sorted(found):
        level, model = found[case]
        stem = model[: model.rindex("/") + 1] + case
        parts = {part: f"{stem}-{part}" for part in ("settings.txt", "results.csv", "tags.txt")}
        issues += [Issue(f"case {case}", f"no {name}") for name in parts.values() if name not in names]
        members[case] = {level: model, **parts}
    if issues:
        raise InputError.from_issues(str(path), issues)
    return members


def read_case(name: str, texts: dict[str, str]) -> Case:
    """Return a case from its texts, keyed by level (the model) and file ending.

    Raises
    ------
    InputError : a text does not parse.
    """
    level = next(key for key in texts if key.startswith("l"))
    tags = _fields(texts["tags.txt"])
    words = tuple(word for key in ("componentTags", "testTags") for word in _words(tags.get(key, "")) if word)
    kind = tags.get("testType", "").strip() or "TimeCourse"
    try:
        settings = _settings(_fields(texts["settings.txt"]), kind)
        columns, table = _table(texts["results.csv"])
    except (ValueError, KeyError) as error:
        raise InputError(f"case {name}: settings or results do not parse: {error}") from error
    return Case(name, level, texts[level], settings, table[:, 0], columns, table[:, 1:], words, kind)


def _fields(text: str) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _settings(fields: dict[str, str], kind: str) -> Settings:
    course = kind == "TimeCourse"

    def number(key: str) -> float:
        return float(fields[key]) if course or fields.get(key) else 0.0

    return Settings(
        start=number("start"),
        duration=number("duration"),
        steps=int(number("steps")),
        variables=_words(fields["variables"]),
        absolute=float(fields["absolute"]),
        relative=float(fields["relative"]),
        amount=_words(fields.get("amount", "")),
        concentration=_words(fields.get("concentration", "")),
    )


def _table(text: str) -> tuple[tuple[str, ...], np.ndarray]:
    lines = [line for line in text.splitlines() if line.strip()]
    header = [word.strip().strip('"') for word in lines[0].split(",")]
    table = np.array([[float(x) for x in line.split(",")] for line in lines[1:]])
    if not _fits(table, header):
        raise ValueError(f"results have {len(header)} names and a table of shape {table.shape}")
    return tuple(header[1:]), table


def _fits(table: np.ndarray, header: Sequence[str]) -> bool:
    return table.ndim == 2 and table.shape[0] > 0 and table.shape[1] == len(header) > 1
