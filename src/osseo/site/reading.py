"""Read and check site and material files. Every problem of a file is collected and raised once.

In: YAML of this package or of a user. Out: frozen `Site` and `Material`. Unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import InputError, Issue
from osseo.names import check_name, suggest
from osseo.site.anatomy import Material, Part, Site, Size
from osseo.site.mixture import mixed_rows
from osseo.site.rows import number_issues, read_rows

__all__ = ["load_material", "load_site", "material_names", "read_material", "read_site", "site_names"]

_HERE = Path(__file__).parent
_FAR_WALLS = ("value", "no_flux")
_CELLS = ("grafted", "ungrafted")
_SIZE = ("meaning", "value", "unit", "lower", "upper", "grade", "source", "reason")
_MATERIAL = ("name", "label", "class", "aliases", "parameters", "mixture")
_SITE = (
    "name",
    "label",
    "aliases",
    "calibrated",
    "meaning",
    "size",
    "parts",
    "far_wall",
    "cell_mm",
    "min_cells",
    "materials",
    "material_aliases",
    "endpoints",
    "visits_d",
    "parameters",
    "not_for",
    "not_calibrated",
)


def key_issues(where: str, data: Mapping[str, Any], known: tuple[str, ...], optional: tuple[str, ...]):
    """Return an issue for every unknown key and every missing one."""
    issues = [
        Issue(where, f"unknown key {key!r}", suggest(str(key), known)) for key in data if key not in known
    ]
    return issues + [
        Issue(where, f"`{key}` is missing") for key in known if key not in data and key not in optional
    ]


def _read_mapping(path: Path) -> Mapping[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path.name}: cannot be read: {error}; give a readable YAML file") from error
    if not isinstance(data, Mapping):
        raise InputError(f"{path.name}: got {type(data).__name__}, expected a mapping of keys")
    return data


def read_material(path: Path) -> Material:
    """Read a material file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = _read_mapping(path)
    issues = key_issues(path.name, data, _MATERIAL, ("aliases", "parameters", "mixture"))
    if ("parameters" in data) == ("mixture" in data):
        issues.append(Issue(path.name, "expected exactly one of `parameters` and `mixture`"))
    rows = read_rows(path.name, data.get("parameters", {}), issues)
    parts = _read_mixture(f"{path.name}: mixture", data["mixture"], issues) if "mixture" in data else ()
    if issues:
        raise InputError.from_issues(path.name, issues, "no material was loaded")
    if parts:
        rows = mixed_rows(path.name, parts, tuple(_component(name).parameters for name, _ in parts))
    text = (str(data["name"]), str(data["label"]), str(data["class"]))
    return Material(*text, tuple(data.get("aliases", ())), rows, parts)


def _component_path(name: str) -> Path:
    return _HERE / "materials" / f"{name}.yaml"


@cache
def _component(name: str) -> Material:
    return read_material(_component_path(name))


def _read_mixture(where: str, data: Any, issues: list[Issue]) -> tuple[tuple[str, float], ...]:
    """Return two components and their shares of bulk volume, which must sum to one."""
    if not isinstance(data, Mapping) or len(data) != 2:
        text = "expected two components and their shares of volume"
        issues.append(Issue(where, f"got {data!r}, {text}", "e.g. {dbbm: 0.8, autograft_particulate: 0.2}"))
        return ()
    found = number_issues(where, data, tuple(data))
    known = sorted(path.stem for path in (_HERE / "materials").glob("*.yaml"))
    for name in data:
        if name not in known:
            found.append(Issue(where, f"unknown graft material {name!r}", suggest(str(name), known)))
        elif "mixture" in _read_mapping(_component_path(name)):
            found.append(Issue(where, f"{name} is a mixture itself", "name single materials"))
    if not found and not (min(data.values()) > 0 and abs(sum(data.values()) - 1) < 1e-9):
        found.append(Issue(where, f"shares {list(data.values())} must be above 0 and sum to 1"))
    issues += found
    return () if found else tuple((str(name), float(share)) for name, share in data.items())


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
    issues += found
    if found:
        return None
    text = {key: str(data.get(key, "")) for key in ("meaning", "grade", "source", "reason")}
    return Size(value=float(data["value"]), lower=float(data["lower"]), upper=float(data["upper"]), **text)


def _read_parts(where: str, data: Any, issues: list[Issue]) -> tuple[Part, ...]:
    known = ("share_of_size", "weight")
    parts: list[Part] = []
    for i_part, entry in enumerate(data if isinstance(data, list) else ()):
        place = f"{where}[{i_part}]"
        if not isinstance(entry, Mapping):
            issues.append(Issue(place, f"got {entry!r}, expected {{share_of_size: .., weight: ..}}"))
            continue
        found = key_issues(place, entry, known, ()) + number_issues(place, entry, known)
        issues += found
        if not found:
            parts.append(Part(float(entry["share_of_size"]), float(entry["weight"])))
    if abs(sum(p.weight for p in parts) - 1) > 1e-9:
        issues.append(Issue(where, "weights of the columns do not sum to 1"))
    return tuple(parts)


def _choice_issues(where: str, data: Mapping[str, Any]) -> list[Issue]:
    issues: list[Issue] = []
    if data.get("far_wall") not in _FAR_WALLS:
        got = str(data.get("far_wall"))
        issues.append(Issue(f"{where}: far_wall", f"got {got!r}", suggest(got, _FAR_WALLS)))
    cells = data.get("cell_mm")
    if not isinstance(cells, Mapping) or set(cells) != set(_CELLS):
        issues.append(Issue(f"{where}: cell_mm", f"got {cells!r}, expected {{grafted: .., ungrafted: ..}}"))
    else:
        issues += number_issues(f"{where}: cell_mm", cells, _CELLS)
    return issues


def _read_reasons(where: str, data: Mapping[str, Any], issues: list[Issue]) -> tuple[tuple[str, str], ...]:
    """Return (material, why) for the grafts of a site that no calibration record informs."""
    reasons = data.get("not_calibrated", {})
    if not isinstance(reasons, Mapping):
        issues.append(Issue(where, f"got {reasons!r}, expected a mapping", "write  material: why"))
        return ()
    offered = data.get("materials", ())
    for name, why in reasons.items():
        if name not in offered:
            issues.append(Issue(where, f"{name!r} is not among `materials`", suggest(str(name), offered)))
        if not isinstance(why, str) or not why.strip():
            issues.append(Issue(where, f"{name}: got {why!r}, expected a sentence that says why"))
    return tuple((str(name), str(why)) for name, why in reasons.items())


def read_site(path: Path) -> Site:
    """Read a site file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = _read_mapping(path)
    where = path.name
    issues = key_issues(where, data, _SITE, ("aliases", "material_aliases", "not_for", "not_calibrated"))
    issues += _choice_issues(where, data) + number_issues(where, data, ("min_cells",))
    size = _read_size(f"{where}: size", data.get("size"), issues)
    parts = _read_parts(f"{where}: parts", data.get("parts"), issues)
    rows = read_rows(where, data.get("parameters", {}), issues)
    reasons = _read_reasons(f"{where}: not_calibrated", data, issues)
    if issues or size is None:
        raise InputError.from_issues(where, issues, "no site was loaded")
    return Site(
        name=str(data["name"]),
        label=str(data["label"]),
        aliases=tuple(data.get("aliases", ())),
        meaning=str(data["meaning"]),
        calibrated=bool(data["calibrated"]),
        size=size,
        parts=parts,
        far_wall=data["far_wall"],
        cell_mm=tuple((key, float(value)) for key, value in data["cell_mm"].items()),
        min_cells=int(data["min_cells"]),
        materials=tuple(data["materials"]),
        material_aliases=tuple(dict(data.get("material_aliases", {})).items()),
        endpoints=tuple(data["endpoints"]),
        visits_d=tuple(float(visit) for visit in data["visits_d"]),
        parameters=rows,
        not_for=tuple(data.get("not_for", ())),
        not_calibrated=reasons,
    )


@cache
def _all(kind: str) -> dict[str, Any]:
    read: Callable[[Path], Any] = read_site if kind == "sites" else read_material
    things = [read(path) for path in sorted((_HERE / kind).glob("*.yaml"))]
    return {thing.name: thing for thing in things}


def _load(kind: str, what: str, name: str) -> Any:
    things = _all(kind)
    aliases = {alias: thing.name for thing in things.values() for alias in thing.aliases}
    name = aliases.get(name, name)
    check_name(name, things, what)
    return things[name]


def site_names() -> tuple[str, ...]:
    """Return the names of all shipped sites."""
    return tuple(_all("sites"))


def material_names() -> tuple[str, ...]:
    """Return the names of all shipped graft materials, `none` among them."""
    return tuple(_all("materials"))


def load_site(name: str) -> Site:
    """Return a shipped site by name or alias.

    Raises
    ------
    NameUnknown : with near names.

    Examples
    --------
    >>> load_site("sinus_lift").materials[:3]
    ('dbbm', 'autograft_block', 'autograft_particulate')
    """
    return _load("sites", "site", name)


def load_material(name: str) -> Material:
    """Return a shipped graft material by name or alias.

    Raises
    ------
    NameUnknown : with near names.
    """
    return _load("materials", "graft material", name)
