"""Depth-time maps as still pictures: a field without magnesium, and what the regimen changes of it.

Time runs as the square root of days, so that the first weeks, in which most signals live, can be seen.
"""

from __future__ import annotations

import math

import numpy as np

from osseo.answer.pictures import FieldMap
from osseo.report.data import to_csv
from osseo.report.graft.picture import INK, Frame, Picture, day_ticks, label, svg
from osseo.report.graft.png import N_COLOURS, colour_table, png_address
from osseo.report.palette import HEAT, SWING

__all__ = ["field_pictures"]

_FRAME = Frame(300, 150, 34, 20, 214, 104)
_ROWS, _COLUMNS = 48, 120
_TABLES = {False: colour_table(HEAT), True: colour_table(SWING)}
#: share of the largest value below which a change is the error of computing
_NOTHING = 1e-6
#: a difference is coloured on at least this share of the field's own range, so that a small one looks small
_LEAST_SWING = 0.1
#: figures of a number in the data of a map; fields.parquet has them all
_DIGITS = 5


def field_pictures(field: FieldMap, arms: tuple[str, str], key: str) -> tuple[Picture, ...]:
    """Return the map of the first arm, and of the difference if there is any; none for zeros."""
    base = np.asarray(field.without, dtype=float)
    change = np.asarray(field.with_regimen, dtype=float) - base
    top, swing = max(_largest(base), _largest(base + change)), _largest(change)
    if top <= 0.0:
        return ()
    csv, words = _csv(field), field.label[:1].upper() + field.label[1:]
    first = _map(field, base, top, f"{key}-{field.name}", title=f"{words}, {arms[0]}", csv=csv)
    if swing <= _NOTHING * top:
        return (first,)
    unit = "points" if field.unit == "%" else field.unit
    title = f"{words}, {arms[1]} minus {arms[0]}: at most {swing:.2g} {unit}"
    scale = max(swing, _LEAST_SWING * top)
    return (
        first,
        _map(field, change, scale, f"{key}-{field.name}-change", title=title, csv=csv, is_change=True),
    )


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _map(
    field: FieldMap,
    values: np.ndarray,
    top: float,
    key: str,
    *,
    title: str,
    csv: str,
    is_change: bool = False,
) -> Picture:
    unit = "points" if is_change and field.unit == "%" else field.unit
    image = png_address(_pixels(field, values, top, is_change), _TABLES[is_change])
    alt = _words(field, values, title, unit)
    inner = _image(image) + _axes(field) + _bar(top, unit, is_change)
    return Picture(key, title, svg(_FRAME, inner, alt), alt, "", csv)


def _pixels(field: FieldMap, values: np.ndarray, top: float, is_change: bool) -> np.ndarray:
    """Return colour places (rows, columns), depth downwards, time to the right as its square root."""
    last = float(field.time_d[-1])
    days = last * np.linspace(0.0, 1.0, _COLUMNS) ** 2
    edges = np.concatenate(
        [[0.0], 0.5 * (field.depth_mm[1:] + field.depth_mm[:-1]), [2 * field.depth_mm[-1]]]
    )
    depths = np.linspace(0.0, _deepest(field), _ROWS, endpoint=False) + 0.5 * _deepest(field) / _ROWS
    cell = np.clip(np.searchsorted(edges, depths, side="right") - 1, 0, len(field.depth_mm) - 1)
    lines = np.array([np.interp(days, field.time_d, line) for line in np.nan_to_num(values)])
    low = -top if is_change else 0.0
    span = (top - low) or 1.0
    place = np.rint((lines[cell] - low) / span * (N_COLOURS - 1))
    return np.clip(place, 0, N_COLOURS - 1).astype(np.uint8)


def _deepest(field: FieldMap) -> float:
    """Return the far end of the column [mm], half a cell behind the last middle."""
    depth = field.depth_mm
    return float(depth[-1] + 0.5 * (depth[-1] - depth[-2])) if len(depth) > 1 else 2 * float(depth[-1])


def _image(address: str) -> str:
    f = _FRAME
    return (
        f'<image x="{f.left:g}" y="{f.top:g}" width="{f.wide:g}" height="{f.high:g}" '
        f'preserveAspectRatio="none" href="{address}"/>'
        f'<rect x="{f.left:g}" y="{f.top:g}" width="{f.wide:g}" height="{f.high:g}" fill="none" '
        f'stroke="{INK}" stroke-width="0.6"/>'
    )


def _axes(field: FieldMap) -> str:
    last, deep = float(field.time_d[-1]) or 1.0, _deepest(field)
    parts = []
    for day in day_ticks(last):
        x = _FRAME.across(math.sqrt(day / last))
        parts.append(f'<path d="M{x:g} {_FRAME.bottom:g}v3" stroke="{INK}" stroke-width="0.6"/>')
        parts.append(label(x, _FRAME.bottom + 12, f"{day:g}"))
    parts.append(label(_FRAME.across(0.5), _FRAME.height - 3, "days from surgery"))
    for share in (0.0, 0.5, 1.0):
        y = _FRAME.up(1.0 - share)
        parts.append(label(_FRAME.left - 4, y + 3, f"{share * deep:.3g}", anchor="end"))
    parts.append(label(2, _FRAME.top - 6, "mm from host bone", anchor="start"))
    return "".join(parts)


def _bar(top: float, unit: str, is_change: bool) -> str:
    """Return the colour scale with its ends."""
    x, wide = _FRAME.left + _FRAME.wide + 8, 8
    rows = np.arange(N_COLOURS - 1, -1, -1, dtype=np.uint8)[:, None]
    address = png_address(np.repeat(rows, 2, axis=1), _TABLES[is_change])
    ends = [(0.0, f"{-top:.3g}" if is_change else "0"), (1.0, f"{'+' if is_change else ''}{top:.3g}")]
    ends += [(0.5, "0")] if is_change else []
    ticks = "".join(label(x + wide + 3, _FRAME.up(share) + 3, text, anchor="start") for share, text in ends)
    return (
        f'<image x="{x:g}" y="{_FRAME.top:g}" width="{wide}" height="{_FRAME.high:g}" '
        f'preserveAspectRatio="none" href="{address}"/>{ticks}'
        + label(_FRAME.width - 2, _FRAME.top - 6, unit, anchor="end")
    )


def _words(field: FieldMap, values: np.ndarray, title: str, unit: str) -> str:
    """Return where and when the field is largest, and what is left at the end."""
    if not np.isfinite(values).any():
        return f"{title}: not computed."
    size = np.abs(np.nan_to_num(values))
    i, j = np.unravel_index(int(size.argmax()), size.shape)
    end = values[:, -1]
    return (
        f"{title}: largest {values[i, j]:.2g} {unit} on day {field.time_d[j]:g} at "
        f"{field.depth_mm[i]:.2g} mm; on day {field.time_d[-1]:g} {end[0]:.2g} next to host bone and "
        f"{end[-1]:.2g} farthest away."
    )


def _csv(field: FieldMap) -> str:
    columns = ["time_d", *(f"{arm}_{d:.3f}_mm" for arm in ("without", "with") for d in field.depth_mm)]
    table = np.hstack([field.time_d[:, None], field.without.T, field.with_regimen.T])
    return to_csv(columns, ([float(f"{v:.{_DIGITS}g}") for v in row] for row in table))
