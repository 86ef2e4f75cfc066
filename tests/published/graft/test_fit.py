"""The shipped fit of the graft: current, honest about its residuals, made of what may be fitted."""

from dataclasses import replace

import numpy as np
import pytest

from osseo.calibrate import graft
from osseo.calibrate.apart.linear import read_linear
from osseo.calibrate.graft import EXPERIMENTS, FREE, graft_problem
from osseo.calibrate.graft_free import prior_only
from osseo.calibrate.posterior import is_stale
from osseo.calibrate.search.minimise import penalised_cost
from osseo.evidence import load_record, record_role
from osseo.parameters import posterior_over_prior_sd
from osseo.site.posterior import fitted_values, graft_posterior


@pytest.fixture(scope="module")
def problem():
    return graft_problem()


@pytest.fixture(scope="module")
def at_mode(problem):
    """Return every target of the fit predicted at the mode, by its key."""
    mode = fitted_values()
    values = problem.predict(np.array([[mode[name] for name in FREE]]))[0]
    return dict(zip([t.key for t in problem.targets], values, strict=True))


def test_the_shipped_posterior_is_current(problem):
    assert is_stale(graft_posterior(), problem) == []


def test_the_residuals_in_the_file_are_those_of_the_model(problem, at_mode):
    shipped = {row["target"]: row for row in graft_posterior().meta["residuals"]}
    assert set(shipped) == {t.key for t in problem.targets}
    values = np.array([[at_mode[t.key] for t in problem.targets]])
    for target, on_scale in zip(problem.targets, problem.on_scale(values)[0], strict=True):
        # another machine may round otherwise
        z = (on_scale - target.observed) / target.total_sd
        assert shipped[target.key]["z"] == pytest.approx(z, abs=1e-3)


def test_only_calibration_records_and_no_recalled_number_were_fitted(problem):
    for target in problem.targets:
        record = load_record(target.record)
        assert record_role(record.id) == "calibration"
        assert record.species == "human"
        assert record.seen != "recalled"
        assert not record.results[target.index].is_recalled


def test_the_fit_is_small_for_what_it_covers(problem):
    meta = graft_posterior().meta
    assert len(FREE) <= 25
    assert meta["search"]["converged"]
    assert len(problem.targets) > 4 * len(FREE)
    sites = {p.site for p in EXPERIMENTS.values()}
    assert len(sites) >= 12
    # no intercept per cell: far fewer parameters of one place than experiments
    assert sum("@" in name for name in FREE) < len(EXPERIMENTS) / 2


def test_what_was_not_fitted_keeps_its_prior_width(problem):
    draws = graft_posterior()
    ratios = posterior_over_prior_sd(draws, problem.parameters)
    for name in prior_only(problem.parameters):
        assert ratios[name] == pytest.approx(1, abs=0.15), name
    assert sum(ratios[name] < 0.7 for name in FREE) > len(FREE) / 3


def test_the_mode_is_nearly_the_optimum_of_the_linear_fit_in_the_file(problem):
    """Rates have stairs, so that slopes at the mode need not vanish; they must not promise much."""
    linear = read_linear(graft_posterior().meta["linear"])
    best, _ = linear.optimum(np.ones(len(linear.records), dtype=bool))
    factor = np.linalg.cholesky(linear.covariance)
    costs = [
        penalised_cost(
            np.linalg.solve(factor, linear.deviations + linear.slopes @ (z - linear.mode)), z, linear.robust
        )
        for z in (linear.mode, best)
    ]
    assert costs[0] == pytest.approx(graft_posterior().meta["search"]["cost"], rel=1e-4)
    assert 0 <= costs[0] - costs[1] < 3
    assert linear.records == tuple(t.record for t in problem.targets)


def test_a_fit_does_not_lean_on_the_fit_before(problem, at_mode, monkeypatch):
    """What an earlier fit left in the shipped file must not reach the next one."""
    mode = fitted_values()
    left = {**dict.fromkeys(mode, 0.5), "graft_cells.k_division": 0.2, "graft_material.cover": 0.9}
    for place in ("osseo.simulate.site", "osseo.calibrate.graft"):
        monkeypatch.setattr(f"{place}.fitted_values", lambda: left)
    graft._unfitted.cache_clear()
    values = problem.predict(np.array([[mode[name] for name in FREE]]))[0]
    graft._unfitted.cache_clear()
    for target, value in zip(problem.targets, values, strict=True):
        assert value == at_mode[target.key]


def test_a_changed_number_makes_the_posterior_stale(problem):
    rows = dict(problem.parameters)
    name = "graft_matrix.tau_osteoid"
    rows[name] = replace(rows[name], value=30.0)
    changed = replace(problem, parameters=type(problem.parameters)(rows.values()))
    assert any(name in line for line in is_stale(graft_posterior(), changed))
