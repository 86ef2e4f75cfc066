"""When a result was read: the stated day, hours after a dose, the middle of a range, or the end of dosing."""

from __future__ import annotations

import re

from osseo.evidence.record import Record, Result, as_number
from osseo.evidence.vocabulary.labels import named_arm
from osseo.evidence.vocabulary.subjects import stated
from osseo.evidence.vocabulary.tables import Measure

__all__ = ["arm_duration", "result_time"]

_HOURS_PER_DAY = 24.0
_RANGE = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:-|to)\s*(\d+(?:\.\d+)?)\b")


def arm_duration(record: Record, names: tuple[str, ...]) -> float | None:
    """Return how long [d] the first of these arms was treated, if its regimen says so as a number."""
    for name in names:
        arm = named_arm(record, name)
        duration = None if arm is None else as_number(arm.regimen.get("duration_d"))
        if duration is not None:
            return duration
    return None


def result_time(
    record: Record, result: Result, measure: Measure, names: tuple[str, ...]
) -> tuple[float | None, str]:
    """Return the day of a result and where it is from.

    Returns
    -------
    time : () [d], None if it cannot be told.
    source : `stated`, `hours`, `range`, `duration` or empty.
    """
    if result.time is not None:
        return result.time, "stated"
    told = stated(record.id, result.label, "time_d") if result.label else ()
    if told:
        return float(told[0].value), "stated"
    hours = as_number(result.extra.get("time_h"))
    if hours is not None:
        return hours / _HOURS_PER_DAY, "hours"
    found = _RANGE.match(str(result.time_d or ""))
    if found:
        return (float(found[1]) + float(found[2])) / 2, "range"
    duration = arm_duration(record, names) if measure.time == "visit" else None
    return (duration, "duration") if duration is not None else (None, "")
