"""Posterior draws of a fit: the Draws file that floors above read, and whether it is still current.

Draws come from the Laplace approximation in standard space, so bounds hold. The random numbers of a
parameter are those of its prior draw: what data did not narrow comes out as its prior draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.apart.linear import LinearFit, linear_meta
from osseo.calibrate.fit import FitResult
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.space import FreeSpace
from osseo.errors import CalibrationError
from osseo.parameters.draw import uniform_stream
from osseo.parameters.draws import Draws, write_draws

__all__ = ["DRAWS", "draw_around", "draw_posterior", "is_stale", "linear_fit", "write_posterior"]

Array = NDArray[np.float64]

#: folder of the shipped Draws files
DRAWS = Path(__file__).parent.parent / "parameters" / "draws"


def _meta(result: FitResult, seed: int) -> dict[str, Any]:
    residuals = [
        {
            "target": row.target.key,
            "record": row.target.record,
            "observed": row.target.value,
            "predicted": row.predicted,
            "unit": row.target.unit,
            "sd": row.target.total_sd,
            "z": row.z,
        }
        for row in result.residuals
    ]
    optimum = result.optimum
    return {
        "kind": "posterior",
        "name": result.problem.name,
        "method": "least squares and Laplace approximation",
        "seed": seed,
        **result.problem.fingerprint(),
        "evidence": sorted({target.record for target in result.problem.targets}),
        "residuals": residuals,
        "rms_z": result.rms_z,
        "mode": result.values,
        "sd_ratio": {row.name: row.sd_ratio for row in result.narrowing},
        "n_informed_directions": result.n_informed_directions,
        "linear": linear_meta(linear_fit(result)),
        "options": asdict(result.options),
        "search": {
            "converged": optimum.converged,
            "message": optimum.message,
            "cost": optimum.cost,
            "start_costs": list(optimum.start_costs),
            "n_runs": optimum.n_runs,
        },
    }


def linear_fit(result: FitResult) -> LinearFit:
    """Return a finished fit as a linear model around its mode, for posteriors without a study."""
    covariance = result.problem.covariance()
    return LinearFit(
        mode=result.optimum.z,
        deviations=result.optimum.deviations,
        slopes=np.linalg.cholesky(covariance) @ result.optimum.jacobian,
        covariance=covariance,
        records=tuple(target.record for target in result.problem.targets),
        robust=result.options.robust,
    )


def draw_around(space: FreeSpace, mode: Array, covariance: Array, n: int, seed: int) -> Array:
    """Return draws (n, k) of parameter values around a mode in standard space.

    The random numbers of a parameter are those of its prior draw, through the symmetric root of the
    covariance: without data they come out as that.
    """
    from scipy.special import ndtri

    normals = np.column_stack([ndtri(uniform_stream(seed, name, n)) for name in space.names])
    return space.to_values(mode + normals @ _square_root(covariance))


def _square_root(covariance: Array) -> Array:
    """Return the symmetric square root: without data it is the identity, whatever the order."""
    size, axes = np.linalg.eigh(covariance)
    return (axes * np.sqrt(size)) @ axes.T


def draw_posterior(result: FitResult, n: int, seed: int) -> Draws:
    """Draw from the Laplace posterior of a fit.

    Parameters
    ----------
    result : a finished fit.
    n : number of draws.
    seed : of the draws.

    Returns
    -------
    draws : values (n, k) in house units, with the fit's hashes, residuals and SD ratios as meta.

    Raises
    ------
    CalibrationError : the fit did not converge; its curvature would mean nothing.
    """
    optimum = result.optimum
    if not optimum.converged:
        raise CalibrationError(
            f"{result.problem.name}: the search did not converge ({optimum.message}); "
            "raise max_steps or add starts before drawing"
        )
    space = result.problem.space()
    values = draw_around(space, optimum.z, optimum.covariance, n, seed)
    return Draws(space.names, values, _meta(result, seed))


def write_posterior(draws: Draws, path: str | Path | None = None) -> Path:
    """Write posterior draws as CSV with their meta as JSON beside it, each in one step.

    Parameters
    ----------
    draws : from `draw_posterior`.
    path : CSV file; None for the place the package reads, `parameters/draws/<name>.csv`.
    """
    target = DRAWS / f"{draws.meta['name']}.csv" if path is None else Path(path)
    write_draws(draws, target)
    return target


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], what: str) -> list[str]:
    lines = [f"{what} {k} is new" for k in new if k not in old]
    lines += [f"{what} {k} is gone" for k in old if k not in new]
    both = (k for k in new if k in old and list(old[k]) != list(new[k]))
    return lines + [f"{what} {k} changed from {old[k]} to {new[k]}" for k in both]


def is_stale(draws: Draws, problem: FitProblem) -> list[str]:
    """Return what changed since a posterior was drawn, one sentence each; empty if it is current.

    Compares the model, the set-up, the free parameters, every row of the parameter tables and every
    target. Sources and reasons may change without making a posterior stale.
    """
    old, new = draws.meta, problem.fingerprint()
    if old.get("kind") != "posterior":
        return [f"these draws are {old.get('kind', 'of unknown kind')!r}, not the posterior of a fit"]
    lines = [
        f"{words} changed since the fit"
        for key, words in (("model_hash", "the model"), ("setup_sha256", "the set-up of the runs"))
        if old.get(key) != new[key]
    ]
    if list(old.get("free", ())) != new["free"]:
        lines.append("the list of free parameters changed since the fit")
    lines += _changed(old.get("parameters", {}), new["parameters"], "parameter")
    return lines + _changed(old.get("targets", {}), new["targets"], "target")
