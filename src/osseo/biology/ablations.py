"""Ablations of the graft column: parameter overrides that turn one field off, as data in `ablations.yaml`.

Passed as overrides of a simulation they win over table, site, material and fit alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import Issue, ModelError
from osseo.language.library import model_folder
from osseo.names import check_name, suggest
from osseo.parameters import load_parameters

__all__ = ["Ablation", "ablation", "ablation_names", "read_ablations"]

_KEYS = ("meaning", "parameters")


@dataclass(frozen=True)
class Ablation:
    """One field turned off: its name, what the column is then, and the overrides that do it.

    `overrides` maps `module.quantity` to a value in the unit of its row.
    """

    name: str
    meaning: str
    overrides: Mapping[str, float]


def ablation_names() -> tuple[str, ...]:
    """Return the names of all ablations, in the order of the file."""
    return tuple(_shipped())


def ablation(name: str) -> Ablation:
    """Return one ablation.

    Parameters
    ----------
    name : as in `ablation_names`.

    Raises
    ------
    NameUnknown : there is none of this name; offers near names.

    Examples
    --------
    >>> ablation("mechanics").overrides
    {'graft_mechanics.motion': 0.0}
    """
    check_name(name, _shipped(), "ablation")
    return _shipped()[name]


@cache
def _shipped() -> dict[str, Ablation]:
    return read_ablations(model_folder() / "ablations.yaml")


def read_ablations(path: Path) -> dict[str, Ablation]:
    """Read a file of ablations.

    Parameters
    ----------
    path : YAML, `name: {meaning: text, parameters: {module.quantity: number}}`.

    Raises
    ------
    ModelError : with everything wrong in it.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ModelError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path.name}: got {type(data).__name__}, expected a mapping of ablations")
    issues = [i for name, entry in data.items() for i in _entry_issues(f"{path.name}: {name}", entry)]
    if issues:
        raise ModelError.from_issues(path.name, issues, "no ablation was read")
    return {
        str(name): Ablation(
            name=str(name),
            meaning=entry["meaning"],
            overrides={key: float(value) for key, value in entry["parameters"].items()},
        )
        for name, entry in data.items()
    }


def _entry_issues(where: str, entry: Any) -> list[Issue]:
    if not isinstance(entry, dict):
        return [Issue(where, f"got {entry!r}", "write {meaning: ..., parameters: {...}}")]
    issues = [
        Issue(where, f"unknown key {key!r}", suggest(str(key), _KEYS)) for key in entry if key not in _KEYS
    ]
    if not isinstance(entry.get("meaning"), str):
        issues.append(Issue(where, "no meaning", "say what the column is without the field"))
    parameters = entry.get("parameters")
    if not isinstance(parameters, dict) or not parameters:
        return [*issues, Issue(where, "no parameters", "write parameters: {module.quantity: number}")]
    known = load_parameters("graft")
    for name, value in parameters.items():
        if name not in known:
            issues.append(Issue(where, f"unknown parameter {name!r}", suggest(str(name), known)))
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            issues.append(Issue(where, f"{name} is {value!r}", "write a number"))
    return issues
