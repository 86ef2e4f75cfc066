"""Out-of-sample results by domain. What misses is listed here; a new miss, or one that is gone, is news.

NOTE: nothing is tuned to these rows. A miss stays a miss until the model changes for a reason of its own.
"""

from __future__ import annotations

import pytest

from osseo.answer.predict.study import predict_study
from osseo.evidence import load_record

INSIDE = {
    "joi2013_biooss20": ("new_bone_pct", "residual_graft_pct"),
    "comertkilic2017": ("new_bone_pct", "residual_graft_pct", "soft_tissue_pct"),
    "ohba2021btcp": ("new_bone_pct", "residual_graft_pct"),
    "pmc6040296_six_materials": ("new_bone_pct",),
    "joosten2013b": ("urine_24h",),
}


def rows_of(record):
    return [p for p in predict_study(load_record(record)).predictions if p.mechanism is not None]


@pytest.mark.parametrize(("record", "endpoint"), [(r, e) for r, found in INSIDE.items() for e in found])
def test_falls_inside(record, endpoint):
    rows = [p for p in rows_of(record) if p.endpoint == endpoint]
    assert rows
    assert all(p.sample == "validation" and p.mechanism.inside for p in rows)


@pytest.mark.xfail(strict=True, reason="miss: the model's stores neither gain nor lose 2 mmol/d after weeks")
def test_magnesium_balance_of_nielsen2007():
    assert all(p.mechanism.inside for p in rows_of("nielsen2007"))


@pytest.mark.xfail(strict=True, reason="miss: beta-TCP loses volume beyond 6 months, the model's keeps it")
def test_volume_of_beta_tcp_after_30_months():
    assert all(p.mechanism.inside for p in rows_of("btcp_cbct30"))


@pytest.mark.xfail(
    strict=True, reason="miss: with the meal's own magnesium in the sitting the peak is too low"
)
def test_peak_of_zhan2020():
    """Observed 0.058 over placebo; the model says less than half of it when the dose shares its meal."""
    (row,) = [p for p in rows_of("zhan2020") if p.endpoint == "serum_peak"]
    assert row.mechanism.inside


def test_ionised_rise_of_zhan2020():
    rows = [p for p in rows_of("zhan2020") if p.kind == "contrast" and "ionised" in p.endpoint]
    assert len(rows) == 2
    assert all(p.mechanism.inside for p in rows)
