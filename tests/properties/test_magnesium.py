"""Magnesium for any dose, salt, diet and person: nothing is created, nothing lost, nothing negative."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from osseo.parameters import draw_priors, load_parameters
from osseo.scenario.dosing import SALTS, make_plan
from osseo.scenario.types import DoseRule
from osseo.simulate.body import body_system, simulate_body
from osseo.simulate.body_close import make_fraction

LEDGER = 1e-9

rules = st.builds(
    DoseRule,
    salt=st.sampled_from(SALTS),
    daily_mmol=st.floats(0.0, 120.0),
    times_per_day=st.integers(1, 12),
    with_meals=st.booleans(),
    start_d=st.floats(-180.0, 20.0),
    stop_d=st.floats(30.0, 200.0),
)
singles = st.builds(
    DoseRule,
    salt=st.sampled_from(SALTS),
    daily_mmol=st.floats(0.0, 120.0),
    with_meals=st.booleans(),
    start_d=st.floats(-10.0, 30.0),
    single=st.just(True),
)
diets = st.floats(0.1, 60.0)


def drawn_vector(seed):
    """Return p (1, n_parameters) with every magnesium number drawn from its prior."""
    system, pset = body_system(), load_parameters()
    draws = draw_priors(pset, system.parameter_names, 1, seed)
    own = dict(zip(draws.names, draws.values.T, strict=True))
    return system, system.parameter_vector(pset, own, 1)


@given(
    sitting=st.floats(0.0, 1e4),
    phi=st.floats(0.0, 5.0),
    seed=st.integers(0, 2**31),
)
def test_absorbed_is_never_more_than_the_cap_of_what_was_eaten(sitting, phi, seed):
    system, p = drawn_vector(seed)
    absorbed = make_fraction(system, p)(np.array([sitting]), np.array([phi]))[0]
    cap = p[0, system.parameter_index["magnesium_gut.absorption_cap"]]
    assert 0.0 <= absorbed <= cap <= 1.0


@given(
    small=st.floats(0.0, 100.0), more=st.floats(0.0, 100.0), phi=st.floats(0.1, 1.2), seed=st.integers(0, 99)
)
def test_a_larger_sitting_gives_more_but_a_smaller_share(small, more, phi, seed):
    system, p = drawn_vector(seed)
    sittings = np.array([small, small + more])
    share = np.concatenate([make_fraction(system, p)(s[None], np.array([phi])) for s in sittings])
    assert share[1] <= share[0]
    assert share[1] * sittings[1] >= share[0] * sittings[0] * (1 - 1e-12)


@given(st.lists(rules, max_size=3), diets)
def test_every_plan_gives_exactly_what_was_ordered(ordered, diet):
    plan = make_plan(ordered, np.array([diet]), start=-180.0, stop=200.0)
    for stretch in plan.stretches:
        active = [r for r in ordered if r.start_d <= stretch.start < r.stop_d]
        total = sum(float(s.amount[0]) for s in stretch.sittings)
        assert np.isclose(total, diet + sum(r.daily_mmol for r in active), rtol=1e-12)
        assert all(np.all((s.phi > 0) & (s.phi <= 1.0 + 1e-12)) for s in stretch.sittings)


@settings(max_examples=25, deadline=None)
@given(
    ordered=st.lists(st.one_of(rules, singles), max_size=3),
    diet=diets,
    gfr=st.floats(15.0, 250.0),
    serum=st.floats(0.5, 1.2),
    urine=st.floats(0.2, 20.0),
    mode=st.sampled_from(["averaged", "explicit"]),
)
def test_mass_closes_and_nothing_is_negative(ordered, diet, gfr, serum, urine, mode):
    columns = {"mg_intake": diet, "gfr": gfr, "serum_mg": serum, "urine_mg": urine, "weight_kg": 70.0}
    people = {name: np.array([value]) for name, value in columns.items()}
    course = simulate_body(people, ordered, times=np.array([0.0, 10.0, 40.0]), mode=mode)
    assert course.status[0] == 0
    assert course.ledger_error[0] < LEDGER
    for name in ("serum_total", "urine_24h", "stool_mg", "stores", "status", "stool_water"):
        assert np.all(course[name] >= 0.0), name
