from __future__ import annotations

import numpy as np
import pytest

from osseo.errors import NameUnknown
from osseo.observe.endpoint import load_endpoint
from osseo.observe.noise import add_noise
from osseo.observe.serum import dip_at, observed_serum
from osseo.site.reading import site_names

N = 20_000


# 5 standard errors over 20000 values: 3.5 % of an SD for a mean, 2.5 % for an SD
def test_noise_of_a_share_has_the_stated_spread():
    sd = 100 * load_endpoint("new_bone_pct").sd_measurement.value
    noisy = add_noise(np.full((N // 4, 4), 50.0), "new_bone_pct", seed=1)
    assert noisy.shape == (N // 4, 4)
    assert noisy.mean() == pytest.approx(50.0, abs=0.035 * sd)
    assert noisy.std() == pytest.approx(sd, rel=0.025)


def test_noise_of_a_time_is_relative():
    sd = load_endpoint("days_to_fill").sd_measurement.value
    noisy = add_noise(np.full(N, 200.0), "days_to_fill", seed=1)
    assert noisy.std() == pytest.approx(200.0 * sd, rel=0.025)


def test_noise_repeats_with_its_seed_and_differs_between_endpoints():
    values = np.linspace(20, 60, 50)
    np.testing.assert_array_equal(add_noise(values, "new_bone_pct", 1), add_noise(values, "new_bone_pct", 1))
    assert not np.any(add_noise(values, "new_bone_pct", 1) == add_noise(values, "new_bone_pct", 2))
    assert not np.any(add_noise(values, "new_bone_pct", 1) == add_noise(values, "residual_graft_pct", 1))


def test_shares_stay_shares_and_losses_may_be_gains():
    assert add_noise(np.zeros(N), "new_bone_pct", 3).min() == 0.0
    assert add_noise(np.full(N, 100.0), "gap_fill_pct", 3).max() == 100.0
    assert add_noise(np.zeros(N), "volume_loss_pct", 3).min() < 0.0
    assert np.isnan(add_noise(np.array([np.nan]), "new_bone_pct", 3)).all()


TIMES = np.array([-30.0, -0.001, 0.0, 1.0, 30.0])


def test_dip_begins_with_surgery_and_fades():
    dip = dip_at(TIMES, "spinal_fusion")
    np.testing.assert_array_equal(dip[:2], 0.0)
    assert dip[2] == pytest.approx(0.084)
    assert dip[2] > dip[3] > dip[4] > 0
    assert dip[4] < 1e-6


def test_spinal_fusion_shows_the_published_fall():
    """chang2007mg: 0.783 before, 0.717 mmol/L after; abs 0.001 is the record's rounding."""
    after = observed_serum(np.full((1, 5), 0.783), TIMES, "spinal_fusion")[0, 2]
    assert after == pytest.approx(0.717, abs=0.001)


def test_ionised_falls_less_than_total_as_published():
    """chang2007mg: 0.529 before, 0.511 mmol/L after; abs 0.001 is the record's rounding."""
    after = observed_serum(np.full((1, 5), 0.529), TIMES, "spinal_fusion", ionised=True)[0, 2]
    assert after == pytest.approx(0.511, abs=0.001)


def test_dental_surgery_dilutes_nothing_and_the_truth_is_left_alone():
    serum = np.full((3, 5), 0.82)
    np.testing.assert_array_equal(observed_serum(serum, TIMES, "sinus_lift"), serum)
    observed_serum(serum, TIMES, "osteotomy_tibia")
    np.testing.assert_array_equal(serum, 0.82)


@pytest.mark.parametrize("site", site_names())
def test_every_site_says_how_much_it_dilutes(site):
    assert (dip_at(TIMES, site) >= 0).all()


def test_unknown_site_is_refused():
    with pytest.raises(NameUnknown, match="did you mean sinus_lift"):
        dip_at(TIMES, "sinus_lif")
