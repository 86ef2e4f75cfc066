"""Penalised least squares in standard space, with the curvature at the mode (Laplace).

cost(z) = 1/2 sum rho(e^2) + 1/2 z'z,   e = L^-1 (model(z) - observed),   L L' the covariance of the data

The second sum is the Gaussian prior of every free parameter. rho is the identity, or soft-L1 beyond
`robust` standard deviations, so that one contradicting study cannot drag the fit. Results of one study share
an effect, so L is not diagonal. Knows arrays only: no evidence, no files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.errors import CalibrationError

__all__ = ["FitOptions", "Keep", "Optimum", "Progress", "Residuals", "minimise"]

Array = NDArray[np.float64]
#: called after every step with the number of model runs so far, the cost, and the start
Progress = Callable[[int, float, int], None]
#: called with every point (k,) tried and its cost
Keep = Callable[[Array, float], None]

#: residual [SD] that stands for a model run that failed during the search
_FAILED = 1e3


@dataclass(frozen=True)
class FitOptions:
    """How to search.

    Parameters
    ----------
    robust : residual in SD beyond which a target pulls less (soft-L1); None for plain squares.
    starts : number of starting points; the first is the table, the others are drawn around it.
    spread : SD of the further starting points, in prior SD.
    seed : of the starting points.
    step : finite-difference step, in prior SD.
    central : whether the search takes central differences; the curvature at the mode always does.
    max_steps : most steps per start.
    tolerance : relative change of cost and of z at which the search ends.
    """

    robust: float | None = None
    starts: int = 1
    spread: float = 0.5
    seed: int = 0
    step: float = 1e-2
    central: bool = True
    max_steps: int = 60
    tolerance: float = 1e-7


@dataclass
class Residuals:
    """Whitened residuals of a batched model in standard space; counts model runs.

    Parameters
    ----------
    predict : standard coordinates (n, k) to predictions (n, m) on the scale of `observed`, NaN where a
        run failed.
    observed : (m,) numbers to meet.
    covariance : (m, m) of `observed` around the model, or (m,) its SDs.
    """

    predict: Callable[[Array], Array]
    observed: Array
    covariance: Array
    n_runs: int = field(default=0, init=False)
    _whiten: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Invert the Cholesky factor once."""
        spread = np.asarray(self.covariance, dtype=np.float64)
        full = spread if spread.ndim == 2 else np.diag(spread**2)
        self._whiten = np.asarray(np.linalg.inv(np.linalg.cholesky(full)), dtype=np.float64)

    def __call__(self, z: Array) -> Array:
        """Return whitened residuals (n, m); NaN where the model failed."""
        z = np.atleast_2d(z)
        predicted = np.array(self.predict(z), dtype=np.float64)
        self.n_runs += len(z)
        if predicted.shape != (len(z), len(self.observed)):
            raise CalibrationError(
                f"the model returned an array of shape {predicted.shape}, "
                f"expected {(len(z), len(self.observed))} (runs, targets)"
            )
        return self.whitened(predicted - self.observed)

    def whitened(self, deviation: Array) -> Array:
        """Return L^-1 deviation (n, m); NaN spreads within its study only."""
        failed = ~np.isfinite(deviation)
        white = np.where(failed, 0.0, deviation) @ self._whiten.T
        touched = failed @ (self._whiten != 0.0).T
        return np.where(touched, np.nan, white)

    def unwhitened(self, residuals: Array) -> Array:
        """Return deviations (.., m) on the scale of `observed`, the inverse of `whitened`."""
        solved = np.linalg.solve(self._whiten, np.atleast_2d(residuals).T).T
        return np.asarray(solved, dtype=np.float64).reshape(np.shape(residuals))

    def forward_jacobian(self, z: Array, step: float) -> Array:
        """Return d residual / d z (m, k) by forward differences, at half the cost; 0 where it fails."""
        r = self(z + step * np.concatenate([np.eye(len(z)), np.zeros((1, len(z)))]))
        slope = (r[:-1] - r[-1]) / step
        return np.where(np.isfinite(slope), slope, 0.0).T

    def jacobian(self, z: Array, step: float) -> Array:
        """Return d residual / d z (m, k) by central differences, one batch for all.

        Where one side failed the other is used; if both failed the derivative is taken as 0 and the
        prior alone holds that direction.
        """
        k = len(z)
        shifted = z + step * np.concatenate([np.eye(k), -np.eye(k), np.zeros((1, k))])
        r = self(shifted)
        up, down, here = r[:k], r[k : 2 * k], r[-1]
        both = (up - down) / (2 * step)
        one = np.where(np.isfinite(up), (up - here) / step, (here - down) / step)
        slope = np.where(np.isfinite(both), both, one)
        return np.where(np.isfinite(slope), slope, 0.0).T


@dataclass(frozen=True)
class Optimum:
    """The mode in standard space and its surroundings.

    Parameters
    ----------
    z : (k,) mode.
    covariance : (k, k) Laplace covariance, prior included.
    jacobian : (m, k) d residual / d z of the data rows, whitened.
    residuals : (m,) whitened.
    deviations : (m,) model minus observed on the scale of the target.
    cost : half the sum of squares at the mode, prior included.
    converged, message : whether and why the search ended.
    n_runs : model runs of all starts.
    start_costs : final cost of every start.
    """

    z: Array
    covariance: Array
    jacobian: Array
    residuals: Array
    deviations: Array
    cost: float
    converged: bool
    message: str
    n_runs: int
    start_costs: tuple[float, ...]


def soft_weights(residuals: Array, robust: float | None) -> Array:
    """Return the weight (m,) of each target: 1, or less beyond `robust` SD."""
    if robust is None:
        return np.ones_like(residuals)
    return 1.0 / np.sqrt(1.0 + (residuals / robust) ** 2)


def penalised_cost(residuals: Array, z: Array, robust: float | None) -> float:
    """Return the cost of whitened residuals (m,) at a point (k,)."""
    squares = residuals**2
    if robust is not None:
        squares = 2.0 * robust**2 * (np.sqrt(1.0 + squares / robust**2) - 1.0)
    return 0.5 * float(squares.sum() + z @ z)


def _loss(n_data: int, robust: float | None) -> Callable[[Array], Array] | str:
    if robust is None:
        return "linear"
    c2 = robust**2

    def rho(squares: Array) -> Array:
        out = np.stack([squares, np.ones_like(squares), np.zeros_like(squares)])
        t = 1.0 + squares[:n_data] / c2
        out[:, :n_data] = 2 * c2 * (np.sqrt(t) - 1), t**-0.5, -0.5 / c2 * t**-1.5
        return out

    return rho


def _check_start(residuals: Residuals, z: Array, labels: Sequence[str]) -> None:
    failed = ~np.isfinite(residuals(z)[0])
    if failed.any():
        names = ", ".join(label for label, bad in zip(labels, failed, strict=True) if bad)
        raise CalibrationError(
            f"the model gives no number at the start for: {names}; run it there and see its status"
        )


def _search(
    residuals: Residuals, start: Array, options: FitOptions, report: Keep
) -> tuple[Array, float, bool, str]:
    from scipy.optimize import least_squares

    m, k = len(residuals.observed), len(start)
    loss: Any = _loss(m, options.robust)

    # shifted to the start: the first trust radius is the length of x, and a tiny start would end there
    def fun(shift: Array) -> Array:
        z = start + shift
        r = residuals(z)[0]
        r = np.where(np.isfinite(r), r, _FAILED)
        report(z, penalised_cost(r, z, options.robust))
        return np.concatenate([r, z])

    def slopes(shift: Array) -> Array:
        take = residuals.jacobian if options.central else residuals.forward_jacobian
        return np.concatenate([take(start + shift, options.step), np.eye(k)])

    jac: Any = slopes

    found = least_squares(
        fun,
        np.zeros(k),
        jac=jac,
        method="trf",
        loss=loss,
        ftol=options.tolerance,
        xtol=options.tolerance,
        gtol=1e-8,
        max_nfev=options.max_steps,
    )
    return start + found.x, float(found.cost), bool(found.status > 0), str(found.message)


def laplace(jacobian: Array, weights: Array) -> Array:
    """Return the Laplace covariance (k, k): the inverse of J'WJ plus the unit prior precision."""
    k = jacobian.shape[1]
    precision = jacobian.T @ (weights[:, None] * jacobian) + np.eye(k)
    covariance = np.linalg.inv(precision)
    return (covariance + covariance.T) / 2


def _starts(start: Array, options: FitOptions) -> list[Array]:
    rng = np.random.Generator(np.random.Philox(options.seed))
    further = rng.standard_normal((max(options.starts - 1, 0), len(start))) * options.spread
    return [start, *(start + shift for shift in further)]


def minimise(
    residuals: Residuals,
    start: Array,
    *,
    labels: Sequence[str] = (),
    options: FitOptions | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> Optimum:
    """Find the mode of the penalised least-squares problem and its Laplace covariance.

    Parameters
    ----------
    residuals : the batched problem.
    start : (k,) standard coordinates of the first start.
    labels : names of the targets for messages.
    options : see `FitOptions`.
    progress, keep : see `Progress` and `Keep`.

    Raises
    ------
    CalibrationError : the model fails at the first start or at the mode.

    Assumptions: the posterior is near Gaussian around one mode; further starts only look for others.
    """
    options = options or FitOptions()
    labels = labels or [str(i) for i in range(len(residuals.observed))]
    _check_start(residuals, start, labels)
    ends = []
    for i, point in enumerate(_starts(start, options)):
        report = _reporter(residuals, progress, keep, i)
        ends.append(_search(residuals, point, options, report))
    z, cost, converged, message = min(ends, key=lambda end: end[1])
    final = residuals(z)[0]
    if not np.isfinite(final).all():
        raise CalibrationError("the search ended where the model fails; try more starts")
    jacobian = residuals.jacobian(z, options.step)
    covariance = laplace(jacobian, soft_weights(final, options.robust))
    costs = tuple(end[1] for end in ends)
    return Optimum(
        z=z,
        covariance=covariance,
        jacobian=jacobian,
        residuals=final,
        deviations=residuals.unwhitened(final),
        cost=cost,
        converged=converged,
        message=message,
        n_runs=residuals.n_runs,
        start_costs=costs,
    )


def _reporter(residuals: Residuals, progress: Progress | None, keep: Keep | None, start: int) -> Keep:
    def report(z: Array, cost: float) -> None:
        if progress is not None:
            progress(residuals.n_runs, cost, start)
        if keep is not None:
            keep(z, cost)

    return report
