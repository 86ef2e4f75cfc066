"""Read and check the file of a graft material or of an adjunct. All problems are raised once.

In: YAML of this package or of a user. Out: frozen `Material` and `Adjunct`. Unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters.parameter import GRADES
from osseo.site.anatomy import Adjunct, LocalMagnesium, Material
from osseo.site.document import key_issues, load_document, place_files, read_words
from osseo.site.mixture import mixed_rows
from osseo.site.rows import number_issues, read_rows

__all__ = ["read_adjunct", "read_material"]

_MATERIAL = (
    "name", "label", "class", "aliases", "parameters", "mixture", "properties", "local_magnesium", "not_for",
)  # fmt: skip
_OPTIONAL = ("aliases", "parameters", "mixture", "properties", "local_magnesium", "not_for")
_PROPERTY = ("value", "unit", "source", "reason")
_MAGNESIUM = ("content_mg_g", "released_share", "released_over_d", "grade", "source", "reason")
_ADJUNCT = (
    "name",
    "label",
    "aliases",
    "meaning",
    "findings",
    "grade",
    "adds",
    "multiplies",
    "sites",
    "not_for",
    "calibrated",
)


def read_material(path: Path) -> Material:
    """Read a material file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = load_document(path)
    issues = key_issues(path.name, data, _MATERIAL, _OPTIONAL)
    if ("parameters" in data) == ("mixture" in data):
        issues.append(Issue(path.name, "expected exactly one of `parameters` and `mixture`"))
    rows = read_rows(path.name, data.get("parameters", {}), issues)
    parts = _read_mixture(f"{path.name}: mixture", data["mixture"], issues) if "mixture" in data else ()
    words = read_words(path.name, data, ("aliases", "not_for"), issues)
    properties = _read_properties(f"{path.name}: properties", data.get("properties", {}), issues)
    magnesium = _read_magnesium(f"{path.name}: local_magnesium", data.get("local_magnesium"), issues)
    if issues:
        raise InputError.from_issues(path.name, issues, "no material was loaded")
    if parts:
        rows = mixed_rows(path.name, parts, tuple(_component(name).parameters for name, _ in parts))
    return Material(
        name=str(data["name"]),
        label=str(data["label"]),
        kind=str(data["class"]),
        aliases=words["aliases"],
        parameters=rows,
        mixture=parts,
        properties=properties,
        local_magnesium=magnesium,
        not_for=words["not_for"],
    )


@cache
def _component(name: str) -> Material:
    return read_material(place_files("materials")[name])


def _read_mixture(where: str, data: Any, issues: list[Issue]) -> tuple[tuple[str, float], ...]:
    """Return two components and their shares of bulk volume, which must sum to one."""
    if not isinstance(data, Mapping) or len(data) != 2:
        text = "expected two components and their shares of volume"
        issues.append(Issue(where, f"got {data!r}, {text}", "e.g. {dbbm: 0.8, autograft_particulate: 0.2}"))
        return ()
    found = number_issues(where, data, tuple(data))
    known = place_files("materials")
    for name in data:
        if name not in known:
            found.append(Issue(where, f"unknown graft material {name!r}", suggest(str(name), known)))
        elif "mixture" in load_document(known[name]):
            found.append(Issue(where, f"{name} is a mixture itself", "name single materials"))
    if not found and not (min(data.values()) > 0 and abs(sum(data.values()) - 1) < 1e-9):
        found.append(Issue(where, f"shares {list(data.values())} must be above 0 and sum to 1"))
    issues += found
    return () if found else tuple((str(name), float(share)) for name, share in data.items())


def _entries(where: str, data: Any, issues: list[Issue]) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    issues.append(Issue(where, f"got {data!r}, expected a mapping"))
    return {}


def _read_properties(where: str, data: Any, issues: list[Issue]) -> tuple[tuple[str, float, str, str], ...]:
    """Return (name, value, unit, source or reason) of what describes a material and moves nothing."""
    properties = []
    for name, entry in _entries(where, data, issues).items():
        place = f"{where}: {name}"
        entry = _entries(place, entry, issues)
        found = key_issues(place, entry, _PROPERTY, ("source", "reason"))
        found += number_issues(place, entry, ("value",))
        why = entry.get("source") or entry.get("reason")
        if not why:
            found.append(Issue(place, "has no source", "name a record, or give the reason"))
        issues += found
        if not found:
            properties.append((str(name), float(entry["value"]), str(entry["unit"]), str(why)))
    return tuple(properties)


def _read_magnesium(where: str, data: Any, issues: list[Issue]) -> LocalMagnesium | None:
    if data is None:
        return None
    entry = _entries(where, data, issues)
    found = key_issues(where, entry, _MAGNESIUM, ("source", "reason"))
    found += number_issues(where, entry, _MAGNESIUM[:3])
    if not entry.get("source") and not entry.get("reason"):
        found.append(Issue(where, "has no source", "name a record, or give the reason"))
    if not found and not (0 <= entry["released_share"] <= 1 and entry["content_mg_g"] >= 0):
        found.append(Issue(where, "expected a content from 0 on and a share from 0 to 1"))
    issues += found
    if found:
        return None
    return LocalMagnesium(
        content_mg_g=float(entry["content_mg_g"]),
        released_share=float(entry["released_share"]),
        released_over_d=float(entry["released_over_d"]),
        grade=str(entry["grade"]),
        source=str(entry.get("source", "")),
        reason=str(entry.get("reason", "")),
    )


def read_adjunct(path: Path) -> Adjunct:
    """Read an adjunct file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = load_document(path)
    where = path.name
    issues = key_issues(
        where, data, _ADJUNCT, ("aliases", "adds", "multiplies", "sites", "not_for", "calibrated")
    )
    rows = {key: read_rows(f"{where}: {key}", data.get(key, {}), issues) for key in ("adds", "multiplies")}
    words = read_words(where, data, ("aliases", "sites", "not_for"), issues)
    grade = str(data.get("grade"))
    if "grade" in data and grade not in GRADES:
        issues.append(Issue(where, f"grade {grade!r}", suggest(grade, GRADES)))
    informed = _read_informed(f"{where}: calibrated", data.get("calibrated", {}), words["sites"], issues)
    twice = {row.name for row in rows["adds"]} & {row.name for row in rows["multiplies"]}
    issues += [Issue(where, f"{name} is both added to and multiplied", "keep one") for name in sorted(twice)]
    if issues:
        raise InputError.from_issues(where, issues, "no adjunct was loaded")
    return Adjunct(
        name=str(data["name"]),
        label=str(data["label"]),
        aliases=words["aliases"],
        meaning=str(data["meaning"]),
        findings=str(data["findings"]),
        grade=grade,
        adds=rows["adds"],
        multiplies=rows["multiplies"],
        sites=words["sites"],
        not_for=words["not_for"],
        informed=informed,
    )


def _read_informed(
    where: str, data: Any, sites: tuple[str, ...], issues: list[Issue]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (site, grafts) that a calibration record informs; a site must be among `sites`."""
    entries = _entries(where, data, issues)
    words = read_words(where, entries, tuple(map(str, entries)), issues)
    issues += [
        Issue(where, f"{site!r} is not among `sites`", suggest(site, sites))
        for site in words
        if site not in sites
    ]
    return tuple(words.items())
