"""What osseo knows, as rows and lines: models, modules, graft materials, sites."""

from __future__ import annotations

import textwrap
from typing import Any

from osseo.biology.registry import card, model_entry, model_names, module_names
from osseo.language.library import model_folder
from osseo.names import check_name
from osseo.parameters import load_parameters
from osseo.report.data import plain
from osseo.site import load_material, load_site, material_names, site_names

__all__ = ["material_rows", "model_rows", "module_lines", "module_to_dict", "site_rows"]

WIDTH = 80
LABEL = 10
CARD_ORDER = ("meaning", "equation", "symbols", "sources", "grade", "limits", "wrong_if", "not_for")


def model_rows() -> list[list[object]]:
    """Return model, scope, modules and meaning of every shipped model."""
    entries = [(name, model_entry(name)) for name in model_names()]
    return [[name, e.scope, ", ".join(e.modules), e.meaning] for name, e in entries]


def material_rows() -> list[list[object]]:
    """Return name, class, sites where it is calibrated and where it is used too, full name of grafts."""
    sites = [load_site(name) for name in site_names()]
    rows = []
    for name in material_names():
        graft = load_material(name)
        known = [site.name for site in sites if site.is_calibrated(name)]
        used = [site.name for site in sites if name in site.materials and site.name not in known]
        rows.append([name, graft.kind, ", ".join(known), ", ".join(used), graft.label])
    return rows


def site_rows() -> list[list[object]]:
    """Return name, whether calibrated, with which grafts, materials, fixations, endpoints, full name."""
    sites = [load_site(name) for name in site_names()]
    return [
        [
            s.name,
            "yes" if s.calibrated else "no",
            ", ".join(s.informed),
            ", ".join(s.materials),
            ", ".join(held.name for held in s.fixations),
            ", ".join(s.endpoints),
            s.label,
        ]
        for s in sites
    ]


def module_to_dict(name: str) -> dict[str, Any]:
    """Return card, parameters and text of a module.

    Raises
    ------
    NameUnknown : no such module; offers near names.
    """
    check_name(name, module_names(), "module")
    text = (model_folder() / f"{name}.ant").read_text(encoding="utf-8")
    return plain({"module": name, "card": card(name), "parameters": _parameters(name), "text": text})


def _parameters(name: str) -> list[dict[str, object]]:
    keys = ("name", "value", "unit", "lower", "upper", "distribution", "grade", "source", "reason")
    found = [p for p in load_parameters().values() if p.name.startswith(f"{name}.")]
    return [{key: getattr(p, key) for key in keys} for p in found]


def module_lines(name: str) -> list[str]:
    """Return a module as lines: its card, its parameters, its equations."""
    data = module_to_dict(name)
    lines = [name]
    for key in CARD_ORDER:
        if key in data["card"]:
            lines += _entry(key.replace("_", " "), data["card"][key])
    if data["parameters"]:
        lines += ["", f"{'parameter':<38}{'value':>12} {'unit':<10} {'grade':<9} source"]
        lines += [_parameter_line(p, name) for p in data["parameters"]]
    return [*lines, "", *str(data["text"]).rstrip().splitlines()]


def _entry(label: str, value: object) -> list[str]:
    if isinstance(value, dict):
        items = [f"{k}: {v}" for k, v in value.items()]
    else:
        items = [", ".join(map(str, value)) if isinstance(value, list) else str(value)]
    lines = []
    for i, item in enumerate(items):
        head = label.ljust(LABEL) if i == 0 else " " * LABEL
        lines += textwrap.wrap(item, WIDTH, initial_indent=head, subsequent_indent=" " * (LABEL + 2))
    return lines


def _parameter_line(parameter: dict[str, object], module: str) -> str:
    short = str(parameter["name"]).removeprefix(f"{module}.")
    unit, grade = parameter["unit"], parameter["grade"]
    return f"{short:<38}{parameter['value']:>12.6g} {unit:<10} {grade:<9} {parameter['source']}".rstrip()
