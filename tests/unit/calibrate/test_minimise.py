"""Penalised least squares and Laplace against problems with known answers."""

import numpy as np
import pytest

from osseo.calibrate.search.minimise import FitOptions, Residuals, laplace, minimise, soft_weights
from osseo.errors import CalibrationError

TIMES = np.array([0.5, 1.0, 2.0, 4.0, 8.0])


def linear_problem(design, observed, sd):
    return Residuals(lambda z: z @ design.T, observed, np.full(len(observed), sd))


def test_a_linear_problem_is_solved_exactly():
    """Bayesian linear regression: precision = X'X / s2 + I, mean = precision^-1 X'y / s2."""
    rng = np.random.default_rng(5)
    design = rng.normal(size=(12, 3))
    observed = design @ np.array([0.7, -1.1, 0.2]) + 0.3 * rng.normal(size=12)
    found = minimise(linear_problem(design, observed, 0.3), np.zeros(3))
    precision = design.T @ design / 0.3**2 + np.eye(3)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(precision), rtol=1e-8)
    mean = np.linalg.solve(precision, design.T @ observed / 0.3**2)
    np.testing.assert_allclose(found.z, mean, rtol=1e-6)
    assert found.converged


def decay(z):
    """Amplitude exp(1 + 0.5 z0), rate exp(-1 + 0.5 z1)."""
    amplitude, rate = np.exp(1 + 0.5 * z[:, :1]), np.exp(-1 + 0.5 * z[:, 1:])
    return amplitude * np.exp(-rate * TIMES)


def decay_slopes(z):
    """The derivatives of `decay` by hand: 0.5 A e^(-k t) and -0.5 k t A e^(-k t)."""
    level = decay(z[None])[0]
    return np.column_stack([0.5 * level, -0.5 * np.exp(-1 + 0.5 * z[1]) * TIMES * level])


def decay_problem(observed, sd=0.05):
    return Residuals(decay, observed, np.full(5, sd))


@pytest.mark.parametrize("seed", range(4))
def test_exponential_decay_is_recovered_within_its_own_error(seed):
    true = np.array([0.4, -0.6])
    rng = np.random.default_rng(seed)
    observed = decay(true[None])[0] + 0.05 * rng.normal(size=5)
    found = minimise(decay_problem(observed), np.zeros(2))
    sd = np.sqrt(np.diag(found.covariance))
    # 3 SE: of eight draws of a normal deviate one beyond 2 is expected in three runs of ten
    assert (np.abs(found.z - true) < 3 * sd).all()
    assert (sd < 0.25).all()


def test_laplace_equals_the_analytic_curvature():
    true = np.array([0.4, -0.6])
    found = minimise(decay_problem(decay(true[None])[0]), np.zeros(2))
    slopes = decay_slopes(found.z) / 0.05
    expected = np.linalg.inv(slopes.T @ slopes + np.eye(2))
    # central differences with step 0.01 have a relative error of about 1e-5
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-3)


def test_coverage_of_the_laplace_interval():
    """Of 200 intervals (100 data sets from prior and noise) of 90 %, about 180 hold the truth."""
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(100):
        true = rng.normal(size=2)
        observed = decay(true[None])[0] + 0.05 * rng.normal(size=5)
        found = minimise(decay_problem(observed), np.zeros(2))
        sd = np.sqrt(np.diag(found.covariance))
        inside += int((np.abs(found.z - true) < 1.6449 * sd).sum())
    # binomial(200, 0.9): SD 4.2, so 165 is six SD away and 195 three and a half
    assert 165 <= inside <= 195


def test_without_information_the_prior_stays():
    problem = Residuals(lambda z: np.ones((len(z), 1)), np.ones(1), np.ones(1))
    found = minimise(problem, np.array([0.8, -0.3]))
    np.testing.assert_allclose(found.z, 0, atol=1e-7)
    np.testing.assert_allclose(found.covariance, np.eye(2), atol=1e-9)


def test_log_residuals_make_a_power_law_linear():
    problem = Residuals(
        lambda z: np.log(np.exp(z @ np.array([[2.0], [1.0]]))), np.log([3.0]), np.array([0.1])
    )
    found = minimise(problem, np.zeros(2))
    x = np.array([[2.0, 1.0]]) / 0.1
    precision = x.T @ x + np.eye(2)
    np.testing.assert_allclose(found.z, np.linalg.solve(precision, x[0] * np.log(3) / 0.1), rtol=1e-6)


def test_soft_loss_keeps_an_outlier_from_dragging_the_fit():
    design = np.ones((9, 1))
    observed = np.r_[np.full(8, 0.5), 30.0]
    plain = minimise(linear_problem(design, observed, 0.1), np.zeros(1))
    soft = minimise(linear_problem(design, observed, 0.1), np.zeros(1), options=FitOptions(robust=1.0))
    assert abs(soft.z[0] - 0.5) < 0.05 < 2 < plain.z[0]
    assert soft_weights(soft.residuals, 1.0)[-1] < 0.01
    assert soft.covariance[0, 0] > plain.covariance[0, 0]


def test_soft_loss_is_stationary_at_its_mode():
    design = np.random.default_rng(3).normal(size=(10, 2))
    observed = design @ np.array([1.0, -0.5]) + np.r_[np.zeros(9), 4.0]
    found = minimise(linear_problem(design, observed, 0.2), np.zeros(2), options=FitOptions(robust=1.5))
    gradient = found.jacobian.T @ (soft_weights(found.residuals, 1.5) * found.residuals) + found.z
    np.testing.assert_allclose(gradient, 0, atol=1e-3)


def two_wells(z):
    return np.column_stack([z**2 - 4, 0.5 * (z + 2)])


def test_further_starts_find_the_better_mode():
    problem = Residuals(two_wells, np.zeros(2), np.ones(2))
    one = minimise(problem, np.array([1.8]))
    many = minimise(problem, np.array([1.8]), options=FitOptions(starts=6, spread=2.0, seed=1))
    assert many.cost < one.cost and many.z[0] < 0 < one.z[0]
    assert len(many.start_costs) == 6
    again = minimise(problem, np.array([1.8]), options=FitOptions(starts=6, spread=2.0, seed=1))
    assert np.array_equal(many.z, again.z)


def test_a_model_that_fails_at_the_start_names_the_targets():
    problem = Residuals(lambda z: np.array([[1.0, np.nan]]).repeat(len(z), 0), np.ones(2), np.ones(2))
    with pytest.raises(CalibrationError, match="for: second"):
        minimise(problem, np.zeros(1), labels=["first", "second"])


def test_a_model_that_fails_far_away_does_not_stop_the_search():
    def predict(z):
        return np.where(z < 1.5, z, np.nan)

    problem = Residuals(predict, np.array([1.4]), np.array([0.01]))
    found = minimise(problem, np.array([-2.0]))
    assert found.z[0] == pytest.approx(1.4, abs=1e-3)


def test_one_sided_slopes_where_one_side_fails():
    problem = Residuals(lambda z: np.where(z <= 1.0, 3 * z, np.nan), np.zeros(1), np.ones(1))
    assert problem.jacobian(np.array([1.0]), 0.01)[0, 0] == pytest.approx(3.0)


def test_a_wrong_shape_is_refused():
    problem = Residuals(lambda z: np.zeros((len(z), 3)), np.ones(2), np.ones(2))
    with pytest.raises(CalibrationError, match=r"expected \(1, 2\)"):
        minimise(problem, np.zeros(1))


def test_progress_is_told_runs_and_cost():
    seen = []
    observed = decay(np.array([[0.4, -0.6]]))[0]
    problem = decay_problem(observed)
    found = minimise(problem, np.zeros(2), progress=lambda *row: seen.append(row))
    runs, costs, starts = zip(*seen, strict=True)
    assert list(runs) == sorted(runs) and runs[-1] <= found.n_runs
    assert costs[-1] < costs[0] and set(starts) == {0}


def test_laplace_weights_scale_information():
    jacobian = np.array([[2.0]])
    assert laplace(jacobian, np.array([0.25]))[0, 0] == pytest.approx(1 / (0.25 * 4 + 1))


@pytest.mark.parametrize("start", [0.0, 1e-16, 1e-9, 3.0])
def test_the_mode_does_not_depend_on_how_near_zero_the_start_is(start):
    observed = decay(np.array([[0.4, -0.6]]))[0]
    found = minimise(decay_problem(observed), np.full(2, start))
    reference = minimise(decay_problem(observed), np.array([0.3, -0.5]))
    np.testing.assert_allclose(found.z, reference.z, atol=1e-4)
