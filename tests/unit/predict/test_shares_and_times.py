"""Intervals of shares and times, residuals and the spread of contrasts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.answer.predict.interval import expect, expect_share, expect_time
from osseo.answer.predict.left_out.residuals import (
    Residual,
    read_residuals,
    residual_sd,
    study_residuals,
    write_residuals,
)
from osseo.answer.predict.study import predict_study
from osseo.evidence import load_record, record_role
from osseo.evidence.pooling import Cell
from osseo.evidence.pooling_typical import SHARED_BY_ARMS, contrast_typical, serum_typical, typical_of
from osseo.evidence.pooling_values import pooled_cells


def test_without_other_spread_a_share_is_binomial():
    found = expect_share(np.array([80.0]), between_sd=0.0, n=50, observed=80.0)
    assert (found.low, found.high) == (70.0, 88.0)  # 5 and 95 % points of Binomial(50, 0.8) are 35 and 44
    assert found.between_sd == 0
    assert found.sampling_sd == pytest.approx(100 * math.sqrt(0.8 * 0.2 / 50))


@given(st.floats(1, 99), st.floats(0, 2), st.integers(1, 8000))
def test_a_share_stays_between_0_and_100(p, between, n):
    found = expect_share(np.array([p, p]), between_sd=between, n=n, observed=p)
    assert 0 <= found.low <= found.high <= 100
    assert found.sd > 0


def test_all_patients_fused_can_be_inside():
    found = expect_share(np.array([95.0]), between_sd=0.6, n=20, observed=100.0)
    assert found.high == 100.0
    assert found.inside


def test_more_spread_and_fewer_patients_widen():
    base = expect_share(np.array([80.0]), between_sd=0.3, n=50, observed=80.0)
    assert expect_share(np.array([80.0]), between_sd=0.9, n=50, observed=80.0).score > base.score
    assert expect_share(np.array([80.0]), between_sd=0.3, n=10, observed=80.0).score > base.score


def test_many_patients_join_the_counted_ones():
    counted = expect_share(np.array([60.0]), between_sd=0.4, n=5000, observed=60.0)
    smooth = expect_share(np.array([60.0]), between_sd=0.4, n=5001, observed=60.0)
    assert counted.low == pytest.approx(smooth.low, abs=0.5)
    assert counted.high == pytest.approx(smooth.high, abs=0.5)


def test_a_time_is_symmetric_in_its_logarithm():
    found = expect_time(np.array([100.0]), between_sd=0.3, sampling_sd=0.0, observed=100.0)
    assert found.mean / found.low == pytest.approx(found.high / found.mean, rel=1e-6)
    straight = expect(np.log(np.array([100.0])), between_sd=0.3, sampling_sd=0.0, observed=math.log(100.0))
    assert math.log(found.high) == pytest.approx(straight.high)


def level(**changes):
    row = next(p for p in predict_study(load_record("tibia_closed100")).predictions if p.mechanism)
    return replace(row, **changes)


def test_residuals_are_on_the_scale_of_the_prediction():
    row = level()
    (one,) = study_residuals([("s", row)])
    n, p = row.n, row.mechanism.mean / 100
    good = row.observed / 100 * n + 0.5
    assert one.value == pytest.approx(math.log(good / (n + 1 - good)) - math.log(p / (1 - p)), abs=1e-4)
    assert study_residuals([("s", row), ("s", row)]) == (one,)  # two rows of a study are no more than one


def test_between_study_sd_of_residuals_solves_its_equation(tmp_path, monkeypatch):
    from osseo.answer.predict.left_out import residuals

    rows = [Residual("d", "%", "e", f"s{i}", v, 1.0) for i, v in enumerate((3.0, -4.0, 5.0, -2.0, 6.0))]
    monkeypatch.setattr(residuals, "read_residuals", lambda: tuple(rows))
    residuals._grouped.cache_clear(), residuals.residual_sd.cache_clear()
    tau, k = residuals.residual_sd("d", "%", "e")
    assert k == 5
    assert sum(r.value**2 / (1.0 + tau**2) for r in rows) == pytest.approx(5, rel=1e-6)
    assert residuals.residual_sd("d", "%", "e", without="s4")[0] < tau
    assert residuals.residual_sd("other", "%", "e") is None
    residuals._grouped.cache_clear(), residuals.residual_sd.cache_clear()
    path = write_residuals(rows, tmp_path / "r.csv")
    assert read_residuals(path) == tuple(rows)


def test_shipped_residuals_are_of_calibration_studies_only():
    studies = {row.study.partition(":")[0] for row in read_residuals()}
    assert not {s for s in studies if record_role(s) != "calibration"}
    assert all(math.isfinite(row.value) and row.sd > 0 for row in read_residuals())
    assert residual_sd("no such domain", "%", "new_bone_pct") is None


def test_a_contrast_varies_less_than_its_levels_and_more_than_not_at_all():
    contrast = next(c for c in pooled_cells() if c.endpoint == "new_bone_pct" and c.against)
    level_cell = next(c for c in pooled_cells() if c.endpoint == "new_bone_pct" and not c.against)
    tau, tau_level = typical_of(contrast).between_sd, typical_of(level_cell).between_sd
    assert 0 < tau < tau_level
    no_contrast = replace(
        contrast, endpoint="residual_graft_pct", site="", material="", window="", against="any"
    )
    assert contrast_typical(no_contrast, "").between_sd > 0
    assert 0.5 <= SHARED_BY_ARMS <= 0.95


def test_serum_differs_between_studies_by_hundredths():
    cell = Cell("serum_total", "mmol/L", "", "habitual", "start")
    found = serum_typical(cell, "")
    assert 0.01 < found.between_sd < 0.06
    assert serum_typical(cell, "chang2007mg") != found
