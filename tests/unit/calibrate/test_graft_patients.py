"""Patients of the fit: speed only stretches time, and the nodes integrate what many patients would show."""

import numpy as np
import pytest

from osseo.calibrate.graft import EXPERIMENTS
from osseo.calibrate.graft_patients import SPEED, average, patient_nodes, speed_nodes
from osseo.calibrate.graft_readings import READINGS
from osseo.calibrate.graft_runs import Experiment, concerns, run
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site
from osseo.simulate.site_parameters import draw_site_patients, load_procedure, procedure_table, shared_table

STATUS = shared_table().value("magnesium_links.status_ref")


def simulate(procedure, overrides, times, n, dt=1.0):
    knots = np.zeros(1)
    status = np.full((1, 1), STATUS)
    return simulate_site(procedure, overrides, status_times=knots, status=status, times=times, n=n, dt=dt)


@pytest.mark.parametrize(
    "name", ["sinus_dbbm", "socket_none", "plif_local", "tibia_nail", "osteotomy_autograft"]
)
def test_a_patient_twice_as_fast_stands_where_another_stands_at_twice_the_day(name):
    """Every rate and spread carries the speed: else the fit's patients would be wrong."""
    days = np.array([20.0, 60.0, 150.0])
    slow = simulate(EXPERIMENTS[name], {SPEED: 1.0}, 2 * days, 1, dt=1.0)
    fast = simulate(EXPERIMENTS[name], {SPEED: 2.0}, days, 1, dt=0.5)
    for field in slow.amounts:
        for a, b in zip(slow.amounts[field], fast.amounts[field], strict=True):
            np.testing.assert_allclose(b, a, rtol=2e-3, atol=2e-4, err_msg=field)


def test_nodes_give_the_mean_of_many_patients():
    """A rate of fusion over 4000 drawn patients against 15 speeds: within four standard errors."""
    procedure = Procedure("spine_interbody", "autograft_local")
    site, material, _ = load_procedure(procedure)
    table = procedure_table(site, material)
    experiment = Experiment("x", procedure, (183.0, 365.0))
    reader = run(experiment, (), np.zeros((1, 0)), {})
    drawn = draw_site_patients(site, material, 600, seed=5)
    drawn = {name: values for name, values in drawn.items() if name in {r.name for r in site.parameters}}
    course = simulate(procedure, drawn, np.array([183.0, 365.0]), 600)
    for i, day in enumerate((183.0, 365.0)):
        rates = READINGS["fused_ct_pct"](course)[:, i]
        error = rates.std() / np.sqrt(rates.size)
        assert abs(float(reader("fused_ct_pct", day)[0]) - rates.mean()) < 4 * error + 1.5
    assert table[SPEED].layer == "patient"


def test_weights_sum_to_one_and_leave_out_what_was_asked():
    site, material, _ = load_procedure(Procedure("sinus_lift", "dbbm"))
    table = procedure_table(site, material)
    nodes, weights = patient_nodes(table, site)
    assert weights.sum() == pytest.approx(1) and SPEED in nodes
    rest, share = patient_nodes(table, site, leave=(SPEED,))
    assert SPEED not in rest and share.sum() == pytest.approx(1)
    speeds = speed_nodes(table, site)
    assert speeds.weights.sum() == pytest.approx(1)
    assert speeds.weights @ np.log(speeds.speeds) == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(average(np.arange(6.0), np.array([0.5, 0.5])), [0.5, 2.5, 4.5])


def test_what_concerns_an_experiment():
    procedure = Procedure("sinus_lift", "dbbm_autograft")
    assert concerns("graft_matrix.k_formation", procedure)
    assert concerns("graft_material.resorbability@autograft_particulate", procedure)
    assert concerns("graft_cells.set_point@sinus_lift", procedure)
    assert not concerns("graft_cells.set_point@osteotomy_tibia", procedure)
    assert not concerns("graft_material.resorbability@fdba", procedure)


def test_sets_that_do_not_concern_an_experiment_are_not_run_twice():
    free = ("graft_matrix.k_formation", "graft_material.resorbability@fdba")
    values = np.array([[0.04, 0.2], [0.04, 0.5], [0.05, 0.2]])
    experiment = Experiment("x", Procedure("sinus_lift", "dbbm"), (91.0,))
    reader = run(experiment, free, values, {})
    assert reader.course.amounts["volume"][0].shape[0] == 2 * reader.weights.size
    bone = reader("new_bone_pct", 91.0)
    assert bone[0] == bone[1] and bone[2] > bone[0]
