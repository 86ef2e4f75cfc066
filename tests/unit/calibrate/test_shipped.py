"""The shipped fits: each has a problem, targets and a current posterior."""

from types import SimpleNamespace

import numpy as np
import pytest

from osseo.calibrate import shipped
from osseo.calibrate.posterior import draw_posterior
from osseo.calibrate.search.checkpoint import checkpoint_of
from osseo.calibrate.search.minimise import FitOptions
from osseo.errors import CalibrationError, NameUnknown
from osseo.parameters.draw import draw_priors
from osseo.parameters.draws import Draws, read_draws


def test_unknown_fit():
    with pytest.raises(NameUnknown, match="unknown fit"):
        shipped.load_problem("no_such_fit")


@pytest.fixture
def with_problem(monkeypatch, problem, tmp_path):
    """The small real problem in the place of a shipped one, with its own folder of draws."""
    monkeypatch.setattr(shipped, "fit_names", lambda: ("osteotomy_test",))
    module = SimpleNamespace(osteotomy_test_problem=lambda: problem)
    monkeypatch.setattr(shipped, "import_module", lambda name: module)
    monkeypatch.setattr(shipped, "DRAWS", tmp_path)
    return tmp_path / "osteotomy_test.csv"


def test_refit_writes_a_current_posterior(with_problem):
    assert "run the fit" in shipped.posterior_issues("osteotomy_test")[0]
    result, path = shipped.refit("osteotomy_test", n=20, seed=2, path=with_problem)
    assert path == with_problem and read_draws(path).n == 20
    assert read_draws(path).meta["mode"] == result.values
    assert shipped.posterior_issues("osteotomy_test") == []
    shipped.check_posterior("osteotomy_test")


def test_a_stale_posterior_is_refused(with_problem, problem, monkeypatch):
    shipped.refit("osteotomy_test", n=5, path=with_problem)
    problem.setup["dt"] = 0.5
    with pytest.raises(CalibrationError, match=r"out of date: the set-up .* refit it"):
        shipped.check_posterior("osteotomy_test")


def test_a_fit_may_add_draws_of_its_own(with_problem, problem, monkeypatch):
    def more(result, n, seed):
        draws = draw_posterior(result, n, seed)
        spare = draw_priors(problem.parameters, ["fill.spare"], n, seed)
        return Draws((*draws.names, "fill.spare"), draws.join(spare).values, draws.meta)

    module = SimpleNamespace(osteotomy_test_problem=lambda: problem, osteotomy_test_draws=more)
    monkeypatch.setattr(shipped, "import_module", lambda name: module)
    _, path = shipped.refit("osteotomy_test", n=6, path=with_problem)
    assert read_draws(path).names == (*problem.free, "fill.spare")
    assert shipped.posterior_issues("osteotomy_test") == []


def test_progress_is_passed_on(with_problem):
    seen = []
    shipped.refit("osteotomy_test", n=5, path=with_problem, progress=lambda *row: seen.append(row))
    assert len(seen) > 3


@pytest.mark.parametrize("name", shipped.fit_names())
def test_every_shipped_posterior_is_current(name):
    assert shipped.posterior_issues(name) == []


def test_a_stopped_fit_goes_on_where_it_was(with_problem, problem, monkeypatch, tmp_path):
    monkeypatch.setenv("OSSEO_CACHE", str(tmp_path / "cache"))
    whole, _ = shipped.refit("osteotomy_test", n=5, path=with_problem)

    class Stopped(Exception):
        pass

    seen = []

    def stop(runs, cost, start):
        seen.append(cost)
        if len(seen) == 5:
            raise Stopped

    with pytest.raises(Stopped):
        shipped.refit("osteotomy_test", n=5, path=with_problem, progress=stop)
    costs = []
    again, _ = shipped.refit(
        "osteotomy_test", n=5, path=with_problem, progress=lambda *row: costs.append(row[1])
    )
    assert costs[0] == pytest.approx(min(seen[:4])) and costs[0] < seen[0]
    for name, value in whole.values.items():
        assert again.values[name] == pytest.approx(value, rel=1e-4)
    # and a finished one leaves nothing behind
    point = checkpoint_of(problem, FitOptions())
    assert point.read() is None


def test_another_problem_does_not_meet_the_point_of_this_one(problem, monkeypatch, tmp_path):
    monkeypatch.setenv("OSSEO_CACHE", str(tmp_path))
    point = checkpoint_of(problem, FitOptions())
    point.save(np.array([0.1, 0.2]), 3.0)
    point.save(np.array([9.0, 9.0]), 4.0)
    np.testing.assert_allclose(point.read(), [0.1, 0.2])
    problem.setup["dt"] = 0.5
    assert checkpoint_of(problem, FitOptions()).read() is None
