"""Small still pictures as inline SVG: the difference of a row, shares, and the chain.

They print as sharp as text, need no script and carry their own alternative text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from osseo.answer.result import ChainLink, EndpointRow, Interval
from osseo.report.numbers import show, show_day, show_interval, show_margin, show_percent
from osseo.report.palette import DIFFERENCE, WITH, WITHOUT, ZONE, translucent

__all__ = ["chain_picture", "common_limit", "difference_picture", "share_picture"]

WIDTH, HEIGHT, MIDDLE = 220, 34, 12


def common_limit(intervals: Sequence[Interval], margin: float | None) -> float:
    """Return the half width of an axis that holds all intervals and the margin."""
    ends = [abs(v) for i in intervals for v in (i.low90, i.high90) if math.isfinite(v)]
    return 1.08 * max([*ends, margin or 0.0], default=0.0) or 1.0


def difference_picture(row: EndpointRow, interval: Interval | None = None, limit: float = 0.0) -> str:
    """Return the picture of a difference: 90 % line, 50 % bar, median; the zone of +-m is shaded.

    `interval` replaces the row's own difference; `limit` is the half width of the axis.
    """
    shown = interval or row.difference
    limit = limit or common_limit([shown], row.margin)
    text = _difference_text(row, shown)
    if not math.isfinite(shown.median):
        return _frame(f'<text x="4" y="{MIDDLE + 4}" class="tick">not computed</text>', text)
    parts = [_zone(row.margin, limit), _rule(_x(0.0, limit)), *_bars(shown, limit)]
    return _frame("".join([*parts, *_ticks(row, limit)]), text)


def _x(value: float, limit: float) -> float:
    return round(WIDTH / 2 * (1 + value / limit), 1)


def _frame(inner: str, text: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    return (
        f'<svg class="picture" role="img" aria-label="{escape(text)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{escape(text)}</title>{inner}</svg>"
    )


def _difference_text(row: EndpointRow, shown: Interval) -> str:
    head = f"{row.label} {show_day(row.visit_d)}".strip()
    zone = "" if row.margin is None else f"; zone of no importance +-{show_margin(row)}"
    middle = f"{show(shown.low50, row.unit, signed=True)} to {show(shown.high50, row.unit, signed=True)}"
    size = show_interval(shown, row.unit, signed=True)
    return f"Difference in {head} [{row.unit}]: {size} at 90 %, {middle} at 50 %{zone}"


def _zone(margin: float | None, limit: float) -> str:
    if not margin:
        return ""
    left, right = _x(-margin, limit), _x(margin, limit)
    return f'<rect x="{left}" y="0" width="{right - left:.1f}" height="24" fill="{ZONE}"/>'


def _rule(x: float) -> str:
    return f'<line x1="{x}" x2="{x}" y1="0" y2="24" stroke="#555" stroke-dasharray="2 2"/>'


def _bars(shown: Interval, limit: float) -> tuple[str, str, str]:
    a, b = _x(shown.low90, limit), _x(shown.high90, limit)
    c, d = _x(shown.low50, limit), _x(shown.high50, limit)
    return (
        f'<line x1="{a}" x2="{b}" y1="{MIDDLE}" y2="{MIDDLE}" stroke="{DIFFERENCE}" stroke-width="2"/>',
        f'<rect x="{c}" y="{MIDDLE - 4}" width="{max(d - c, 1):.1f}" height="8" '
        f'fill="{translucent(DIFFERENCE, 0.75)}"/>',
        f'<circle cx="{_x(shown.median, limit)}" cy="{MIDDLE}" r="3.5" fill="#fff" '
        f'stroke="{DIFFERENCE}" stroke-width="2"/>',
    )


def _ticks(row: EndpointRow, limit: float) -> list[str]:
    """Return the axis numbers: zero, and the margins or else the ends of the axis."""
    end = row.margin or limit * 0.9
    name = f"{row.margin:.2g}" if row.margin else show(end, row.unit)
    places = ((-end, f"-{name}"), (0.0, "0"), (end, f"+{name}"))
    edge = 4 + 3 * len(name)
    crowded = _x(end, limit) - _x(0, limit) < 26
    return [
        f'<text x="{min(max(_x(v, limit), edge), WIDTH - edge)}" y="33" class="tick" '
        f'text-anchor="middle">{text}</text>'
        for v, text in places
        if not crowded or v == 0.0
    ]


def share_picture(name: str, share: float) -> str:
    """Return a bar from 0 to 100 %."""
    text = f"{name}: {show_percent(share)}"
    width = 0.0 if not math.isfinite(share) else 118 * min(max(share, 0.0), 1.0)
    inner = (
        '<rect x="1" y="3" width="118" height="10" fill="none" stroke="#bbb"/>'
        f'<rect x="1" y="3" width="{width:.1f}" height="10" fill="{DIFFERENCE}"/>'
    )
    return _frame(inner, text, 120, 16)


def chain_picture(link: ChainLink, arms: tuple[str, str] = ("without", "with")) -> str:
    """Return one step of the chain as two bars from zero, the first arm above the second."""
    values = [v if math.isfinite(v) else 0.0 for v in (link.without, link.with_regimen)]
    largest = max(*map(abs, values), 0.0) or 1.0
    text = (
        f"{link.label} [{link.unit}]: {arms[0]} {show(link.without, link.unit)}, "
        f"{arms[1]} {show(link.with_regimen, link.unit)}"
    )
    bars = [
        f'<rect x="0" y="{y}" width="{max(150 * abs(v) / largest, 1):.1f}" height="14" fill="{c}"/>'
        for v, y, c in zip(values, (2, 20), (WITHOUT, WITH), strict=True)
    ]
    return _frame("".join(bars), text, 150, 36)
