"""From draws of a study mean to the interval of one study, and its score."""

from __future__ import annotations

import math

import numpy as np

from osseo.answer.predict.types import Expected

__all__ = ["ALPHA", "expect", "interval_score"]

#: the intervals hold 90 %
ALPHA = 0.1
#: standard normal quantiles at which the error of a study is laid on every draw
_N_QUANTILES = 201


def interval_score(low: float, high: float, observed: float) -> float:
    """Return the interval score of Gneiting and Raftery at alpha 0.1; smaller is better.

    S = (high - low) + 2/alpha max(low - y, 0) + 2/alpha max(y - high, 0)

    Examples
    --------
    >>> interval_score(0.0, 10.0, 5.0), interval_score(0.0, 10.0, 11.0)
    (10.0, 30.0)
    """
    missed = max(low - observed, 0.0) + max(observed - high, 0.0)
    return (high - low) + 2.0 / ALPHA * missed


def expect(
    draws: np.ndarray, *, between_sd: float, sampling_sd: float, observed: float, basis: str = ""
) -> Expected:
    """Return what a study would find: draws of its expected mean, spread by study and by sampling.

    Parameters
    ----------
    draws : (n_draws,) expected study mean for each draw of the parameters; NaN draws are left out.
    between_sd : between studies. sampling_sd : of the mean of its n subjects, measurement error included.
    observed : of the study, for inside, z and score.
    basis : what it rests on.

    Assumptions: between-study and sampling errors are normal and independent of the parameters.
    """
    from scipy.special import ndtri

    good = draws[np.isfinite(draws)]
    noise = math.hypot(between_sd, sampling_sd)
    steps = ndtri((np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES)
    low, high = np.quantile(good[:, None] + noise * steps[None, :], [ALPHA / 2, 1 - ALPHA / 2])
    mean, parameter_sd = float(good.mean()), float(good.std(ddof=1)) if good.size > 1 else 0.0
    sd = math.hypot(parameter_sd, noise)
    low, high = float(low), float(high)
    return Expected(
        mean=mean,
        low=low,
        high=high,
        sd=sd,
        parameter_sd=parameter_sd,
        between_sd=between_sd,
        sampling_sd=sampling_sd,
        inside=low <= observed <= high,
        z=(observed - mean) / sd if sd > 0 else math.nan,
        score=interval_score(low, high, observed),
        basis=basis,
    )
