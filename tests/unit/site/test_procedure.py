"""What a procedure may say: fixation, adjuncts, levels; what it is told back, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from osseo.errors import InputError
from osseo.parameters import ParameterSet, load_parameters
from osseo.parameters.parameter import Parameter
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site, site_overrides
from osseo.simulate.site_notes import GRID_LIMIT, check_grid, grid_error, procedure_notes
from osseo.simulate.site_parameters import load_procedure, procedure_table
from osseo.site import adjunct_names, load_adjunct, load_material, load_site, material_names, site_names
from osseo.site.posterior import at_procedure, fitted_values
from osseo.site.rows import merge_rows, qualified_rows

STATUS = {"status_times": np.zeros(1), "status": np.full((1, 1), 0.85)}
FIXATIONS = [(name, held.name) for name in site_names() for held in load_site(name).fixations]


def weakest_mineral(procedure, day=183.0):
    course = simulate_site(procedure, times=np.array([day]), n=1, **STATUS)
    assert course.status[0] == 0
    return min(
        float((m[0] / v[0]).min())
        for m, v in zip(course.amounts["mineral"], course.amounts["volume"], strict=True)
    )


@pytest.mark.parametrize(("name", "held"), FIXATIONS)
def test_every_fixation_gives_a_table(name, held):
    site = load_site(name)
    default = site.fixations[0].name
    fixed = site.fixed_with(held)
    assert (fixed is site) == (held == default)
    table = procedure_table(fixed, load_material(site.materials[0]))
    for row in next(f for f in site.fixations if f.name == held).parameters:
        assert table[row.name].value == row.value


def test_screws_bridge_a_spine_sooner_than_nothing():
    screws, nothing = (
        weakest_mineral(Procedure("spine_posterolateral", "autograft_iliac", fixation=held))
        for held in ("", "none")
    )
    assert screws > 1.2 * nothing


def test_what_a_fixation_replaces_is_not_what_was_fitted_at_the_default():
    site, graft = load_site("spine_posterolateral"), load_material("autograft_iliac")
    (row,) = {r.name for r in site.fixations[1].parameters}
    columns = {
        f"{row}@spine_posterolateral": 0.7,
        f"{row}@spine_posterolateral:none": 0.3,
        "m.a@spine_posterolateral": 1.0,
    }
    assert at_procedure(columns, site, graft) == {row: 0.7, "m.a": 1.0}
    loose = site.fixed_with("none")
    assert at_procedure(columns, loose, graft) == {row: 0.3, "m.a": 1.0}
    del columns[f"{row}@spine_posterolateral:none"]
    assert at_procedure(columns, loose, graft) == {"m.a": 1.0}
    names = set(qualified_rows(site))
    assert {f"{row}@spine_posterolateral", f"{row}@spine_posterolateral:none"} <= names


def test_everything_wrong_with_a_procedure_is_said_at_once():
    wrong = Procedure(
        "spine_posterolateral", "dbm", 300.0, adjuncts=("rhbmp22", "prp"), fixation="nones", levels=9
    )
    with pytest.raises(InputError) as caught:
        load_procedure(wrong)
    for part in (
        "got 300 mm, expected 20 to 40 mm",
        "has no fixation 'nones'; did you mean none",
        "got 9, expected 1 to 4",
        "unknown adjunct 'rhbmp22'; did you mean rhbmp2",
    ):
        assert part in str(caught.value)
    with pytest.raises(InputError, match="it knows only one, leave it out"):
        load_procedure(Procedure("socket", "none", fixation="plate"))
    with pytest.raises(InputError, match="one is given twice"):
        load_procedure(Procedure("socket", "none", adjuncts=("prf", "prf")))


@pytest.mark.parametrize("name", adjunct_names())
def test_an_adjunct_changes_what_it_says_and_nothing_else(name):
    adjunct, graft = load_adjunct(name), "dbbm"
    plain = procedure_table(*load_procedure(Procedure("sinus_lift", graft))[:2])
    changed = procedure_table(*load_procedure(Procedure("sinus_lift", graft, adjuncts=(name,)))[:2])
    moved = {row.name for row in adjunct.parameters}
    assert moved and all(row.grade in ("assumed", "low") for row in adjunct.parameters)
    for key in plain:
        if key not in moved:
            assert changed[key] == plain[key]
    for row in adjunct.adds:
        assert changed.value(row.name) == pytest.approx(plain.value(row.name) + row.value)
        assert changed[row.name].distribution != "fixed" or row.distribution == "fixed"
    # a row that a fit gives everywhere would win over the adjunct
    assert not moved & set(fitted_values())
    assert set(adjunct.sites) <= set(site_names())


def row(name, value, lower, upper, distribution):
    return Parameter(name, "1", value, lower, upper, distribution, "assumed", "", "for a test")


def test_rows_after_an_adjunct_keep_their_kind():
    base = row("graft_material.resorbability", 2.0, 1.0, 4.0, "lognormal")
    factor = row(base.name, 0.5, 0.25, 1.0, "lognormal")
    more = row(base.name, 1.0, 0.0, 3.0, "uniform")
    adjunct = load_adjunct("prf")
    site, graft = load_site("sinus_lift"), replace(load_material("dbbm"), parameters=(base,))
    shared = ParameterSet(load_parameters("graft").values())

    def after(**rows):
        own = replace(adjunct, adds=(), multiplies=(), name="own")
        return merge_rows(shared, site, replace(graft, adjuncts=(replace(own, **rows),)))[base.name]

    times, plus = after(multiplies=(factor,)), after(adds=(more,))
    assert (times.value, times.lower, times.upper, times.distribution) == (1.0, 0.25, 4.0, "lognormal")
    assert (plus.value, plus.lower, plus.upper, plus.distribution) == (3.0, 1.0, 7.0, "uniform")


def test_draws_of_graft_and_adjunct_add_up_once():
    procedure = Procedure("sinus_lift", "autograft_block", adjuncts=("cells",))
    site, graft, _ = load_procedure(procedure)
    name = "graft_cells.progenitor_day0"
    draws = {f"{name}@cells": np.array([0.0, 0.1]), f"{name}@autograft_block": np.array([0.2, 0.3])}
    once = at_procedure(draws, site, graft)
    np.testing.assert_allclose(once[name], [0.2, 0.4])
    # resolved values come back plain and must not be added to again
    np.testing.assert_allclose(at_procedure(once, site, graft)[name], [0.2, 0.4])
    only = at_procedure({f"{name}@cells": 0.1}, site, graft)
    assert only[name] == pytest.approx(0.3)
    assert name not in site_overrides(procedure, {})


def test_living_cells_added_to_a_scaffold_bring_bone_earlier():
    plain, added = (
        simulate_site(Procedure("sinus_lift", "dbbm", adjuncts=a), times=np.array([61.0]), n=1, **STATUS)
        for a in ((), ("cells",))
    )
    assert added.amounts["mineral"][0].sum() > plain.amounts["mineral"][0].sum()


def test_notes_say_what_is_odd_and_nothing_when_nothing_is():
    assert procedure_notes(Procedure("sinus_lift", "dbbm"), 365.0) == ()
    notes = procedure_notes(Procedure("sinus_lift", "none", adjuncts=("rhpdgf",)), 5000.0)
    text = " | ".join(notes)
    assert "none is not used in sinus floor lift" in text
    assert "rhPDGF-BB: " in text and "no trial of it in sinus floor lift" in text
    assert "day 5000 lies beyond day 4200" in text
    assert "grid: cells of this width" in text


def test_a_grid_too_coarse_for_the_front_is_refused_with_its_error():
    site, empty, full = load_site("osteotomy_tibia"), load_material("none"), load_material("beta_tcp")
    assert 0.05 < grid_error(site, empty, 10.0) < GRID_LIMIT
    assert grid_error(site, full, 10.0) < 0.15
    assert grid_error(load_site("sinus_lift"), load_material("dbbm"), 10.0) == 0.0
    coarse = replace(site, cell_mm=(("grafted", 0.3), ("ungrafted", 0.5)), name="coarse")
    with pytest.raises(InputError, match=r"wrong by up to \d+% \(limit 25%\); set smaller cells"):
        check_grid(coarse, empty, 10.0)


def test_no_shipped_site_has_too_coarse_a_grid():
    for site in map(load_site, site_names()):
        for graft in map(load_material, material_names()):
            for size in (site.size.lower, site.size.value, site.size.upper):
                assert grid_error(site, graft, size) <= GRID_LIMIT


def test_a_procedure_is_looked_up_once():
    one, two = (load_procedure(Procedure("cleft", "autograft_iliac", adjuncts=("prf",))) for _ in range(2))
    assert one is two
    assert procedure_table(*one[:2]) is procedure_table(*two[:2])


def test_a_list_of_adjuncts_will_do():
    procedure = Procedure("sinus_lift", "dbbm", adjuncts=["prf"])
    assert procedure == Procedure("sinus_lift", "dbbm", adjuncts=("prf",))
    assert load_procedure(procedure)[1].adjuncts[0].name == "prf"
