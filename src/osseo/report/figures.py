"""Interactive figures as plotly specifications, each with caption, alternative text and its data.

Plain dictionaries: plotly's script draws them in the reader's browser, its Python part is not needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from osseo.answer.result import FIT_SPREAD, Series, StudyPoint
from osseo.report.data import plain, to_csv
from osseo.report.numbers import show
from osseo.report.palette import DATA, WITH, WITHOUT, translucent

__all__ = ["Figure", "series_figure"]

BANDS = ("median", "low50", "high50", "low90", "high90")
FONT = {"family": "system-ui, 'DejaVu Sans', Arial, sans-serif", "size": 12, "color": "#222"}
SIGNIFICANT = 5


@dataclass(frozen=True)
class Figure:
    """One figure: `spec` for plotly, what it shows in words, and its numbers as CSV."""

    key: str
    spec: Mapping[str, object]
    caption: str
    alt: str
    csv: str


def _rounded(values: np.ndarray) -> list[object]:
    """Return numbers short enough for a page; gaps stay gaps."""
    return [
        None if not math.isfinite(v) else float(f"{v:.{SIGNIFICANT}g}")
        for v in np.asarray(values, dtype=float).ravel()
    ]


def _layout(title: str, x_title: str, y_title: str) -> dict[str, object]:
    axis = {"gridcolor": "#eee", "zeroline": False, "linecolor": "#999", "automargin": True}
    return {
        "title": {"text": title, "font": {"size": 14}, "x": 0.01, "xanchor": "left", "y": 0.97},
        "font": FONT,
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "margin": {"l": 48, "r": 12, "t": 64, "b": 44},
        "height": 320,
        "legend": {"orientation": "h", "traceorder": "reversed", "y": 1.01, "yanchor": "bottom", "x": 0},
        "hovermode": "x unified",
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "title": {"text": y_title}},
    }


def _band(time: np.ndarray, ends: tuple[np.ndarray, np.ndarray], fill: str, name: str) -> dict:
    low, high = ends
    ok = np.isfinite(low) & np.isfinite(high)
    x = np.concatenate([time[ok], time[ok][::-1]])
    y = np.concatenate([high[ok], low[ok][::-1]])
    return {
        "type": "scatter", "mode": "lines", "x": _rounded(x), "y": _rounded(y), "fill": "toself",
        "fillcolor": fill, "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
        "name": name,
    }  # fmt: skip


def _arms(series: Series, names: tuple[str, str]) -> list[dict]:
    """Return the bands of both arms, then their medians on top, the first arm last."""
    time = np.asarray(series.time_d, dtype=float)
    arms = (
        (names[1], np.asarray(series.with_regimen, dtype=float), WITH, "solid"),
        (names[0], np.asarray(series.without, dtype=float), WITHOUT, "dash"),
    )
    bands = [
        _band(time, (b[low], b[high]), translucent(colour, alpha), f"{name} {share} %")
        for name, b, colour, _ in arms
        for low, high, alpha, share in ((3, 4, 0.14, 90), (1, 2, 0.26, 50))
    ]
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": _rounded(time),
            "y": _rounded(b[0]),
            "line": {"color": colour, "width": 2, "dash": dash},
        }
        for name, b, colour, dash in arms
    ]
    return [*bands, *lines]


def _points(points: Sequence[StudyPoint]) -> list[dict]:
    if not points:
        return []
    spread = [p.sd if p.sd is not None else 0.0 for p in points]
    words = [f"{p.label} [{p.record}], {p.role}" for p in points]
    return [{
        "type": "scatter", "mode": "markers", "name": "studies",
        "x": [p.time_d for p in points], "y": [p.value for p in points], "text": words,
        "hovertemplate": "%{text}: %{y}<extra></extra>",
        "marker": {"color": DATA, "size": 8, "symbol": [_symbol(p.role) for p in points]},
        "error_y": {"type": "data", "array": spread, "color": DATA, "thickness": 1},
    }]  # fmt: skip


def _symbol(role: str) -> str:
    return {"calibration": "circle", "validation": "diamond-open"}.get(role, "square-open")


def series_figure(
    series: Series,
    points: Sequence[StudyPoint] = (),
    key: str = "",
    *,
    arms: tuple[str, str] = ("without", "with"),
) -> Figure:
    """Return a quantity over time in both arms with bands, and the study points on it."""
    own = [p for p in points if p.series == series.name]
    traces = [
        *_arms(series, arms),
        *_points(own),
    ]
    layout = _layout(f"{_capital(series.label)} [{series.unit}]", "days from surgery", "")
    layout["shapes"] = [_surgery()]
    return Figure(
        key or series.name, plain({"data": traces, "layout": layout}), _caption(own),
        _series_words(series, own, arms), _series_csv(series, own),
    )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _surgery() -> dict[str, object]:
    line = {"color": "#999", "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1,
            "line": line}  # fmt: skip


def _caption(points: Sequence[StudyPoint]) -> str:
    text = (
        "Median, 50 % and 90 % of draws: uncertainty of parameters and patients together, without "
        "measurement. Dotted: surgery."
    )
    if not points:
        return text
    fitted = dict.fromkeys(p.record for p in points if p.spread == FIT_SPREAD)
    told = dict.fromkeys(f"{p.label}, with {p.spread}" for p in points if p.spread != FIT_SPREAD)
    words = [f"study means +-1 SD as the fit weighs them ({', '.join(fitted)})"] if fitted else []
    words += list(told)
    return f"{text} Black: {'; '.join(words)}. Filled = used to fit, open = not."


def _series_words(series: Series, points: Sequence[StudyPoint], names: tuple[str, str]) -> str:
    last = -1
    arms = [
        f"{name} {show(b[0][last], series.unit)} ({show(b[3][last], series.unit)} to "
        f"{show(b[4][last], series.unit)})"
        for name, b in zip(names, (series.without, series.with_regimen), strict=True)
    ]
    studies = f" {len(points)} study points are drawn." if points else ""
    end = f"{float(series.time_d[last]):g}"
    return (
        f"{series.label} [{series.unit}] over time. On day {end}, median and 90 %: "
        f"{arms[0]}, {arms[1]}.{studies}"
    )


def _series_csv(series: Series, points: Sequence[StudyPoint]) -> str:
    columns = ["time_d", *(f"{arm}_{b}" for arm in ("without", "with") for b in BANDS)]
    columns += ["study_value", "study_sd", "study_record", "study_role"]
    table = np.vstack([series.time_d, series.without, series.with_regimen]).T
    rows: list[list[object]] = [[*map(float, line), "", "", "", ""] for line in table]
    gap = [""] * 10
    rows += [[p.time_d, *gap, p.value, p.sd, p.record, p.role] for p in points]
    return to_csv(columns, rows)
