"""Closing the person: each closure inverts the model's kidney law, and the other."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.parameters import load_parameters
from osseo.scenario.dosing import make_plan
from osseo.simulate.body import body_system, simulate_body
from osseo.simulate.body_close import close_by_serum, close_by_tm, close_people

KIDNEY = {"gfr": np.array([144.0, 43.0, 20.0]), "uf_frac": np.array([0.75, 0.7, 0.81])}


@pytest.mark.parametrize("splay", [0.0, 1e-6, 0.01, 0.03])
def test_the_two_closures_are_inverse(splay):
    urine = np.array([4.9, 2.0, 0.05])
    serum = np.array([0.82, 0.7, 0.95])
    law = KIDNEY | {"splay": np.full(3, splay)}
    tm = close_by_serum(serum, urine, **law)
    np.testing.assert_allclose(close_by_tm(tm, urine, **law), serum, rtol=1e-12)


def test_closed_people_are_at_rest_in_the_model(people):
    """Every derivative of the compiled model but the ledgers' is zero at the closed state."""
    system = body_system()
    habit = make_plan((), people["mg_intake"], start=-1.0, stop=1.0)
    closed = close_people(system, load_parameters(), people, {}, habit)
    u = np.zeros((3, len(system.input_names)))
    u[:, system.input_index["magnesium_gut.absorbable_inflow"]] = closed.absorbed
    u[:, system.input_index["magnesium_gut.transit_inflow"]] = closed.diet - closed.absorbed
    rates = system.rhs(0.0, system.initial(closed.p, u), closed.p, u)
    ledgers = [i for i, q in enumerate(system.ir.states) if q.role == "ledger"]
    assert len(ledgers) == 2
    np.testing.assert_allclose(np.delete(rates, ledgers, axis=1), 0.0, atol=1e-10)


def test_unknown_serum_follows_from_a_drawn_maximum(people):
    tm = np.array([0.55, 0.58, 0.60])
    columns = {name: v for name, v in people.items() if name != "serum_mg"}
    course = simulate_body(columns, (), times=np.array([0.0]), overrides={"magnesium_kidney.Tm": tm})
    np.testing.assert_array_equal(course.tm, tm)
    back = simulate_body(people | {"serum_mg": course.serum_base}, (), times=np.array([0.0]))
    np.testing.assert_allclose(back.tm, tm, rtol=1e-12)


def test_serum_may_be_known_for_some_only(people):
    serum = np.array([0.74, np.nan, 0.88])
    course = simulate_body(people | {"serum_mg": serum}, (), times=np.array([0.0]))
    assert course.serum_base[0] == serum[0]
    assert course.tm[1] == load_parameters().value("magnesium_kidney.Tm")


def test_an_unusual_maximum_is_reported(people):
    course = simulate_body(people | {"serum_mg": np.array([0.55, 0.82, 1.1])}, (), times=np.array([0.0]))
    assert any("2 of 3 people need a tubular maximum outside 0.5-0.65" in note for note in course.notes)


def test_urine_sets_how_well_the_person_absorbs(people):
    course = simulate_body(people, (), times=np.array([0.0]))
    np.testing.assert_allclose(course["absorbed"][:, 0], people["urine_mg"], rtol=1e-8)


def test_urine_beyond_what_can_be_absorbed_is_clipped_and_said(people):
    course = simulate_body(people | {"urine_mg": np.array([11.0, 4.0, 0.1])}, (), times=np.array([0.0]))
    limits = load_parameters()["magnesium_gut.efficiency"]
    assert np.all((course.efficiency >= limits.lower) & (course.efficiency <= limits.upper))
    cap = load_parameters().value("magnesium_gut.absorption_cap")
    assert np.all(course["absorbed"][:, 0] <= cap * people["mg_intake"] * (1 + 1e-9))
    assert any("2 of 3 people have urine" in note for note in course.notes)


def test_only_intake_is_needed():
    course = simulate_body({"mg_intake": np.array([12.0])}, (), times=np.array([0.0]))
    assert 0.7 < course["serum_total"][0, 0] < 0.95
