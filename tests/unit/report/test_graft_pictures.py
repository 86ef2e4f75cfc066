"""Pictures of a graft site: what is drawn is what was computed, and small looks small."""

from __future__ import annotations

import base64
import csv
import io
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from osseo.answer.pictures import EventCurve, FieldMap, TissueShares, graft_pictures
from osseo.answer.result import Series
from osseo.evidence import record_role
from osseo.report.graft.curves import beside_picture, event_picture
from osseo.report.graft.files import COLUMNS, field_table, write_fields
from osseo.report.graft.heat import field_pictures
from osseo.report.graft.marks import Mark
from osseo.report.graft.page import graft_section
from osseo.report.graft.picture import day_ticks, nice_ticks
from osseo.report.graft.png import colour_table, png_address
from osseo.report.graft.stack import shares_picture
from osseo.report.graft.studies import PooledMean, pooled_means, seen_values
from osseo.report.palette import HEAT, SWING, TISSUES
from osseo.site import Column, SiteCourse

ARMS = ("without", "with")
TIMES = np.array([0.0, 3.0, 10.0, 90.0, 365.0])


def course(scale: float = 1.0, n_columns: int = 1) -> SiteCourse:
    rng = np.random.default_rng(3)
    edges = np.linspace(0.0, 8.0, 5)
    shape = (6, TIMES.size, 4)
    grow = (TIMES / 365.0)[None, :, None] * np.ones(shape)
    parts = {
        "volume": np.full(shape, 2.0),
        "osteoid": 0.1 * grow,
        "woven": 0.3 * grow * scale,
        "lamellar": 0.2 * grow,
        "cartilage": np.zeros(shape),
        "fibrous": 0.05 * grow,
        "graft": 0.6 * (1 - 0.5 * grow) * rng.uniform(0.9, 1.1, (6, 1, 1)),
    }
    parts["mineral"] = parts["woven"] + parts["lamellar"]
    densities = {"vessels": grow, "tnf": 1.0 - grow, "stimulus": np.zeros(shape)}
    status = np.array([0, 0, 0, 0, 0, 4])
    for values in (*parts.values(), *densities.values()):
        values[5] = np.nan
    return SiteCourse(
        site="sinus_lift",
        material="dbbm",
        times_d=TIMES,
        columns=tuple(Column(edges, 1.0 / n_columns) for _ in range(n_columns)),
        amounts={k: (v,) * n_columns for k, v in parts.items()},
        densities={k: (v,) * n_columns for k, v in densities.items()},
        status=status,
        ledger_error=np.zeros(6),
    )


PAIR = (course(), course(1.01))


def decoded(svg: str) -> np.ndarray:
    """Return the colour places of the first image of a picture."""
    data = base64.b64decode(re.search(r'href="data:image/png;base64,([^"]+)"', svg).group(1))
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    (size,) = struct.unpack(">I", data[at - 4 : at])
    raw = np.frombuffer(zlib.decompress(data[at + 4 : at + 4 + size]), dtype=np.uint8)
    return raw.reshape(height, width + 1)[:, 1:]


def ramp(change: float = 0.0) -> FieldMap:
    base = np.outer(np.array([4.0, 3.0, 2.0, 1.0]), TIMES / 365.0)
    return FieldMap(
        "vessels", "blood vessels", "of native", np.array([1.0, 3, 5, 7]), TIMES, base, base + change
    )


def test_an_image_holds_the_numbers_it_was_given():
    index = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(decoded(f'href="{png_address(index, colour_table(HEAT, 12))}"'), index)


def test_a_map_is_largest_where_the_field_is():
    (picture,) = field_pictures(ramp(), ARMS, "k")
    image = decoded(picture.svg)
    assert image[0, -1] == image.max() and image[0, 0] == image.min() == 0
    assert image[0, -1] > image[-1, -1]  # depth runs down
    assert "largest 4 of native on day 365 at 1 mm" in picture.alt


def test_time_is_drawn_as_its_square_root():
    (picture,) = field_pictures(ramp(), ARMS, "k")
    image = decoded(picture.svg).astype(float)
    middle = image[0, image.shape[1] // 2] / image[0, -1]
    assert middle == pytest.approx(0.25, abs=0.02)


def test_a_small_difference_looks_small_and_a_large_one_large():
    small, large = (field_pictures(ramp(change), ARMS, "k")[1] for change in (0.004, 0.8))
    centre = 0.5 * 127
    assert np.abs(decoded(small.svg) - centre).max() < 3
    assert np.abs(decoded(large.svg) - centre).max() > 60
    assert "at most 0.004" in small.title


def test_no_difference_has_no_map_and_zero_has_none_at_all():
    assert len(field_pictures(ramp(0.0), ARMS, "k")) == 1
    nothing = FieldMap("x", "x", "1", np.array([1.0, 2.0]), TIMES, np.zeros((2, 5)), np.zeros((2, 5)))
    assert field_pictures(nothing, ARMS, "k") == ()


def test_data_of_a_map_is_the_field():
    field = ramp(0.5)
    table = np.array(
        [
            [float(v) for v in row]
            for row in list(csv.reader(io.StringIO(field_pictures(field, ARMS, "k")[0].csv)))[1:]
        ]
    )
    np.testing.assert_allclose(table[:, 1:5], field.without.T, rtol=1e-4)
    np.testing.assert_allclose(table[:, 5:], field.with_regimen.T, rtol=1e-4)


def test_fields_are_means_of_members_that_did_not_fail():
    pictures = graft_pictures(PAIR, ())
    assert pictures.n_draws == 5
    fields = {f.name: f for f in pictures.fields}
    np.testing.assert_allclose(fields["woven"].without[0], 100 * 0.3 * TIMES / 365 / 2.0, rtol=1e-12)
    np.testing.assert_allclose(
        fields["new_bone"].without,
        sum(fields[n].without for n in ("woven", "lamellar", "osteoid")),
        rtol=1e-12,
    )
    assert next(iter(fields)) == "new_bone" and fields["tnf"].without[0, 0] == 1.0


@pytest.mark.parametrize("n_columns", [1, 2])
def test_tissue_shares_add_up_to_100_with_the_graft_on_top(n_columns):
    shares = graft_pictures((course(1, n_columns), course(2, n_columns)), ()).shares
    for arm in (shares.without, shares.with_regimen):
        np.testing.assert_allclose(arm.sum(axis=0), 100.0, rtol=1e-12)
    assert shares.names[0] == "lamellar" and shares.names[-1] == "graft"
    assert set(shares.names) <= set(TISSUES)


def test_all_failed_draws_nothing():
    bad = course()
    bad = SiteCourse(**{**bad.__dict__, "status": np.full(6, 4)})
    section = graft_section(graft_pictures((bad, bad), ("new_bone_pct",)), (), ARMS)
    assert section.pictures == ()


def shares() -> TissueShares:
    return graft_pictures(PAIR, ()).shares


def test_study_marks_stand_where_new_bone_and_graft_are_read():
    picture = shares_picture(
        shares(),
        shares().without,
        "without",
        "k",
        bone=[Mark(180.0, 30.0, 2.0, "froum2006", "calibration")],
        graft=[Mark(180.0, 30.0, None, "other", "validation")],
    )
    root = ET.fromstring(picture.svg)  # noqa: S314 - our own page
    circles = [c for c in root.iter("{http://www.w3.org/2000/svg}circle")]
    titles = [t.text for t in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any("froum2006, calibration" in t for t in titles) and any(
        "other, validation" in t for t in titles
    )
    bottom, high = 222.0, 206.0
    assert float(circles[0].get("cy")) == pytest.approx(bottom - 0.30 * high, abs=0.1)
    diamond = re.search(r'd="M[\d.]+ ([\d.]+)l5 5', picture.svg).group(1)
    assert float(diamond) + 5 == pytest.approx(bottom - 0.70 * high, abs=0.1)


def series(level: float = 30.0) -> Series:
    band = np.outer([1.0, 0.95, 1.05, 0.9, 1.1], level * np.ones(5))
    return Series("new_bone_pct", "new bone", "%", TIMES, band, band * 1.01)


def test_pooled_means_and_studies_stand_beside_the_curve_and_in_its_data():
    pooled = [PooledMean("new_bone_pct", "4.5-9 months", 137.0, 274.0, 31.0, 12.0, 50.0, 4)]
    marks = [Mark(180.0, 28.0, 2.0, "a", "calibration"), Mark(900.0, 28.0, 2.0, "late", "validation")]
    picture = beside_picture(series(), ARMS, "k", marks=marks, pooled=pooled)
    ET.fromstring(picture.svg)  # noqa: S314 - our own page
    kinds = [row["kind"] for row in csv.DictReader(io.StringIO(picture.csv))]
    assert (
        kinds.count("study") == 1 and kinds.count("pooled") == 1
    )  # what is later than the course is left out
    assert "pooled mean of 4 studies" in picture.svg and "open = validation" in picture.caption
    assert "late" not in picture.svg


def test_a_curve_without_studies_says_so_and_a_rate_says_what_its_band_is():
    level = beside_picture(series(), ARMS, "k", marks=[], pooled=[])
    rate = beside_picture(series(), ARMS, "k", marks=[], pooled=[], is_rate=True)
    assert "No study value" in level.caption and "parameter and patient together" in level.caption
    assert "error of that mean" in rate.caption


def test_an_axis_far_from_zero_is_not_pressed_flat():
    flat = Series(
        "isq",
        "stability",
        "ISQ",
        TIMES,
        *(np.outer(np.ones(5), [70.0, 66.0, 64.0, 70.0, 72.0]) for _ in "ab"),
    )
    ticks = [
        float(t)
        for t in re.findall(
            r'text-anchor="end" fill="#555">(-?[\d.]+)<',
            beside_picture(flat, ARMS, "k", marks=[], pooled=[]).svg,
        )
    ]
    assert min(ticks) > 55


def test_events_count_patients_and_say_who_never_got_there():
    curve = EventCurve(
        "days_to_union",
        "days to union",
        TIMES,
        np.array([0, 0, 20, 60, 80.0]),
        np.array([0, 0, 20, 80, 100.0]),
        (20.0, 0.0),
        5,
    )
    picture = event_picture(curve, ARMS, "k")
    assert "without day 90" in picture.alt and "without 20 %, with 0 %" in picture.caption
    ET.fromstring(picture.svg)  # noqa: S314 - our own page


def test_every_picture_of_a_site_is_sound_markup_with_words_and_data():
    section = graft_section(
        graft_pictures(PAIR, ("new_bone_pct", "days_to_placement")), (series(),), ARMS, "r0-"
    )
    assert len(section.shares) == 2 and len(section.events) == 1 and len(section.beside) == 1
    keys = [p.key for p in section.pictures]
    assert len(keys) == len(set(keys)) and all(key.startswith("r0-") for key in keys)
    for picture in section.pictures:
        root = ET.fromstring(picture.svg)  # noqa: S314 - our own page
        assert root.get("role") == "img" and root.get("aria-label") == picture.alt
        assert len(picture.csv.splitlines()) > 3
    assert "mechanical stimulus" in section.maps_caption and "cartilage" in section.maps_caption


def test_study_values_are_of_this_site_and_graft_with_their_role():
    seen = seen_values("sinus_lift", "dbbm", "new_bone_pct")
    assert len(seen) >= 5 and {s.role for s in seen} == {"calibration", "validation"}
    assert all(record_role(s.record.partition(":")[0]) == s.role for s in seen)
    assert [s.time_d for s in seen] == sorted(s.time_d for s in seen)
    assert seen_values("sinus_lift", "none", "new_bone_pct") == ()


def test_only_calibration_is_pooled():
    pooled = pooled_means("sinus_lift", "dbbm", "new_bone_pct")
    assert pooled and all(p.low < p.mean < p.high for p in pooled)
    assert all(p.start_d < p.stop_d for p in pooled)
    fitted = {s.record for s in seen_values("sinus_lift", "dbbm", "new_bone_pct") if s.role == "calibration"}
    assert max(p.n_studies for p in pooled) <= len(fitted)


def test_fields_as_a_table_are_the_course(tmp_path):
    table = field_table(PAIR)
    assert set(table) == set(COLUMNS) and len({len(v) for v in table.values()}) == 1
    path = write_fields(PAIR, tmp_path / "fields.parquet")
    where = "field = 'graft' and arm = 'with' and time_d = 365"
    sql = f"select mean, low90, high90 from read_parquet(?) where {where}"  # noqa: S608 - constant words
    rows = np.array(duckdb.execute(sql, [str(path)]).fetchall())
    kept = PAIR[1].amounts["graft"][0][:5, -1]
    np.testing.assert_allclose(rows[:, 0], kept.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(rows[:, 1:], np.quantile(kept, [0.05, 0.95], axis=0).T, rtol=1e-12)


def test_colours_keep_their_order_in_grey():
    grey = np.array(HEAT) @ [0.299, 0.587, 0.114]
    assert np.all(np.diff(grey) > 0)
    swing = np.array(SWING) @ [0.299, 0.587, 0.114]
    assert swing.argmax() == len(SWING) // 2


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.02, 0.013), (0.0, 4000.0), (55.0, 71.0)])
def test_ticks_are_round_and_inside(low, high):
    ticks = nice_ticks(low, high)
    assert 2 <= len(ticks) <= 6 and low <= min(ticks) and max(ticks) <= high
    assert day_ticks(400.0)[-1] == 365.0


def test_old_bone_round_a_screw_is_not_called_a_graft():
    def labels(material):
        pictures = graft_pictures(tuple(replace(course, material=material) for course in PAIR), ())
        return {*pictures.shares.labels, *(f.label for f in pictures.fields)}

    assert "residual graft" in labels("dbbm") and "old bone" not in labels("dbbm")
    assert "old bone" in labels("none") and "residual graft" not in labels("none")
