"""Read a targets file: the list of evidence results one fit is held to.

The file says which results, what they are compared with and the spread assumed; it holds no observed
value. All problems are collected and raised once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from osseo.calibrate.target import SCALES, Target, make_target
from osseo.errors import CalibrationError, InputError, Issue
from osseo.evidence.record import as_number
from osseo.names import check_name, suggest

__all__ = ["TARGETS", "load_targets", "read_targets", "target_names"]

#: folder of the shipped targets files
TARGETS = Path(__file__).parent / "targets"

_KEYS = (
    "record",
    "arm",
    "contrast",
    "measure",
    "time_d",
    "result",
    "experiment",
    "endpoint",
    "at_d",
    "unit",
    "read_as",
    "substance",
    "complement",
    "minus",
    "sd",
    "between_sd",
    "scale",
    "reason",
)
_NUMBERS = ("sd", "between_sd", "at_d")


def target_names() -> tuple[str, ...]:
    """Return the names of the shipped targets files."""
    return tuple(sorted(path.stem for path in TARGETS.glob("*.yaml")))


def load_targets(name: str) -> tuple[Target, ...]:
    """Return the targets of a shipped fit.

    Raises
    ------
    NameUnknown : no such fit.
    CalibrationError : see `read_targets`.
    """
    check_name(name, target_names(), "targets file")
    return read_targets(TARGETS / f"{name}.yaml")


def _form_issues(where: str, entry: Mapping[str, Any]) -> list[Issue]:
    issues = [
        Issue(where, f"unknown key {key!r}", suggest(str(key), _KEYS) or f"known: {', '.join(_KEYS)}")
        for key in entry
        if key not in _KEYS
    ]
    for key in ("record", "endpoint", "reason"):
        if not entry.get(key):
            issues.append(Issue(where, f"`{key}` is missing"))
    if ("sd" in entry) == ("between_sd" in entry):
        issues.append(Issue(where, "expected exactly one of `sd` (total) and `between_sd`"))
    issues += [
        Issue(where, f"`{key}`: got {entry[key]!r}, expected a number")
        for key in _NUMBERS
        if key in entry and as_number(entry[key]) is None
    ]
    if entry.get("scale", "identity") not in SCALES:
        issues.append(Issue(where, f"`scale`: got {entry['scale']!r}", f"known: {', '.join(SCALES)}"))
    if "minus" in entry and "between_sd" in entry:
        issues.append(Issue(where, "a difference needs `sd`: the record's error is that of one result"))
    if entry.get("scale") == "log" and "between_sd" in entry:
        issues.append(Issue(where, "scale log needs `sd` (of the logarithm), not `between_sd`"))
    return issues


def _read_entry(where: str, entry: object) -> tuple[Target | None, list[Issue]]:
    if not isinstance(entry, Mapping):
        return None, [Issue(where, f"got {type(entry).__name__}, expected a mapping")]
    issues = _form_issues(where, entry)
    if issues:
        return None, issues
    try:
        return make_target(entry), []
    except (CalibrationError, InputError) as error:
        return None, [Issue(where, str(error))]


def _check_twice(path: Path, targets: list[Target]) -> list[Issue]:
    seen: set[tuple[str, int]] = set()
    issues = []
    for target in targets:
        place = (target.record, target.index)
        if place in seen:
            message = "the same result is used twice"
            issues.append(Issue(f"{path} {target.key}", message, "keep one: it would count double"))
        seen.add(place)
    return issues


def _top_issues(path: Path, data: object) -> list[Issue]:
    if not isinstance(data, Mapping):
        return [Issue(str(path), "expected a mapping with `targets`")]
    known = ("name", "note", "targets")
    issues = [
        Issue(str(path), f"unknown key {key!r}", suggest(str(key), known)) for key in data if key not in known
    ]
    if not isinstance(data.get("targets"), list) or not data["targets"]:
        issues.append(Issue(str(path), "`targets` is missing, empty or not a list"))
    return issues


def read_targets(path: str | Path) -> tuple[Target, ...]:
    """Read the targets of a fit from YAML; every observed value comes from its record.

    Raises
    ------
    CalibrationError : lists all problems: unknown keys, records that must not calibrate, results
        that do not exist or are not one number.
    """
    from osseo.evidence.reading import read_yaml

    path = Path(path)
    data, lines, issues = read_yaml(path)
    issues = issues or _top_issues(path, data)
    targets: list[Target] = []
    if not issues:
        for i, entry in enumerate(data["targets"]):
            target, found = _read_entry(f"{path}:{lines.get(('targets', i), '?')}", entry)
            issues += found
            targets += [target] if target else []
        issues += _check_twice(path, targets)
    if issues:
        raise CalibrationError.from_issues(str(path), issues, done="nothing was fitted")
    return tuple(targets)
