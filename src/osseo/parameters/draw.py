"""Drawing from priors, and how far data have narrowed them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from osseo.errors import InputError
from osseo.parameters.draws import Draws
from osseo.parameters.parameter import ParameterSet
from osseo.parameters.prior import is_log, prior_sd, quantile

__all__ = ["draw_priors", "posterior_over_prior_sd", "uniform_stream"]


def uniform_stream(seed: int, name: str, n: int) -> np.ndarray:
    """Return (n,) uniform numbers that depend on seed and name only.

    Counter-based (Philox), keyed by the sha256 of both: another name, another order or a larger n
    changes none of them.

    Parameters
    ----------
    seed : any integer.
    name : what the numbers are for.
    n : how many.
    """
    digest = hashlib.sha256(f"{int(seed)}:{name}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8")
    # centres of 2^-53 cells, so that neither 0 nor 1 can occur
    return np.random.Generator(np.random.Philox(key=key)).random(n) + 2.0**-54


def draw_priors(pset: ParameterSet, names: Iterable[str], n: int, seed: int) -> Draws:
    """Draw parameters from their priors, independently.

    Parameters
    ----------
    pset : the rows.
    names : which to draw; unknown names are errors.
    n : number of draws.
    seed : draws are keyed by (seed, parameter name).

    Returns
    -------
    draws : values (n, k) in the order of `names`.

    Raises
    ------
    NameUnknown : a name without a row.
    """
    names = tuple(names)
    if n < 1:
        raise InputError(f"n is {n}; draw at least one")
    columns = [quantile(pset[name], uniform_stream(seed, name, n)) for name in names]
    values = np.column_stack(columns) if columns else np.empty((n, 0))
    return Draws(names, values, {"kind": "prior", "seed": int(seed)})


def posterior_over_prior_sd(draws: Draws, pset: ParameterSet) -> dict[str, float]:
    """Return how wide each drawn parameter is, relative to its prior; near 1: not informed by data.

    ratio = SD(draws) / SD(prior), of logarithms where the prior is lognormal or loguniform.

    Parameters
    ----------
    draws : posterior draws, at least two.
    pset : the prior rows; fixed parameters are left out of the result.

    Returns
    -------
    ratio : by parameter name.

    Raises
    ------
    InputError : fewer than two draws, or a draw <= 0 of a parameter that must be positive.
    """
    if draws.n < 2:
        raise InputError(f"got {draws.n} draw; a spread needs at least two")
    ratios = {}
    for name, column in draws.columns().items():
        parameter = pset[name]
        sd = prior_sd(parameter)
        if is_log(parameter) and (column <= 0.0).any():
            raise InputError(f"{name}: a draw is not above 0, but its prior is {parameter.distribution}")
        if sd > 0.0:
            ratios[name] = float(np.std(np.log(column) if is_log(parameter) else column)) / sd
    return ratios
