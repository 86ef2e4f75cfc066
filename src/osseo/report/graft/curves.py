"""One endpoint over time: the mechanism with its bands, studies, and the pooled mean beside it; and events.

The pooled mean is what a statistician would say without a mechanism; its interval is that of a new study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from osseo.answer.pictures import EventCurve
from osseo.answer.result import Series
from osseo.report.data import to_csv
from osseo.report.graft.marks import Mark, key_of_marks, mark, pooled_mark
from osseo.report.graft.picture import INK, Frame, Picture, day_ticks, label, nice_ticks, svg
from osseo.report.graft.studies import PooledMean
from osseo.report.palette import WITH, WITHOUT, translucent

__all__ = ["beside_picture", "event_picture"]

_FRAME = Frame(520, 250, 40, 18, 334, 190)
_KEY_X = 388.0
_Z90 = 1.645
#: an axis starts at zero unless all values lie above this share of the largest
_FAR_FROM_ZERO = 0.5


def beside_picture(
    series: Series,
    arms: tuple[str, str],
    key: str,
    *,
    marks: Sequence[Mark],
    pooled: Sequence[PooledMean],
    is_rate: bool = False,
) -> Picture:
    """Return an endpoint's curve of both arms with study values and pooled means on it.

    `is_rate`: the curve is the mean of the patients' chances, its bands are the error of that mean.
    """
    times = np.asarray(series.time_d, dtype=float)
    last = float(times[-1]) or 1.0
    marks = [one for one in marks if one.time_d <= last]
    pooled = [one for one in pooled if one.start_d < last]
    low, high = _range(series, marks, pooled)
    place = _Place(last, low, high)
    bands = "".join(
        _band(times, np.asarray(band, dtype=float), colour, place)
        for band, colour in ((series.without, WITHOUT), (series.with_regimen, WITH))
    )
    lines = _line(times, series.without[0], WITHOUT, place, dash="5 3") + _line(
        times, series.with_regimen[0], WITH, place
    )
    means = "".join(_pooled(one, place, series.unit) for one in pooled)
    points = "".join(_mark(one, place) for one in marks)
    inner = bands + lines + means + points + _axes(place, series.unit) + _key(arms, marks, bool(pooled))
    alt = _words(series, arms, marks, pooled)
    return Picture(
        key,
        f"{series.label[:1].upper()}{series.label[1:]} [{series.unit}]",
        svg(_FRAME, inner, alt),
        alt,
        _caption(marks, pooled, is_rate),
        _csv(series, marks, pooled),
    )


class _Place:
    """Where a day and a value stand in the frame."""

    def __init__(self, last: float, low: float, high: float):
        self.last, self.low, self.high = last, low, high if high > low else low + 1.0

    def x(self, day: float) -> float:
        return _FRAME.across(min(max(day, 0.0), self.last) / self.last)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _FRAME.up(min(max(share, 0.0), 1.0))


def _range(series: Series, marks: Sequence[Mark], pooled: Sequence[PooledMean]) -> tuple[float, float]:
    ends = [np.asarray(b, dtype=float)[3:] for b in (series.without, series.with_regimen)]
    values = [v for band in ends for v in band[:, np.isfinite(band).all(axis=0)].ravel()]
    values += [m.value + s * _Z90 * (m.se or 0.0) for m in marks for s in (-1, 1)]
    values += [v for p in pooled for v in (p.low, p.high)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if series.unit == "%":
        return max(min(low, 0.0), -100.0), min(max(high, 1.0), 100.0)
    if low > _FAR_FROM_ZERO * high:  # a scale that would press the curve flat against its top
        edge = 0.2 * (high - low)
        return low - edge, high + edge
    return min(low, 0.0), max(high, 0.0)


def _band(times: np.ndarray, band: np.ndarray, colour: str, place: _Place) -> str:
    parts = []
    for low, high, alpha in ((3, 4, 0.14), (1, 2, 0.22)):
        ok = np.isfinite(band[low]) & np.isfinite(band[high])
        if not ok.any():
            continue
        up = [(place.x(t), place.y(v)) for t, v in zip(times[ok], band[high][ok], strict=True)]
        down = [(place.x(t), place.y(v)) for t, v in zip(times[ok], band[low][ok], strict=True)][::-1]
        path = "L".join(f"{x:g} {y:g}" for x, y in [*up, *down])
        parts.append(f'<path d="M{path}Z" fill="{translucent(colour, alpha)}"/>')
    return "".join(parts)


def _line(times: np.ndarray, values: np.ndarray, colour: str, place: _Place, dash: str = "") -> str:
    ok = np.isfinite(values)
    path = "L".join(f"{place.x(t):g} {place.y(v):g}" for t, v in zip(times[ok], values[ok], strict=True))
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{style}/>' if path else ""


def _mark(one: Mark, place: _Place) -> str:
    half = _Z90 * (one.se or 0.0)
    ends = [place.y(one.value - half), place.y(one.value + half)]
    return mark(place.x(one.time_d), place.y(one.value), ends, one)


def _pooled(one: PooledMean, place: _Place, unit: str) -> str:
    size = f"{one.mean:.3g} {unit} ({one.low:.3g} to {one.high:.3g})"
    words = f"pooled mean of {one.n_studies} studies, {one.window}: {size}"
    ys = (place.y(one.mean), place.y(one.low), place.y(one.high))
    return pooled_mark(place.x(one.start_d), place.x(one.stop_d), ys, words)


def _axes(place: _Place, unit: str) -> str:
    parts = [
        f'<path d="M{_FRAME.left:g} {_FRAME.top:g}V{_FRAME.bottom:g}H{_FRAME.left + _FRAME.wide:g}" '
        f'fill="none" stroke="{INK}" stroke-width="0.8"/>'
    ]
    for value in nice_ticks(place.low, place.high):
        y = place.y(value)
        parts.append(
            f'<path d="M{_FRAME.left:g} {y:g}h{_FRAME.wide:g}" stroke="#e6e6e6" stroke-width="0.5"/>'
        )
        parts.append(label(_FRAME.left - 4, y + 3, f"{value:g}", anchor="end"))
    for day in (d for d in day_ticks(place.last) if d == 0 or d >= place.last / 20):
        x = place.x(day)
        parts.append(f'<path d="M{x:g} {_FRAME.bottom:g}v3" stroke="{INK}" stroke-width="0.6"/>')
        parts.append(label(x, _FRAME.bottom + 12, f"{day:g}"))
    parts.append(label(_FRAME.across(0.5), _FRAME.height - 12, "days from surgery"))
    parts.append(label(2, 10, unit, anchor="start"))
    return "".join(parts)


def _key(arms: tuple[str, str], marks: Sequence[Mark], is_pooled: bool) -> str:
    parts, y = [], 30.0
    for name, colour, dash in ((arms[0], WITHOUT, ' stroke-dasharray="4 2"'), (arms[1], WITH, "")):
        parts.append(f'<path d="M{_KEY_X:g} {y - 3:g}h12" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(label(_KEY_X + 17, y, name, anchor="start", colour=INK))
        y += 15
    return "".join(parts) + key_of_marks(_KEY_X, y + 2, marks, is_pooled=is_pooled)


def _caption(marks: Sequence[Mark], pooled: Sequence[PooledMean], is_rate: bool) -> str:
    text = "Bands: 50 and 90 % of draws, parameter and patient together, without the error of measuring."
    if is_rate:
        text = "Mean chance of the drawn patients; bands: 50 and 90 % of the error of that mean over draws."
        text += " Criteria differ between studies." if marks or pooled else ""
    none = "" if marks or pooled else " No study value of this graft with a day was found."
    return text + none + _marks_caption(marks, pooled)


def _marks_caption(marks: Sequence[Mark], pooled: Sequence[PooledMean]) -> str:
    text = ""
    if marks:
        text += " Study means with 90 % of their standard error; filled = calibration, open = validation."
    if pooled:
        text += (
            " Orange: pooled mean of calibration studies in a window, with the 90 % interval of a new study."
        )
    return text


def _words(series: Series, arms: tuple[str, str], marks: Sequence[Mark], pooled: Sequence[PooledMean]) -> str:
    ends = ", ".join(
        f"{arm} {band[0][-1]:.3g} ({band[3][-1]:.3g} to {band[4][-1]:.3g})"
        for arm, band in zip(arms, (series.without, series.with_regimen), strict=True)
    )
    seen = f" {len(marks)} study values" if marks else ""
    means = f"{' and' if marks else ''} {len(pooled)} pooled means" if pooled else ""
    drawn = f"{seen}{means} are drawn." if seen or means else ""
    head = f"{series.label} [{series.unit}] over time"
    return f"{head}. On day {series.time_d[-1]:g}, median and 90 %: {ends}.{drawn}"


def _csv(series: Series, marks: Sequence[Mark], pooled: Sequence[PooledMean]) -> str:
    columns = ("kind", "time_d", "value", "low", "high", "record", "role")
    rows: list[list[object]] = []
    for arm, band in (("without", series.without), ("with", series.with_regimen)):
        rows += [
            [arm, float(t), float(m), float(a), float(b), "", ""]
            for t, m, a, b in zip(series.time_d, band[0], band[3], band[4], strict=True)
        ]
    rows += [
        [
            "study",
            m.time_d,
            m.value,
            m.value - _Z90 * (m.se or math.nan),
            m.value + _Z90 * (m.se or math.nan),
            m.record,
            m.role,
        ]
        for m in marks
    ]
    rows += [
        ["pooled", 0.5 * (p.start_d + p.stop_d), p.mean, p.low, p.high, f"{p.n_studies} studies", p.window]
        for p in pooled
    ]
    return to_csv(columns, rows)


def event_picture(curve: EventCurve, arms: tuple[str, str], key: str) -> Picture:
    """Return the share of patients in whom something has happened, over time, in both arms."""
    times = np.asarray(curve.time_d, dtype=float)
    place = _Place(float(times[-1]) or 1.0, 0.0, 100.0)
    lines = _steps(times, np.asarray(curve.without), WITHOUT, place, "5 3")
    lines += _steps(times, np.asarray(curve.with_regimen), WITH, place, "")
    inner = lines + _axes(place, "% of patients") + _key(arms, (), False)
    alt = f"{curve.label}: share of patients over time. {_halves(curve, arms)}"
    rows = zip(times, curve.without, curve.with_regimen, strict=True)
    csv = to_csv(("time_d", "without_pct", "with_pct"), ([float(v) for v in row] for row in rows))
    left = ", ".join(f"{arm} {share:.0f} %" for arm, share in zip(arms, curve.never, strict=True))
    caption = (
        f"Share of {curve.n} drawn patients, parameters and patients drawn together; no interval is shown. "
        f"Not reached by day {times[-1]:g}: {left}."
    )
    title = f"{curve.label[:1].upper()}{curve.label[1:]}"
    return Picture(key, title, svg(_FRAME, inner, alt), alt, caption, csv)


def _halves(curve: EventCurve, arms: tuple[str, str]) -> str:
    """Return when half of the patients are there, for each arm."""
    days = [_median(curve.time_d, values) for values in (curve.without, curve.with_regimen)]
    return f"Half of them: {'; '.join(f'{arm} {day}' for arm, day in zip(arms, days, strict=True))}."


def _steps(times: np.ndarray, values: np.ndarray, colour: str, place: _Place, dash: str) -> str:
    x, y = np.repeat(times, 2)[1:], np.repeat(np.asarray(values, dtype=float), 2)[:-1]
    return _line(x, y, colour, place, dash)


def _median(times: np.ndarray, values: np.ndarray) -> str:
    reached = np.flatnonzero(np.asarray(values) >= 50.0)
    return f"day {times[reached[0]]:g}" if reached.size else "not reached"
