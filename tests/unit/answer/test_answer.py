"""The answer, end to end on real input: what a fake would show."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from osseo.answer import answer_scenario
from osseo.answer.outcomes import endpoint_rows
from osseo.answer.prior_sets import as_advertised, largest_deficit, scaled
from osseo.answer.typical import TypicalPerson
from osseo.errors import InputError
from osseo.observe.measure import measure
from osseo.scenario.door import parse_scenario, read_scenario
from osseo.simulate.arms import run_bodies, run_graft, time_grids
from osseo.simulate.inputs import ELASTICITY, Design, draw_inputs

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
HEADLINE = EXAMPLES / "sinus-xenograft.yaml"
LINKS = ("osteoblast", "osteoclast", "vessel", "macrophage", "mineral", "energy")


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(HEADLINE)


@pytest.fixture(scope="module")
def world(scenario):
    """Draws, body and times of a small answer."""
    body_times, times = time_grids(scenario)
    inputs = draw_inputs(scenario, Design(10, 2), 7)
    return inputs, run_bodies(scenario, inputs, body_times), body_times, times


@pytest.fixture(scope="module")
def result():
    (answer,) = answer_scenario(HEADLINE, n_draws=40, seed=3)
    return answer


def only(inputs, link, e):
    """Return elasticities that are zero but for one link, `e` on both sides."""
    own = (f"{ELASTICITY}low_{link}", f"{ELASTICITY}high_{link}")
    return {name: np.full_like(c, e if name in own else 0.0) for name, c in inputs.elasticities.items()}


def test_all_links_zero_gives_a_difference_of_exactly_zero(scenario, world):
    inputs, bodies, _, times = world
    zero = {name: np.zeros_like(c) for name, c in inputs.elasticities.items()}
    (pair,) = run_graft(scenario, inputs, bodies, [zero], times)
    assert np.any(bodies.with_regimen["status"] != bodies.without["status"])
    for field in ("mineral", "osteoid", "graft", "volume"):
        np.testing.assert_array_equal(pair[0].amounts[field][0], pair[1].amounts[field][0])
    for row in endpoint_rows(scenario, inputs, pair):
        assert row.difference.low90 == row.difference.high90 == 0.0


@pytest.mark.parametrize("link", LINKS)
def test_flipping_the_sign_of_one_link_flips_the_result(scenario, world, link):
    inputs, bodies, _, times = world
    up, down = run_graft(scenario, inputs, bodies, [only(inputs, link, 0.1), only(inputs, link, -0.1)], times)
    for visit in (60.0, 180.0):
        gain, loss = (
            measure("new_bone_pct", b, (visit,))[:, 0] - measure("new_bone_pct", a, (visit,))[:, 0]
            for a, b in (up, down)
        )
        assert np.abs(gain).max() > 1e-9
        assert np.corrcoef(gain, loss)[0, 1] < -0.95


def test_a_comparison_with_itself_is_nothing():
    raw = dict(read_scenario(HEADLINE).raw)
    raw["compare_with"] = raw["regimen"]
    (answer,) = answer_scenario(parse_scenario(raw), n_draws=40)
    assert all(r.difference.low90 == r.difference.high90 == 0.0 for r in (*answer.rows, *answer.body_rows))
    assert answer.rows[0].p_too_small == 1.0


def test_changing_the_dose_moves_serum_and_the_hash(scenario, result):
    raw = dict(scenario.raw)
    raw["regimen"] = [{**raw["regimen"][0], "dose": "200 mg"}]
    half = parse_scenario(raw)
    (other,) = answer_scenario(half, n_draws=40, seed=3)
    assert half.hash != scenario.hash and other.scenario_hash != result.scenario_hash
    serum = [next(r for r in a.body_rows if r.endpoint == "serum_total") for a in (result, other)]
    assert serum[0].difference.median > serum[1].difference.median > 0


def test_a_replete_patients_status_does_not_move_through_surgery(world):
    _, bodies, body_times, _ = world
    status = bodies.without["status"]
    np.testing.assert_allclose(status, status[:, :1] + np.zeros_like(status), rtol=1e-6)
    assert body_times.min() < 0 < body_times.max()


def test_a_not_a_number_spoils_its_own_patient_only(scenario, world):
    inputs, bodies, _, times = world
    name = "graft_matrix.k_formation"
    spoiled = {**inputs.graft, name: inputs.graft[name].copy()}
    spoiled[name][4] = np.nan
    clean, dirty = (
        run_graft(scenario, i, bodies, [scaled(inputs.elasticities, "neutral")], times)[0]
        for i in (inputs, dataclasses.replace(inputs, graft=spoiled))
    )
    good = np.arange(inputs.design.n) != 4
    for a, b in zip(clean, dirty, strict=True):
        assert np.isnan(b.amounts["mineral"][0][4]).all() and b.status[4] != 0
        np.testing.assert_array_equal(a.amounts["mineral"][0][good], b.amounts["mineral"][0][good])
    row = endpoint_rows(scenario, inputs, dirty)[0]
    assert row.n_failed == 1 and np.isfinite(row.difference.median)


def test_same_seed_same_answer_other_seed_other_answer(result):
    again, other = (answer_scenario(HEADLINE, n_draws=40, seed=s)[0] for s in (3, 4))
    assert [r.difference for r in again.rows] == [r.difference for r in result.rows]
    assert [r.difference for r in other.rows] != [r.difference for r in result.rows]


def test_the_answer_says_everything_it_must(result):
    assert result.safety and not result.stopped and result.sentence
    assert set(result.prior_sets) == {"sceptical", "neutral", "as_advertised"}
    assert [tau for tau, _ in result.status_sensitivity] == [7.0, 28.0, 140.0]
    assert {b.name for b in result.blanks} == {"serum_mg", "mg_intake", "urine_mg", "egfr", "weight_kg"}
    assert [c.step for c in result.chain] == [
        "dose",
        "absorbed",
        "serum_total",
        "status",
        "link",
        "field",
        "endpoint",
    ]
    assert result.chain[2].with_regimen > result.chain[2].without
    assert result.weakest_grade == "assumed" and result.weakest_names
    assert "joris2016" in result.evidence and "fine1991" in result.evidence
    assert {p.series for p in result.study_points} >= {"new_bone_pct", "serum_total", "urine_24h"}
    assert all(p.role == "calibration" for p in result.study_points)
    assert all(0.0 <= row.prior_driven_share <= 1.0 for row in result.rows)
    for row in result.rows:
        if row.margin is not None:
            assert row.p_too_small + row.p_gain + row.p_loss == pytest.approx(1.0)


def test_tissue_shares_of_the_pictures_add_up(result):
    shares = result.pictures.shares
    for arm in (shares.without, shares.with_regimen):
        np.testing.assert_allclose(arm.sum(axis=0), 100.0, rtol=1e-12)


def test_sceptical_is_narrower_than_neutral(result):
    widths = {
        name: rows[0].difference.high90 - rows[0].difference.low90 for name, rows in result.prior_sets.items()
    }
    assert 0 < widths["sceptical"] < widths["neutral"]


def _deficit(person):
    return largest_deficit(person.bodies.without["status"])[0]


def test_in_a_deficient_person_the_advert_works_on_the_low_side_and_never_switches_healing_off():
    zero = {f"{ELASTICITY}{side}_osteoblast": np.zeros(3) for side in ("low", "high")}
    deficit = np.array([0.0, 0.2, 0.8])
    drawn = as_advertised(zero, 5.0, deficit)
    low = drawn[f"{ELASTICITY}low_osteoblast"]
    np.testing.assert_allclose(drawn[f"{ELASTICITY}high_osteoblast"], 5.0)
    np.testing.assert_allclose(1.0 - low * deficit, [1.0, 0.5, 0.5])


def test_the_advertised_elasticity_gives_the_advertised_gain(scenario, world):
    inputs, _, body_times, times = world
    person = TypicalPerson(scenario, inputs, body_times, times)
    advert = person.advert(0.05)
    assert advert.reached and advert.e > 0
    zero = {name: np.zeros(1) for name in inputs.elasticities}
    without, with_regimen = (
        measure("new_bone_pct", course, (advert.visit_d,))[0, 0]
        for course in person.grafts(as_advertised(zero, advert.e, _deficit(person)))
    )
    assert with_regimen / without - 1 == pytest.approx(0.05, abs=0.004)
    beyond = person.advert(5.0)
    assert not beyond.reached and beyond.gain < 5.0


def test_the_chain_is_the_mechanism_with_numbers(scenario, world):
    inputs, _, body_times, times = world
    chain = {link.step: link for link in TypicalPerson(scenario, inputs, body_times, times).chain()}
    assert chain["dose"].with_regimen == pytest.approx(400 / 24.305)
    for step in ("absorbed", "serum_total", "status", "link", "field", "endpoint"):
        assert chain[step].with_regimen > chain[step].without, step


def test_removing_the_kidney_law_changes_the_answer(scenario, world):
    inputs, bodies, body_times, _ = world
    weak = {"magnesium_kidney.splay": np.full(inputs.design.n, 5.0)}  # a threshold so soft that it is none
    other = run_bodies(scenario, inputs, body_times, weak)
    at = int(np.searchsorted(body_times, 120.0))
    rise, soft = (b.with_regimen["status"][:, at] - b.without["status"][:, at] for b in (bodies, other))
    assert np.median(soft) > 1.2 * np.median(rise)


def test_a_hard_stop_shows_safety_and_nothing_else():
    (answer,) = answer_scenario(EXAMPLES / "ckd-stage-4.yaml")
    assert answer.stopped and answer.safety[0].level == "stop"
    assert not (answer.rows or answer.body_rows or answer.series or answer.chain or answer.prior_sets)


def test_an_ambiguous_dose_is_answered_for_both_readings():
    both = answer_scenario(EXAMPLES / "article-300mg.yaml", n_draws=40)
    assert both[0].chain[0].with_regimen == pytest.approx(300 / 24.305)
    assert both[1].chain[0].with_regimen == pytest.approx(42.3 / 24.305, rel=1e-3)
    assert [a.reading for a in both] == ["elemental", "salt"]
    absorbed = [a.chain[1].with_regimen - a.chain[1].without for a in both]
    assert absorbed[0] > 3 * absorbed[1] > 0


def test_too_few_draws_are_refused():
    with pytest.raises(InputError, match="at least 40"):
        answer_scenario(HEADLINE, n_draws=10)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_example_answers(path):
    for answer in answer_scenario(path, n_draws=40):
        assert answer.safety and answer.sentence
        assert answer.stopped or np.isfinite(answer.rows[0].difference.median)
