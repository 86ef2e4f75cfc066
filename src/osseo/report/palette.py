"""Colours with one meaning everywhere, safe for colour-blind readers (after Okabe and Ito).

Without magnesium is grey, with it blue, study data black; a difference has a colour of its own.
"""

from __future__ import annotations

__all__ = ["DATA", "DIFFERENCE", "DIVERGING", "SEQUENTIAL", "WITH", "WITHOUT", "ZONE", "translucent"]

WITHOUT = "#7f7f7f"
WITH = "#0072B2"
DATA = "#000000"
DIFFERENCE = "#8F3B76"
ZONE = "#e6e6e6"
SEQUENTIAL = "Cividis"
DIVERGING = ((0.0, "#B35806"), (0.5, "#F7F7F7"), (1.0, "#542788"))


def translucent(colour: str, alpha: float) -> str:
    """Return a hexadecimal colour as `rgba(...)` with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
