"""The fits osseo ships: load the problem of one, refit it, and say whether its posterior is current.

A fit called NAME is a file `osseo/calibrate/NAME.py` with `NAME_problem() -> FitProblem` and, where more
than the fitted parameters are drawn, `NAME_draws(result, n, seed) -> Draws`; its targets stand in
`targets/NAME.yaml`, its posterior in `parameters/draws/NAME.csv`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from osseo.calibrate.fit import FitResult, fit
from osseo.calibrate.posterior import DRAWS, draw_posterior, is_stale, write_posterior
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.reading import target_names
from osseo.calibrate.search.checkpoint import checkpoint_of
from osseo.calibrate.search.minimise import FitOptions, Progress
from osseo.errors import CalibrationError
from osseo.names import check_name
from osseo.parameters.draws import read_draws

__all__ = ["check_posterior", "fit_names", "load_problem", "posterior_issues", "refit"]


def fit_names() -> tuple[str, ...]:
    """Return the names of the fits that have a problem file."""
    here = Path(__file__).parent
    return tuple(name for name in target_names() if (here / f"{name}.py").is_file())


def _module(name: str) -> Any:
    return import_module(f"osseo.calibrate.{name}")


def load_problem(name: str) -> FitProblem:
    """Return the problem of a shipped fit, ready to run.

    Raises
    ------
    NameUnknown : no such fit.
    CalibrationError : a target or free parameter that must not be used.
    """
    check_name(name, fit_names(), "fit")
    return getattr(_module(name), f"{name}_problem")()


def refit(
    name: str,
    *,
    n: int = 400,
    seed: int = 1,
    options: FitOptions | None = None,
    path: str | Path | None = None,
    progress: Progress | None = None,
) -> tuple[FitResult, Path]:
    """Fit a shipped problem again and write its posterior draws.

    A fit of this very problem that was stopped goes on from its best point (`checkpoint.py`).

    Parameters
    ----------
    name : of the fit.
    n, seed : number and seed of the draws.
    options, progress : see `fit`; None takes NAME_OPTIONS of the fit, else its defaults.
    path : CSV to write; None replaces the shipped posterior.

    Raises
    ------
    CalibrationError : the fit was refused or did not converge; nothing is written.
    """
    problem = load_problem(name)
    own: FitOptions = getattr(_module(name), f"{name.upper()}_OPTIONS", FitOptions())
    options = own if options is None else options
    point = checkpoint_of(problem, options)
    result = fit(problem, options=options, progress=progress, keep=point.save, start=point.read())
    point.clear()
    draws = getattr(_module(name), f"{name}_draws", draw_posterior)(result, n, seed)
    return result, write_posterior(draws, path)


def posterior_issues(name: str) -> list[str]:
    """Return why the shipped posterior of a fit is not current; empty if it is.

    Raises
    ------
    NameUnknown : no such fit.
    """
    problem = load_problem(name)
    path = DRAWS / f"{name}.csv"
    if not path.exists():
        return [f"{path.name} does not exist yet; run the fit"]
    return is_stale(read_draws(path), problem)


def check_posterior(name: str) -> None:
    """Refuse a posterior that is not current.

    Raises
    ------
    CalibrationError : lists what changed and asks for a refit.
    """
    changes = posterior_issues(name)
    if changes:
        raise CalibrationError(
            f"the posterior of fit {name!r} is out of date: {'; '.join(changes)}; refit it"
        )
