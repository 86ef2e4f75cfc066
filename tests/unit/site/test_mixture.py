"""Mixtures of two grafts: the rule, its limits, and what it must not do to the parts."""

import numpy as np
import pytest

from osseo.errors import InputError
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site, site_overrides
from osseo.site import load_material, load_site
from osseo.site.mixture import MIXED, PARTNER, central_values, mix
from osseo.site.posterior import at_procedure, graft_posterior, narrowed_at
from osseo.site.reading import read_material

STATUS = {"status_times": np.zeros(1), "status": np.full((1, 1), 0.8)}
SOLID = "graft_material.solid_day0"
SHARE = "graft_material.partner_share"
SITE = load_site("sinus_lift")


def parts():
    return [central_values(load_material(name).parameters) for name in ("dbbm", "autograft_particulate")]


def course(material, overrides=None, times=(91.0, 365.0), n=1):
    procedure = Procedure("sinus_lift", material)
    return simulate_site(procedure, overrides, times=np.array(times), n=n, **STATUS)


def written(tmp_path, mixture):
    path = tmp_path / "own.yaml"
    path.write_text(f"name: own\nlabel: own\nclass: composite\nmixture: {mixture}\n", encoding="utf-8")
    return path


def test_the_shipped_mixture_is_the_rule_by_hand():
    rows = {row.name: row.value for row in load_material("dbbm_autograft").parameters}
    solid = 0.8 * 0.285 + 0.2 * 0.46
    assert rows[SOLID] == pytest.approx(solid)
    assert rows[SHARE] == pytest.approx(0.2 * 0.46 / solid)
    for own, part in (("resorbability", "dbbm"), ("partner_resorbability", "autograft_particulate")):
        alone = {row.name: row.value for row in load_material(part).parameters}
        assert rows[f"graft_material.{own}"] == alone["graft_material.resorbability"]
    assert rows["graft_cells.progenitor_day0"] == pytest.approx(0.2 * 0.2)


def test_solid_of_the_parts_is_kept():
    one, two = parts()
    for share in (0.1, 0.5, 0.9):
        mixed = mix(one, two, share)
        partner = mixed[SOLID] * mixed[SHARE]
        assert partner == pytest.approx(share * two[SOLID])
        assert mixed[SOLID] - partner == pytest.approx((1 - share) * one[SOLID])


def test_a_mixture_of_a_material_with_itself_is_that_material(tmp_path):
    one = parts()[0]
    mixed = mix(one, one, 0.3)
    assert {name: mixed[name] for name in MIXED} == pytest.approx(one)
    plain = course("dbbm")
    values = {k: v for k, v in mix(one, one, 0.3).items() if k in (SHARE, *PARTNER.values())}
    fitted = site_overrides(Procedure("sinus_lift", "dbbm"), {})
    values["graft_material.partner_resorbability"] = fitted.get(
        "graft_material.resorbability", one["graft_material.resorbability"]
    )
    both = course("dbbm", values)
    for name in ("mineral", "graft", "volume"):
        np.testing.assert_allclose(both.amounts[name][0], plain.amounts[name][0], rtol=1e-9)


def test_one_part_stays_and_the_other_goes():
    days = (1.0, 365.0)
    graft = {m: course(m, times=days).amounts["graft"][0].sum(axis=-1)[0] for m in ("dbbm", "dbbm_autograft")}
    left = {m: g[1] / g[0] for m, g in graft.items()}
    rows = {row.name: row.value for row in load_material("dbbm_autograft").parameters}
    share = site_overrides(Procedure("sinus_lift", "dbbm_autograft"), {}).get(SHARE, rows[SHARE])
    assert left["dbbm"] > 0.95
    # at least the DBBM is left, and a good part of the autograft is gone
    assert 1 - share < left["dbbm_autograft"] < 1 - 0.3 * share


def test_draws_of_the_parts_reach_the_mixture():
    mixture = load_material("dbbm_autograft")
    values = {
        "graft_material.solid_day0@dbbm": np.array([0.2, 0.3]),
        "graft_material.resorbability@autograft_particulate": np.array([1.0, 2.0]),
        "graft_material.resorbability@bcp": np.array([9.0, 9.0]),
    }
    here = at_procedure(values, SITE, mixture)
    np.testing.assert_allclose(here[SOLID], 0.8 * np.array([0.2, 0.3]) + 0.2 * 0.46)
    np.testing.assert_allclose(here["graft_material.partner_resorbability"], [1.0, 2.0])
    # what no column tells is left to the rows of the mixture, which have a range
    assert "graft_material.resorbability" not in here
    rows = {row.name: row for row in mixture.parameters}
    dbbm = {row.name: row for row in load_material("dbbm").parameters}["graft_material.resorbability"]
    mixed = rows["graft_material.resorbability"]
    assert (mixed.lower, mixed.upper, mixed.distribution) == (dbbm.lower, dbbm.upper, dbbm.distribution)
    assert rows[SOLID].lower < rows[SOLID].value < rows[SOLID].upper
    assert rows[SHARE].distribution == "fixed"
    assert at_procedure({}, SITE, mixture) == {}
    # what is not given again keeps the value of the fit
    again = at_procedure({"graft_material.solid_day0@autograft_particulate": 0.5}, SITE, mixture, values)
    np.testing.assert_allclose(again[SOLID], 0.8 * np.array([0.2, 0.3]) + 0.2 * 0.5)
    assert "graft_material.partner_resorbability" not in again


def test_a_mixture_is_as_narrowed_as_its_least_narrowed_part():
    ratios = {"graft_cells.host": 0.5, "graft_material.solid_day0@dbbm": 0.8, "graft_cells.speed@bcp": 0.1}
    here = narrowed_at(ratios, SITE, load_material("dbbm_autograft"))
    assert here["graft_cells.host"] == 0.5 and here[SOLID] == 0.8
    assert here["graft_material.partner_resorbability"] == 1.0  # not fitted: at its prior
    assert "graft_cells.speed" not in here
    assert narrowed_at(ratios, SITE, load_material("dbbm")) == {"graft_cells.host": 0.5, SOLID: 0.8}


def test_the_posterior_holds_at_a_mixture_draw_by_draw():
    columns = graft_posterior().rows(np.arange(3)).columns()
    here = at_procedure(columns, SITE, load_material("allograft_mixed"))
    for own, part in (("resorbability", "fdba"), ("partner_resorbability", "allograft_cancellous")):
        column = columns.get(f"graft_material.resorbability@{part}")
        assert (column is None) == (f"graft_material.{own}" not in here)
        if column is not None:
            np.testing.assert_array_equal(here[f"graft_material.{own}"], column)
    # nothing of a mixture is left without a spread: drawn with it, or by its rows
    rows = {row.name: row for row in load_material("allograft_mixed").parameters}
    for name in ("graft_material.resorbability", "graft_material.partner_resorbability", SOLID):
        assert name in here or rows[name].distribution != "fixed"


@pytest.mark.parametrize(
    ("mixture", "message"),
    [
        ("{dbbm: 0.8, fdba: 0.3}", r"shares \[0.8, 0.3\] must be above 0 and sum to 1"),
        ("{dbbm: 1.2, fdba: -0.2}", "must be above 0 and sum to 1"),
        ("{dbbm: 1.0}", "expected two components"),
        ("{dbbm: 0.4, fdba: 0.3, bcp: 0.3}", "expected two components"),
        ("[dbbm, fdba]", "expected two components"),
        ("{dbmb: 0.5, fdba: 0.5}", "unknown graft material 'dbmb'; did you mean db[bm]m?"),
        ("{dbbm: half, fdba: 0.5}", "`dbbm`: got 'half', expected a number"),
        ("{dbbm_autograft: 0.5, fdba: 0.5}", "dbbm_autograft is a mixture itself; name single materials"),
    ],
)
def test_a_bad_mixture_is_refused(tmp_path, mixture, message):
    with pytest.raises(InputError, match=message):
        read_material(written(tmp_path, mixture))


def test_parameters_and_mixture_exclude_each_other(tmp_path):
    path = written(tmp_path, "{dbbm: 0.5, fdba: 0.5}")
    path.write_text(path.read_text(encoding="utf-8") + "parameters: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="exactly one of `parameters` and `mixture`"):
        read_material(path)


def test_a_users_own_mixture_is_one_file(tmp_path):
    own = read_material(written(tmp_path, "{bcp: 0.5, autograft_particulate: 0.5}"))
    rows = {row.name: row for row in own.parameters}
    assert own.mixture == (("bcp", 0.5), ("autograft_particulate", 0.5))
    assert rows["graft_material.k_dissolution"].value == 0.0007
    assert rows["graft_material.partner_dissolution"].value == 0
    assert rows["graft_material.packing"].layer == "patient"
