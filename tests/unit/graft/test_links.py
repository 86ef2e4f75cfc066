"""Magnesium links: exactly nothing at zero, each on its own rate, each with its sign."""

import numpy as np
import pytest

from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table
from osseo.site import load_material, load_site

#: states whose rate a link may change directly; `soft` and `squeezed` are books
TOUCHES = {
    "osteoblast": {"graft_cells.osteoblasts"},
    # volume follows resorbed graft, and clot, fibrous tissue and cartilage leave with the volume
    "osteoclast": {
        "graft_clot.clot",
        "graft_soft.fibrous",
        "graft_soft.cartilage",
        "graft_signals.growth_factor",
        "graft_matrix.woven",
        "graft_matrix.lamellar",
        "graft_matrix.resorbed",
        "graft_material.graft",
        "graft_material.graft_resorbed",
        "graft_volume.thickness",
        "graft_volume.soft",
        "graft_volume.squeezed",
    },
    "vessel": {"graft_vessels.vessels"},
    "macrophage": {"graft_inflammation.macrophages_m1", "graft_inflammation.macrophages_m2"},
    "mineral": {"graft_matrix.osteoid", "graft_matrix.woven", "graft_matrix.mineralised"},
    # less graft is left unreplaced where more bone is formed
    "energy": {
        "graft_cells.progenitors",
        "graft_matrix.osteoid",
        "graft_matrix.formed",
        "graft_clot.clot",
        "graft_soft.fibrous",
        "graft_soft.cartilage",
        "graft_volume.thickness",
        "graft_volume.soft",
        "graft_volume.squeezed",
    },
}
#: the field a link acts on, and what a clinic would see at the end of its chain
OWN = {
    "osteoblast": ("densities", "osteoblasts"),
    "osteoclast": ("densities", "osteoclasts"),
    "vessel": ("densities", "vessels"),
    "macrophage": ("densities", "m2"),
    "mineral": ("amounts", "osteoid"),
    "energy": ("densities", "progenitors"),
}


def one_state(system):
    """Return a state in which every flux flows: little solid, some bone lost, clot still there."""
    amounts = {
        "graft_clot.clot": 0.5,
        "graft_inflammation.macrophages_m1": 0.4,
        "graft_inflammation.macrophages_m2": 0.1,
        "graft_signals.growth_factor": 0.02,
        "graft_vessels.vessels": 0.8,
        "graft_cells.progenitors": 0.3,
        "graft_cells.osteoblasts": 0.001,
        "graft_matrix.osteoid": 0.01,
        "graft_matrix.woven": 0.05,
        "graft_matrix.lamellar": 0.02,
        "graft_soft.fibrous": 0.05,
        "graft_soft.cartilage": 0.03,
        "graft_material.graft": 0.2,
        "graft_volume.thickness": 1.0,
    }
    return np.array([amounts.get(name, 0.0) for name in system.state_names])


@pytest.mark.parametrize("link", TOUCHES)
@pytest.mark.parametrize(("end", "status"), [("low", 0.6), ("high", 1.0)])
def test_a_link_changes_its_own_rate_only(link, end, status):
    system = site_system()
    table = procedure_table(load_site("sinus_lift"), load_material("dbbm"))
    plain = system.parameter_vector(table)[0]
    linked = system.parameter_vector(table, {f"magnesium_links.e_{end}_{link}": 0.2})[0]
    u = np.array([status])
    y = one_state(system)
    changed = system.rhs(0.0, y, plain, u) != system.rhs(0.0, y, linked, u)
    assert {n for n, c in zip(system.state_names, changed, strict=True) if c} == TOUCHES[link]


@pytest.mark.parametrize("link", TOUCHES)
def test_the_other_end_of_a_link_is_silent(link):
    system = site_system()
    table = procedure_table(load_site("sinus_lift"), load_material("dbbm"))
    plain = system.parameter_vector(table)[0]
    linked = system.parameter_vector(table, {f"magnesium_links.e_low_{link}": 0.2})[0]
    u = np.array([1.0])
    y = one_state(system)
    np.testing.assert_array_equal(system.rhs(0.0, y, plain, u), system.rhs(0.0, y, linked, u))


def test_all_links_zero_means_no_difference_at_all(run):
    low, high = (run("dbbm", status=s) for s in (0.55, 1.1))
    for name, without in low.amounts.items():
        np.testing.assert_array_equal(without[0], high.amounts[name][0])


def test_at_the_reference_status_elasticities_do_nothing(run):
    given = {f"magnesium_links.e_{end}_{link}": 0.3 for end in ("low", "high") for link in TOUCHES}
    plain, linked = run("dbbm"), run("dbbm", given)
    np.testing.assert_array_equal(plain.amounts["mineral"][0], linked.amounts["mineral"][0])


@pytest.mark.parametrize("link", OWN)
def test_a_link_moves_its_own_field_before_the_endpoint(run, fraction, link):
    days = np.arange(1.0, 184.0, 2.0)
    case = "block" if link == "osteoclast" else "dbbm"
    kind, name = OWN[link]
    plain = run(case, times=days, status=1.05)
    linked = run(case, {f"magnesium_links.e_high_{link}": 0.1}, times=days, status=1.05)

    def first_day(a, b):
        moved = np.abs(a - b) > 0.002 * np.abs(a).max()
        assert moved.any()
        return days[moved.argmax()]

    own = [getattr(c, kind)[name][0][0].sum(axis=-1) for c in (plain, linked)]
    ends = [fraction(c, "mineral")[0] for c in (plain, linked)]
    if link in ("vessel", "macrophage"):
        moved = np.abs(ends[0] - ends[1]) > 0.002 * ends[0].max()
        assert first_day(*own) < (days[moved.argmax()] if moved.any() else np.inf)
    else:
        assert first_day(*own) < first_day(*ends)


@pytest.mark.parametrize("link", OWN)
def test_flipping_the_sign_of_a_link_flips_the_result(run, fraction, link):
    name = f"magnesium_links.e_high_{link}"
    course = run("dbbm", {name: np.array([-0.05, 0.0, 0.05])}, times=[61.0], n=3, status=1.05)
    down, base, up = fraction(course, "mineral")[:, 0]
    assert up != base
    assert (up - base) * (down - base) < 0
    np.testing.assert_allclose(up - base, base - down, rtol=0.25)


def test_a_deficit_acts_against_the_elasticity(run, fraction):
    name = "magnesium_links.e_low_osteoblast"
    course = run("dbbm", {name: np.array([0.0, 0.2])}, times=[122.0], n=2, status=0.6)
    base, deficient = fraction(course, "osteoid", "mineral")[:, 0]
    assert deficient < base
