"""Read and check the file of a site. Every problem is collected and raised once.

In: YAML of this package or of a user. Out: a frozen `Site`. Unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.site.anatomy import SHAPES, Fixation, Part, Site, Size
from osseo.site.document import key_issues, load_document, place_files, read_words
from osseo.site.rows import number_issues, read_rows

__all__ = ["read_site"]

_FAR_WALLS = ("value", "no_flux")
_CELLS = ("grafted", "ungrafted")
_OPERATIONS = ("minor", "intermediate", "major")
_SIZE = ("meaning", "value", "unit", "lower", "upper", "grade", "source", "reason")
_PART = ("share_of_size", "weight", "shape", "radius_mm", "radius_share")
_PART_NUMBERS = ("share_of_size", "weight", "radius_mm", "radius_share")
_FIXATION = ("label", "parameters", "not_calibrated")
_NEEDED = (
    "name", "label", "meaning", "calibrated", "size", "parts", "far_wall", "cell_mm", "min_cells",
    "materials", "endpoints", "visits_d", "validated_to_d", "operation", "parameters",
)  # fmt: skip
_OPTIONAL = ("aliases", "material_aliases", "not_for", "not_calibrated", "fixations", "levels_max")
_WORDS = ("aliases", "materials", "endpoints", "not_for", "calibrated")


def read_site(path: Path) -> Site:
    """Read a site file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = load_document(path)
    where = path.name
    issues = key_issues(where, data, (*_NEEDED, *_OPTIONAL), _OPTIONAL)
    issues += _choice_issues(where, data) + number_issues(
        where, data, ("min_cells", "validated_to_d", "levels_max")
    )
    size = _read_size(f"{where}: size", data.get("size"), issues)
    parts = _read_parts(f"{where}: parts", data.get("parts"), size, issues)
    rows = read_rows(where, data.get("parameters", {}), issues)
    words = read_words(where, data, _WORDS, issues)
    issues += _offered_issues(f"{where}: calibrated", words["calibrated"], words["materials"])
    reasons = _read_reasons(f"{where}: not_calibrated", data, issues)
    fixations = _read_fixations(f"{where}: fixations", data.get("fixations", {}), issues)
    if issues or size is None:
        raise InputError.from_issues(where, issues, "no site was loaded")
    return Site(
        name=str(data["name"]),
        label=str(data["label"]),
        aliases=words["aliases"],
        meaning=str(data["meaning"]),
        informed=words["calibrated"],
        size=size,
        parts=parts,
        far_wall=data["far_wall"],
        cell_mm=tuple((key, float(value)) for key, value in data["cell_mm"].items()),
        min_cells=int(data["min_cells"]),
        materials=words["materials"],
        material_aliases=tuple(dict(data.get("material_aliases", {})).items()),
        endpoints=words["endpoints"],
        visits_d=tuple(float(visit) for visit in data["visits_d"]),
        parameters=rows,
        validated_to_d=float(data["validated_to_d"]),
        operation=(str(data["operation"]["size"]), str(data["operation"]["reason"])),
        fixations=fixations,
        fixation=fixations[0].name if fixations else "",
        levels_max=int(data.get("levels_max", 1)),
        known_materials=tuple(place_files("materials")),
        not_for=words["not_for"],
        not_calibrated=reasons,
    )


def _read_size(where: str, data: Any, issues: list[Issue]) -> Size | None:
    if not isinstance(data, Mapping):
        issues.append(Issue(where, f"got {data!r}, expected a mapping", f"keys: {', '.join(_SIZE)}"))
        return None
    found = key_issues(where, data, _SIZE, ("source", "reason"))
    found += number_issues(where, data, ("value", "lower", "upper"))
    if not found and data["unit"] != "mm":
        found.append(Issue(where, f"unit {data['unit']!r}, expected mm"))
    if not found and not 0 < data["lower"] <= data["value"] <= data["upper"]:
        found.append(Issue(where, "expected 0 < lower <= value <= upper"))
    if not found and not data.get("source") and not data.get("reason"):
        found.append(Issue(where, "has no source", "name a record, or grade it assumed and say why"))
    issues += found
    if found:
        return None
    text = {key: str(data.get(key, "")) for key in ("meaning", "grade", "reason")}
    source = data.get("source", "")
    text["source"] = ";".join(source) if isinstance(source, list) else str(source)
    return Size(value=float(data["value"]), lower=float(data["lower"]), upper=float(data["upper"]), **text)


def _read_parts(where: str, data: Any, size: Size | None, issues: list[Issue]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for i_part, entry in enumerate(data if isinstance(data, list) else ()):
        place = f"{where}[{i_part}]"
        if not isinstance(entry, Mapping):
            issues.append(Issue(place, f"got {entry!r}, expected {{share_of_size: .., weight: ..}}"))
            continue
        found = key_issues(place, entry, _PART, _PART[2:]) + number_issues(place, entry, _PART_NUMBERS)
        if not found:
            numbers = {key: float(entry[key]) for key in _PART_NUMBERS if key in entry}
            parts.append(Part(**numbers, shape=str(entry.get("shape", "planar"))))
            found += _shape_issues(place, parts[-1], size)
        issues += found
    if abs(sum(p.weight for p in parts) - 1) > 1e-9:
        issues.append(Issue(where, "weights of the columns do not sum to 1"))
    return tuple(parts)


def _shape_issues(where: str, part: Part, size: Size | None) -> list[Issue]:
    """Return why a column cannot exist: no length, or a radius that ends before the column does."""
    if part.shape not in SHAPES:
        return [Issue(where, f"shape {part.shape!r}", suggest(part.shape, SHAPES))]
    if part.share_of_size <= 0 or part.weight <= 0:
        return [Issue(where, "share_of_size and weight must be above 0")]
    if part.shape == "planar" or size is None:
        return []
    for length in (size.lower, size.upper):
        radius = part.radius_mm + part.radius_share * length
        if radius <= 0:
            return [
                Issue(where, f"the near wall has a radius of {radius:g} mm", "set radius_mm or radius_share")
            ]
        if part.shape == "inward" and part.share_of_size * length > radius * (1 + 1e-9):
            text = f"a column of {part.share_of_size * length:g} mm passes the axis at {radius:g} mm"
            return [Issue(where, text, "shorten it, or set a larger radius")]
    return []


def _choice_issues(where: str, data: Mapping[str, Any]) -> list[Issue]:
    issues: list[Issue] = []
    if data.get("far_wall") not in _FAR_WALLS:
        got = str(data.get("far_wall"))
        issues.append(Issue(f"{where}: far_wall", f"got {got!r}", suggest(got, _FAR_WALLS)))
    operation = data.get("operation")
    if (
        not isinstance(operation, Mapping)
        or operation.get("size") not in _OPERATIONS
        or not operation.get("reason")
    ):
        text = f"got {operation!r}, expected {{size: {' | '.join(_OPERATIONS)}, reason: ..}}"
        issues.append(Issue(f"{where}: operation", text))
    cells = data.get("cell_mm")
    if not isinstance(cells, Mapping) or set(cells) != set(_CELLS):
        issues.append(Issue(f"{where}: cell_mm", f"got {cells!r}, expected {{grafted: .., ungrafted: ..}}"))
    else:
        issues += number_issues(f"{where}: cell_mm", cells, _CELLS)
    return issues


def _offered_issues(where: str, names: Any, offered: tuple[str, ...]) -> list[Issue]:
    """Return an issue for every graft that a list names and the site does not use."""
    return [
        Issue(where, f"{name!r} is not among `materials`", suggest(str(name), offered))
        for name in names
        if name not in offered
    ]


def _read_reasons(where: str, data: Mapping[str, Any], issues: list[Issue]) -> tuple[tuple[str, str], ...]:
    """Return (material, why) for the grafts of a site that no calibration record informs."""
    reasons = data.get("not_calibrated", {})
    if not isinstance(reasons, Mapping):
        issues.append(Issue(where, f"got {reasons!r}, expected a mapping", "write  material: why"))
        return ()
    issues += _offered_issues(where, reasons, tuple(data.get("materials", ())))
    for name, why in reasons.items():
        if not isinstance(why, str) or not why.strip():
            issues.append(Issue(where, f"{name}: got {why!r}, expected a sentence that says why"))
        if name in data.get("calibrated", ()):
            issues.append(Issue(where, f"{name} is said to be calibrated too", "keep one"))
    return tuple((str(name), str(why)) for name, why in reasons.items())


def _read_fixations(where: str, data: Any, issues: list[Issue]) -> tuple[Fixation, ...]:
    """Return the named ways to hold a site, in the order of the file; the first is the default."""
    if not isinstance(data, Mapping):
        issues.append(
            Issue(where, f"got {data!r}, expected a mapping", "write  name: {label: .., parameters: ..}")
        )
        return ()
    fixations = []
    for i, (name, entry) in enumerate(data.items()):
        place = f"{where}: {name}"
        if not isinstance(entry, Mapping):
            issues.append(Issue(place, f"got {entry!r}, expected {{label: .., parameters: ..}}"))
            continue
        issues += key_issues(place, entry, _FIXATION, _FIXATION[1:])
        rows = read_rows(place, entry.get("parameters", {}), issues)
        if i == 0 and rows:
            issues.append(Issue(place, "is the default, whose rows stand under `parameters` of the site"))
        why = str(entry.get("not_calibrated", ""))
        fixations.append(Fixation(str(name), str(entry.get("label", name)), rows, why))
    return tuple(fixations)
