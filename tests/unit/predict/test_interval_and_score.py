"""Intervals from draws, the interval score, and scores that never mix samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.answer.predict.interval import expect, interval_score
from osseo.answer.predict.score import score_domains
from osseo.answer.predict.types import Expected, Prediction

Z90 = 1.6448536


def row(record, sample, observed, *, mean=10.0, half=4.0, baseline=None, domain="d", label="a"):
    def made(centre, width):
        return expect(np.full(40, centre), between_sd=width / Z90, sampling_sd=0.0, observed=observed)

    return Prediction(
        record=record, index=0, label=label, measure="m", endpoint="e", unit="%", kind="level", domain=domain,
        time_d=1.0, n=10, sample=sample, fitted=False, observed=observed, se=1.0, se_from="reported",
        mechanism=made(mean, half), baseline=None if baseline is None else made(*baseline),
    )  # fmt: skip


def test_normal_draws_give_the_normal_interval():
    rng = np.random.default_rng(1)
    found = expect(rng.normal(10, 3, 4000), between_sd=4.0, sampling_sd=12.0, observed=10.0)
    sd = np.sqrt(3**2 + 4**2 + 12**2)
    assert found.sd == pytest.approx(sd, rel=0.02)
    assert found.low == pytest.approx(10 - Z90 * sd, abs=0.5)
    assert found.high == pytest.approx(10 + Z90 * sd, abs=0.5)
    assert found.inside
    assert (found.between_sd, found.sampling_sd) == (4.0, 12.0)


def test_failed_draws_are_left_out():
    found = expect(np.array([1.0, np.nan, 3.0]), between_sd=0.0, sampling_sd=0.0, observed=2.0)
    assert found.mean == 2.0


@given(st.floats(-50, 50), st.floats(0.1, 50), st.floats(-100, 100))
def test_interval_score_is_width_plus_ten_times_the_miss_each_way(low, width, observed):
    high = low + width
    missed = max(0.0, low - observed, observed - high)
    assert interval_score(low, high, observed) == pytest.approx((high - low) + 20 * missed)


def test_samples_are_never_scored_together():
    rows = [row("a", "validation", 11.0), row("b", "calibration", 99.0), row("c", "validation", 30.0)]
    lines = score_domains(rows)
    assert [(line.sample, line.mechanism.n, line.mechanism.covered) for line in lines] == [
        ("validation", 2, 1),
        ("calibration", 1, 0),
    ]


def test_low_coverage_and_a_better_baseline_are_said():
    rows = [row(str(i), "validation", 30.0, baseline=(30.0, 3.0)) for i in range(3)]
    (line,) = score_domains(rows)
    assert line.covers is False
    assert line.beats is False
    assert line.mechanism.bias == pytest.approx(-20.0)
    assert line.mechanism.error == pytest.approx(20.0)
    assert line.baseline.covered == 3


def test_comparison_uses_shared_rows_only():
    rows = [row("a", "validation", 10.0, baseline=(10.0, 2.0)), row("b", "validation", 99.0)]
    (line,) = score_domains(rows)
    assert (line.mechanism.n, line.mechanism_shared.n, line.baseline_shared.n) == (2, 1, 1)
    assert line.beats is False  # wider than the baseline, both inside


def test_one_quantity_by_several_methods_counts_once():
    (line,) = score_domains([row("a", "validation", 10.0), row("a", "validation", 11.0)])
    assert (line.mechanism.n, line.mechanism.n_studies) == (1, 1)


def test_expected_is_plain_data():
    assert isinstance(row("a", "own", 1.0).mechanism, Expected)
    assert row("a", "own", 1.0).in_sample is False
    assert row("a", "calibration", 1.0).in_sample
