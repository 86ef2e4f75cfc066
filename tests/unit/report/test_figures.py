from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from osseo.answer.result import Interval
from osseo.report.figures import series_figure
from osseo.report.palette import DATA, WITH, WITHOUT
from osseo.report.sections import page_of
from osseo.report.svg import chain_picture, common_limit, difference_picture, share_picture

NAN = float("nan")


def test_plotly_accepts_every_specification(sample):
    graph_objects = pytest.importorskip("plotly.graph_objects")
    page = page_of(sample.answer())
    assert len(page.figures) == 2 + 2
    for figure in page.figures:
        graph_objects.Figure(json.loads(json.dumps(figure.spec, allow_nan=False)))


def test_colours_mean_the_same_on_every_curve(sample):
    answer = sample.answer()
    spec = series_figure(answer.series[0], answer.study_points).spec
    colours = {t["name"]: t.get("line", {}).get("color") for t in spec["data"]}
    assert (colours["without"], colours["with"]) == (WITHOUT, WITH)
    assert spec["data"][-1]["marker"]["color"] == DATA


def test_only_points_of_the_series_are_drawn(sample):
    answer = sample.answer()
    figure = series_figure(answer.series[1], answer.study_points)
    assert not any("studies" in t["name"] for t in figure.spec["data"])
    assert "1 study points" not in figure.alt


def test_data_of_a_curve_is_the_curve(sample):
    answer = sample.answer()
    table = list(csv.DictReader(io.StringIO(series_figure(answer.series[0], answer.study_points).csv)))
    assert len(table) == 80 + 1
    np.testing.assert_allclose(
        [float(line["with_high90"]) for line in table[:80]], answer.series[0].with_regimen[4], rtol=1e-15
    )
    assert table[-1]["study_record"] == "froum2006" and table[-1]["without_median"] == ""


def test_gaps_stay_gaps(sample):
    series = sample.curve("new_bone", "New bone", "%", 20)
    series.without[:, 40:] = np.nan
    figure = series_figure(series)
    median = next(t for t in figure.spec["data"] if t["name"] == "without")
    assert median["y"][40:] == [None] * 40 and None not in median["y"][:40]
    band = next(t for t in figure.spec["data"] if t["name"] == "without 90 %")
    assert None not in band["y"] and len(band["y"]) == 80


def marks(svg: str, tag: str) -> list[dict[str, str]]:
    return [e.attrib for e in ET.fromstring(svg).iter(tag)]  # noqa: S314 - our own text


def test_difference_picture_places_interval_and_zone(sample):
    row = sample.row(difference=Interval(1.0, 0.5, 2.0, -2.0, 4.0), margin=2.0)
    svg = difference_picture(row, limit=4.0)
    zone, bar = marks(svg, "rect")
    assert (float(zone["x"]), float(zone["width"])) == (55.0, 110.0)
    assert (float(bar["x"]), float(bar["width"])) == pytest.approx((123.8, 41.2), abs=0.11)
    line = marks(svg, "line")[1]
    assert (float(line["x1"]), float(line["x2"])) == (55.0, 220.0)
    assert float(marks(svg, "circle")[0]["cx"]) == 137.5


def test_pictures_speak_and_escape(sample):
    row = sample.row(label="new <b>bone</b> & co")
    for svg in (difference_picture(row), share_picture("a<b", 0.3), chain_picture(sample.answer().chain[0])):
        root = ET.fromstring(svg)  # noqa: S314 - our own text
        assert root.attrib["role"] == "img" and len(root.attrib["aria-label"]) > 5


def test_failed_difference_is_said_not_drawn(sample):
    svg = difference_picture(sample.row(difference=Interval(NAN, NAN, NAN, NAN, NAN)))
    assert "not computed" in svg and not re.search(r'="-?nan"', svg)


def test_axis_holds_margin_and_intervals():
    assert common_limit([Interval(0, -1, 1, -3, 2)], 2.0) == pytest.approx(1.08 * 3)
    assert common_limit([], None) == 1.0
