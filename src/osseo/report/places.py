"""A site, a graft or an adjunct as lines and as plain data: every number with its grade and source."""

from __future__ import annotations

import textwrap
from typing import Any

from osseo.names import check_name
from osseo.parameters.parameter import Parameter
from osseo.report.data import plain
from osseo.site import (
    Adjunct,
    Material,
    Site,
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)

__all__ = ["place_lines", "place_names", "place_to_dict"]

WIDTH = 80
LABEL = 14
_APART = (
    "the magnesium of a graft is told here and enters no link: those were measured on magnesium in blood, "
    "which a dissolving implant does not move (liu_porousmg)"
)


def place_names() -> tuple[str, ...]:
    """Return the names of all sites, grafts and adjuncts."""
    return (*site_names(), *material_names(), *adjunct_names())


def _find(name: str) -> Site | Material | Adjunct:
    check_name(name, place_names(), "site, graft or adjunct")
    if name in site_names():
        return load_site(name)
    return load_material(name) if name in material_names() else load_adjunct(name)


def place_to_dict(name: str) -> dict[str, Any]:
    """Return everything a file says, as plain data.

    Raises
    ------
    NameUnknown : no such site, graft or adjunct; offers near names.
    """
    place = _find(name)
    if isinstance(place, Site):
        data = {**_site(place), "fixations": _fixations(place)}
    else:
        data = _material(place) if isinstance(place, Material) else _adjunct(place)
    rows = [_row(row) for row in place.parameters]
    return plain({"name": place.name, "label": place.label, **data, "parameters": rows})


def _site(site: Site) -> dict[str, object]:
    size = site.size
    return {
        "kind": "site",
        "meaning": site.meaning,
        "size": f"{size.meaning}: {size.value:g} mm ({size.lower:g} to {size.upper:g}, {size.grade})",
        "size from": size.source or size.reason,
        "columns": ", ".join(dict.fromkeys(part.shape for part in site.parts)),
        "calibrated": _grafts(site.informed) or "nothing: simulates, refuses to conclude",
        "used there": _grafts(site.materials),
        "endpoints": ", ".join(site.endpoints),
        "visits": ", ".join(f"day {visit:g}" for visit in site.visits_d),
        "valid to": f"day {site.validated_to_d:g}, the last day a record of it speaks to",
        "operation": f"{site.operation[0]}: {site.operation[1]}",
        "not for": ", ".join(site.not_for),
    }


def _grafts(names: tuple[str, ...]) -> str:
    return ", ".join("no graft" if name == "none" else name for name in names)


def _fixations(site: Site) -> list[dict[str, object]]:
    return [
        {
            "name": held.name,
            "label": held.label + (" (default)" if held.name == site.fixations[0].name else ""),
            "not_calibrated": held.not_calibrated,
            "parameters": [_row(row) for row in held.parameters],
        }
        for held in site.fixations
    ]


def _material(graft: Material) -> dict[str, object]:
    sites = [load_site(name) for name in site_names()]
    used = [site.name for site in sites if graft.name in site.materials]
    known = [site.name for site in sites if site.is_calibrated(graft.name)]
    data: dict[str, object] = {
        "kind": graft.kind,
        "mixture": " and ".join(f"{share:.0%} {name}" for name, share in graft.mixture),
        "calibrated": ", ".join(known) or "nowhere",
        "used at": ", ".join(used),
        "pore space": f"{graft.pore_share:.0%} of the site on day 0",
    }
    if graft.surface_per_mm is not None:
        data["surface"] = f"{graft.surface_per_mm:.3g} mm2 per mm3 on day 0 (describes, enters no equation)"
    own = graft.local_magnesium
    if own is not None:
        told = f"{own.content_mg_g:g} mg/g, at most {own.released_share:.0%} let go"
        told += f" over {own.released_over_d:g} d" if own.released_over_d else ""
        data["own magnesium"] = f"{told} ({own.grade}; {own.source or own.reason}); {_APART}"
    return data


def _adjunct(adjunct: Adjunct) -> dict[str, object]:
    informed = [f"{site}: {', '.join(grafts)}" for site, grafts in adjunct.informed]
    return {
        "kind": "adjunct",
        "meaning": adjunct.meaning,
        "trials": f"{adjunct.findings} (grade {adjunct.grade})",
        "tried at": ", ".join(adjunct.sites),
        "calibrated": "; ".join(informed) or "nowhere",
        "adds": ", ".join(row.name for row in adjunct.adds),
        "multiplies": ", ".join(row.name for row in adjunct.multiplies),
        "not for": ", ".join(adjunct.not_for),
    }


def _row(row: Parameter) -> dict[str, object]:
    keys = ("name", "value", "unit", "lower", "upper", "distribution", "layer", "grade", "source", "reason")
    return {key: getattr(row, key) for key in keys}


def place_lines(name: str) -> list[str]:
    """Return a site, graft or adjunct as lines: what it is, then its numbers.

    Raises
    ------
    NameUnknown : no such site, graft or adjunct; offers near names.
    """
    data = place_to_dict(name)
    lines = [f"{data['name']} - {data['label']}"]
    told = {k: v for k, v in data.items() if isinstance(v, str) and v and k not in ("name", "label")}
    for key, value in told.items():
        lines += textwrap.wrap(
            value,
            WIDTH,
            initial_indent=key.ljust(LABEL),
            subsequent_indent=" " * LABEL,
            break_on_hyphens=False,
        )
    for held in data.get("fixations", []):
        why = f"; not calibrated: {held['not_calibrated']}" if held["not_calibrated"] else ""
        text = f"{held['name']}: {held['label']}{why}"
        lines += textwrap.wrap(
            text, WIDTH, initial_indent="fixation".ljust(LABEL), subsequent_indent=" " * LABEL
        )
    for title, rows in _tables(data):
        lines += ["", title, *(line for row in rows for line in _row_lines(row))]
    return lines


def _tables(data: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    tables = [("parameters", data["parameters"])] if data["parameters"] else []
    held = [(f"with {f['name']}", f["parameters"]) for f in data.get("fixations", []) if f["parameters"]]
    return tables + held


def _row_lines(row: dict[str, Any]) -> list[str]:
    spread = "" if row["distribution"] == "fixed" else f" ({row['lower']:.3g} to {row['upper']:.3g})"
    patient = ", between patients" if row["layer"] == "patient" else ""
    head = f"  {row['name']} = {row['value']:.4g} {row['unit']}{spread}, {row['grade']}{patient}"
    why = "; ".join(text for text in (row["source"], row["reason"]) if text)
    return [head, *textwrap.wrap(why, WIDTH, initial_indent="      ", subsequent_indent="      ")]
