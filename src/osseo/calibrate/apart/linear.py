"""The fit as a linear model around its mode: what it would be without some of its targets.

Kept with the posterior, so that a posterior without a study costs no simulation. At the mode of the whole fit

    deviation(z) = deviation + J (z - mode)

Without a study the cost of this linear model is minimised exactly (soft loss by reweighting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.search.minimise import laplace, soft_weights

__all__ = ["LinearFit", "linear_meta", "read_linear"]

Array = NDArray[np.float64]

_ROUNDS = 200
_CLOSE = 1e-10
_DIGITS = 8


@dataclass(frozen=True)
class LinearFit:
    """A fit near its mode.

    Parameters
    ----------
    mode : (k,) standard coordinates.
    deviations : (m,) model minus observed at the mode, on the scales of the targets.
    slopes : (m, k) d deviation / d z.
    covariance : (m, m) of the targets around the model.
    records : (m,) the record of every target.
    robust : soft loss beyond so many SD; None for plain squares.
    """

    mode: Array
    deviations: Array
    slopes: Array
    covariance: Array
    records: tuple[str, ...]
    robust: float | None

    def without(self, records: Sequence[str] | set[str]) -> tuple[Array, Array]:
        """Return mode (k,) and covariance (k, k) in standard space of the fit without some records.

        The mode moves by what separates the optima of the linear model with and without the records, so that
        an empty list gives the mode itself even where the model has kinks.

        Parameters
        ----------
        records : all their targets leave.

        Assumptions: the model is linear between the two modes; `tests/published/graft` compares with refits.
        """
        left = set(records)
        kept = np.array([record not in left for record in self.records], dtype=bool)
        whole, _ = self.optimum(np.ones_like(kept))
        apart, covariance = self.optimum(kept)
        return self.mode + apart - whole, covariance

    def optimum(self, kept: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Return optimum (k,) and covariance (k, k) of the linear model with some targets (m,) kept."""
        factor = np.linalg.cholesky(self.covariance[np.ix_(kept, kept)])
        slopes: Array = np.asarray(np.linalg.solve(factor, self.slopes[kept]), dtype=np.float64)
        start: Array = np.asarray(np.linalg.solve(factor, self.deviations[kept]), dtype=np.float64)
        z = self.mode.copy()
        for _ in range(_ROUNDS):
            weights = soft_weights(start + slopes @ (z - self.mode), self.robust)
            new = self._solve(slopes, start, weights)
            moved = float(np.max(np.abs(new - z), initial=0.0))
            z = new
            if moved < _CLOSE:
                break
        weights = soft_weights(start + slopes @ (z - self.mode), self.robust)
        return z, laplace(slopes, weights)

    def held_apart(self) -> tuple[Array, Array]:
        """Return how far every target lies from a fit that never saw its record.

        Returns
        -------
        deviation : (m,) model minus observed on the scale of the target, at the mode without the record.
        sd : (m,) of a new study around that model: its own error, its study effect, and what the remaining
            records leave open. What is drawn from priors and never fitted is not in it.
        """
        deviation, sd = np.empty_like(self.deviations), np.empty_like(self.deviations)
        for record in set(self.records):
            rows = np.array([r == record for r in self.records], dtype=bool)
            z, spread = self.without({record})
            slopes = self.slopes[rows]
            deviation[rows] = self.deviations[rows] + slopes @ (z - self.mode)
            sd[rows] = np.sqrt(
                np.diag(self.covariance)[rows] + np.einsum("ij,jk,ik->i", slopes, spread, slopes)
            )
        return deviation, sd

    def _solve(self, slopes: Array, start: Array, weights: Array) -> Array:
        """Return the z that minimises sum w (start + slopes (z - mode))^2 + z'z."""
        return laplace(slopes, weights) @ (slopes.T @ (weights * (slopes @ self.mode - start)))


def linear_meta(fit: LinearFit) -> dict[str, Any]:
    """Return a fit as plain data for the side file of its draws, rounded to 8 digits."""
    return {
        "mode": _rounded(fit.mode),
        "deviations": _rounded(fit.deviations),
        "slopes": [_rounded(row) for row in fit.slopes],
        "covariance": [
            [int(i), int(j), float(fit.covariance[i, j])]
            for i, j in zip(*fit.covariance.nonzero(), strict=True)
        ],
        "records": list(fit.records),
        "robust": fit.robust,
    }


def _rounded(values: Array) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]


def read_linear(meta: Mapping[str, Any]) -> LinearFit:
    """Return the fit kept by `linear_meta`."""
    m = len(meta["records"])
    covariance = np.zeros((m, m))
    for i, j, value in meta["covariance"]:
        covariance[i, j] = value
    return LinearFit(
        mode=np.array(meta["mode"]),
        deviations=np.array(meta["deviations"]),
        slopes=np.array(meta["slopes"]),
        covariance=covariance,
        records=tuple(meta["records"]),
        robust=meta["robust"],
    )
