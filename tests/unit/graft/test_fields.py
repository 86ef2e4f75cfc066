"""Each field of the column by itself: inflammation, oxygen, growth factor, osteoclasts, kinds of bone."""

import numpy as np
import pytest

DAYS = np.arange(0.0, 43.0)


def mean(course, name):
    """Return the mean density (n, n_times) of the first column."""
    return course.densities[name][0].mean(axis=-1)


def test_debris_on_any_day_is_in_proportion_to_debris_on_day_zero(run):
    course = run("dbbm", {"graft_clot.clot_day0": np.array([0.5, 1.0, 2.0])}, times=DAYS, n=3)
    clot = mean(course, "clot")
    # vessels see debris, so what differs between members is how fast blood brings macrophages
    assert (np.diff(clot, axis=0) > 0).all()
    np.testing.assert_allclose(clot[2, :15] / clot[1, :15], 2.0, rtol=0.15)


def test_cytokines_rise_with_debris_and_fall_within_a_week(run):
    course = run("dbbm", {"graft_clot.clot_day0": np.array([0.5, 1.0, 2.0])}, times=DAYS, n=3)
    for name in ("tnf", "il6"):
        level = mean(course, name)
        assert (np.diff(level, axis=0)[:, :28] > 0).all()
    il6 = mean(course, "il6")[1]
    # hauser1997: 12538 pg/mL in a haematoma before 48 h, 3494 after
    assert il6.argmax() <= 2
    assert 0.15 < il6[7] / il6[1] < 0.5
    assert il6[21] < 0.05 * il6[1]


def test_macrophages_of_kind_two_follow_kind_one(run):
    course = run("dbbm", times=DAYS)
    first, second = mean(course, "m1")[0], mean(course, "m2")[0]
    assert 3 <= first.argmax() < second.argmax() <= 28
    assert mean(course, "clot")[0, -1] < 0.05


def test_no_debris_means_no_inflammation(run):
    course = run("dbbm", {"graft_clot.clot_day0": 0.0}, times=DAYS)
    for name in ("clot", "m1", "m2", "tnf", "il6", "il10"):
        assert mean(course, name).max() == 0.0
    np.testing.assert_array_equal(mean(course, "rankl_opg")[0, 0], 1.0)


def test_oxygen_lies_between_none_and_full_and_energy_above_glycolysis(run):
    course = run("dbbm", {"graft_oxygen.glycolysis": 0.2}, times=DAYS)
    oxygen, energy = course.densities["oxygen"][0], course.densities["energy"][0]
    assert oxygen.min() == 0.0
    assert oxygen.max() < 1.0
    assert energy.min() == pytest.approx(0.2)
    assert mean(course, "oxygen")[0, -1] > 0.5


def test_demand_lowers_oxygen_and_calls_vessels(run):
    demand = np.array([0.0, 0.3, 1.0])
    course = run("dbbm", {"graft_oxygen.demand": demand}, times=[91.0, 183.0], n=3)
    assert (np.diff(mean(course, "oxygen"), axis=0) < 0).all()
    assert (np.diff(mean(course, "vessels"), axis=0) > 0).all()


def test_without_vegf_vessels_stop_at_native_density(run):
    course = run("block", {"graft_vessels.vegf_gain": np.array([0.0, 1.5])}, times=[91.0, 365.0], n=2)
    plain, called = course.densities["vessels"][0]
    assert plain.max() <= 1.02
    assert called.mean() > 1.02 * plain.mean()


def test_growth_factor_speeds_bone_and_is_gone_later(run, fraction):
    given = {"graft_signals.factor_day0": np.array([0.0, 0.5, 1.3]), "graft_signals.factor_release": 0.0}
    course = run("dbbm", given, times=[28.0, 61.0, 365.0], n=3)
    bone = fraction(course, "osteoid", "mineral")
    assert (np.diff(bone[:, :2], axis=0) > 0.005).all()
    factor = mean(course, "growth_factor")
    assert (factor[0] == 0.0).all()
    assert factor[2, 2] < 1e-4 < factor[2, 1]


def test_resorbed_bone_sets_growth_factor_free(run):
    course = run("dbbm", {"graft_signals.factor_release": np.array([0.0, 0.5])}, times=[183.0], n=2)
    none, some = mean(course, "growth_factor")[:, 0]
    assert none == 0.0
    assert 0.005 < some < 0.2


def test_woven_bone_comes_first_and_lamellar_bone_lasts(run, fraction):
    course = run("dbbm", times=[61.0, 183.0, 365.0, 730.0])
    woven, lamellar = (fraction(course, name)[0] for name in ("woven", "lamellar"))
    assert woven[0] > 3 * lamellar[0]
    assert lamellar[-1] > 2 * woven[-1]
    assert (np.diff(lamellar) > 0).all()


def test_one_kind_of_bone_when_both_are_resorbed_alike(run, fraction):
    """With lamellar_share 1 how fast bone is rebuilt cannot be seen."""
    given = {"graft_matrix.lamellar_share": 1.0, "graft_matrix.k_lamellar": np.array([0.0, 0.01])}
    given["graft_volume.collapse_rate"] = 0.0  # lamellar bone alone holds a site open
    course = run("dbbm", given, times=[91.0, 365.0], n=2)
    bone = fraction(course, "osteoid", "woven", "lamellar")
    np.testing.assert_allclose(bone[0], bone[1], atol=2e-4)
    assert fraction(course, "lamellar")[0].max() == 0.0


def test_unsupported_tissue_gives_way_at_a_rate(run):
    """No solid and no walls: volume falls as exp(-rate t)."""
    given = {
        "graft_volume.collapse_rate": 0.004,
        "graft_vessels.vessel_wall": 0.0,
        "graft_vessels.vessel_far": 0.0,
    }
    course = run("gap", given, times=[91.0, 365.0])
    left = course.amounts["volume"][-1].sum(axis=-1)[0] / course.columns[-1].edges_mm[-1]
    np.testing.assert_allclose(left, np.exp(-0.004 * np.array([91.0, 365.0])), rtol=1e-4)


def test_solid_holds_a_site_open(run):
    packing = np.array([0.5, 1.0, 2.0, 3.0])
    course = run("dbbm", {"graft_material.packing": packing}, times=[183.0, 365.0], n=4)
    left = course.amounts["volume"][0].sum(axis=-1)
    assert (np.diff(left, axis=0) > 0).all()
    assert left[3, 1] > 0.98 * course.columns[0].edges_mm[-1]
