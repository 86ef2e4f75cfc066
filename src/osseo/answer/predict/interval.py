"""From draws of a study mean to the interval of one study, and its score."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from osseo.answer.predict.types import Expected

__all__ = ["ALPHA", "expect", "expect_share", "expect_time", "interval_score"]

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


#: nodes of the between-study effect of a share, and how close to 0 and 100 % a chance may come
_N_EFFECTS, _EDGE = 21, 0.002
#: above this many subjects a share is treated as continuous
_MANY = 5000
_PERCENT = 100.0


def expect_share(
    draws: np.ndarray, *, between_sd: float, n: int, observed: float, error: float = 0.0, basis: str = ""
) -> Expected:
    """Return the share of n patients that a study would find: whole patients, so 0 and 100 % can be inside.

    p = expit(logit(draw) + between z);  k ~ Binomial(n, p);  interval of 100 k / n over draws and effects

    Parameters
    ----------
    draws : (n_draws,) [%] expected shares; NaN draws are left out.
    between_sd : between studies, on the logit. n : patients. observed : [%].
    error : standard error of the draws' own centre on the logit, where it is known apart from them.
    basis : what it rests on.
    """
    from scipy.special import expit, logit, ndtri

    good = np.clip(draws[np.isfinite(draws)] / _PERCENT, _EDGE, 1.0 - _EDGE)
    spread = math.hypot(between_sd, error)
    z = ndtri((np.arange(_N_EFFECTS) + 0.5) / _N_EFFECTS)
    chances = expit(logit(good)[:, None] + spread * z[None, :]).ravel()
    low, high = _share_ends(chances, n)
    mean = float(good.mean())
    parameter = float(good.std(ddof=1)) if good.size > 1 else 0.0
    sampling = math.sqrt(mean * (1.0 - mean) / n)
    slope = mean * (1.0 - mean)
    sd = math.sqrt(float(chances.var()) + sampling**2)
    return Expected(
        mean=_PERCENT * mean,
        low=low,
        high=high,
        sd=_PERCENT * sd,
        parameter_sd=_PERCENT * math.hypot(parameter, error * slope),
        between_sd=_PERCENT * between_sd * slope,
        sampling_sd=_PERCENT * sampling,
        inside=low - _ROUNDING <= observed <= high + _ROUNDING,
        z=(observed - _PERCENT * mean) / (_PERCENT * sd),
        score=interval_score(low, high, observed),
        basis=basis,
    )


#: [points] a share is printed to a tenth
_ROUNDING = 0.06


def _share_ends(chances: np.ndarray, n: int) -> tuple[float, float]:
    """Return the 5 and 95 % points [%] of the share of n patients, over chances (k,)."""
    from scipy.special import ndtri
    from scipy.stats import binom

    if n > _MANY:
        z = ndtri((np.arange(_N_EFFECTS) + 0.5) / _N_EFFECTS)
        seen = chances[:, None] + np.sqrt(chances * (1.0 - chances) / n)[:, None] * z[None, :]
        low, high = np.quantile(np.clip(seen, 0.0, 1.0), [ALPHA / 2, 1 - ALPHA / 2])
        return _PERCENT * float(low), _PERCENT * float(high)
    ends = []
    for level in (ALPHA / 2, 1 - ALPHA / 2):
        below, above = -1, n
        while above - below > 1:
            middle = (below + above) // 2
            if float(binom.cdf(middle, n, chances).mean()) >= level:
                above = middle
            else:
                below = middle
        ends.append(_PERCENT * above / n)
    return ends[0], ends[1]


def expect_time(
    draws: np.ndarray, *, between_sd: float, sampling_sd: float, observed: float, basis: str = ""
) -> Expected:
    """Return the mean time a study would find, log-normal between studies.

    Parameters
    ----------
    draws : (n_draws,) [d]; NaN draws are left out.
    between_sd : between studies, of the logarithm. sampling_sd : [d] of the mean of its subjects.
    observed : [d]. basis : what it rests on.
    """
    good = draws[np.isfinite(draws) & (draws > 0)]
    centre = float(np.exp(np.mean(np.log(good))))
    found = expect(
        np.log(good),
        between_sd=between_sd,
        sampling_sd=sampling_sd / centre,
        observed=math.log(max(observed, _SHORTEST)),
    )
    low, high = math.exp(found.low), math.exp(found.high)
    return replace(
        found,
        mean=centre,
        low=low,
        high=high,
        sd=(high - low) / (2 * 1.6448536269514722),
        parameter_sd=found.parameter_sd * centre,
        between_sd=between_sd * centre,
        sampling_sd=sampling_sd,
        score=interval_score(low, high, observed),
        basis=basis,
    )


#: [d] a time of healing is never shorter
_SHORTEST = 0.5
