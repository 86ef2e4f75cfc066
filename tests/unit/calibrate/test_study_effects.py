"""Results of one study share an effect: generalised least squares, and the fit without a study."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from osseo.calibrate.apart.linear import LinearFit, linear_meta, read_linear
from osseo.calibrate.apart.scores import held_apart
from osseo.calibrate.fit import fit
from osseo.calibrate.posterior import linear_fit
from osseo.calibrate.search.minimise import FitOptions, Residuals, laplace, minimise

OWN, SHARED = 0.3, 2.0


@pytest.fixture
def covariance():
    """Two studies of three and two results, and one result alone."""
    group = np.array([0, 0, 0, 1, 1, 2])
    return np.diag(np.full(6, OWN**2)) + SHARED**2 * (group[:, None] == group)


@pytest.fixture
def design():
    return np.random.default_rng(2).normal(size=(6, 2))


def test_the_mode_is_that_of_generalised_least_squares(covariance, design):
    observed = np.array([1.0, 1.5, 2.0, -0.5, 0.4, 1.2])
    found = minimise(Residuals(lambda z: z @ design.T, observed, covariance), np.zeros(2))
    weight = np.linalg.inv(covariance)
    precision = design.T @ weight @ design + np.eye(2)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(precision), rtol=1e-7)
    np.testing.assert_allclose(found.z, np.linalg.solve(precision, design.T @ weight @ observed), rtol=1e-5)
    np.testing.assert_allclose(found.deviations, design @ found.z - observed, rtol=1e-7)


def test_a_level_weighs_little_and_a_slope_its_own_error():
    """Three times of one study: the level has the study's spread, the slope only its own."""
    times = np.array([-1.0, 0.0, 1.0])
    covariance = np.diag(np.full(3, OWN**2)) + SHARED**2
    problem = Residuals(lambda z: z[:, :1] + z[:, 1:] * times, np.zeros(3), covariance)
    sd = np.sqrt(np.diag(laplace(problem.jacobian(np.zeros(2), 0.01), np.ones(3))))
    level, slope = SHARED**2 + OWN**2 / 3, OWN**2 / 2
    np.testing.assert_allclose(sd, [(1 / (1 / level + 1)) ** 0.5, (1 / (1 / slope + 1)) ** 0.5], rtol=1e-6)


def test_a_failed_run_spoils_its_own_study_only(covariance):
    problem = Residuals(lambda z: np.tile([0, 0, 0, np.nan, 0, 0], (len(z), 1)), np.ones(6), covariance)
    assert np.isfinite(problem(np.zeros(1))[0]).tolist() == [True, True, True, False, False, True]


def test_unwhitened_undoes_whitened(covariance):
    problem = Residuals(lambda z: z, np.zeros(6), covariance)
    deviation = np.random.default_rng(1).normal(size=(4, 6))
    np.testing.assert_allclose(problem.unwhitened(problem.whitened(deviation)), deviation, atol=1e-10)


def test_targets_of_one_study_and_domain_share_its_effect(problem):
    both = [replace(t, study="a", domain="fill", study_sd=0.1) for t in problem.targets[:3]]
    other = replace(problem.targets[3], study="a", domain="volume", study_sd=0.2)
    covariance = replace(problem, targets=(*both, other)).covariance()
    expected = np.full((3, 3), 0.1**2) + 0.08**2 * np.eye(3)
    np.testing.assert_allclose(covariance[:3, :3], expected)
    np.testing.assert_allclose(covariance[3], [0, 0, 0, 0.08**2 + 0.2**2])


@pytest.mark.parametrize("robust", [None, 1.0])
def test_without_a_study_equals_a_refit_of_a_linear_model(covariance, design, robust):
    observed = np.array([1.0, 1.5, 6.0, -0.5, 0.4, 1.2])
    options = FitOptions(robust=robust, tolerance=1e-12)
    found = minimise(Residuals(lambda z: z @ design.T, observed, covariance), np.zeros(2), options=options)
    whole = LinearFit(found.z, found.deviations, design, covariance, tuple("aaabbc"), robust)
    again, _ = whole.without(())
    np.testing.assert_allclose(again, found.z, atol=1e-5)
    kept = [0, 1, 2, 5]
    rest = Residuals(lambda z: z @ design[kept].T, observed[kept], covariance[np.ix_(kept, kept)])
    truth = minimise(rest, np.zeros(2), options=options)
    mode, spread = whole.without({"b"})
    np.testing.assert_allclose(mode, truth.z, atol=1e-5)
    np.testing.assert_allclose(spread, truth.covariance, rtol=1e-4)


def test_without_every_study_the_prior_is_left(covariance, design):
    whole = LinearFit(np.ones(2), np.zeros(6), design, covariance, ("a",) * 6, None)
    mode, spread = whole.optimum(np.zeros(6, dtype=bool))
    np.testing.assert_allclose(mode, 0, atol=1e-12)
    np.testing.assert_allclose(spread, np.eye(2))


def test_a_linear_fit_survives_its_file(problem):
    made = linear_fit(fit(problem))
    back = read_linear(linear_meta(made))
    np.testing.assert_allclose(back.slopes, made.slopes, rtol=1e-7)
    np.testing.assert_allclose(back.covariance, made.covariance)
    assert back.records == made.records and back.robust == made.robust


def test_held_apart_is_what_refits_without_each_study_predict(covariance, design):
    observed = np.array([1.0, 1.5, 2.0, -0.5, 0.4, 1.2])
    records = tuple("aaabbc")
    found = minimise(Residuals(lambda z: z @ design.T, observed, covariance), np.zeros(2))
    whole = LinearFit(found.z, found.deviations, design, covariance, records, None)
    deviation, sd = whole.held_apart()
    for record in "abc":
        own = np.array([r == record for r in records])
        rest = Residuals(lambda z, m=~own: z @ design[m].T, observed[~own], covariance[np.ix_(~own, ~own)])
        refit = minimise(rest, np.zeros(2))
        np.testing.assert_allclose(deviation[own], design[own] @ refit.z - observed[own], atol=1e-5)
        spread = design[own] @ refit.covariance @ design[own].T + covariance[np.ix_(own, own)]
        np.testing.assert_allclose(sd[own], np.sqrt(np.diag(spread)), rtol=1e-4)


def test_scores_of_a_true_model_are_what_a_normal_gives():
    """400 studies of one result drawn from the model: coverage 90 %, interval score as of a normal."""
    rng = np.random.default_rng(8)
    n, sd = 400, 2.0
    design = np.ones((n, 1))
    observed = 0.3 + sd * rng.normal(size=n)
    covariance = np.diag(np.full(n, sd**2))
    found = minimise(Residuals(lambda z: z @ design.T, observed, covariance), np.zeros(1))
    whole = LinearFit(found.z, found.deviations, design, covariance, tuple(f"r{i}" for i in range(n)), None)
    targets = [SimpleNamespace(total_sd=sd, domain="new_bone") for _ in range(n)]
    rows = held_apart(whole, targets)
    assert [row.name for row in rows] == ["all", "new_bone"] and rows[0].n == n
    # binomial(400, 0.9): SD 1.5 %; the interval score of a normal at 90 % is 4.13 SD
    assert rows[0].covered == pytest.approx(0.9, abs=0.06)
    assert rows[0].interval_score == pytest.approx(4.13, rel=0.12)
    assert rows[0].rms_z == pytest.approx(1.0, abs=0.1)
    assert rows[0].log_score == pytest.approx(-0.5 - np.log(sd) - 0.919, abs=0.1)
