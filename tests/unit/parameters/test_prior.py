"""What lower, value and upper mean, against scipy's own distributions where those exist."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from osseo.errors import InputError
from osseo.parameters import Parameter, prior_sd, quantile

Z = stats.norm.ppf(0.95)
SHARE = np.linspace(0.001, 0.999, 501)


def made(distribution, value, lower, upper):
    return Parameter("m.k", "1/d", value, lower, upper, distribution, "assumed", reason="test")


def test_symmetric_normal_is_the_normal_distribution():
    got = quantile(made("normal", -1.0, -4.0, 2.0), SHARE)
    assert_allclose(got, stats.norm(-1.0, 3.0 / Z).ppf(SHARE), rtol=1e-12)


def test_symmetric_lognormal_is_the_lognormal_distribution():
    got = quantile(made("lognormal", 2.0, 1.0, 4.0), SHARE)
    assert_allclose(got, stats.lognorm(np.log(2.0) / Z, scale=2.0).ppf(SHARE), rtol=1e-12)


def test_normal_of_a_positive_quantity_is_the_truncated_normal():
    sd = 0.9 / Z
    got = quantile(made("normal", 1.0, 0.1, 1.9), SHARE)
    assert_allclose(got, stats.truncnorm(-1.0 / sd, np.inf, 1.0, sd).ppf(SHARE), rtol=1e-9)
    assert (got > 0.0).all()


def test_normal_of_a_negative_quantity_stays_negative():
    got = quantile(made("normal", -0.2, -1.0, 0.0), SHARE)
    assert (got < 0.0).all()
    mirrored = -quantile(made("normal", 0.2, 0.0, 1.0), 1.0 - SHARE)
    assert_allclose(got, mirrored, rtol=1e-9)


@pytest.mark.parametrize("distribution", ["normal", "lognormal"])
@given(
    points=st.lists(st.floats(0.1, 50.0), min_size=3, max_size=3, unique=True).map(sorted),
    sign=st.sampled_from([1.0, -1.0]),
)
def test_five_fifty_ninetyfive_are_as_written(distribution, points, sign):
    if distribution == "normal":
        # around zero, where nothing is cut
        points = [points[0] - 60.0, points[1] - points[0], points[2] + 60.0]
        points = sorted(sign * x for x in points)
    lower, value, upper = points
    got = quantile(made(distribution, value, lower, upper), np.array([0.05, 0.5, 0.95]))
    assert_allclose(got, points, rtol=1e-9, atol=1e-9)


def test_uniform_and_loguniform_fill_their_range_evenly():
    assert_allclose(quantile(made("uniform", 1.0, 1.0, 3.0), np.array([0.0, 0.5, 1.0])), [1, 2, 3])
    assert_allclose(quantile(made("loguniform", 1.0, 1.0, 100.0), np.array([0.0, 0.5, 1.0])), [1, 10, 100])
    assert_allclose(quantile(made("fixed", 7.0, 7.0, 7.0), SHARE), 7.0)


@given(
    distribution=st.sampled_from(["normal", "lognormal", "uniform", "loguniform"]),
    shares=st.lists(st.floats(0.001, 0.999), min_size=2, max_size=20, unique=True).map(sorted),
)
def test_quantiles_rise(distribution, shares):
    got = quantile(made(distribution, 1.0, 0.5, 4.0), np.array(shares))
    assert (np.diff(got) >= 0.0).all()


@pytest.mark.parametrize(
    ("parameter", "sd"),
    [
        (made("normal", 0.0, -Z, Z), 1.0),
        (made("lognormal", 1.0, np.exp(-Z), np.exp(Z)), 1.0),
        (made("uniform", 1.0, 0.0, 2.0), 2.0 / np.sqrt(12.0)),
        (made("loguniform", 1.0, 1.0, np.e), 1.0 / np.sqrt(12.0)),
        (made("fixed", 3.0, 3.0, 3.0), 0.0),
    ],
)
def test_prior_sd(parameter, sd):
    # the grid of 4096 shares leaves out the far tails, worth less than 0.1 %
    assert_allclose(prior_sd(parameter), sd, rtol=1e-3, atol=1e-12)


def test_unknown_distribution_is_refused():
    with pytest.raises(InputError, match="unknown distribution 'gamma'"):
        quantile(replace(made("normal", 0, -1, 1), distribution="gamma"), SHARE)
