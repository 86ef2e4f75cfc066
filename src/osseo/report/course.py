"""A simulated course as files: a CSV of every curve, a PNG for print, one HTML page to look at.

No conclusion is drawn here; that is what `osseo answer` is for.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from osseo.answer.result import Series
from osseo.report.data import to_csv
from osseo.report.palette import WITH, WITHOUT

__all__ = ["course_picture", "series_to_csv"]

COLUMNS = (
    "quantity", "unit", "arm", "time_d", "median", "low50", "high50", "low90", "high90",
)  # fmt: skip
PANEL_INCHES = (3.6, 2.6)
PER_ROW = 3
DPI = 150


def series_to_csv(series: Sequence[Series]) -> str:
    """Return every curve as one long table: a line per quantity, arm and time."""
    lines = []
    for s in series:
        for arm, band in (("without", s.without), ("with", s.with_regimen)):
            table = np.vstack([s.time_d, band]).T
            lines += [[s.name, s.unit, arm, *map(float, row)] for row in table]
    return to_csv(COLUMNS, lines)


def course_picture(series: Sequence[Series], title: str) -> bytes:
    """Return all curves as one PNG, without in grey and with in blue, 90 % shaded."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n_rows = max(1, -(-len(series) // PER_ROW))
    size = (PANEL_INCHES[0] * PER_ROW, PANEL_INCHES[1] * n_rows + 0.5)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(n_rows, PER_ROW, squeeze=False).ravel()
    for axis, s in zip(axes, series, strict=False):
        _panel(axis, s)
    for axis in axes[len(series) :]:
        axis.set_axis_off()
    figure.suptitle(title, fontsize=10)
    out = io.BytesIO()
    canvas.print_png(out)
    return out.getvalue()


def _panel(axis, series: Series) -> None:
    time = np.asarray(series.time_d, dtype=float)
    for name, band, colour, dash in (
        ("without", series.without, WITHOUT, "--"),
        ("with", series.with_regimen, WITH, "-"),
    ):
        axis.fill_between(time, band[3], band[4], color=colour, alpha=0.18, linewidth=0)
        axis.plot(time, band[0], color=colour, linestyle=dash, linewidth=1.5, label=name)
    axis.axvline(0.0, color="#999999", linewidth=0.8, linestyle=":")
    axis.set_title(f"{series.label} [{series.unit}]", fontsize=9, loc="left")
    axis.set_xlabel("days from surgery", fontsize=8)
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=7, frameon=False)
