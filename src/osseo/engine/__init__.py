"""Numerics only: the two drivers, events, inputs, grids, Status. Knows no biology.

Names are loaded on first use, so that importing this package does not import numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osseo.engine.batch import solve_batch
    from osseo.engine.dosing.steady import settle_events
    from osseo.engine.dosing.table import SettledEvents
    from osseo.engine.events import EventRow, EventTable, continue_events, expand_events
    from osseo.engine.failure import describe_failure
    from osseo.engine.grid import FaceLaw, FieldTransport, Grid, graded_grid, radial_grid, uniform_grid
    from osseo.engine.inputs import InputTable
    from osseo.engine.kernel import Kernel
    from osseo.engine.result import BatchResult
    from osseo.engine.scale.chunks import RunState, run_chunked
    from osseo.engine.scale.reducer import Reducer
    from osseo.engine.scale.site_reducer import CoreReducer, solve_site_reduced
    from osseo.engine.site import SiteResult, solve_site
    from osseo.engine.status import Status

_HOMES = {
    "BatchResult": "result",
    "CoreReducer": "scale.site_reducer",
    "EventRow": "events",
    "EventTable": "events",
    "FaceLaw": "grid",
    "FieldTransport": "grid",
    "Grid": "grid",
    "InputTable": "inputs",
    "Kernel": "kernel",
    "Reducer": "scale.reducer",
    "RunState": "scale.chunks",
    "run_chunked": "scale.chunks",
    "SettledEvents": "dosing.table",
    "SiteResult": "site",
    "Status": "status",
    "continue_events": "events",
    "describe_failure": "failure",
    "expand_events": "events",
    "settle_events": "dosing.steady",
    "solve_batch": "batch",
    "solve_site": "site",
    "solve_site_reduced": "scale.site_reducer",
    "graded_grid": "grid",
    "radial_grid": "grid",
    "uniform_grid": "grid",
}

__all__ = [
    "BatchResult",
    "CoreReducer",
    "EventRow",
    "EventTable",
    "FaceLaw",
    "FieldTransport",
    "Grid",
    "InputTable",
    "Kernel",
    "Reducer",
    "RunState",
    "SettledEvents",
    "SiteResult",
    "Status",
    "continue_events",
    "describe_failure",
    "expand_events",
    "graded_grid",
    "radial_grid",
    "run_chunked",
    "settle_events",
    "solve_batch",
    "solve_site",
    "solve_site_reduced",
    "uniform_grid",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the file that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
