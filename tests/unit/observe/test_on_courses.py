"""The readings on courses of the graft column itself, not on made ones: shape and order, not level."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import ndtri

from osseo.evidence import load_record
from osseo.observe.endpoint import endpoint_names, load_endpoint
from osseo.observe.measure import measure, measure_curve
from osseo.observe.reading.readers import between_readers
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site
from osseo.site import SiteCourse, load_site, site_names

TIMES = np.unique(np.concatenate([np.arange(0.0, 366.0, 7.0), [365.0]]))
N = 25


@cache
def _course(site: str, material: str) -> SiteCourse:
    """Patients whose healing speed is log-normal with sigma 0.44, equally likely."""
    speed = np.exp(0.44 * ndtri((np.arange(N) + 0.5) / N))
    return simulate_site(
        Procedure(site, material),
        {"graft_cells.speed": speed},
        status_times=np.zeros(1),
        status=np.full((1, 1), 0.8),
        times=TIMES,
        n=N,
    )


@pytest.mark.parametrize("site", site_names())
def test_every_endpoint_of_every_site_can_be_read(site):
    course = _course(site, load_site(site).materials[0])
    for name in endpoint_names(site):
        endpoint = load_endpoint(name)
        values = measure(endpoint, course, (91.0, 365.0))
        assert values.shape == (N, 2 if endpoint.at_visits else 1)
        if endpoint.kind != "time":
            assert np.isfinite(values).all(), name
        if endpoint.unit == "%" and name != "volume_loss_pct":
            assert ((values >= -1e-9) & (values <= 100 + 1e-9)).all(), name


def test_stability_dips_about_week_four_and_comes_back():
    """shokri2013: 77.2 at placement, lowest at week 4, rising from then on. Levels are the fit's business."""
    curve = measure_curve("isq", _course("implant", "none")).mean(axis=0)
    seen = {r.time: r.number for r in load_record("shokri2013").results}
    low = int(np.argmin(curve))
    assert min(seen, key=seen.get) == 28
    assert curve[0] == pytest.approx(seen[0], abs=1.0)
    assert 14 <= TIMES[low] <= 49
    assert (np.diff(curve[: low + 1]) < 0).all() and curve[low] < curve[0] - 0.3
    after = curve[np.searchsorted(TIMES, 77.0)]
    assert after > curve[low] + 0.3


@pytest.mark.parametrize(
    ("site", "material"),
    [("spine_interbody", "autograft_local"), ("spine_posterolateral", "autograft_iliac")],
)
def test_films_read_more_fused_than_ct(site, material):
    course = _course(site, material)
    ct, film = (measure_curve(name, course) for name in ("fused_ct_pct", "fused_film_pct"))
    between = (film.mean(axis=0) > 30) & (film.mean(axis=0) < 90)
    assert between.any()
    assert (film.mean(axis=0)[between] > ct.mean(axis=0)[between]).all()


def test_two_readers_of_cervical_films_agree_as_published():
    """acdf_interrater: kappa 0.585, 0.620 and 0.723 between readers who called 77 to 88 % fused."""
    film = measure_curve("fused_film_pct", _course("spine_cervical", "allograft_structural")) / 100
    rate = film.mean(axis=0)
    for wanted in (0.77, 0.88):
        at = int(np.argmin(np.abs(rate - wanted)))
        assert rate[at] == pytest.approx(wanted, abs=0.04)
        assert 0.5 < between_readers(film[:, at]) < 0.78


def test_a_spine_fuses_while_its_graft_shrinks():
    """kim1999plfvolume: half the volume is gone in patients who fuse."""
    course = _course("spine_posterolateral", "autograft_iliac")
    fused, lost = (measure(name, course, (365.0,))[:, 0] for name in ("fused_ct_pct", "volume_loss_pct"))
    assert lost[fused > 90].mean() > 15.0


def test_fractures_unite_log_normally_and_scores_follow():
    """tibia_closed100, plif_localbone32: sigma 0.4 to 0.5 between patients."""
    course = _course("fracture_tibia", "none")
    days = measure("days_to_union", course, ())[:, 0]
    done = np.isfinite(days)
    # middle three quarters: the slowest are not seen, so the quartiles give sigma
    low, high = np.nanquantile(np.where(done, days, np.inf), [0.25, 0.75])
    assert np.log(high / low) / (2 * 0.6745) == pytest.approx(0.44, abs=0.12)
    score = measure_curve("rust", course).mean(axis=0)
    assert score[0] == pytest.approx(4.0) and (np.diff(score) > -0.02).all()
