"""Numbers as people read them: decimals by unit, signs on differences, never "-0", never a bare NaN."""

from __future__ import annotations

import math

from osseo.answer.result import EndpointRow, Interval

__all__ = [
    "decimals_for",
    "show",
    "show_day",
    "show_interval",
    "show_margin",
    "show_median",
    "show_percent",
    "show_positive",
    "show_range",
]

MISSING = "n/a"
#: how many decimals a small difference may add to those of its unit
MORE_DECIMALS = 2
#: decimals of a small difference in a unit that is not listed
FEW_DECIMALS = 3
#: share of a level below which a difference is the error of computing, not an effect
NOTHING = 1e-6
DECIMALS = {
    "%": 1,
    "points": 1,
    "d": 0,
    "mmol/L": 3,
    "mmol/d": 2,
    "mm": 2,
    "mmol": 2,
    "mg/d": 0,
    "points/mm": 2,
    "g/d": 1,
}


def decimals_for(unit: str, *values: float) -> int:
    """Return the decimals of a unit; for an unlisted one, enough for two figures of the largest."""
    if unit in DECIMALS:
        return DECIMALS[unit]
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0.0:
        return 1
    return min(6, max(0, 2 - math.floor(math.log10(largest))))


def show(value: float | None, unit: str = "", *, signed: bool = False, decimals: int | None = None) -> str:
    """Return `value` with the decimals of `unit` and no unit.

    Examples
    --------
    >>> show(-0.04, "%"), show(0.31, "%", signed=True), show(float("nan"))
    ('0.0', '+0.3', 'n/a')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    places = decimals_for(unit, value) if decimals is None else decimals
    text = f"{value:{'+' if signed else ''}.{places}f}"
    return text.lstrip("+-") if float(text) == 0.0 else text


def show_interval(interval: Interval, unit: str = "", *, signed: bool = False) -> str:
    """Return median and 90 % limits, `+0.3 (-0.5 to +1.2)`."""
    if not math.isfinite(interval.median):
        return MISSING
    return f"{show_median(interval, unit, signed=signed)} {show_range(interval, unit, signed=signed)}"


def show_median(interval: Interval, unit: str = "", *, signed: bool = False) -> str:
    """Return the median with the decimals its limits need."""
    return show(interval.median, unit, signed=signed, decimals=_shared_decimals(interval, unit))


def show_range(interval: Interval, unit: str = "", *, signed: bool = False) -> str:
    """Return the 90 % limits, `(-0.5 to +1.2)`; empty if nothing was computed."""
    if not math.isfinite(interval.median):
        return ""
    places = _shared_decimals(interval, unit)
    low = show(interval.low90, unit, signed=signed, decimals=places)
    high = show(interval.high90, unit, signed=signed, decimals=places)
    return f"({low} to {high})"


def _shared_decimals(interval: Interval, unit: str) -> int:
    """Return decimals for all three numbers: those of the unit, more where all would read as zero."""
    ends = [v for v in (interval.median, interval.low90, interval.high90) if math.isfinite(v)]
    usual = decimals_for(unit, *ends)
    largest = max(map(abs, ends), default=0.0)
    if unit not in DECIMALS and largest < 1.0:
        usual = min(usual, FEW_DECIMALS)
    if largest == 0.0:
        return usual
    most = FEW_DECIMALS if unit not in DECIMALS else usual + MORE_DECIMALS
    return min(max(usual, -math.floor(math.log10(largest))), max(usual, most))


def show_percent(share: float | None) -> str:
    """Return a share (0-1) as whole per cent; a finite number of draws never proves 0 or 100.

    Examples
    --------
    >>> show_percent(0.314), show_percent(0.0), show_percent(1.0)
    ('31 %', '<1 %', '>99 %')
    """
    if share is None or not math.isfinite(share):
        return MISSING
    if share < 0.01:
        return "<1 %"
    if share > 0.99:
        return ">99 %"
    return f"{100 * share:.0f} %"


def show_positive(row: EndpointRow) -> str:
    """Return the probability of any gain; `none` where the arms differ by less than computing can."""
    level = max(abs(v) for v in (row.without.median, row.margin or 0.0) if math.isfinite(v))
    ends = (row.difference.low90, row.difference.median, row.difference.high90)
    if all(math.isfinite(v) and abs(v) <= NOTHING * level for v in ends):
        return "none"
    return show_percent(row.p_positive)


def show_day(visit_d: float | None) -> str:
    """Return a visit as `day 180`; nothing for a time to an event."""
    return "" if visit_d is None else f"day {visit_d:g}"


def show_margin(row: EndpointRow) -> str:
    """Return the margin of a row with its unit, per cent as points; empty if it has none."""
    if row.margin is None:
        return ""
    return f"{row.margin:.2g} {'points' if row.unit == '%' else row.unit}"
