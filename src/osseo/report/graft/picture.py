"""One still picture with its words and numbers, and the axes they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Frame", "Picture", "day_ticks", "label", "nice_ticks", "svg"]

INK, SOFT, GRID = "#222", "#555", "#ddd"


@dataclass(frozen=True)
class Picture:
    """A picture: `svg` is finished markup, `title` stands above, `alt` says it in words, `csv` holds it."""

    key: str
    title: str
    svg: str
    alt: str
    caption: str
    csv: str


@dataclass(frozen=True)
class Frame:
    """The plot area inside a picture of `width` x `height`: left, top, inner width and height [px]."""

    width: float
    height: float
    left: float
    top: float
    wide: float
    high: float

    @property
    def bottom(self) -> float:
        """Lower edge of the plot area [px]."""
        return self.top + self.high

    def across(self, share: float) -> float:
        """Return x [px] of a share 0-1 of the width."""
        return round(self.left + share * self.wide, 2)

    def up(self, share: float) -> float:
        """Return y [px] of a share 0-1 of the height, from the bottom."""
        return round(self.bottom - share * self.high, 2)


def svg(frame: Frame, inner: str, alt: str) -> str:
    """Return a whole picture; `inner` is markup whose texts were escaped."""
    return (
        f'<svg class="still" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {frame.width:g} {frame.height:g}" xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    )


def label(
    x: float, y: float, text: str, *, anchor: str = "middle", size: float = 9, colour: str = SOFT
) -> str:
    """Return one line of escaped text."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def day_ticks(last: float) -> list[float]:
    """Return days worth a tick up to `last` [d].

    Examples
    --------
    >>> day_ticks(365)
    [0.0, 7.0, 30.0, 90.0, 180.0, 365.0]
    """
    usual = (0.0, 7.0, 30.0, 90.0, 180.0, 365.0, 730.0, 1095.0, 1825.0, 3650.0, 7300.0)
    return [day for day in usual if day <= last * 1.001]


def nice_ticks(low: float, high: float, most: int = 5) -> Sequence[float]:
    """Return round numbers from `low` to `high`, at most `most` + 1 of them.

    Examples
    --------
    >>> nice_ticks(0.0, 37.0)
    [0.0, 10.0, 20.0, 30.0]
    """
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low] if math.isfinite(low) else []
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * m for m in (1, 2, 2.5, 5, 10, 20) if span / (power * m) <= most)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]
