"""The arithmetic of an answer against cases with known results."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from osseo.answer.statistics import first_order_shares, group_share, mean_effects, probabilities


@pytest.fixture
def rng():
    return np.random.default_rng(20261124)


def test_mean_effects_has_the_spread_of_the_true_effect_not_of_the_sampled_patients(rng):
    true = rng.normal(1.0, 0.5, size=4000)
    d = true[:, None] + rng.normal(0.0, 2.0, size=(4000, 3))
    raw, clean = d.mean(axis=1), mean_effects(d)
    assert raw.std() > 2 * 0.5
    assert clean.std() == pytest.approx(0.5, rel=0.15)
    assert clean.mean() == pytest.approx(raw.mean(), rel=1e-12)


def test_probabilities_match_the_normal_law(rng):
    d = rng.normal(1.0, 2.0, size=(20000, 1))
    p = probabilities(d, 1.5)
    assert p.too_small == pytest.approx(norm.cdf(0.25) - norm.cdf(-1.25), abs=0.012)
    assert p.gain == pytest.approx(1 - norm.cdf(0.25), abs=0.012)
    assert p.loss == pytest.approx(norm.cdf(-1.25), abs=0.012)
    assert p.positive == pytest.approx(norm.cdf(0.5), abs=0.012)
    assert p.too_small + p.gain + p.loss == pytest.approx(1.0)


def test_less_is_better_turns_gain_and_loss_round(rng):
    d = rng.normal(-1.0, 2.0, size=(500, 2))
    up, down = probabilities(d, 0.5, better=1), probabilities(d, 0.5, better=-1)
    assert (up.gain, up.loss, up.too_small) == (down.loss, down.gain, down.too_small)


def test_failed_patients_are_left_out_and_never_count_as_zero():
    d = np.array([[5.0, np.nan], [np.nan, np.nan], [5.0, 5.0]])
    p = probabilities(d, 4.0)
    assert p.gain == 1.0 and p.too_small == 0.0


def test_shares_recover_a_linear_law(rng):
    x = rng.normal(size=(400, 20)) * np.arange(1, 21)
    y = 3.0 * x[:, 0] + 0.5 * x[:, 3] + rng.normal(size=400)
    truth = np.zeros(20)
    truth[0], truth[3] = 9.0, 4.0
    share = first_order_shares(x, y)
    np.testing.assert_allclose(share, truth / 14.0, atol=0.05)


def test_an_interaction_is_not_first_order(rng):
    x = rng.normal(size=(2000, 2))
    assert first_order_shares(x, x[:, 0] * x[:, 1]).sum() < 0.02


def test_long_tails_do_not_make_everything_look_like_noise(rng):
    true = rng.normal(0.0, 1.0, size=200)
    d = true[:, None] + rng.normal(0.0, 0.5, size=(200, 2))
    d[0, 0] += 80.0
    assert mean_effects(d)[1:].std() > 0.7


def test_failed_rows_are_left_out_of_shares(rng):
    x = rng.normal(size=(300, 3))
    y = 2.0 * x[:, 0] + rng.normal(size=300)
    y[:50] = np.nan
    np.testing.assert_allclose(first_order_shares(x, y), first_order_shares(x[50:], y[50:]))


def test_shares_without_effect_scatter_around_zero_even_when_spread_differs(rng):
    size = np.exp(rng.normal(size=(4000, 1)))
    y = (size * rng.normal(size=(4000, 1)))[:, 0]
    x = np.column_stack([size[:, 0], rng.normal(size=(4000, 30))])
    assert abs(first_order_shares(x, y)).max() < 0.01


def test_group_share_counts_the_group_with_its_interactions(rng):
    a, b, c = rng.normal(size=(3, 20000))
    fresh = rng.normal(size=20000)
    share = group_share(a * b + c, a * b + fresh)  # a and b frozen, c drawn anew
    assert share == pytest.approx(0.5, abs=0.05)
    assert group_share(a * b, a * fresh) < 0.05


def test_no_spread_that_can_be_told_apart_is_left_wide_not_collapsed(rng):
    d = rng.normal(0.1, 1.0, size=(100, 2))  # patients differ, draws do not
    assert 0.15 < mean_effects(d).std() < 0.3
    assert 0.05 < probabilities(d, 10.0).positive < 0.95


def test_shares_without_effect_are_zero_on_average_in_small_answers(rng):
    mean = np.mean([first_order_shares(rng.normal(size=(60, 5)), rng.normal(size=60)) for _ in range(300)])
    assert abs(mean) < 0.004  # without the correction it would be 1 / 60
