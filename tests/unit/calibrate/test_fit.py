"""A whole fit on real evidence, its posterior, and what makes it stale."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from osseo.calibrate.fit import fit
from osseo.calibrate.posterior import DRAWS, draw_posterior, is_stale, write_posterior
from osseo.calibrate.search.minimise import FitOptions
from osseo.errors import CalibrationError
from osseo.evidence import load_record, load_records, record_role
from osseo.parameters.draw import draw_priors
from osseo.parameters.draws import read_draws
from osseo.parameters.parameter import ParameterSet
from osseo.parameters.prior import Z_95


@pytest.fixture
def result(problem):
    return fit(problem)


def stationary_rate(problem, observed):
    """Root of d cost / d ln k for 1 - exp(-k t): the mode found by another road."""
    times = np.array([91.0, 365.0])
    prior_sd = np.log(0.032 / 0.004) / Z_95

    def slope(log_k):
        left = np.exp(-np.exp(log_k) * times)
        data = ((1 - left - observed) / 0.08**2 * np.exp(log_k) * times * left).sum()
        return data + (log_k - np.log(0.004)) / prior_sd**2

    return float(np.exp(brentq(slope, np.log(1e-4), np.log(0.1))))


def test_the_mode_is_where_the_cost_is_stationary(problem, result):
    observed = np.array([t.value for t in problem.targets])
    for name, values in zip(problem.free, (observed[:2], observed[2:]), strict=True):
        assert result.values[name] == pytest.approx(stationary_rate(problem, values), rel=1e-4)


def test_graft_fills_faster_and_data_narrow_both_rates(result):
    autograft, none = result.narrowing
    assert autograft.lower > none.upper
    assert autograft.is_informed and none.is_informed
    assert result.n_informed_directions == 2
    for row in result.narrowing:
        assert row.lower < row.value < row.upper and 0 < row.sd_ratio < 0.5


def test_residual_rows_say_observed_and_predicted(problem, result):
    predicted = problem.predict(np.array([list(result.values.values())]))[0]
    for row, value in zip(result.residuals, predicted, strict=True):
        assert row.predicted == pytest.approx(value, rel=1e-6)
        assert row.z == pytest.approx((value - row.target.value) / row.target.sd, rel=1e-4, abs=1e-6)
    assert result.rms_z == pytest.approx(np.sqrt(np.mean([row.z**2 for row in result.residuals])))


def test_an_uninformed_parameter_keeps_its_prior_draws(problem):
    free = (*problem.free, "fill.spare")
    wide = replace(problem, free=free, predict=lambda values: problem.predict(values[:, :2]))
    draws = draw_posterior(fit(wide), 300, seed=4)
    prior = draw_priors(problem.parameters, free, 300, seed=4)
    np.testing.assert_allclose(draws.column("fill.spare"), prior.column("fill.spare"), rtol=1e-6)
    assert draws.meta["sd_ratio"]["fill.spare"] == pytest.approx(1.0, abs=1e-6)


def test_draws_have_the_laplace_mean_and_spread(problem, result):
    draws = draw_posterior(result, 4000, seed=9)
    z = np.log(draws.values / 0.004) / (np.log(8) / Z_95)
    np.testing.assert_allclose(z.mean(axis=0), result.optimum.z, atol=0.02)
    np.testing.assert_allclose(np.cov(z.T), result.optimum.covariance, atol=0.003)
    again = draw_posterior(result, 4000, seed=9)
    assert np.array_equal(draws.values, again.values)
    assert not np.array_equal(draws.values, draw_posterior(result, 4000, seed=10).values)
    assert np.array_equal(draw_posterior(result, 50, seed=9).values, draws.values[:50])


def test_written_draws_come_back_with_their_story(tmp_path, problem, result):
    draws = draw_posterior(result, 40, seed=1)
    path = write_posterior(draws, tmp_path / "osteotomy_test.csv")
    back = read_draws(path)
    assert back.names == problem.free and np.array_equal(back.values, draws.values)
    meta = back.meta
    assert (meta["kind"], meta["seed"], meta["evidence"]) == ("posterior", 1, ["fucentese2019"])
    assert len(meta["residuals"]) == 4 and set(meta["sd_ratio"]) == set(problem.free)
    assert {"model_hash", "parameters_sha256", "targets_sha256", "setup_sha256"} <= set(meta)
    assert is_stale(back, problem) == []


def test_two_fits_write_the_same_bytes(tmp_path, problem):
    paths = [tmp_path / name / "fit.csv" for name in "ab"]
    for path in paths:
        write_posterior(draw_posterior(fit(problem), 10, seed=3), path)
    a, b = (sorted(path.parent.iterdir()) for path in paths)
    assert [x.read_bytes() for x in a] == [x.read_bytes() for x in b]


def changed(problem, **how):
    rows = [replace(p, **how) if p.name == "fill.spare" else p for p in problem.parameters.values()]
    return replace(problem, parameters=ParameterSet(rows))


def test_what_makes_a_posterior_stale(problem, result):
    draws = draw_posterior(result, 5, seed=1)
    assert is_stale(draws, problem) == []
    assert is_stale(draws, changed(problem, reason="better words", grade="low")) == []
    cases = {
        "the model changed": replace(problem, model_hash="model-2"),
        "the set-up of the runs changed": replace(problem, setup={"dt": 0.5}),
        "parameter fill.spare changed": changed(problem, value=0.005),
        "is gone": replace(problem, targets=problem.targets[1:]),
        "list of free parameters": replace(problem, free=problem.free[:1]),
        "changed from": replace(problem, targets=(replace(problem.targets[0], sd=1.0),)),
    }
    for words, other in cases.items():
        assert any(words in line for line in is_stale(draws, other)), words


def test_prior_draws_are_no_posterior(problem):
    draws = draw_priors(problem.parameters, problem.free, 5, seed=1)
    assert "not the posterior of a fit" in is_stale(draws, problem)[0]


def test_a_fit_refuses_a_typed_value(problem):
    typed = (replace(problem.targets[0], value=0.5), *problem.targets[1:])
    with pytest.raises(CalibrationError, match="differs from what its record says"):
        fit(replace(problem, targets=typed))


def test_a_fit_refuses_a_validation_record(problem):
    record = load_records(use="validation")[0]
    recipe = {"record": record.id, "result": 0, "endpoint": "x", "sd": 1.0, "reason": "r"}
    bad = replace(problem.targets[0], record=record.id, recipe=tuple(recipe.items()))
    with pytest.raises(CalibrationError, match="only calibration records may be fitted"):
        fit(replace(problem, targets=(bad, *problem.targets[1:])))


def test_a_fit_needs_targets_and_convergence(problem):
    with pytest.raises(CalibrationError, match="no targets"):
        fit(replace(problem, targets=()))
    hurried = fit(problem, options=FitOptions(max_steps=1))
    assert not hurried.optimum.converged
    with pytest.raises(CalibrationError, match="did not converge"):
        draw_posterior(hurried, 10, seed=1)


@pytest.mark.parametrize("path", sorted(DRAWS.glob("*.csv")), ids=lambda path: path.stem)
def test_shipped_posteriors_used_only_read_calibration_records(path):
    meta = read_draws(path).meta
    assert meta["kind"] == "posterior" and meta["evidence"] and meta["search"]["converged"]
    assert {row["record"] for row in meta["residuals"]} == set(meta["evidence"])
    for record_id in meta["evidence"]:
        assert record_role(record_id) == "calibration"
        assert load_record(record_id).seen != "recalled"
