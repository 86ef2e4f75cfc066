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
    "btcp_cbct30": ("volume_loss_pct",),
    "poli2017": ("new_bone_pct", "residual_graft_pct", "ridge_width_loss"),
    "dedhia2022": ("union_pct", "time_to_union"),
    "fu2016dbm": ("fusion_pct",),
    "rickert2023tlif": ("nonunion_pct",),
    "wurtz2026": ("bone_width_gain",),
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


@pytest.mark.xfail(
    strict=True, reason="miss: strict CT by side; the model's sides are too alike, BCP too weak"
)
def test_fusion_of_lehr2020b():
    assert all(p.mechanism.inside for p in rows_of("lehr2020b"))


@pytest.mark.xfail(
    strict=True, reason="miss: CT at 6 weeks calls 82 to 90 % of scaphoids united, the model a tenth"
)
def test_scaphoids_at_6_weeks():
    assert all(p.mechanism.inside for p in rows_of("scaphoid_ct6wk_2015"))


@pytest.mark.xfail(strict=True, reason="miss: base rate of lost implants rests on few records")
def test_lost_implants_of_tartaglia2021():
    assert all(p.mechanism.inside for p in rows_of("tartaglia2021") if p.endpoint == "implant_failure_pct")


@pytest.mark.xfail(strict=True, reason="miss: soft bone under a lifted sinus is read as host bone of the jaw")
def test_first_stability_of_jang2018():
    assert all(p.mechanism.inside for p in rows_of("jang2018_sinus_isq"))


@pytest.mark.xfail(
    strict=True, reason="miss: rhBMP-2 alone in a cleft forms less bone than autograft at 6 months"
)
def test_cleft_nma2018():
    assert all(p.mechanism.inside for p in rows_of("cleft_nma2018"))


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
