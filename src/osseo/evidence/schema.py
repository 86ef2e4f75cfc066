"""The record schema: from a mapping as read to a `Record`, collecting every issue on the way.

Used by the index builder, by the lint and by `read_record`. It knows fields and types, not files and
not which records are shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from osseo.errors import Issue
from osseo.evidence.record import DOMAINS, KINDS, SEEN, USES, Arm, Record, Result, as_number
from osseo.names import near_names

__all__ = ["ARM_FIELDS", "RECORD_FIELDS", "RESULT_FIELDS", "Checker", "make_record"]

_REQUIRED = (
    "id",
    "title",
    "citation",
    "where",
    "seen",
    "kind",
    "domain",
    "species",
    "population",
    "design",
    "arms",
    "results",
    "use",
)
RECORD_FIELDS = (*_REQUIRED, "doi", "pmid", "use_note", "quality")
ARM_FIELDS = ("name", "n", "regimen")
RESULT_FIELDS = (
    "arm",
    "contrast",
    "measure",
    "time_d",
    "value",
    "effect",
    "unit",
    "sd",
    "se",
    "ci95",
    "n",
    "p",
    "note",
    "seen",
)
#: fields a user may add, kept in `extra`: who was studied, which arms a contrast compares, its range
OPTIONAL_FIELDS = ("subjects", "contrast_arms", "range", "time_h")


@dataclass
class Checker:
    """Collects issues of one record; `place` turns a path inside the record into a location."""

    place: Callable[[tuple[Any, ...]], str]
    issues: list[Issue] = field(default_factory=list)

    def error(self, path: tuple[Any, ...], message: str, remedy: str = "") -> None:
        """Note an error at `path`."""
        self.issues.append(Issue(self.place(path), message, remedy))

    def warn(self, path: tuple[Any, ...], message: str, remedy: str = "") -> None:
        """Note a warning at `path`."""
        self.issues.append(Issue(self.place(path), message, remedy, "warning"))

    def unknown(self, path: tuple[Any, ...], found: Iterable[Any], known: tuple[str, ...]) -> None:
        """Warn about undocumented keys, with near names."""
        for key in found:
            if key not in known and key not in OPTIONAL_FIELDS:
                near = near_names(str(key), known)
                hint = f"did you mean {' or '.join(near)}?" if near else "it is kept in `extra`"
                self.warn((*path, key), f"undocumented key {key!r}", hint)

    def choice(self, path: tuple[Any, ...], value: object, known: tuple[str, ...]) -> str:
        """Return `value` as text; an error if it is not one of `known`."""
        if value not in known:
            near = near_names(str(value), known)
            hint = f"did you mean {near[0]}?" if near else ""
            self.error(path, f"got {value!r}, expected one of {', '.join(known)}", hint)
        return str(value)

    def text(self, path: tuple[Any, ...], value: object) -> str:
        """Return text; numbers become text, None empty, anything else is an error."""
        if value is None:
            return ""
        if not isinstance(value, str | int | float):
            self.error(path, f"got {type(value).__name__}, expected text")
        return str(value)

    def label(self, path: tuple[Any, ...], value: object) -> str | None:
        """Return the label of an arm, contrast or unit: text or None."""
        return None if value is None else self.text(path, value)

    def number(self, path: tuple[Any, ...], value: object, minimum: float) -> float | None:
        """Return a number not below `minimum`, or None for a gap."""
        if value is None:
            return None
        number = as_number(value)
        if number is None or number < minimum:
            self.error(path, f"got {value!r}, expected a number not below {minimum:g} or null")
            return None
        return number

    def count(self, path: tuple[Any, ...], value: object) -> int | None:
        """Return a number of subjects, or None for a gap."""
        number = self.number(path, value, 0)
        if number is not None and number != int(number):
            self.error(path, f"got {value!r}, expected a whole number of subjects or null")
        return None if number is None else int(number)

    def rows(self, path: tuple[Any, ...], value: object) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the mappings of a list with their places; anything else is an error."""
        if not isinstance(value, list):
            self.error(path, f"got {type(value).__name__}, expected a list (it may be empty)")
            return []
        good = []
        for i, row in enumerate(value):
            if isinstance(row, Mapping):
                good.append((i, row))
            else:
                self.error((*path, i), f"got {type(row).__name__}, expected a mapping")
        return good


def _extra(row: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in known}


def _make_arm(check: Checker, i: int, row: Mapping[str, Any]) -> Arm:
    path = ("arms", i)
    check.unknown(path, row, ARM_FIELDS)
    if not row.get("name"):
        check.error(path, "arm without a name")
    regimen = row.get("regimen") or {}
    if not isinstance(regimen, Mapping):
        check.error((*path, "regimen"), f"got {type(regimen).__name__}, expected a mapping")
        regimen = {}
    name = check.text((*path, "name"), row.get("name"))
    return Arm(name, check.count((*path, "n"), row.get("n")), regimen, _extra(row, ARM_FIELDS))


def _interval(
    check: Checker, path: tuple[Any, ...], value: object
) -> tuple[float | None, float | None] | None:
    if value is None:
        return None
    ends = value if isinstance(value, list) else []
    low, high = (as_number(end) for end in ends) if len(ends) == 2 else (None, None)
    known = [end for end in ends if end is not None]
    if (low is None and high is None) or any(as_number(end) is None for end in known):
        check.error(path, f"got {value!r}, expected [low, high] or null")
    elif low is not None and high is not None and low > high:
        check.error(path, f"got {value!r}: the low end is above the high end")
    return low, high


def _measure(check: Checker, path: tuple[Any, ...], value: object) -> str:
    if isinstance(value, list):
        return ", ".join(check.text(path, part) for part in value)
    if not value:
        check.error(path, "result without a measure")
    return check.text(path, value)


def _check_result(check: Checker, path: tuple[Any, ...], row: Mapping[str, Any]) -> None:
    check.unknown(path, row, RESULT_FIELDS)
    if "value" not in row and "effect" not in row:
        check.error(path, "result without `value` or `effect`", "write null if it was not given")
    if row.get("arm") is not None and row.get("contrast") is not None:
        check.error(path, "result with both `arm` and `contrast`", "split it into two")
    if "seen" in row:
        check.choice((*path, "seen"), row["seen"], SEEN)


def _make_result(check: Checker, i: int, row: Mapping[str, Any], seen: str) -> Result:
    path = ("results", i)
    _check_result(check, path, row)
    return Result(
        index=i,
        measure=_measure(check, (*path, "measure"), row.get("measure")),
        unit=check.label((*path, "unit"), row.get("unit")),
        arm=check.label((*path, "arm"), row.get("arm")),
        contrast=check.label((*path, "contrast"), row.get("contrast")),
        value=row.get("value"),
        effect=row.get("effect"),
        time_d=row.get("time_d"),
        sd=check.number((*path, "sd"), row.get("sd"), 0),
        se=check.number((*path, "se"), row.get("se"), 0),
        ci95=_interval(check, (*path, "ci95"), row.get("ci95")),
        n=check.count((*path, "n"), row.get("n")),
        p=row.get("p"),
        note=check.text((*path, "note"), row.get("note")),
        seen=str(row.get("seen", seen)),
        extra=_extra(row, RESULT_FIELDS),
    )


def _where(check: Checker, value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(check.text(("where",), part) for part in parts)


def _check_words(check: Checker, data: Mapping[str, Any]) -> None:
    for key, known in (("kind", KINDS), ("seen", SEEN), ("use", USES)):
        if key in data:
            check.choice((key,), data[key], known)
    if data.get("domain") is not None and data["domain"] not in DOMAINS:
        near = near_names(str(data["domain"]), DOMAINS)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(DOMAINS)}"
        check.warn(("domain",), f"new domain {data['domain']!r}", hint)
    if data.get("use") == "calibration" and data.get("seen") == "recalled":
        check.error(
            ("use",),
            "use calibration, but the record was recalled, not read",
            "read the source, or set use: reference",
        )


def _check_present(check: Checker, data: Mapping[str, Any]) -> None:
    for key in _REQUIRED:
        if key not in data:
            near = [k for k in near_names(key, map(str, data)) if k not in RECORD_FIELDS]
            hint = f"is {near[0]!r} meant?" if near else "add it (null where nothing is known)"
            check.error((), f"field `{key}` is missing", hint)
    for key in ("id", "title"):
        if key in data and not data[key]:
            check.error((key,), f"field `{key}` is empty")


def make_record(data: Mapping[str, Any], check: Checker, folder: str = "") -> Record:
    """Turn a mapping into a `Record`; what is wrong with it is noted in `check.issues`.

    The returned record is only good if no issue is an error.
    """
    _check_present(check, data)
    check.unknown((), data, RECORD_FIELDS)
    _check_words(check, data)
    seen = str(data.get("seen", ""))
    texts = {key: check.text((key,), data.get(key)) for key in RECORD_FIELDS if key not in _LISTS}
    arms = [_make_arm(check, i, row) for i, row in check.rows(("arms",), data.get("arms", []))]
    rows = check.rows(("results",), data.get("results", []))
    return Record(
        **{**texts, "doi": texts["doi"] or None, "pmid": texts["pmid"] or None},
        where=_where(check, data.get("where")),
        arms=tuple(arms),
        results=tuple(_make_result(check, i, row, seen) for i, row in rows),
        extra=_extra(data, RECORD_FIELDS),
        folder=folder,
    )


_LISTS = ("where", "arms", "results")
