"""What every field of the graft column buys: the fit without it, and how well that predicts studies apart.

An ablation (`osseo.biology.ablations`) holds parameters at a value. Free parameters are fitted again by a few
Gauss-Newton steps from the mode of the whole fit, and each study is predicted by a fit that never saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osseo.biology.ablations import ablation
from osseo.calibrate.apart.linear import LinearFit
from osseo.calibrate.apart.scores import HeldApart, held_apart
from osseo.calibrate.fit import residuals_of
from osseo.calibrate.graft import GRAFT_OPTIONS, graft_problem
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.search.minimise import Residuals, penalised_cost
from osseo.errors import CalibrationError

__all__ = ["ROUNDS", "AblatedFit", "ablated_fit", "ablation_lines"]

Array = NDArray[np.float64]

#: Gauss-Newton steps of a refit; each takes one set of slopes
ROUNDS = 2
_SHARES = (1.0, 0.5, 0.25, 0.1)
_MISS_SD = 2.0


@dataclass(frozen=True)
class AblatedFit:
    """A fit without one field.

    Parameters
    ----------
    name, meaning : of the ablation; empty for the whole model.
    cost : at the end of the refit, prior included.
    rms_z : of all targets, in sample.
    misses : targets beyond 2 SD, in sample.
    scores : left-one-study-out, all targets first, then by domain.
    """

    name: str
    meaning: str
    cost: float
    rms_z: float
    misses: int
    scores: tuple[HeldApart, ...]


def _linear(problem: FitProblem, residuals: Residuals, z: Array) -> tuple[LinearFit, float]:
    """Return the problem as a linear model around a point, and its cost there."""
    here = residuals(z)[0]
    failed = ~np.isfinite(here)
    if failed.any():
        names = ", ".join(t.key for t, bad in zip(problem.targets, failed, strict=True) if bad)
        raise CalibrationError(f"{problem.name}: the model gives no number for: {names}")
    factor = np.linalg.cholesky(problem.covariance())
    fit = LinearFit(
        mode=z,
        deviations=residuals.unwhitened(here),
        slopes=np.asarray(factor @ residuals.forward_jacobian(z, GRAFT_OPTIONS.step), dtype=np.float64),
        covariance=problem.covariance(),
        records=tuple(t.record for t in problem.targets),
        robust=GRAFT_OPTIONS.robust,
    )
    return fit, penalised_cost(here, z, GRAFT_OPTIONS.robust)


def _step(residuals: Residuals, fit: LinearFit, cost: float) -> tuple[Array, float]:
    """Return the best point on the way to the optimum of the linear model, and its cost."""
    target, _ = fit.optimum(np.ones(len(fit.records), dtype=bool))
    for share in _SHARES:
        z = fit.mode + share * (target - fit.mode)
        new = residuals(z)[0]
        if np.isfinite(new).all() and penalised_cost(new, z, fit.robust) < cost:
            return z, penalised_cost(new, z, fit.robust)
    return fit.mode, cost


def ablated_fit(
    name: str,
    start: Array,
    *,
    rounds: int = ROUNDS,
    progress: Callable[[float], None] | None = None,
) -> AblatedFit:
    """Fit the column without one field.

    Parameters
    ----------
    name : of `biology/ablations.yaml`; empty for the whole model.
    start : (k,) mode of the whole fit in standard space.
    rounds : Gauss-Newton steps.
    progress : called with the cost after every step.

    Raises
    ------
    NameUnknown : no such ablation.
    CalibrationError : the model without the field cannot be run at the start.
    """
    problem = graft_problem(held=ablation(name).overrides if name else {})
    residuals = residuals_of(problem, problem.space())
    z = start
    fit, cost = _linear(problem, residuals, z)
    for _ in range(rounds):
        z, cost = _step(residuals, fit, cost)
        if progress is not None:
            progress(cost)
        if z is fit.mode:
            break
        fit, cost = _linear(problem, residuals, z)
    total = np.array([t.total_sd for t in problem.targets])
    z_scores = fit.deviations / total
    return AblatedFit(
        name=name,
        meaning=ablation(name).meaning if name else "the whole model",
        cost=cost,
        rms_z=float(np.sqrt(np.mean(z_scores**2))),
        misses=int(np.sum(np.abs(z_scores) > _MISS_SD)),
        scores=held_apart(fit, problem.targets),
    )


def ablation_lines(rows: Sequence[AblatedFit]) -> list[str]:
    """Return a Markdown table, the whole model first.

    Raises
    ------
    CalibrationError : the first row is not the whole model.
    """
    if not rows or rows[0].name:
        raise CalibrationError("an ablation table starts with the whole model")
    whole = rows[0]
    lines = [
        "| without | what it is then | cost | rms z | misses > 2 SD | interval score | log score | pays |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        apart, base = row.scores[0], whole.scores[0]
        gain = base.n * (base.log_score - apart.log_score)
        pays = "" if row is whole else f"{gain:+.1f}"
        lines.append(
            f"| {row.name or '-'} | {row.meaning} | {row.cost:.1f} | {row.rms_z:.2f} | {row.misses} | "
            f"{apart.interval_score:.2f} | {apart.log_score:.3f} | {pays} |"
        )
    return lines
