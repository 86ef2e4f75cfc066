"""What is in the model: names of models and modules, and the mechanism card of each module.

A card is the YAML beside a `.ant` file: meaning, equation, symbols, sources, grade, limits, wrong_if,
not_for. Unknown keys are errors.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import Issue, ModelError
from osseo.language.library import ModelEntry, model_entries, model_folder
from osseo.names import check_name, suggest

__all__ = [
    "CARD_KEYS",
    "card",
    "model_entry",
    "model_files",
    "model_names",
    "module_names",
    "read_card",
    "unregistered_files",
]

#: key -> what it holds; all but `equation` are needed
CARD_KEYS: dict[str, type | tuple[type, ...]] = {
    "meaning": str,
    "equation": str,
    "symbols": dict,
    "sources": list,
    "grade": str,
    "limits": dict,
    "wrong_if": (str, list),
    "not_for": list,
}
_OPTIONAL = ("equation",)
_GRADES = ("high", "moderate", "low", "very-low", "assumed")
_NOT_MODULES = ("units",)


def model_names() -> tuple[str, ...]:
    """Return the names of the shipped models."""
    return tuple(model_entries())


def model_entry(name: str) -> ModelEntry:
    """Return the line of `models.yaml` about one model.

    Raises
    ------
    NameUnknown : if there is no such model.
    """
    check_name(name, model_entries(), "model")
    return model_entries()[name]


def model_files(name: str) -> tuple[Path, ...]:
    """Return the `.ant` files of a model, in order."""
    return model_entry(name).paths


def module_names() -> tuple[str, ...]:
    """Return the names of all modules of all models, each once."""
    return tuple(dict.fromkeys(m for entry in model_entries().values() for m in entry.modules))


def unregistered_files() -> tuple[Path, ...]:
    """Return the `.ant` files that no model lists."""
    listed = {*module_names(), *_NOT_MODULES}
    return tuple(p for p in sorted(model_folder().glob("*.ant")) if p.stem not in listed)


@cache
def card(module: str) -> dict[str, Any]:
    """Return the mechanism card of a module.

    Parameters
    ----------
    module : its name.

    Raises
    ------
    NameUnknown : if there is no such module.
    ModelError : with everything wrong in the card.
    """
    check_name(module, module_names(), "module")
    return read_card(model_folder() / f"{module}.yaml")


def read_card(path: Path) -> dict[str, Any]:
    """Read and check a mechanism card.

    Raises
    ------
    ModelError : with everything wrong in it.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ModelError(f"{path.name}: card cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path.name}: got {type(data).__name__}, expected a mapping")
    issues = _card_issues(path.name, data)
    if issues:
        raise ModelError.from_issues(path.name, issues, "the card was not read")
    return data


def _card_issues(file: str, data: dict[str, Any]) -> list[Issue]:
    issues = [
        Issue(file, f"unknown key {key!r}", suggest(str(key), CARD_KEYS))
        for key in data
        if key not in CARD_KEYS
    ]
    for key, kind in CARD_KEYS.items():
        if key not in data:
            if key not in _OPTIONAL:
                issues.append(Issue(file, f"missing {key}", "a card says this"))
        elif not isinstance(data[key], kind):
            got = type(data[key]).__name__
            expected = "text or list" if isinstance(kind, tuple) else kind.__name__
            issues.append(Issue(file, f"{key} is {got}, expected {expected}", "correct it"))
    if isinstance(data.get("grade"), str) and data["grade"] not in _GRADES:
        hint = suggest(data["grade"], _GRADES)
        issues.append(Issue(file, f"unknown grade {data['grade']!r}", hint))
    return issues
