"""Dates as people write them: 2027-03-14, 14 March 2027, and 14/3/2027 or 3/14/2027 by region."""

from __future__ import annotations

import re
from datetime import date, datetime

from osseo.scenario._document import Node
from osseo.scenario._reader import Reader

__all__ = ["STYLES", "read_clock", "read_date", "show_date"]

STYLES = ("british", "american")
_NAMED = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%B %d, %Y", "%b %d, %Y")
_NUMBERS = {"british": "%d/%m/%Y", "american": "%m/%d/%Y"}
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$", re.IGNORECASE)


def read_date(reader: Reader, node: Node | None, style: str) -> date | None:
    """Return a date; 3/4/2027 is read by style, a date that does not exist is a problem."""
    word = reader.text(node)
    if node is None or word is None or word.lower() == "unknown":
        return None
    for form in ("%Y-%m-%d", *_NAMED, _NUMBERS[style]):
        try:
            return datetime.strptime(word, form).date()
        except ValueError:
            continue
    example = {"british": "14/3/2027", "american": "3/14/2027"}[style]
    reader.problem(node, f'got "{word}"; expected a date, e.g. 14 March 2027 or {example}')
    return None


def show_date(day: date, style: str) -> str:
    """Return a date in words, so that day and month cannot be mixed up.

    Examples
    --------
    >>> show_date(date(2027, 3, 14), "british"), show_date(date(2027, 3, 14), "american")
    ('14 March 2027', 'March 14, 2027')
    """
    month = day.strftime("%B")
    return f"{month} {day.day}, {day.year}" if style == "american" else f"{day.day} {month} {day.year}"


def read_clock(reader: Reader, node: Node) -> float | None:
    """Return a time of day [h]: `7:30`, `7.30 pm` or `19:30`."""
    word = reader.text(node)
    if word is None:
        return None
    match = _CLOCK.match(word)
    hour, minute = (int(match.group(1)), int(match.group(2) or 0)) if match else (-1, 0)
    half = (match.group(3) or "").lower() if match else ""
    if half and not 1 <= hour <= 12:
        hour = -1
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if 0 <= hour < 24 and 0 <= minute < 60:
        return hour + minute / 60
    reader.problem(node, f'got "{word}"; expected a time of day, e.g. 7:30 or 7:30 pm')
    return None
