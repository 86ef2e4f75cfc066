from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from osseo.errors import InputError, NameUnknown
from osseo.observe.endpoint import load_endpoint
from osseo.observe.measure import (
    depth_profile,
    first_crossing,
    is_censored,
    load_settings,
    measure,
    measure_curve,
)
from osseo.site.course import Column

VISITS = (50.0, 101.0, 200.0)


def test_histology_of_a_known_column(course):
    bone = measure("new_bone_pct", course, VISITS)
    expected = 2.0 + 100 * np.outer([0.1, 0.3], VISITS) / 200.0
    np.testing.assert_allclose(bone, expected, rtol=1e-12)
    np.testing.assert_allclose(measure("residual_graft_pct", course, VISITS), 30.0)
    soft = measure("soft_tissue_pct", course, VISITS)
    np.testing.assert_allclose(soft + bone + 30.0, 100.0)


def test_visit_at_a_saved_time_is_that_value_and_between_is_linear(course):
    curve = measure_curve("new_bone_pct", course)
    np.testing.assert_array_equal(measure("new_bone_pct", course, [2.0, 4.0]), curve[:, 1:3])
    middle = measure("new_bone_pct", course, [3.0])[:, 0]
    np.testing.assert_allclose(middle, curve[:, 1:3].mean(axis=1))


@pytest.mark.parametrize("visits", [(-1.0,), (50.0, 201.0)])
def test_visit_outside_the_course_is_refused(course, visits):
    with pytest.raises(InputError, match="the course covers 0 to 200 d"):
        measure("new_bone_pct", course, visits)


def test_unknown_endpoint_offers_a_near_name(course):
    with pytest.raises(NameUnknown, match="did you mean new_bone_pct"):
        measure("new_bone", course, VISITS)


def test_shrunken_cells_weigh_less(build_course):
    """Two cells; the bony one has shrunk to a third, so bone is a quarter of what is left, not half."""
    column = Column(np.array([0.0, 1.0, 2.0]), 1.0)
    left = np.array([1.0, 1.0 / 3.0])
    shares = {"mineral": [np.array([[[0.0, 1.0]]])]}
    course = build_course([0.0, 1.0], [column], shares, left=left)
    np.testing.assert_allclose(measure("new_bone_pct", course, [1.0]), 25.0)
    np.testing.assert_allclose(measure("volume_loss_pct", course, [1.0]), 100.0 * (1 - 2.0 / 3.0))


def test_short_core_sees_only_the_near_part(column, build_course):
    depth = (np.arange(20) + 0.5) * 0.5
    shares = {"mineral": [(depth < 4.0)[None, None, :] * 0.5]}
    course = build_course([0.0, 1.0], [column], shares)
    for core, expected in ((4.0, 50.0), (8.0, 25.0), (0.1, 50.0), (10.0, 20.0), (99.0, 20.0), (None, 20.0)):
        found = measure("new_bone_pct", course, [1.0], settings=load_settings(core_mm=core))
        np.testing.assert_allclose(found, expected)


def test_columns_add_up_by_their_share_of_the_site(build_course):
    columns = [Column(np.linspace(0, length, 5), weight) for length, weight in ((1.0, 0.25), (3.0, 0.75))]
    shares = {"mineral": [np.full((1, 1, 1), 0.4), np.full((1, 1, 1), 0.0)]}
    course = build_course([0.0, 1.0], columns, shares)
    np.testing.assert_allclose(measure("new_bone_pct", course, [1.0]), 10.0)
    np.testing.assert_allclose(measure("gap_fill_pct", course, [1.0]), 25.0)
    np.testing.assert_allclose(measure("volume_loss_pct", course, [1.0]), 0.0, atol=1e-12)


def test_gap_fill_saturates_cell_by_cell(column, build_course):
    mineral = np.where(np.arange(20) < 10, 0.5, 0.03)[None, None, :]
    course = build_course([0.0, 1.0], [column], {"mineral": [mineral]})
    threshold = load_settings().fill_threshold
    expected = 50.0 + 50.0 * 0.03 / threshold
    np.testing.assert_allclose(measure("gap_fill_pct", course, [1.0]), expected)
    stricter = replace(load_settings(), fill_threshold=0.6)
    assert measure("gap_fill_pct", course, [1.0], settings=stricter) < expected


def test_graft_particles_and_osteoid_are_no_fill(column, build_course):
    shares = {"graft": [np.full((1, 1, 1), 0.6)], "osteoid": [np.full((1, 1, 1), 0.3)]}
    course = build_course([0.0, 1.0], [column], shares)
    np.testing.assert_array_equal(measure("gap_fill_pct", course, [1.0]), 0.0)


def test_slope_of_a_linear_profile_is_found_in_points_per_mm(column, build_course):
    depth = (np.arange(20) + 0.5) * 0.5
    shares = {"mineral": [(0.30 - 0.005 * depth)[None, None, :]]}
    course = build_course([0.0, 180.0], [column], shares)
    np.testing.assert_allclose(measure("depth_profile", course, [180.0]), -0.5, rtol=1e-9)
    found_depth, bone = depth_profile(course, 180.0)
    np.testing.assert_allclose(found_depth[0], depth)
    np.testing.assert_allclose(bone[0], 30.0 - 0.5 * depth)


def test_slope_is_measured_in_todays_length(column, build_course):
    """A graft that shrank to half shows twice the slope."""
    depth = (np.arange(20) + 0.5) * 0.5
    shares = {"mineral": [(0.30 - 0.005 * depth)[None, None, :]]}
    course = build_course([0.0, 180.0], [column], shares, left=0.5)
    np.testing.assert_allclose(measure("depth_profile", course, [180.0]), -1.0, rtol=1e-9)


def test_slope_of_one_cell_is_unknown(build_course):
    course = build_course(
        [0.0, 1.0], [Column(np.array([0.0, 1.0]), 1.0)], {"mineral": [np.full((1, 1, 1), 0.2)]}
    )
    assert np.isnan(measure("depth_profile", course, [1.0])).all()


def test_days_to_a_level_are_interpolated_and_censored(course):
    """Bone is 2 + 10 t/200 and 2 + 30 t/200 %: 20 % is reached by the second only, on day 120."""
    days = measure("days_to_placement", course, VISITS)
    assert days.shape == (2, 1)
    np.testing.assert_allclose(days[:, 0], [np.nan, 120.0])
    np.testing.assert_array_equal(is_censored("days_to_placement", course), [True, False])


def test_failed_member_is_nan_and_not_censored(course):
    broken = replace(course, status=np.array([3, 0]))
    for array in broken.amounts.values():
        array[0][0, 40:] = np.nan
    assert np.isnan(measure("new_bone_pct", broken, VISITS)[0, 1:]).all()
    assert np.isfinite(measure("new_bone_pct", broken, VISITS)[1]).all()
    np.testing.assert_array_equal(is_censored("days_to_placement", broken), [False, False])


def test_level_reached_before_a_failure_counts(course):
    for array in course.amounts.values():
        array[0][1, 80:] = np.nan
    np.testing.assert_allclose(measure("days_to_placement", course, VISITS)[1], 120.0)


def test_stricter_level_is_reached_later(column, build_course):
    times = np.linspace(0.0, 400.0, 401)
    shares = {"mineral": [0.15 * times[None, :, None] / 400.0]}
    course = build_course(times, [column], shares)
    half = measure("days_to_fill", course, ())
    np.testing.assert_allclose(half, 200.0)
    later = measure("days_to_fill", course, (), settings=replace(load_settings(), fill_level=0.9))
    np.testing.assert_allclose(later, 360.0)


@pytest.mark.parametrize(
    ("values", "level", "expected"),
    [
        ([5.0, 6.0, 7.0], 5.0, 0.0),
        ([0.0, 4.0, 8.0], 6.0, 15.0),
        ([0.0, 4.0, 4.0], 6.0, np.nan),
        ([0.0, np.nan, np.nan], 5.0, np.nan),
        ([0.0, 8.0, 0.0], 5.0, 6.25),
    ],
)
def test_first_crossing(values, level, expected):
    found = first_crossing(np.array([0.0, 10.0, 20.0]), np.array([values]), level)
    np.testing.assert_allclose(found, [expected])


def test_settings_come_from_the_parameter_table():
    settings = load_settings()
    assert load_endpoint("days_to_fill").level_in(settings) == 50.0
    assert load_endpoint("days_to_placement").level_in(settings) == 20.0
