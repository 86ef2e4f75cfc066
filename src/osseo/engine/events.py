"""Doses as the engine sees them: rows in time, expanded into a sorted table of jumps and rate changes.

A row may repeat (`count` times, `every` days) and may be delayed (`lag`). A placebo has the same
rows with amount 0, so that both arms are computed at the same instants. See `dosing/`.
"""

from __future__ import annotations

from osseo.engine.dosing.expand import expand_events
from osseo.engine.dosing.row import EventRow
from osseo.engine.dosing.table import EventTable, continue_events

__all__ = ["EventRow", "EventTable", "continue_events", "expand_events"]
