"""Colours with one meaning everywhere, safe for colour-blind readers (after Okabe and Ito).

Without magnesium is grey, with it blue, study data black; a difference has a colour of its own.
"""

from __future__ import annotations

__all__ = [
    "DATA",
    "DIFFERENCE",
    "HEAT",
    "POOLED",
    "SWING",
    "TISSUES",
    "WITH",
    "WITHOUT",
    "ZONE",
    "translucent",
]

WITHOUT = "#7f7f7f"
WITH = "#0072B2"
DATA = "#000000"
DIFFERENCE = "#8F3B76"
ZONE = "#e6e6e6"
#: pooled means of studies, the statistician's answer
POOLED = "#D55E00"
#: stops of the colours of a still map, cividis: dark to light, the same order in grey print
HEAT = (
    (0, 34, 78),
    (26, 56, 111),
    (67, 78, 108),
    (97, 101, 111),
    (125, 124, 120),
    (155, 148, 118),
    (188, 174, 108),
    (222, 201, 88),
    (254, 232, 56),
)
#: stops of a map of differences: less is brown, no change nearly white, more is violet
SWING = (
    (127, 59, 8),
    (179, 88, 6),
    (253, 184, 99),
    (247, 247, 247),
    (178, 171, 210),
    (84, 39, 136),
    (45, 0, 75),
)
#: tissue -> colour and hatch; bone is dark to middle blue, graft sand, the rest light
TISSUES = {
    "lamellar": "#0b3c5d",
    "woven": "#0072B2",
    "mineral": "#0072B2",
    "osteoid": "#56B4E9",
    "cartilage": "#009E73",
    "fibrous": "#CC79A7",
    "rest": "#f0ece4",
    "graft": "#E69F00",
}


def translucent(colour: str, alpha: float) -> str:
    """Return a hexadecimal colour as `rgba(...)` with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
