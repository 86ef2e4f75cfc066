"""The door of the language floor: a model name or files in, a linked and checked ModelIR out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from osseo.cache import keep
from osseo.errors import Issue, ModelError
from osseo.language.ir import ModelIR
from osseo.language.kept import model_key
from osseo.language.library import SCOPES, model_entries, unit_table
from osseo.language.link import link
from osseo.language.module import Module, read_module
from osseo.language.reader import read_sbml
from osseo.language.text import read_text
from osseo.language.transport import read_transport
from osseo.language.unit_check import unit_issues
from osseo.names import check_name

__all__ = ["hash_of", "load_model", "load_model_files"]

#: where a thing is written, and words about it, do not change what the model computes
_NOT_HASHED = ("file", "line", "label", "sbml", "hash")


@cache
def load_model(name: str = "body") -> ModelIR:
    """Load a shipped model; loaded once per process.

    Parameters
    ----------
    name : as in `biology/models.yaml`.

    Raises
    ------
    NameUnknown : if there is no such model.
    ModelError : with every problem in its files.
    """
    check_name(name, model_entries(), "model")
    entry = model_entries()[name]
    return load_model_files(entry.paths, name, entry.scope, entry.transport)


def load_model_files(
    paths: Sequence[str | Path], name: str, scope: str, transport: str | Path | None = None
) -> ModelIR:
    """Load a model from its files.

    Parameters
    ----------
    paths : `.ant` files, one flat model block each, in the order in which their states appear.
    name : name of the model.
    scope : `body` or `site`.
    transport : YAML table of how fields move; site models only.

    Raises
    ------
    ModelError : with every problem in every file, by file, line and name.
    """
    key = model_key(paths, name, scope, transport)
    if key is None:
        return _make_model(paths, name, scope, transport)
    return keep("model", key, ModelIR, lambda: _make_model(paths, name, scope, transport))


def _make_model(paths: Sequence[str | Path], name: str, scope: str, transport: str | Path | None) -> ModelIR:
    """Read, link and check a model."""
    issues = [] if scope in SCOPES else [Issue(name, f"scope {scope!r}", "write body or site")]
    if not paths:
        issues.append(Issue(name, "no model files", "give at least one .ant file"))
    modules = [m for m in (_read_one(Path(path), issues) for path in paths) if m is not None]
    if len(modules) < len(paths):
        # joints to a file that could not be read would only repeat its problem
        issues.extend(issue for module in modules for issue in module.issues)
        raise ModelError.from_issues(f"model {name}", issues, "no model was loaded")
    issues.extend(_double_modules(modules))
    moves = read_transport(Path(transport), issues) if transport else ()
    ir, found = link(modules, name=name, scope=scope, transport=moves)
    issues.extend(found)
    issues.extend(_unit_issues(ir, modules))
    if issues:
        raise ModelError.from_issues(f"model {name}", issues, "no model was loaded")
    return replace(ir, hash=hash_of(ir))


def _double_modules(modules: Sequence[Module]) -> list[Issue]:
    names = [module.name for module in modules]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Issue(f"{name}.ant", "module is given twice", "give each file once") for name in twice]


def _unit_issues(ir: ModelIR, modules: Sequence[Module]) -> list[Issue]:
    """Run the unit pass; a missing unit was reported when the file was read."""
    lines = {f"{m.name}.{s.name}": s.initial_line for m in modules for s in m.members.values()}
    return [i for i in unit_issues(ir, lines) if "has no unit" not in i.message]


def _read_one(path: Path, issues: list[Issue]) -> Module | None:
    """Read one file; what is wrong goes to `issues` (here) or stays with the module."""
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        issues.append(Issue(str(path), f"cannot be read: {error}", "give a readable .ant file"))
        return None
    try:
        sbml = read_sbml(text, path.stem, unit_table())
    except ModelError as error:
        issues.extend(error.issues)
        return None
    return read_module(sbml, text, path.stem, unit_table())


def _plain(value: Any) -> Any:
    """Return plain lists and dicts, without what is not hashed."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _NOT_HASHED}
        return {"": type(value).__name__, **kept}
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def hash_of(ir: ModelIR) -> str:
    """Return the sha256 of what a model computes; comments, labels and places do not count.

    Parameters
    ----------
    ir : a linked model.
    """
    text = json.dumps(_plain(ir), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
