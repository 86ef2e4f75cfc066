"""How the column heals before any magnesium: directions and orders of magnitude that must hold."""

import numpy as np
import pytest

from osseo.scenario.types import Procedure
from osseo.simulate.site import site_overrides
from osseo.simulate.site_columns import site_system, solve_column
from osseo.simulate.site_parameters import procedure_table
from osseo.site import Column, load_material, load_site
from osseo.site.posterior import graft_posterior

MINERAL_BRIDGED = 0.12


def gap_column(length, n_cells, times, overrides=None):
    """Return mineral, vessel fractions (n_times, n_cells) and cell centres of one ungrafted column."""
    site, material = load_site("osteotomy_tibia"), load_material("none")
    values = site_overrides(Procedure("osteotomy_tibia", "none"), overrides or {})
    p = site_system().parameter_vector(procedure_table(site, material), values)
    column = Column(np.linspace(0, length, n_cells + 1), 1.0)
    run = solve_column(
        column,
        site,
        p,
        status_times=np.zeros(1),
        status=np.full((1, 1), 0.8),
        times=np.asarray(times, dtype=float),
        dt=1.0,
    )
    volume = run.state("graft_volume.thickness")[0]
    mineral = run.state("graft_matrix.mineral")[0] / volume
    vessels = run.state("graft_vessels.vessels")[0] / volume
    return mineral, vessels, (column.edges_mm[1:] + column.edges_mm[:-1]) / 2


def reach(profile, centres, level):
    """Return the depth to which a falling profile stands above a level, interpolated."""
    above = np.flatnonzero(profile >= level)
    if above.size == 0 or above[-1] + 1 == profile.size:
        return centres[above[-1]] if above.size else 0.0
    i = above[-1]
    return centres[i] + (profile[i] - level) / (profile[i] - profile[i + 1]) * (centres[i + 1] - centres[i])


def test_bone_crosses_an_ungrafted_gap_as_a_slow_front():
    days = np.array([200.0, 400.0])
    mineral, _, x = gap_column(6.0, 60, days)
    first, second = (reach(m, x, MINERAL_BRIDGED) for m in mineral)
    assert 0.005 <= (second - first) / 200.0 <= 0.02


def test_vessels_lead_bone_at_every_depth():
    days = np.arange(5.0, 900.0, 5.0)
    mineral, vessels, x = gap_column(3.0, 20, days)
    bone_day = days[(mineral > 0.05).argmax(axis=0)]
    vessel_day = days[(vessels > 0.5).argmax(axis=0)]
    arrived = (mineral > 0.05).any(axis=0)
    assert arrived[: x.size // 3].all()
    assert (vessel_day[arrived] + 20 <= bone_day[arrived]).all()


@pytest.mark.parametrize("case", ["gap", "filled"])
def test_more_differentiation_never_slows_bridging(run, fraction, case):
    draws = graft_posterior().rows(np.arange(40))
    factors = np.array([0.8, 1.0, 1.1, 1.25])
    columns = {name: np.repeat(v, factors.size) for name, v in draws.columns().items()}
    columns["graft_cells.host"] = np.tile(factors, draws.n)
    days = [91.0, 183.0, 365.0]
    course = run(case, columns, times=days, n=columns["graft_cells.host"].size)
    mineral = fraction(course, "mineral").reshape(draws.n, factors.size, len(days))
    fill = sum(
        c.weight * np.minimum(1, m / v / 0.15).mean(axis=-1).reshape(draws.n, factors.size, len(days))
        for c, m, v in zip(course.columns, course.amounts["mineral"], course.amounts["volume"], strict=True)
    )
    assert (np.diff(fill, axis=1) >= -1e-9).all()
    assert (np.diff(mineral, axis=1) >= -1e-9).all()


@pytest.mark.parametrize("case", ["dbbm", "block", "gap", "filled"])
def test_more_debris_never_gives_more_bone_early(run, case):
    debris = np.array([0.6, 1.0, 1.4, 1.8])
    course = run(case, {"graft_clot.clot_day0": debris}, times=[28.0], n=debris.size)
    bone = sum(
        c.weight * (o + m).sum(axis=-1)[:, 0] / c.edges_mm[-1]
        for c, o, m in zip(course.columns, course.amounts["osteoid"], course.amounts["mineral"], strict=True)
    )
    assert (np.diff(bone) <= 1e-12).all()


def test_a_block_loses_volume_only_with_its_solid(run):
    factors = np.array([0.0, 0.5, 1.0, 1.5])
    psi = site_overrides(Procedure("sinus_lift", "autograft_block"), {})["graft_material.resorbability"]
    course = run("block", {"graft_material.resorbability": psi * factors}, times=[183.0], n=4)
    graft = course.amounts["graft"][0].sum(axis=-1)[:, 0]
    volume = course.amounts["volume"][0].sum(axis=-1)[:, 0]
    assert (np.diff(graft) < 0).all()
    assert (np.diff(volume) < 0).all()
    assert volume[0] > 9.3
    lost_graft, lost_volume = graft[0] - graft, volume[0] - volume
    assert np.corrcoef(lost_graft, lost_volume)[0, 1] > 0.99


def test_dbbm_stays(run, fraction):
    course = run("dbbm", times=[1.0, 365.0])
    graft = course.amounts["graft"][0].sum(axis=-1)[0]
    assert 0.95 < graft[1] / graft[0] <= 1


def test_without_walls_nothing_heals(run):
    closed = {"graft_vessels.vessel_wall": 0.0, "graft_vessels.vessel_far": 0.0}
    course = run("dbbm", closed, times=[365.0])
    assert course.amounts["mineral"][0].max() == 0.0


def test_osteoblasts_rise_and_fall(run):
    days = np.arange(7.0, 365.0, 7.0)
    course = run("dbbm", times=days)
    cells = course.densities["osteoblasts"][0][0].mean(axis=-1)
    peak = cells.argmax()
    assert 21 <= days[peak] <= 120
    assert cells[-1] < 0.9 * cells[peak]
