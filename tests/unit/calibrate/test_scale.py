"""Scales of residuals: a rate as an empirical logit, a ratio as a logarithm."""

import numpy as np
import pytest

from osseo.calibrate.search.scale import SCALES, binomial_sd, from_scale, observed_on_scale, to_scale
from osseo.errors import CalibrationError


@pytest.mark.parametrize("scale", SCALES)
def test_there_and_back(scale):
    values = np.array([0.5, 20.0, 73.0, 99.0])
    np.testing.assert_allclose(from_scale(to_scale(values, scale), scale), values, rtol=1e-12)


def test_a_rate_of_all_or_none_stays_finite():
    assert observed_on_scale(100.0, "logit", 32) == pytest.approx(np.log(32.5 / 0.5))
    assert observed_on_scale(0.0, "logit", 32) == pytest.approx(-np.log(32.5 / 0.5))
    assert np.isfinite(to_scale(np.array([0.0, 100.0]), "logit")).all()


def test_the_binomial_sd_is_that_of_simulated_logits():
    """An empirical logit of many binomial draws scatters as the formula says, within a tenth."""
    k = np.random.default_rng(3).binomial(80, 0.3, size=20000)
    seen = np.array([observed_on_scale(100 * i / 80, "logit", 80) for i in range(81)])[k]
    assert seen.std() == pytest.approx(binomial_sd(30.0, 80), rel=0.1)
    # and its mean is nearly the true logit, which a plain logit misses for small counts
    assert seen.mean() == pytest.approx(np.log(0.3 / 0.7), abs=0.02)


@pytest.mark.parametrize(
    ("value", "scale", "n", "words"),
    [
        (50.0, "logit", None, "number of subjects"),
        (101.0, "logit", 10, "0 to 100"),
        (-1.0, "log", 5, "above 0"),
    ],
)
def test_what_has_no_scale_is_refused(value, scale, n, words):
    with pytest.raises(CalibrationError, match=words):
        observed_on_scale(value, scale, n)


def test_the_logarithm_of_nothing_is_not_a_number():
    assert np.isnan(to_scale(np.array([0.0, -1.0]), "log")).all()
