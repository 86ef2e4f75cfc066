"""Motion: published numbers of the mixture, windows, two outcomes, and that more motion never helps."""

import numpy as np
import pytest

from osseo.parameters import draw_priors
from osseo.scenario.types import Procedure
from osseo.simulate.site import load_procedure
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table
from osseo.site import load_material, load_site

MOTION = np.array([0.0, 0.5, 0.8, 1.1, 1.4, 1.8, 2.4, 3.0, 4.0, 6.0])
BRIDGED = 0.12


def outputs(overrides, **amounts):
    """Return the outputs by name of one cell 1 mm wide with the given amounts."""
    system = site_system()
    p = system.parameter_vector(
        procedure_table(load_site("sinus_lift"), load_material("none")),
        {k: float(v) for k, v in overrides.items()},
    )[0]
    y = np.zeros(len(system.state_names))
    y[system.state_index["graft_volume.thickness"]] = 1.0
    for name, value in amounts.items():
        y[system.state_index[name.replace("__", ".")]] = value
    out = system.output(0.0, y, p, np.array([0.8]))
    return {name: out[i] for name, i in system.output_index.items()}


def fill(course):
    """Return (n, n_times) share of the gap that reads as filled [1]."""
    return sum(
        c.weight * np.minimum(1, m / v / 0.15).mean(axis=-1)
        for c, m, v in zip(course.columns, course.amounts["mineral"], course.amounts["volume"], strict=True)
    )


def weakest(course):
    """Return (n, n_times) mineral share of the weakest slice of the widest gap."""
    return (course.amounts["mineral"][-1] / course.amounts["volume"][-1]).min(axis=-1)


def test_stiffness_is_the_published_mixture():
    out = outputs({}, graft_matrix__woven=0.3, graft_matrix__lamellar=0.2, graft_soft__cartilage=0.2)
    # Ulm rule: bone 0.5 and cartilage 0.2 give 501.7 MPa
    assert out["graft_mechanics.stiffness"] == pytest.approx(501.681, abs=0.001)


@pytest.mark.parametrize(
    ("window", "threshold"), [("bone", "threshold_bone"), ("fibrous", "threshold_fibrous")]
)
def test_each_window_is_half_at_its_threshold(window, threshold):
    table = procedure_table(load_site("sinus_lift"), load_material("none"))
    at = table[f"graft_mechanics.{threshold}"].value
    stiff = {"graft_mechanics.fixation_stiffness": 1e12}
    levels = [
        outputs(stiff | {"graft_mechanics.motion": m})[f"graft_mechanics.{window}_window"]
        for m in (0.0, 0.1 * at, at, 10 * at)
    ]
    ends = (1.0, 0.0) if window == "bone" else (0.0, 1.0)
    assert levels[0] == ends[0]
    assert levels[1] == pytest.approx(ends[0], abs=2e-4)
    assert levels[2] == pytest.approx(0.5)
    assert levels[3] == pytest.approx(ends[1], abs=2e-4)


def test_bone_lowers_its_own_stimulus():
    given = {"graft_mechanics.motion": 2.0}
    levels = [
        outputs(given, graft_matrix__lamellar=m)["graft_mechanics.stimulus"] for m in (0.0, 0.1, 0.2, 0.5)
    ]
    assert (np.diff(levels) < 0).all()
    assert levels[0] == pytest.approx(2.0, rel=0.2)
    assert levels[-1] < 0.1


def test_without_motion_there_is_no_fibrous_tissue_and_stiffness_does_not_matter(run):
    given = {"graft_mechanics.motion": 0.0, "graft_mechanics.fixation_stiffness": np.array([0.1, 1000.0])}
    course = run("filled", given, n=2)
    for i in range(len(course.columns)):
        assert course.amounts["fibrous"][i].max() == 0.0
        np.testing.assert_array_equal(course.amounts["mineral"][i][0], course.amounts["mineral"][i][1])


def test_a_loose_gap_ends_in_fibrous_tissue_and_a_firm_one_in_bone(run, fraction):
    course = run("filled", {"graft_mechanics.motion": np.array([0.3, 4.0])}, times=[365.0, 730.0], n=2)
    firm, loose = weakest(course)
    assert (firm > BRIDGED).all()
    assert (loose < 0.01).all()
    fibrous = fraction(course, "fibrous")
    assert fibrous[0].max() < 0.01
    assert fibrous[1].min() > 0.5
    # it does not heal later either
    assert loose[1] <= loose[0] + 1e-6


@pytest.mark.parametrize("endochondral", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("case", ["gap", "filled"])
def test_more_motion_never_helps(run, case, endochondral):
    """At the centre, and in draws of every other prior."""
    procedure = Procedure("osteotomy_tibia", "none" if case == "gap" else "autograft")
    site, material, _ = load_procedure(procedure)
    table = procedure_table(site, material)
    names = [n for n, r in table.items() if r.distribution != "fixed" and n.startswith("graft_")]
    n_draws = 12
    drawn = draw_priors(table, names, n_draws, seed=3).columns()
    given = {name: np.repeat(v, MOTION.size) for name, v in drawn.items()}
    given |= {"graft_mechanics.motion": np.tile(MOTION, n_draws), "graft_soft.endochondral": endochondral}
    course = run(case, given, times=[28.0, 61.0, 91.0, 183.0, 365.0], n=MOTION.size * n_draws)
    assert (course.status == 0).all()
    for reading in (fill(course), np.minimum(weakest(course), BRIDGED)):
        steps = np.diff(reading.reshape(n_draws, MOTION.size, -1), axis=1)
        assert steps.min() < -0.01
        # cartilage in the way of vessels' demand may move a reading by a fraction of a point
        assert steps.max() <= (1e-9 if endochondral == 0 else 5e-3)


def test_cartilage_is_exactly_absent_unless_the_site_is_endochondral(run):
    for case in ("dbbm", "gap", "filled"):
        assert max(c.max() for c in run(case).amounts["cartilage"]) == 0.0


def test_cartilage_comes_and_goes_where_healing_is_endochondral(run, fraction):
    days = np.arange(7.0, 366.0, 7.0)
    course = run("filled", {"graft_soft.endochondral": 0.6}, times=days)
    cartilage = fraction(course, "cartilage")[0]
    assert cartilage.max() > 0.05
    assert 14 <= days[cartilage.argmax()] <= 120
    assert weakest(course)[0, -1] > BRIDGED
    assert cartilage[-1] < 0.05
    direct = run("filled", times=days)
    assert fill(course)[0].sum() > fill(direct)[0].sum()
