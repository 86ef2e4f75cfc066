"""Model text -> ModelIR, with its own unit check. Heavy parsers are imported on first use.

`load_model(name)`, `load_model_files(paths, name, scope, transport)`, `check_units(ir)`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check_units", "load_model", "load_model_files", "render"]

_PLACES = {
    "check_units": "unit_check",
    "load_model": "load",
    "load_model_files": "load",
    "render": "render",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
