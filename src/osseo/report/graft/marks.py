"""Marks of studies: a filled disc for calibration, an open diamond for validation, a bar for a pool.

Each mark says in a tooltip what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from osseo.report.graft.picture import label
from osseo.report.palette import DATA, POOLED

__all__ = ["Mark", "key_of_marks", "mark", "pooled_mark"]


@dataclass(frozen=True)
class Mark:
    """A study value: day, value and standard error, its record and its role in the split."""

    time_d: float
    value: float
    se: float | None
    record: str
    role: str


def mark(x: float, y: float, ends: Sequence[float], one: Mark) -> str:
    """Return a study value with its error bar, and its record as a tooltip."""
    title = f"<title>{escape(f'{one.record}, {one.role}, day {one.time_d:g}: {one.value:.3g}')}</title>"
    line = f'<path d="M{x:g} {ends[0]:g}V{ends[1]:g}" stroke="{DATA}" stroke-width="1"/>'
    halo = f'<path d="M{x:g} {ends[0]:g}V{ends[1]:g}" stroke="#fff" stroke-width="3"/>'
    return f"<g>{title}{halo}{line}{_shape(x, y, one.role)}</g>"


def _shape(x: float, y: float, role: str) -> str:
    if role == "calibration":
        return f'<circle cx="{x:g}" cy="{y:g}" r="3.6" fill="{DATA}" stroke="#fff" stroke-width="1"/>'
    return f'<path d="M{x:g} {y - 5:g}l5 5-5 5-5-5z" fill="#fff" stroke="{DATA}" stroke-width="1.4"/>'


def pooled_mark(left: float, right: float, ys: tuple[float, float, float], words: str) -> str:
    """Return a pooled mean over its window, with its interval; `ys` of mean, low and high [px]."""
    middle = 0.5 * (left + right)
    return (
        f"<g><title>{escape(words)}</title>"
        f'<path d="M{left:g} {ys[0]:g}H{right:g}" stroke="{POOLED}" stroke-width="2.4"/>'
        f'<path d="M{middle:g} {ys[1]:g}V{ys[2]:g}M{middle - 4:g} {ys[1]:g}h8M{middle - 4:g} {ys[2]:g}h8" '
        f'stroke="{POOLED}" stroke-width="1.2" fill="none"/></g>'
    )


def key_of_marks(x: float, y: float, marks: Sequence[Mark], *, is_pooled: bool = False) -> str:
    """Return the key of the marks that are there."""
    roles = dict.fromkeys(one.role for one in marks)
    parts = []
    for role in roles:
        parts += [_shape(x + 6, y - 3, role), label(x + 17, y, f"study, {role}", anchor="start", colour=DATA)]
        y += 15
    if is_pooled:
        parts.append(pooled_mark(x, x + 12, (y - 3, y + 2, y - 8), "pooled mean"))
        parts.append(label(x + 17, y, "pooled mean of studies", anchor="start", colour=DATA))
    return "".join(parts)
