"""Which files make which shipped model: `biology/models.yaml`.

The folder `biology` is data to this floor; nothing of it is imported.

    body: {scope: body, modules: [magnesium_gut, magnesium_pools]}
    graft_column: {scope: site, modules: [graft_clot], transport: graft_column.transport.yaml}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import Issue, ModelError
from osseo.language.unit_algebra import UnitLine, read_unit_table
from osseo.names import suggest

__all__ = ["ModelEntry", "model_entries", "model_folder", "read_models", "unit_table"]

SCOPES = ("body", "site")
_KEYS = ("scope", "modules", "transport", "meaning")


@dataclass(frozen=True)
class ModelEntry:
    """One model: its scope, its files in order, its transport table if it is a site model."""

    name: str
    scope: str
    paths: tuple[Path, ...]
    transport: Path | None = None
    meaning: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """Return the names of the modules, in order."""
        return tuple(path.stem for path in self.paths)


def model_folder() -> Path:
    """Return the folder of the shipped model text."""
    return Path(str(resources.files("osseo"))) / "biology"


@cache
def unit_table() -> dict[str, UnitLine]:
    """Return the shared units of model text by id."""
    path = model_folder() / "units.ant"
    return read_unit_table(path.read_text(encoding="utf-8"), path.name)


def _entry_issues(where: str, entry: Any) -> list[Issue]:
    if not isinstance(entry, dict):
        return [Issue(where, f"got {entry!r}", "write {scope: body, modules: [...]}")]
    issues = [
        Issue(where, f"unknown key {key!r}", suggest(str(key), _KEYS)) for key in entry if key not in _KEYS
    ]
    if entry.get("scope") not in SCOPES:
        issues.append(Issue(where, f"scope {entry.get('scope')!r}", "write body or site"))
    modules = entry.get("modules")
    if not isinstance(modules, list) or not modules:
        issues.append(Issue(where, "no modules", "write modules: [name, ...]"))
    elif len(set(modules)) < len(modules):
        issues.append(Issue(where, "a module is listed twice", "list each once"))
    if entry.get("transport") and entry.get("scope") == "body":
        issues.append(Issue(where, "a body model has no transport", "remove it or use scope: site"))
    return issues


def read_models(path: Path) -> dict[str, ModelEntry]:
    """Read a `models.yaml`; files are taken from its folder.

    Raises
    ------
    ModelError : with everything wrong in it.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ModelError(f"{path.name}: got {type(data).__name__}, expected a mapping of model names")
    issues = [i for name, e in data.items() for i in _entry_issues(f"{path.name}: {name}", e)]
    if issues:
        raise ModelError.from_issues(path.name, issues, "no model was loaded")
    return {
        name: ModelEntry(
            name=name,
            scope=entry["scope"],
            paths=tuple(path.parent / f"{module}.ant" for module in entry["modules"]),
            transport=path.parent / entry["transport"] if entry.get("transport") else None,
            meaning=str(entry.get("meaning", "")),
        )
        for name, entry in data.items()
    }


@cache
def model_entries() -> dict[str, ModelEntry]:
    """Return the shipped models by name."""
    return read_models(model_folder() / "models.yaml")
