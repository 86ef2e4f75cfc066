"""Fit a model to evidence: least squares with priors, and what the data taught.

`fit` refuses targets that were not read from calibration records, and returns the mode, its Laplace
covariance, the residual of every target, and how far each parameter was narrowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.problem import FitProblem
from osseo.calibrate.search.minimise import FitOptions, Keep, Optimum, Progress, Residuals, minimise
from osseo.calibrate.search.scale import from_scale
from osseo.calibrate.space import FreeSpace
from osseo.calibrate.target import Target, check_targets
from osseo.errors import CalibrationError
from osseo.parameters.prior import Z_95

__all__ = ["FitResult", "Narrowing", "TargetResidual", "fit", "residuals_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TargetResidual:
    """How well one target is met.

    Parameters
    ----------
    target : the observed number.
    predicted : model value at the mode, in the target's unit.
    z : (model - observed) / SD on the target's scale, the study effect in the SD.
    """

    target: Target
    predicted: float
    z: float


@dataclass(frozen=True)
class Narrowing:
    """What the data taught about one parameter.

    Parameters
    ----------
    name, unit : the parameter.
    prior : central value of the table.
    value : at the mode.
    lower, upper : 5 and 95 % points of the posterior.
    sd_ratio : posterior over prior SD on the scale of the prior; 1 = not informed by data.
    """

    name: str
    unit: str
    prior: float
    value: float
    lower: float
    upper: float
    sd_ratio: float

    @property
    def is_informed(self) -> bool:
        """Whether data narrowed the prior by more than 10 %."""
        return self.sd_ratio < 0.9


@dataclass(frozen=True)
class FitResult:
    """A finished fit.

    Parameters
    ----------
    problem : what was fitted.
    options : how.
    optimum : mode and curvature in standard space.
    residuals : one per target.
    narrowing : one per free parameter.
    """

    problem: FitProblem
    options: FitOptions
    optimum: Optimum
    residuals: tuple[TargetResidual, ...]
    narrowing: tuple[Narrowing, ...]

    @property
    def values(self) -> dict[str, float]:
        """Parameter values at the mode, by full name."""
        return {row.name: row.value for row in self.narrowing}

    @property
    def rms_z(self) -> float:
        """Root mean square of the residuals in SD."""
        return float(np.sqrt(np.mean([row.z**2 for row in self.residuals])))

    @property
    def n_informed_directions(self) -> int:
        """Number of parameter combinations the data know better than the priors do."""
        return int((np.linalg.svd(self.optimum.jacobian, compute_uv=False) > 1).sum())


def residuals_of(problem: FitProblem, space: FreeSpace) -> Residuals:
    """Return the whitened residuals of a problem in the standard space of its free parameters."""

    def predict(z: Array) -> Array:
        return problem.on_scale(problem.predict(space.to_values(z)))

    return Residuals(predict, np.array([t.observed for t in problem.targets]), problem.covariance())


def _target_rows(targets: Sequence[Target], deviations: Array) -> tuple[TargetResidual, ...]:
    return tuple(
        TargetResidual(t, float(from_scale(t.observed + shift, t.scale)), float(shift / t.total_sd))
        for t, shift in zip(targets, deviations, strict=True)
    )


def _narrowing(space: FreeSpace, optimum: Optimum) -> tuple[Narrowing, ...]:
    sd = np.sqrt(np.diag(optimum.covariance))
    points = optimum.z + np.outer([0.0, -Z_95, Z_95], sd)
    value, lower, upper = space.to_values(points)
    return tuple(
        Narrowing(p.name, p.unit, p.value, *map(float, (value[i], lower[i], upper[i], sd[i])))
        for i, p in enumerate(space.parameters)
    )


def fit(
    problem: FitProblem,
    *,
    options: FitOptions | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
    start: Array | None = None,
) -> FitResult:
    """Fit the free parameters of a problem to its targets.

    Parameters
    ----------
    problem : see `FitProblem`.
    options : see `FitOptions`.
    progress : called with model runs so far, cost and number of the start.
    keep : called with every point tried, in standard space, and its cost.
    start : (k,) where the search starts in standard space; None takes the table.

    Raises
    ------
    CalibrationError : no target; a target not read from a calibration record; too many or unusable
        free parameters; a model that fails at the start.

    Assumptions: studies are independent given the parameters; what one study shares is its effect.
    """
    if not problem.targets:
        raise CalibrationError(f"{problem.name}: no targets, so there is nothing to fit")
    check_targets(problem.targets)
    options = options or FitOptions()
    space = problem.space()
    optimum = minimise(
        residuals_of(problem, space),
        space.start() if start is None else start,
        labels=[t.key for t in problem.targets],
        options=options,
        progress=progress,
        keep=keep,
    )
    rows = _target_rows(problem.targets, optimum.deviations)
    return FitResult(problem, options, optimum, rows, _narrowing(space, optimum))
