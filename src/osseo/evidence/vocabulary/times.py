"""When a result was read: the stated day, hours after a dose, the middle of a range, or the end of dosing.

A time in words (`12-18 wk`, `at 6 months`, `final`) is read from the time, the measure, the label, the
note or the record's follow-up, in that order; where it is from is told with it.
"""

from __future__ import annotations

import math
import re

from osseo.evidence.record import Record, Result, as_number
from osseo.evidence.vocabulary.labels import named_arm
from osseo.evidence.vocabulary.subjects import stated
from osseo.evidence.vocabulary.tables import Measure

__all__ = ["arm_duration", "follow_up", "read_days", "result_time"]

_HOURS_PER_DAY = 24.0
_RANGE = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:-|to)\s*(\d+(?:\.\d+)?)(?![\w.])(?!\s*(?:d|w|m|y))")
_LIST = re.compile(r"^\[(\d+(?:\.\d+)?)(?:,\s*(\d+(?:\.\d+)?))+\]$")
_BOUND = re.compile(r"^(?:>=|<=|>|<|at least|about|~|over)\s*(\d+(?:\.\d+)?)$")
#: [d] per unit of time
_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"[- _]?(days?|d|weeks?|wks?|wk|w|months?|mos?|mo|m|years?|yrs?|yr|y)(?![a-z])"
_SPAN = re.compile(rf"{_NUMBER}\s*(?:-|to|–|and)\s*{_NUMBER}\s*{_UNIT}", re.I)
_ONE = re.compile(rf"(?<![\d.-]){_NUMBER}\s*{_UNIT}", re.I)
_FOLLOW_UP = re.compile(
    rf"follow\w*[- ]?(?:up)?\D{{0,24}}?{_NUMBER}\s*(?:\([^)]*\)\s*)?{_UNIT}|{_NUMBER}{_UNIT}\W{{0,3}}follow"
    rf"|(?:biops\w*|cores?|histolog\w*|re-?entry)\D{{0,24}}?(?:at|after)\s{_NUMBER}\s*{_UNIT}",
    re.I,
)
#: [d] no follow-up is longer; what is, is an age
_LONGEST = 40 * 365.25


def arm_duration(record: Record, names: tuple[str, ...]) -> float | None:
    """Return how long [d] the first of these arms was treated, if its regimen says so as a number."""
    for name in names:
        arm = named_arm(record, name)
        duration = None if arm is None else as_number(arm.regimen.get("duration_d"))
        if duration is not None:
            return duration
    return None


def read_days(text: str) -> float | None:
    """Return a time in words as days; the middle of a range; None if it says none.

    Examples
    --------
    >>> read_days("at 12-18 wk"), read_days("6 months"), read_days("final")
    (105.0, 182.625, None)
    """
    span = _SPAN.search(text)
    if span:
        return (float(span[1]) + float(span[2])) / 2 * _DAYS[span[3][0].lower()]
    one = _ONE.search(text)
    return float(one[1]) * _DAYS[one[2][0].lower()] if one else None


def _in_words(result: Result) -> float | None:
    """Return the day that the words of a time, measure or label say."""
    text = str(result.time_d or "")
    listed, bound = _LIST.match(text), _BOUND.match(text.strip())
    if listed:
        ends = [float(x) for x in re.findall(r"\d+(?:\.\d+)?", text)]
        return sum(ends) / len(ends)
    if bound:
        return float(bound[1])
    found = read_days(text)
    if found is not None:
        return found
    for words in (result.measure.replace("_", " "), result.label, result.note):
        found = read_days(words) if re.search(r"\bat\b|\bafter\b|\d ?(wk|mo|week|month|y)", words) else None
        if found is not None and math.isfinite(found):
            return found
    return None


def follow_up(record: Record) -> float | None:
    """Return the follow-up [d] that the prose of a record states, the longest it names; None if none."""
    texts = (record.design, record.population, record.title)
    rows = [m.groups() for text in texts for m in _FOLLOW_UP.finditer(text)]
    pairs = [(row[i], row[i + 1]) for row in rows for i in (0, 2, 4) if row[i]]
    found = [float(number) * _DAYS[unit[0].lower()] for number, unit in pairs]
    found = [days for days in found if days <= _LONGEST]
    return max(found) if found else None


def result_time(
    record: Record, result: Result, measure: Measure, names: tuple[str, ...]
) -> tuple[float | None, str]:
    """Return the day of a result and where it is from.

    Returns
    -------
    time : () [d], None if it cannot be told.
    source : `stated`, `hours`, `range`, `duration`, `words`, `follow-up` or empty.
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
    if duration is not None:
        return duration, "duration"
    if measure.time != "visit" or record.domain not in ("graft-outcome", "healing-biology"):
        return None, ""
    told_in_words = _in_words(result)
    if told_in_words is not None:
        return told_in_words, "words"
    end = follow_up(record)
    return (end, "follow-up") if end is not None else (None, "")
