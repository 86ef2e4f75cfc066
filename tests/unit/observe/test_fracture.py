"""Union of a fracture: three of four cortices, RUST and its modified form."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from osseo.observe.fracture import (
    cortex_reader,
    days_to_union,
    mrust,
    rust,
    three_of_four,
    union_probability,
)
from osseo.observe.measure import is_censored, measure, measure_curve
from osseo.observe.reading.readers import without_slips
from osseo.site.course import Column

TIMES = np.linspace(0.0, 365.0, 74)


def _gap(build_course, share, **extra):
    """One column whose mineral has the same share everywhere, (n, n_times)."""
    column = Column(np.array([0.0, 0.75, 1.5]), 1.0)
    shares = {"mineral": [np.asarray(share)[:, :, None]]} | {k: [np.asarray(v)] for k, v in extra.items()}
    return build_course(TIMES, [column], shares, site="fracture_tibia", material="none")


def _rising(build_course, n=1):
    return _gap(build_course, np.outer(np.ones(n), TIMES / 365.0 * 0.4))


@pytest.mark.parametrize("q", [0.0, 0.3, 0.8, 1.0])
def test_three_of_four_by_counting_all_sixteen_films(q):
    chance = sum(
        np.prod([q if bridged else 1 - q for bridged in film])
        for film in product([0, 1], repeat=4)
        if sum(film) >= 3
    )
    assert three_of_four(np.array(q)) == pytest.approx(chance)


def test_scores_run_from_nothing_to_healed_and_never_back(build_course):
    course = _rising(build_course)
    plain, modified = rust(course)[0], mrust(course)[0]
    assert plain[0] == pytest.approx(4.0) and modified[0] == pytest.approx(4.0)
    assert plain[-1] == pytest.approx(12.0, abs=0.05) and modified[-1] == pytest.approx(16.0, abs=0.05)
    assert (np.diff(plain) >= -1e-9).all() and (np.diff(modified) >= -1e-9).all()
    assert (modified >= plain - 1e-9).all()


def test_callus_shows_before_it_bridges_and_bridges_before_the_line_goes(build_course):
    course = _rising(build_course)
    assert days_to_union(course)[0] > 0
    at = int(np.searchsorted(TIMES, days_to_union(course)[0]))
    # about 3 of 4 bridged: callus on all four (4 + 4), the line still seen on most
    assert 8.0 < rust(course)[0, at] < 10.0
    early = int(np.searchsorted(TIMES, 0.4 * days_to_union(course)[0]))
    assert 4.0 < rust(course)[0, early] < 8.0


def test_a_gap_without_a_bridge_scores_callus_only(build_course):
    """Callus at the ends, none in the middle: RUST 8 at most, no union."""
    column = Column(np.array([0.0, 1.0, 2.0]), 1.0)
    mineral = np.stack([np.full((1, TIMES.size), 0.3), np.zeros((1, TIMES.size))], axis=-1)
    course = build_course(TIMES, [column], {"mineral": [mineral]}, site="fracture_tibia", material="none")
    assert rust(course)[0, -1] == pytest.approx(8.0, abs=0.1)
    assert mrust(course)[0, -1] == pytest.approx(8.0, abs=0.1)
    assert union_probability(course)[0, -1] == pytest.approx(cortex_reader().false_positive)
    assert is_censored("days_to_union", course).all()


def test_remodelled_needs_lamellar_bone_where_it_is_modelled(build_course):
    share = np.full((1, TIMES.size), 0.5)
    woven = _gap(build_course, share, lamellar=np.zeros((1, TIMES.size, 1)))
    half = _gap(build_course, share, lamellar=np.full((1, TIMES.size, 1), 0.25))
    assert mrust(woven)[0, -1] == pytest.approx(12.0, abs=0.05)
    assert mrust(half)[0, -1] == pytest.approx(14.0, abs=0.05)
    assert rust(woven)[0, -1] == pytest.approx(12.0, abs=0.05)


def test_union_day_is_where_half_the_readings_say_union(build_course):
    course = _rising(build_course)
    chance = union_probability(course, reader=without_slips(cortex_reader()))[0]
    assert np.interp(days_to_union(course)[0], TIMES, chance) == pytest.approx(0.5, abs=0.01)
    assert measure("days_to_union", course, ())[0, 0] == days_to_union(course)[0]


def test_cortices_differ_so_that_union_takes_longer_than_the_middle_cortex(build_course):
    reader = cortex_reader()
    assert reader.deciding_share(three_of_four) > reader.threshold
    assert reader.width > np.hypot(0.0, 0.05)


def test_weight_is_borne_before_films_show_union(build_course):
    course = _rising(build_course, n=3)
    weight = measure("days_to_weight_bearing", course, ())[:, 0]
    assert (weight < days_to_union(course)).all()


def test_union_as_an_endpoint_is_in_percent(build_course):
    course = _rising(build_course)
    np.testing.assert_allclose(measure_curve("union_pct", course), 100 * union_probability(course))
