"""A simulated course as files: a CSV of every curve, a PNG for print, one HTML page to look at.

No conclusion is drawn here; that is what `osseo answer` is for. Safety stands first all the same, and a
hard stop shows nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from osseo.answer.arm_names import arm_names, describe_procedure
from osseo.answer.outcomes import scenario_settings
from osseo.answer.pictures import graft_pictures
from osseo.answer.result import AnswerResult, Finding, Series
from osseo.answer.series import body_series, graft_series
from osseo.files import write_bytes, write_text
from osseo.observe.endpoint import endpoint_names
from osseo.report.data import plain, to_csv
from osseo.report.graft.files import write_fields
from osseo.report.html import render_page
from osseo.report.notice import NOTICE
from osseo.report.palette import WITH, WITHOUT
from osseo.report.sections import Page, page_of
from osseo.simulate.course import Course
from osseo.simulate.site_notes import procedure_notes
from osseo.simulate.site_parameters import load_procedure

__all__ = [
    "CourseView",
    "course_picture",
    "course_to_dict",
    "series_to_csv",
    "view_course",
    "write_course_report",
]

FORMAT = "osseo-course/1"
BANDS = ("median", "low50", "high50", "low90", "high90")
PANEL_INCHES = (3.6, 2.6)
PER_ROW = 3
DPI = 150


@dataclass(frozen=True)
class CourseView:
    """A course as it is shown: curves in both arms, and the page that holds its figures."""

    course: Course
    series: tuple[Series, ...]
    page: Page

    @property
    def suffix(self) -> str:
        """What tells files of two readings apart."""
        reading = self.course.scenario.reading
        return f"-{reading}" if reading else ""


def view_course(course: Course, findings: Sequence[Finding] = (), place: int = 0) -> CourseView:
    """Return the curves and figures of a course; `place` numbers the readings of one page."""
    scenario = course.scenario
    names = scenario.endpoints or endpoint_names(scenario.procedure.site)
    series = (
        *body_series(course.bodies, scenario.procedure.site),
        *graft_series(course.grafts, tuple(names), scenario_settings(scenario)),
    )
    site, material, _ = load_procedure(scenario.procedure)
    why = site.why_not_calibrated(material.name, material.adjuncts)
    odd = procedure_notes(scenario.procedure, max(scenario.visits_d, default=0.0))
    doubt = " (not calibrated: from assumed numbers that no study has checked)" if why else ""
    shown = AnswerResult(
        question=scenario.question,
        headline=f"{describe_procedure(scenario.procedure)}: the course over time{doubt}",
        reading=scenario.reading,
        sentence="",
        stopped=False,
        safety=tuple(findings),
        series=series,
        n_draws=course.inputs.design.n,
        n_failed=course.n_failed,
        seed=course.inputs.seed,
        model_hash=course.model_hash,
        scenario_hash=scenario.hash,
        arms=arm_names(scenario),
        pictures=graft_pictures(course.grafts, names, settings=scenario_settings(scenario)),
        notes=(why, *odd) if why else odd,
    )
    return CourseView(course, series, page_of(shown, prefix=f"c{place}-"))


def course_to_dict(views: Sequence[CourseView]) -> dict[str, Any]:
    """Return the curves of all readings as plain data."""
    courses = [
        {
            "reading": v.course.scenario.reading or None,
            "n_draws": v.page.answer.n_draws,
            "n_failed": v.course.n_failed,
            "seed": v.course.inputs.seed,
            "notes": list(v.page.answer.notes),
            "model_hash": v.course.model_hash,
            "scenario_hash": v.course.scenario.hash,
            "series": [_series_to_dict(s) for s in v.series],
        }
        for v in views
    ]
    return plain({"format": FORMAT, "notice": NOTICE, "courses": courses})


def _series_to_dict(series: Series) -> dict[str, object]:
    arms = (("without", series.without), ("with", series.with_regimen))
    bands = {arm: dict(zip(BANDS, band, strict=True)) for arm, band in arms}
    head = {"name": series.name, "label": series.label, "unit": series.unit}
    return {**head, "time_d": series.time_d, **bands}


def write_course_report(views: Sequence[CourseView], out_dir: str | Path) -> tuple[Path, ...]:
    """Write CSV, PNG and fields (Parquet) of every reading, and one page with all; returns the paths."""
    out = Path(out_dir)
    paths = []
    for view in views:
        title = view.page.answer.headline
        paths.append(write_text(out / f"course{view.suffix}.csv", series_to_csv(view.series)))
        picture = course_picture(view.series, title, view.page.answer.arms)
        paths.append(write_bytes(out / f"course{view.suffix}.png", picture))
        paths.append(write_fields(view.course.grafts, out / f"fields{view.suffix}.parquet"))
    figures = [f for view in views for f in view.page.figures]
    title = views[0].page.answer.question or views[0].page.answer.headline
    html = render_page("course.html", figures, title=title, pages=[v.page for v in views])
    return (*paths, write_text(out / "report.html", html))


def series_to_csv(series: Sequence[Series]) -> str:
    """Return every curve as one long table: a line per quantity, arm and time."""
    lines = []
    for s in series:
        for arm, band in (("without", s.without), ("with", s.with_regimen)):
            table = np.vstack([s.time_d, band]).T
            lines += [[s.name, s.unit, arm, *map(float, row)] for row in table]
    return to_csv(("quantity", "unit", "arm", "time_d", *BANDS), lines)


def course_picture(
    series: Sequence[Series], title: str, arms: tuple[str, str] = ("without", "with")
) -> bytes:
    """Return all curves as one PNG, the first arm in grey and the second in blue, 90 % shaded."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n_rows = max(1, -(-len(series) // PER_ROW))
    size = (PANEL_INCHES[0] * PER_ROW, PANEL_INCHES[1] * n_rows + 0.5)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(n_rows, PER_ROW, squeeze=False).ravel()
    for axis, s in zip(axes, series, strict=False):
        _draw_panel(axis, s, arms)
    for axis in axes[len(series) :]:
        axis.set_axis_off()
    figure.suptitle(title, fontsize=10)
    out = io.BytesIO()
    canvas.print_png(out)
    return out.getvalue()


def _draw_panel(axis: Any, series: Series, arms: tuple[str, str]) -> None:
    time = np.asarray(series.time_d, dtype=float)
    for name, band, colour, dash in (
        (arms[1], series.with_regimen, WITH, "-"),
        (arms[0], series.without, WITHOUT, "--"),
    ):
        axis.fill_between(time, band[3], band[4], color=colour, alpha=0.18, linewidth=0)
        axis.plot(time, band[0], color=colour, linestyle=dash, linewidth=1.5, label=name)
    axis.axvline(0.0, color="#999999", linewidth=0.8, linestyle=":")
    axis.set_title(f"{series.label} [{series.unit}]", fontsize=9, loc="left")
    axis.set_xlabel("days from surgery", fontsize=8)
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=7, frameon=False)
