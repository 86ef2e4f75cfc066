"""What the graft site must reach (issue 6), at the mode of the shipped fit: met, or a miss with its reason.

A miss is a strict xfail: it fails the suite as soon as the model meets it, so that the list stays true.
Targets of the fit are in sample here; scores left-one-study-out are in test_scores.py and docs/validation.md.
"""

import numpy as np
import pytest

from osseo.calibrate.graft import graft_problem
from osseo.scenario.types import Procedure

MISSED = {
    "slope in one core": "-0.2996 per mm, just outside the bound of -0.3 to -0.8",
    "socket allograft bone": "20 % for 54: the same kind of allograft reads 17 to 39 % in a sinus",
    "ridge block loss": "0.2 mm for 0.7: what makes iliac onlays lose a third leaves jaw blocks nearly whole",
    "interbody flat after 12 months": "3 to 4 points for 0: those who move most fuse in the second year",
    "acdf_qct2025[4] acdf_auto.fused_ct_pct@91d": "52 % for 11 at 3 months: cervical bridging is too fast",
    "silicate_table6[0] plf_bmp_bcp.fused_ct_pct@365d": "62 % for 91: BMP does too little against motion",
}


def row(name, experiment, endpoint, day, expected, tolerance):
    marks = [pytest.mark.xfail(strict=True, reason=MISSED[name])] if name in MISSED else []
    return pytest.param(experiment, endpoint, day, expected, tolerance, id=name, marks=marks)


LEVELS = [
    # eight cells of DBBM at 3 to 8 months: 28 (digest 1), 26 in the baseline
    row("sinus DBBM new bone", "sinus_dbbm", "new_bone_pct", 183, 27, 10),
    row("sinus DBBM residual", "sinus_dbbm", "residual_graft_pct", 183, 29, 6),
    row("sinus DBBM shrinkage", "sinus_dbbm", "volume_loss_pct", 183, 15, 12),
    row("sinus autograft block shrinkage", "sinus_block", "volume_loss_pct", 183, 41.7, 12),
    # the range of 85 biopsies in one laboratory, -0.34 and -0.74
    row("slope in one core", "sinus_dbbm", "new_bone_slope_pct_per_mm", 183, -0.55, 0.25),
    row("closed tibia 20 weeks", "tibia_cast", "union_pct", 140, 81, 8),
    row("closed tibia 30 weeks", "tibia_cast", "union_pct", 210, 96, 8),
    row("socket width 3 months", "socket_none", "width_loss_mm", 91, 3.8, 1.0),
    row("socket width 6 months", "socket_none", "width_loss_mm", 183, 5.1, 1.0),
    row("socket width 12 months", "socket_none", "width_loss_mm", 365, 6.1, 1.0),
    row("osteotomy no graft 3 months", "osteotomy_none", "gap_fill_pct", 91, 10.8, 8),
    row("osteotomy no graft 12 months", "osteotomy_none", "gap_fill_pct", 365, 59.1, 8),
    row("osteotomy autograft 3 months", "osteotomy_autograft", "gap_fill_pct", 91, 40.1, 8),
    row("osteotomy autograft 12 months", "osteotomy_autograft", "gap_fill_pct", 365, 91.5, 8),
    row("socket allograft bone", "socket_fdba", "new_bone_pct", 91, 54.4, 12),
    row("socket DBBM bone", "socket_dbbm", "new_bone_pct", 152, 23.6, 10),
    row("ridge block gain", "ridge_block", "ridge_gain_mm", 135, 4.36, 0.8),
]


@pytest.mark.parametrize(("experiment", "endpoint", "day", "expected", "tolerance"), LEVELS)
def test_level(read, experiment, endpoint, day, expected, tolerance):
    assert abs(read(experiment, endpoint, float(day)) - expected) <= tolerance


def change(name, experiment, endpoint, days, expected, tolerance):
    return row(name, experiment, endpoint, days, expected, tolerance)


CHANGES = [
    # shokri2013 and barewal2012 at week 4; monje2014 3.4 % of 75.4 at 4 months
    change("ISQ week 4", "implant", "isq", (0, 28), -3.2, 3),
    change("ISQ month 4", "implant", "isq", (0, 122), 2.6, 3),
    change("ridge block loss", "ridge_block", "ridge_gain_mm", (135, 500), -0.7, 0.4),
    # a sinus block loses 42 %, a ridge block of 4.35 mm less than a fifth
    change("interbody flat after 12 months", "plif_local", "fused_ct_pct", (365, 730), 0, 3),
    change("new bone flat, months 6 to 12", "sinus_dbbm", "new_bone_pct", (183, 365), 0, 5),
]


@pytest.mark.parametrize(("experiment", "endpoint", "days", "expected", "tolerance"), CHANGES)
def test_change(read, experiment, endpoint, days, expected, tolerance):
    first, last = (read(experiment, endpoint, float(day)) for day in days)
    assert abs(last - first - expected) <= tolerance


def test_the_implant_is_weakest_about_week_4(read):
    weeks = [read("implant", "isq", float(day)) for day in (0, 14, 28, 49, 77)]
    assert np.argmin(weeks) in (2, 3)


def half_lost():
    marks = [pytest.mark.xfail(strict=True, reason=MISSED["half lost"])] if "half lost" in MISSED else []
    return [pytest.param(-54.8, 12.0, marks=marks)]


@pytest.mark.parametrize(("expected", "tolerance"), half_lost())
def test_intertransverse_autograft_loses_half_its_volume_and_still_fuses(read, expected, tolerance):
    """kim1999plfvolume: from week 2 to month 18, all 15 fused: fusion is continuity, not volume."""
    first, last = (read("plf_icbg", "volume_left_pct", day) for day in (14.0, 548.0))
    assert abs(100 * (last / first - 1) - expected) <= tolerance
    assert read("plf_icbg", "fused_ct_pct", 548.0) > 60


def fusion_rates():
    targets = [t for t in graft_problem().targets if t.domain == "fusion_ct"]
    keys = [t.key for t in targets]
    marks = {k: [pytest.mark.xfail(strict=True, reason=MISSED[k])] for k in keys if k in MISSED}
    return [pytest.param(t, id=t.key, marks=marks.get(t.key, [])) for t in targets]


@pytest.mark.parametrize("target", fusion_rates())
def test_ct_fusion_within_8_points_beyond_sampling_error(read, target):
    rate = read(target.experiment, "fused_ct_pct", target.time_d, days=(target.time_d,))
    share = (target.value / 100 * target.n + 0.5) / (target.n + 1)
    sampling = 100 * 1.96 * (share * (1 - share) / target.n) ** 0.5
    assert abs(rate - target.value) <= 8 + sampling


def median_times():
    targets = [t for t in graft_problem().targets if t.endpoint == "days_to_union"]
    marks = {
        t.key: [pytest.mark.xfail(strict=True, reason=MISSED[t.key])] for t in targets if t.key in MISSED
    }
    return [pytest.param(t, id=t.key, marks=marks.get(t.key, [])) for t in targets]


@pytest.mark.parametrize("target", median_times())
def test_median_time_to_union_within_20_percent_beyond_sampling_error(read, target):
    days = read(target.experiment, "days_to_union", days=(183.0,))
    assert abs(np.log(days / target.value)) <= np.log(1.2) + 1.96 * target.sd


MONOTONE = [
    ("sinus_dbbm", "new_bone_pct", 183.0),
    ("plf_icbg", "fused_ct_pct", 365.0),
    ("tibia_nail", "union_pct", 168.0),
    ("osteotomy_autograft", "gap_fill_pct", 183.0),
]


@pytest.mark.parametrize(("experiment", "endpoint", "day"), MONOTONE)
def test_more_motion_never_helps_beyond_what_callus_needs(read, experiment, endpoint, day):
    """From the fitted motion of a site upward: twice and four times the motion never speeds bone."""
    from osseo.calibrate.graft import EXPERIMENTS
    from osseo.simulate.site_parameters import load_procedure, procedure_table

    site, material, _ = load_procedure(EXPERIMENTS[experiment])
    base = procedure_table(site, material).value("graft_mechanics.motion")
    if base == 0.0:
        pytest.skip("this site is not loaded")
    values = [read(experiment, endpoint, day, graft_mechanics__motion=base * k) for k in (1.0, 2.0, 4.0)]
    assert values[1] <= values[0] + 0.05 and values[2] <= values[1] + 0.05


@pytest.mark.parametrize(("experiment", "endpoint", "day"), MONOTONE)
def test_more_debris_never_helps(read, experiment, endpoint, day):
    few, many = (read(experiment, endpoint, day, graft_clot__clot_day0=x) for x in (1.0, 1.5))
    assert many <= few + 0.05


@pytest.mark.parametrize(
    ("procedure", "sizes", "endpoint", "day"),
    [
        (Procedure("osteotomy_tibia", "none"), (8.0, 12.0, 16.0), "gap_fill_pct", 183.0),
        (Procedure("fracture_tibia", "none"), (2.0, 4.0, 8.0), "union_pct", 168.0),
    ],
)
def test_a_larger_gap_never_helps(read, procedure, sizes, endpoint, day):
    from dataclasses import replace

    values = [read(replace(procedure, size_mm=size), endpoint, day) for size in sizes]
    assert values[0] >= values[1] - 0.05 and values[1] >= values[2] - 0.05
