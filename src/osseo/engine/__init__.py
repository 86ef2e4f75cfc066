"""Numerics only: the two drivers, events, inputs, grids, Status. Knows no biology.

Names are loaded on first use, so that importing this package does not import numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "BatchResult": "result",
    "EventRow": "events",
    "EventTable": "events",
    "FaceLaw": "grid",
    "FieldTransport": "grid",
    "Grid": "grid",
    "InputTable": "inputs",
    "Kernel": "kernel",
    "SiteResult": "site",
    "Status": "status",
    "continue_events": "events",
    "describe_failure": "failure",
    "expand_events": "events",
    "solve_batch": "batch",
    "solve_site": "site",
    "graded_grid": "grid",
    "uniform_grid": "grid",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a public name from the file that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
