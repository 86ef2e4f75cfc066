"""Tissue shares over time as areas that add up to 100, with what studies saw on them.

New bone stands at the bottom, so that it reads on the axis; residual graft hangs from the top.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from osseo.answer.pictures import TissueShares
from osseo.report.data import to_csv
from osseo.report.graft.marks import Mark, key_of_marks, mark
from osseo.report.graft.picture import INK, Frame, Picture, day_ticks, label, svg
from osseo.report.palette import TISSUES

__all__ = ["NEW_BONE", "shares_picture"]

NEW_BONE = ("mineral", "lamellar", "woven", "osteoid")
_FRAME = Frame(520, 262, 34, 16, 340, 206)
_KEY_X = 388.0


def shares_picture(
    shares: TissueShares,
    values: np.ndarray,
    arm: str,
    key: str,
    *,
    bone: Sequence[Mark] = (),
    graft: Sequence[Mark] = (),
) -> Picture:
    """Return one arm's tissue shares.

    Parameters
    ----------
    shares : names, labels and times. values : (k, n_time) [%] of the arm.
    bone, graft : study values of new bone, read from the bottom, and of residual graft, from the top.
    """
    times = np.asarray(shares.time_d, dtype=float)
    tops = np.cumsum(values, axis=0)
    parts = [
        _area(times, np.vstack([np.zeros_like(times), tops])[i : i + 2], shares.names[i])
        for i in range(len(values))
    ]
    last = float(times[-1]) or 1.0
    points = [_point(one, last, one.value) for one in bone] + [
        _point(one, last, 100.0 - one.value) for one in graft
    ]
    alt = _words(shares, values, arm)
    inner = (
        "".join(parts)
        + _axes(last)
        + "".join(points)
        + _key(shares, bool(bone), bool(graft), (*bone, *graft))
    )
    caption = (
        "Mean over draws: no uncertainty is shown. New bone is read from below, residual graft from above. "
        "Marks: study means with 90 % of their standard error; filled = calibration, open = validation."
        if points
        else "Mean over draws: no uncertainty is shown. No study value of this graft with a day was found."
    )
    csv = to_csv(
        ("time_d", *shares.names), ([float(t), *map(float, v)] for t, v in zip(times, values.T, strict=True))
    )
    return Picture(key, f"Tissue in the site, {arm}", svg(_FRAME, inner, alt), alt, caption, csv)


def _area(times: np.ndarray, ends: np.ndarray, name: str) -> str:
    share = times / (times[-1] or 1.0)
    up = [(_FRAME.across(x), _FRAME.up(y / 100.0)) for x, y in zip(share, ends[1], strict=True)]
    down = [(_FRAME.across(x), _FRAME.up(y / 100.0)) for x, y in zip(share, ends[0], strict=True)]
    path = "L".join(f"{x:g} {y:g}" for x, y in [*up, *down[::-1]])
    return f'<path d="M{path}Z" fill="{TISSUES.get(name, "#999")}" stroke="#fff" stroke-width="0.5"/>'


def _axes(last: float) -> str:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _FRAME.up(share)
        parts.append(label(_FRAME.left - 4, y + 3, f"{100 * share:.0f}", anchor="end"))
        parts.append(f'<path d="M{_FRAME.left:g} {y:g}h-3" stroke="{INK}" stroke-width="0.6"/>')
    for day in (d for d in day_ticks(last) if d == 0 or d >= last / 20):
        x = _FRAME.across(day / last)
        parts.append(f'<path d="M{x:g} {_FRAME.bottom:g}v3" stroke="{INK}" stroke-width="0.6"/>')
        parts.append(label(x, _FRAME.bottom + 12, f"{day:g}"))
    parts.append(label(_FRAME.across(0.5), _FRAME.height - 12, "days from surgery"))
    parts.append(label(2, 10, "% of the site", anchor="start"))
    return "".join(parts)


def _point(one: Mark, last: float, value: float) -> str:
    if one.time_d > last:
        return ""
    half = 1.645 * (one.se or 0.0)
    ends = [_FRAME.up(min(max(v, 0.0), 100.0) / 100.0) for v in (value - half, value + half)]
    return mark(_FRAME.across(one.time_d / last), _FRAME.up(min(max(value, 0), 100) / 100.0), ends, one)


def _key(shares: TissueShares, has_bone: bool, has_graft: bool, marks: Sequence[Mark]) -> str:
    parts, y = [], 26.0
    for name, words in reversed(list(zip(shares.names, shares.labels, strict=True))):
        parts.append(
            f'<rect x="{_KEY_X:g}" y="{y - 8:g}" width="12" height="9" fill="{TISSUES.get(name, "#999")}" '
            f'stroke="{INK}" stroke-width="0.4"/>'
        )
        parts.append(label(_KEY_X + 17, y, words, anchor="start", colour=INK))
        y += 16
    return "".join(parts) + key_of_marks(_KEY_X, y + 8, marks)


def _words(shares: TissueShares, values: np.ndarray, arm: str) -> str:
    end = ", ".join(f"{words} {v:.0f} %" for words, v in zip(shares.labels, values[:, -1], strict=True))
    return f"Tissue shares of the site over time, {arm}. On day {shares.time_d[-1]:g}: {end}."
