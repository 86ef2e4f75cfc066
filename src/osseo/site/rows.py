"""Parameter rows of site and material files, and the table they make together with the shared one.

A row of a site or a material replaces the row of the same name in the shared table. Columns of a Draws
file that belong to one site or material are named `module.quantity@site`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters.parameter import DISTRIBUTIONS, GRADES, Parameter, ParameterSet
from osseo.site.anatomy import Adjunct, Material, Site

__all__ = ["merge_rows", "number_issues", "qualified_rows", "read_rows"]

_KEYS = ("value", "unit", "lower", "upper", "distribution", "layer", "grade", "source", "reason")
_OPTIONAL = ("layer", "source", "reason")
_LAYERS = ("parameter", "patient")


def number_issues(where: str, data: Mapping[str, Any], keys: tuple[str, ...]) -> list[Issue]:
    """Return an issue for every key whose value is not a number."""
    return [
        Issue(where, f"`{key}`: got {data[key]!r}, expected a number")
        for key in keys
        if key in data and (isinstance(data[key], bool) or not isinstance(data[key], int | float))
    ]


def _choice(where: str, key: str, got: Any, known: tuple[str, ...]) -> list[Issue]:
    return [] if got in known else [Issue(where, f"{key} {got!r}", suggest(str(got), known))]


def _row_issues(where: str, entry: Any) -> list[Issue]:
    if not isinstance(entry, Mapping):
        return [Issue(where, f"got {entry!r}, expected a mapping", f"keys: {', '.join(_KEYS)}")]
    issues = [Issue(where, f"unknown key {k!r}", suggest(str(k), _KEYS)) for k in entry if k not in _KEYS]
    missing = [k for k in _KEYS if k not in entry and k not in _OPTIONAL]
    issues += [Issue(where, f"`{key}` is missing") for key in missing]
    issues += number_issues(where, entry, ("value", "lower", "upper"))
    if issues:
        return issues
    issues += _choice(where, "distribution", entry["distribution"], DISTRIBUTIONS)
    issues += _choice(where, "grade", entry["grade"], GRADES)
    issues += _choice(where, "layer", entry.get("layer", "parameter"), _LAYERS)
    if not entry["lower"] <= entry["value"] <= entry["upper"]:
        issues.append(Issue(where, "expected lower <= value <= upper"))
    if not entry.get("source") and (entry["grade"] != "assumed" or not entry.get("reason")):
        issues.append(Issue(where, "has no source", "name a record, or grade it assumed and say why"))
    return issues


def read_rows(where: str, data: Any, issues: list[Issue]) -> tuple[Parameter, ...]:
    """Return parameter rows of a `parameters:` mapping; problems are appended to `issues`."""
    if not isinstance(data, Mapping):
        issues.append(Issue(where, f"`parameters`: got {data!r}, expected a mapping"))
        return ()
    rows: list[Parameter] = []
    for name, entry in data.items():
        found = _row_issues(f"{where}: {name}", entry)
        issues += found
        if not found:
            rows.append(_row(str(name), entry, where))
    return tuple(rows)


def _row(name: str, entry: Mapping[str, Any], where: str) -> Parameter:
    source = entry.get("source") or ""
    return Parameter(
        name=name,
        unit=str(entry["unit"]),
        value=float(entry["value"]),
        lower=float(entry["lower"]),
        upper=float(entry["upper"]),
        distribution=str(entry["distribution"]),
        grade=str(entry["grade"]),
        source=";".join(source) if isinstance(source, list) else str(source),
        reason=str(entry.get("reason", "")),
        layer=str(entry.get("layer", "parameter")),
        where=where,
    )


def merge_rows(shared: ParameterSet, site: Site, material: Material) -> ParameterSet:
    """Return the table of one procedure: shared rows, replaced by those of the site, then the material.

    What adjuncts of the material add or multiply comes last. The site brings the rows of its fixation.

    Raises
    ------
    NameUnknown : a site, material or adjunct names a parameter that the shared table does not have.
    InputError : a row in another unit than the shared one.
    """
    rows = {name: shared[name] for name in shared}
    for row in (*site.parameters, *material.parameters):
        rows[row.name] = _in_unit(row, shared[row.name].unit)
    for adjunct in material.adjuncts:
        for row in adjunct.adds:
            rows[row.name] = _changed(rows[row.name], _in_unit(row, shared[row.name].unit), float.__add__)
        for row in adjunct.multiplies:
            rows[row.name] = _changed(rows[row.name], _in_unit(row, "1"), float.__mul__)
    return ParameterSet(rows.values())


def _in_unit(row: Parameter, unit: str) -> Parameter:
    if row.unit == unit:
        return row
    issue = f"{row.name}: unit {row.unit!r}, expected {unit!r}"
    raise InputError(f"{row.where}: {issue}; write it in that unit")


def _changed(base: Parameter, change: Parameter, how: Callable[[float, float], float]) -> Parameter:
    """Return a row after an adjunct; ends go with ends, which is a little too wide where both vary.

    Lognormal stays lognormal if both are; where they differ the result is uniform between its ends.
    """
    kinds = {base.distribution, change.distribution} - {"fixed"}
    one = next(iter(kinds)) if len(kinds) == 1 else ""
    kept = one if one and (one != "lognormal" or how is float.__mul__) else "uniform"
    value, lower, upper = (how(getattr(base, k), getattr(change, k)) for k in ("value", "lower", "upper"))
    sources = [row.source for row in (base, change) if row.source]
    return replace(
        change,
        unit=base.unit,
        value=value,
        lower=lower,
        upper=upper,
        distribution=kept if kinds and lower < upper else "fixed",
        layer=base.layer,
        source=";".join(dict.fromkeys(sources)),
        reason="; ".join(row.reason for row in (base, change) if row.reason),
    )


def qualified_rows(*places: Site | Material | Adjunct) -> ParameterSet:
    """Return the rows of sites, materials and adjuncts under their names in a Draws file, `name@place`.

    A row that one fixation of a site replaces is `name@site:fixation`; of an adjunct it is the change.
    """
    rows = [replace(row, name=f"{row.name}@{place.name}") for place in places for row in place.parameters]
    held = [(site, f) for site in places if isinstance(site, Site) for f in site.fixations]
    rows += [
        replace(row, name=f"{row.name}@{site.name}:{fixation.name}")
        for site, fixation in held
        for row in fixation.parameters
    ]
    return ParameterSet(rows)
