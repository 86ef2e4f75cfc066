"""The shipped fit of the graft: still current, honest about its residuals, and showing what it must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from osseo.calibrate import graft
from osseo.calibrate.graft import FREE, PRIOR_ONLY, graft_problem
from osseo.calibrate.posterior import is_stale
from osseo.evidence import load_record, record_role
from osseo.parameters import posterior_over_prior_sd
from osseo.site.posterior import fitted_values, graft_posterior

ROWS = yaml.safe_load((Path(__file__).parent / "must_show.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def problem():
    return graft_problem()


@pytest.fixture(scope="module")
def at_mode(problem):
    """Return every target of the fit predicted at the mode, by (experiment, endpoint, day)."""
    mode = fitted_values()
    values = problem.predict(np.array([[mode[name] for name in FREE]]))[0]
    keys = [(t.experiment, t.endpoint, t.time_d) for t in problem.targets]
    return dict(zip(keys, values, strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['experiment']}-{r['endpoint']}-{r['day']}")
def test_the_column_shows_what_it_must(at_mode, row):
    shown = at_mode[row["experiment"], row["endpoint"], float(row["day"])]
    assert abs(shown - row["expected"]) <= row["tolerance"]


def test_the_shipped_posterior_is_current(problem):
    assert is_stale(graft_posterior(), problem) == []


def test_the_residuals_in_the_file_are_those_of_the_model(problem, at_mode):
    shipped = {row["target"]: row for row in graft_posterior().meta["residuals"]}
    assert set(shipped) == {t.key for t in problem.targets}
    for target in problem.targets:
        row = shipped[target.key]
        predicted = at_mode[target.experiment, target.endpoint, target.time_d]
        # another machine may round otherwise
        assert row["predicted"] == pytest.approx(predicted, abs=1e-4)
        assert row["z"] == pytest.approx((predicted - target.value) / target.sd, abs=1e-4)


def test_only_calibration_records_and_no_recalled_number_were_fitted(problem):
    for target in problem.targets:
        record = load_record(target.record)
        assert record_role(record.id) == "calibration"
        assert record.seen != "recalled"
        assert not record.results[target.index].is_recalled


def test_the_fit_is_small_and_its_misses_are_known():
    meta = graft_posterior().meta
    assert len(FREE) <= 25
    assert meta["search"]["converged"]
    assert meta["rms_z"] < 1
    assert max(abs(row["z"]) for row in meta["residuals"]) < 2


def test_prior_only_parameters_keep_their_prior_width(problem):
    draws = graft_posterior()
    ratios = posterior_over_prior_sd(draws, problem.parameters)
    for name in PRIOR_ONLY:
        assert ratios[name] == pytest.approx(1, abs=0.15), name
    assert min(ratios[name] for name in FREE) < 0.7


def test_a_fit_does_not_lean_on_the_fit_before(problem, at_mode, monkeypatch):
    """What an earlier fit left in the shipped file must not reach the next one."""
    mode = fitted_values()
    left = {**dict.fromkeys(mode, 0.5), "graft_cells.drive_base": 0.2, "graft_material.cover": 0.9}
    for place in ("osseo.simulate.site", "osseo.calibrate.graft"):
        monkeypatch.setattr(f"{place}.fitted_values", lambda: left)
    graft._unfitted.cache_clear()
    values = problem.predict(np.array([[mode[name] for name in FREE]]))[0]
    graft._unfitted.cache_clear()
    for target, value in zip(problem.targets, values, strict=True):
        assert value == at_mode[target.experiment, target.endpoint, target.time_d]


def test_a_changed_number_makes_the_posterior_stale(problem):
    rows = dict(problem.parameters)
    name = "graft_matrix.tau_osteoid"
    rows[name] = replace(rows[name], value=30.0)
    changed = replace(problem, parameters=type(problem.parameters)(rows.values()))
    assert any(name in line for line in is_stale(graft_posterior(), changed))
