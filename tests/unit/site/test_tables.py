"""The parameter table of a procedure, the shipped posterior, and `name@place` columns."""

import numpy as np
import pytest

from osseo.errors import InputError
from osseo.parameters import load_parameters
from osseo.scenario.types import Procedure
from osseo.simulate.site import load_procedure, simulate_site, site_overrides
from osseo.simulate.site_parameters import draw_site_patients, patient_names, procedure_table
from osseo.site import (
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)
from osseo.site.posterior import at_procedure, fitted_values, graft_posterior
from osseo.site.rows import merge_rows, qualified_rows

STATUS = {"status_times": np.zeros(1), "status": np.full((1, 1), 0.8), "times": np.array([28.0])}


def test_a_site_row_replaces_the_shared_one_and_the_material_has_the_last_word():
    shared = load_parameters("graft", "magnesium_links")
    table = merge_rows(shared, load_site("sinus_lift"), load_material("dbbm"))
    assert shared["graft_cells.seeding"].value == 0
    assert table["graft_cells.seeding"].value > 0
    assert table["graft_material.solid_day0"].where == "dbbm.yaml"
    assert set(table) == set(shared)


def test_columns_of_other_places_are_left_out_and_special_ones_win():
    values = {"m.a": 1, "m.a@sinus_lift": 2, "m.b@dbbm": 3, "m.b@none": 4}
    place = load_site("sinus_lift"), load_material("dbbm")
    assert at_procedure(values, *place) == {"m.a": 2, "m.b": 3}
    with pytest.raises(InputError, match="did you mean sinus_lift"):
        at_procedure({"m.a@sinus_lfit": 1}, *place)


def test_the_posterior_has_columns_for_rows_that_exist():
    known = set(load_parameters("graft", "magnesium_links"))
    known |= set(qualified_rows(*map(load_site, site_names())))
    known |= set(qualified_rows(*map(load_material, material_names()), *map(load_adjunct, adjunct_names())))
    draws = graft_posterior()
    assert set(draws.names) <= known
    assert np.isfinite(draws.values).all() and draws.n >= 200
    assert set(fitted_values()) <= set(draws.names)


def test_an_override_beats_the_fit():
    procedure = Procedure("sinus_lift", "dbbm")
    name = "graft_cells.set_point"
    assert site_overrides(procedure, {})[name] == fitted_values()[f"{name}@sinus_lift"]
    assert site_overrides(procedure, {name: 0.5})[name] == 0.5


def test_patients_differ_by_name_and_seed_only():
    site, material = load_site("sinus_lift"), load_material("dbbm")
    assert set(patient_names(site, material)) == {
        "graft_cells.speed",
        "graft_cells.host",
        "graft_material.packing",
    }
    few, many = (draw_site_patients(site, material, n, 3) for n in (5, 50))
    for name, values in few.items():
        np.testing.assert_array_equal(values, many[name][:5])
    table = procedure_table(site, material)
    assert table["graft_cells.speed"].layer == "patient"


def test_a_size_outside_the_site_and_an_unknown_override_are_refused():
    with pytest.raises(InputError, match="got 40 mm, expected 4 to 16 mm"):
        load_procedure(Procedure("sinus_lift", "dbbm", 40.0))
    with pytest.raises(InputError, match=r"graft_cells\.sped: no such parameter"):
        simulate_site(Procedure("sinus_lift", "dbbm"), {"graft_cells.sped": 1.0}, n=1, **STATUS)


def test_bad_tables_are_refused_together():
    with pytest.raises(InputError) as caught:
        simulate_site(
            Procedure("sinus_lift", "dbbm"),
            status_times=np.zeros(1),
            status=np.zeros((2, 3)),
            times=np.array([5.0, 2.0]),
            n=4,
        )
    assert "status: got shape (2, 3)" in str(caught.value)
    assert "times: expected increasing days" in str(caught.value)


def test_a_nan_spoils_its_own_member_only():
    host = {"graft_cells.host": np.array([1.0, np.nan, 1.0])}
    course = simulate_site(Procedure("sinus_lift", "dbbm"), host, n=3, **STATUS)
    assert course.status.tolist()[0] == course.status.tolist()[2] == 0
    assert course.status[1] != 0
    assert np.isnan(course.amounts["mineral"][0][1]).all()
    np.testing.assert_array_equal(course.amounts["mineral"][0][0], course.amounts["mineral"][0][2])


def test_size_moves_the_column():
    course = simulate_site(Procedure("sinus_lift", "dbbm", 6.0), n=1, **STATUS)
    assert course.columns[0].edges_mm[-1] == 6.0
