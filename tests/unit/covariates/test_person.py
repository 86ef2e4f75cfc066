"""From a person to the course: blanks change nothing, a smoker heals later, both arms are one person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from osseo.answer.outcomes import scenario_settings
from osseo.observe.bridging import days_to_fusion
from osseo.observe.fracture import days_to_union
from osseo.scenario.types import Person, Procedure, Scenario
from osseo.simulate.arms import run_bodies, run_graft, time_grids
from osseo.simulate.covariates import (
    apply_factors,
    healing_facts,
    person_facts,
    person_graft,
    person_notes,
    person_odds,
    person_records,
)
from osseo.simulate.inputs import Design, draw_inputs
from osseo.simulate.site import simulate_site
from osseo.site.covariates import covariate_factors

MAN = Person(age_y=63, sex="male")
TIBIA = Procedure("fracture_tibia", "none")
TIMES = np.arange(0.0, 366.0, 7.0)


def _scenario(person, procedure=TIBIA):
    return Scenario("q", person, procedure, (), visits_d=(91.0, 183.0, 365.0))


@pytest.mark.parametrize(
    ("person", "fact"),
    [
        (replace(MAN, smoker=True), {"smoker": 1.0}),
        (replace(MAN, smoker=False), {"smoker": 0.0}),
        (replace(MAN, diabetes=True), {"diabetes": 1.0}),
        (replace(MAN, vitamin_d=30.0), {"vitamin_d_deficient": 1.0}),
        (replace(MAN, vitamin_d=80.0), {"vitamin_d_deficient": 0.0}),
        (replace(MAN, conditions=("osteoporosis",)), {"osteoporosis": 1.0}),
        (replace(MAN, conditions=("open fracture, Gustilo II",)), {"open_fracture": 1.0}),
        (replace(MAN, conditions=("type 2 diabetes",)), {"diabetes": 1.0}),
        (replace(MAN, drugs=("ibuprofen 400 mg",)), {"nsaid": 1.0}),
        (replace(MAN, drugs=("alendronate 70 mg weekly",)), {"antiresorptive": 1.0}),
        (replace(MAN, sex="female"), {"menopause": 1.0}),
        (replace(MAN, sex="female", age_y=34), {"menopause": 0.0}),
    ],
)
def test_what_a_person_says_becomes_a_fact(person, fact):
    facts = person_facts(person)
    assert facts.pop("age_y") == person.age_y
    assert facts == fact


def test_a_blank_is_no_fact_and_a_drug_that_is_not_named_is_not_absent():
    assert person_facts(MAN) == {"age_y": 63.0}


def test_blanks_leave_every_draw_as_it_was():
    scenario = _scenario(MAN)
    drawn = {"graft_cells.speed": np.array([0.8, 1.2]), "graft_matrix.tau_osteoid": np.array([20.0, 22.0])}
    graft = person_graft(scenario, drawn, n_theta=2, n_patients=1, seed=1)
    assert set(graft) == set(drawn)
    for name, column in drawn.items():
        np.testing.assert_array_equal(graft[name], column)


def test_factors_multiply_what_was_drawn_or_else_what_holds():
    here = apply_factors(TIBIA, {"graft_cells.speed": np.array([0.5, 2.0])}, {"graft_cells.speed": 0.9})
    np.testing.assert_allclose(here["graft_cells.speed"], [0.45, 1.8])
    twice = apply_factors(TIBIA, {}, {"graft_matrix.tau_osteoid": 2.0})["graft_matrix.tau_osteoid"]
    once = apply_factors(TIBIA, {}, {"graft_matrix.tau_osteoid": 1.0})["graft_matrix.tau_osteoid"]
    assert twice == pytest.approx(2 * once)


def test_a_smoker_draws_other_speeds_and_the_same_of_all_else():
    design = Design(20, 2)
    blank, smoker = (
        draw_inputs(_scenario(p), design, seed=1).graft for p in (MAN, replace(MAN, smoker=True))
    )
    assert set(blank) == set(smoker)
    for name in blank:
        if name == "graft_cells.speed":
            assert (smoker[name] <= blank[name]).all() and smoker[name].mean() < 0.99 * blank[name].mean()
            # drawn once per draw, alike for its patients
            ratio = (smoker[name] / blank[name]).reshape(20, 2)
            np.testing.assert_allclose(ratio[:, 0], ratio[:, 1])
        else:
            np.testing.assert_array_equal(smoker[name], blank[name])


def _healing(procedure, facts, days):
    course = simulate_site(
        procedure,
        apply_factors(procedure, {}, covariate_factors(facts, procedure.site)),
        status_times=np.zeros(1),
        status=np.full((1, 1), 0.8),
        times=TIMES,
        n=1,
    )
    return float(days(course)[0])


TIBIAL = ("smoker", "diabetes", "nsaid", "open_fracture", "osteoporosis")
SPINAL = ("smoker", "diabetes", "vitamin_d_deficient")


@pytest.mark.parametrize(
    ("site", "material", "days", "harms"),
    [
        ("fracture_tibia", "none", days_to_union, TIBIAL),
        ("spine_interbody", "autograft_local", days_to_fusion, SPINAL),
    ],
)
def test_what_harms_delays_healing(site, material, days, harms):
    procedure = Procedure(site, material)
    for harm in harms:
        with_it, without = (_healing(procedure, {harm: v}, days) for v in (1.0, 0.0))
        assert with_it > without + 1.0, harm


def test_an_older_spine_fuses_later():
    procedure = Procedure("spine_interbody", "autograft_local")
    old, young = (_healing(procedure, {"age_y": y}, days_to_fusion) for y in (80.0, 45.0))
    assert old > young + 1.0


@pytest.mark.parametrize("smaller", [1.0, 3.0])
def test_a_larger_gap_never_helps(smaller):
    """The gap is geometry, not a factor. 1 % of the time: the two grids have cells of different width."""
    small, large = (
        _healing(Procedure("fracture_tibia", "none", size_mm=size), {}, days_to_union)
        for size in (smaller, smaller + 2.0)
    )
    assert small > 0
    assert np.isnan(large) or large >= 0.99 * small


def test_more_motion_never_helps_and_much_of_it_prevents_union():
    def union(overrides):
        course = simulate_site(
            TIBIA, overrides, status_times=np.zeros(1), status=np.full((1, 1), 0.8), times=TIMES, n=1
        )
        return float(days_to_union(course)[0])

    still, moving, loose = (union({"graft_mechanics.motion": m}) for m in (0.0, 1.0, 4.0))
    assert still < moving and np.isnan(loose)


def test_both_arms_are_the_same_person():
    scenario = _scenario(replace(MAN, smoker=True))
    inputs = draw_inputs(scenario, Design(3, 1), seed=2)
    body_times, times = time_grids(scenario)
    bodies = run_bodies(scenario, inputs, body_times)
    ((without, with_regimen),) = run_graft(scenario, inputs, bodies, [inputs.elasticities], times)
    # no dose in either arm: equal to the last bit
    np.testing.assert_array_equal(without.amounts["mineral"][0], with_regimen.amounts["mineral"][0])


def test_odds_without_a_mechanism_reach_how_the_endpoints_are_read():
    sinus = _scenario(replace(MAN, smoker=True, sex="female"), Procedure("sinus_lift", "dbbm"))
    odds = person_odds(sinus)
    assert odds["failure_1y_pct"] > 0
    assert scenario_settings(sinus).log_odds == odds
    assert person_odds(_scenario(MAN, Procedure("sinus_lift", "dbbm"))) == {}


def test_levels_of_a_procedure_reach_how_the_endpoints_are_read():
    spine = Procedure("spine_interbody", "autograft_local", levels=2)
    assert scenario_settings(_scenario(MAN, spine)).levels == 2


def test_records_are_those_of_the_effects_in_play():
    assert person_records(_scenario(MAN)) == ()
    wounded = _scenario(replace(MAN, conditions=("open fracture",)))
    assert person_records(wounded) == ("bjo_tibnail647", "sprint2008")


def test_notes_say_what_a_person_brings_along_and_where_it_comes_from():
    assert person_notes(_scenario(MAN)) == ()
    (note,) = person_notes(_scenario(replace(MAN, smoker=True)))
    assert note.startswith("smoking (1), against the average patient of the studies: graft_cells.speed x 0.9")
    assert "bjo_tibnail647" in note
    (odds,) = person_notes(_scenario(replace(MAN, diabetes=True), Procedure("sinus_lift", "dbbm")))
    assert "odds of failure_1y_pct x 1." in odds


def test_an_open_fracture_said_twice_slows_healing_once():
    hurt = replace(MAN, conditions=("open fracture",))
    nailed, opened = (_scenario(hurt, replace(TIBIA, fixation=f)) for f in ("", "nail_open"))
    assert "open_fracture" in healing_facts(nailed) and "open_fracture" not in healing_facts(opened)
    (noted,), (odds,) = (
        [n for n in person_notes(s) if n.startswith("open fracture")] for s in (nailed, opened)
    )
    assert "graft_cells.speed" in noted and "graft_cells.speed" not in odds
    assert person_odds(nailed) == person_odds(opened)
