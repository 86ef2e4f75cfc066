"""Read a targets file: the list of evidence results one fit is held to.

The file says which results, what they are compared with and the spread assumed; it holds no observed
value. All problems are collected and raised once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from osseo.calibrate.search.scale import SCALES
from osseo.calibrate.target import Target, make_target
from osseo.errors import CalibrationError, InputError, Issue
from osseo.evidence.record import as_number
from osseo.names import check_name, suggest

__all__ = [
    "COMPARISONS",
    "TARGETS",
    "load_experiments",
    "load_targets",
    "read_experiments",
    "read_targets",
    "target_names",
]

#: folder of the shipped targets files
TARGETS = Path(__file__).parent / "targets"

#: how two readings of the model are set against each other, see `Target` entries with `against` or `from_d`
COMPARISONS = ("difference", "ratio", "change_pct")
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
    "over",
    "per",
    "negate",
    "against",
    "from_d",
    "compare",
    "sd",
    "between_sd",
    "scale",
    "n",
    "study",
    "domain",
    "study_sd",
    "reason",
)
_NUMBERS = ("sd", "between_sd", "at_d", "from_d", "per", "n", "study_sd")
_TOP = ("name", "note", "targets", "experiments", "domains")


def target_names() -> tuple[str, ...]:
    """Return the names of the shipped targets: a file NAME.yaml, or a folder NAME of such files."""
    paths = (p for p in TARGETS.iterdir() if p.suffix == ".yaml" or any(p.glob("*.yaml")))
    return tuple(sorted(path.stem for path in paths))


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _place(name: str) -> Path:
    check_name(name, target_names(), "targets file")
    folder = TARGETS / name
    return folder if folder.is_dir() else TARGETS / f"{name}.yaml"


def load_targets(name: str) -> tuple[Target, ...]:
    """Return the targets of a shipped fit.

    Raises
    ------
    NameUnknown : no such fit.
    CalibrationError : see `read_targets`.
    """
    return read_targets(_place(name))


def load_experiments(name: str) -> dict[str, dict[str, Any]]:
    """Return what is simulated for the targets of a shipped fit; see `read_experiments`.

    Raises
    ------
    NameUnknown : no such fit.
    """
    return read_experiments(_place(name))


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
        if key in entry and as_number(entry[key]) is None and (key, entry[key]) != ("sd", "binomial")
    ]
    if entry.get("compare", "difference") not in COMPARISONS:
        issues.append(
            Issue(where, f"`compare`: got {entry['compare']!r}", f"known: {', '.join(COMPARISONS)}")
        )
    if entry.get("scale", "identity") not in SCALES:
        issues.append(Issue(where, f"`scale`: got {entry['scale']!r}", f"known: {', '.join(SCALES)}"))
    if "minus" in entry and "between_sd" in entry:
        issues.append(Issue(where, "a difference needs `sd`: the record's error is that of one result"))
    if entry.get("scale") == "log" and "between_sd" in entry:
        issues.append(Issue(where, "scale log needs `sd` (of the logarithm), not `between_sd`"))
    return issues


def _with_domain(
    where: str, entry: Mapping[str, Any], domains: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], list[Issue]]:
    """Return an entry with the study SD of its domain, unless it has its own."""
    name = entry.get("domain")
    if name is None or "study_sd" in entry:
        return dict(entry), []
    if name not in domains:
        return dict(entry), [Issue(where, f"unknown domain {name!r}", suggest(str(name), domains))]
    return {**entry, "study_sd": domains[name]["study_sd"]}, []


def _read_entry(
    where: str, entry: object, domains: Mapping[str, Mapping[str, Any]]
) -> tuple[Target | None, list[Issue]]:
    if not isinstance(entry, Mapping):
        return None, [Issue(where, f"got {type(entry).__name__}, expected a mapping")]
    issues = _form_issues(where, entry)
    full, found = _with_domain(where, entry, domains)
    issues += found
    if issues:
        return None, issues
    try:
        return make_target(full), []
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
    issues = [Issue(str(path), f"unknown key {k!r}", suggest(str(k), _TOP)) for k in data if k not in _TOP]
    if "domains" in data and "targets" not in data:
        return issues
    if not isinstance(data.get("targets"), list) or not data["targets"]:
        issues.append(Issue(str(path), "`targets` is missing, empty or not a list"))
    return issues


def _read_files(path: Path) -> tuple[list[tuple[Path, Any, Mapping[Any, int]]], list[Issue]]:
    from osseo.evidence.reading import read_yaml

    read, issues = [], []
    for file in _files(path):
        data, lines, found = read_yaml(file)
        found = found or _top_issues(file, data)
        issues += found
        if not found:
            read.append((file, data, lines))
    return read, issues


def _merged(path: Path, read: list[tuple[Path, Any, Mapping[Any, int]]], key: str) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for _, data, _ in read:
        for name, row in data.get(key, {}).items():
            if rows.get(name, row) != row:
                raise CalibrationError(f"{path}: {key} {name!r} is given twice and differs")
            rows[name] = row
    return rows


def read_experiments(path: str | Path) -> dict[str, dict[str, Any]]:
    """Return the `experiments:` of a targets file or folder: what is simulated, by name.

    Raises
    ------
    CalibrationError : a file that cannot be read, or a name with two meanings.
    """
    path = Path(path)
    read, issues = _read_files(path)
    if issues:
        raise CalibrationError.from_issues(str(path), issues, done="nothing was fitted")
    return {name: dict(row) for name, row in _merged(path, read, "experiments").items()}


def read_targets(path: str | Path) -> tuple[Target, ...]:
    """Read the targets of a fit from a YAML file, or from all of a folder in the order of their names.

    Every observed value comes from its record.

    Raises
    ------
    CalibrationError : lists all problems: unknown keys, records that must not calibrate, results
        that do not exist or are not one number.
    """
    path = Path(path)
    read, issues = _read_files(path)
    domains = {} if issues else _merged(path, read, "domains")
    targets: list[Target] = []
    for file, data, lines in read:
        for i, entry in enumerate(data.get("targets", ())):
            target, found = _read_entry(f"{file}:{lines.get(('targets', i), '?')}", entry, domains)
            issues += found
            targets += [target] if target else []
    issues += _check_twice(path, targets)
    if issues:
        raise CalibrationError.from_issues(str(path), issues, done="nothing was fitted")
    return tuple(targets)
