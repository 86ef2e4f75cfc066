"""What lower, value and upper mean: the quantile function of each distribution.

normal      median = value, 5 % point = lower, 95 % point = upper. Below the median it is a half normal of
            SD (value - lower)/z, above it one of SD (upper - value)/z, z = 1.6449; with a symmetric range
            this is the normal distribution. If lower >= 0 it is cut at 0 (upper <= 0 likewise), by
            taking the same share of what remains.
lognormal   the same for the logarithm; value is the median.
uniform     between lower and upper; value is the centre used when nothing is drawn.
loguniform  uniform in the logarithm.
fixed       always value.
"""

from __future__ import annotations

import numpy as np

from osseo.errors import InputError
from osseo.parameters.parameter import Parameter

__all__ = ["Z_95", "is_log", "prior_sd", "quantile"]

#: 95 % point of the standard normal distribution
Z_95 = 1.6448536269514722
_N_GRID = 4096


def is_log(parameter: Parameter) -> bool:
    """Return whether spread is measured on the logarithm (lognormal, loguniform)."""
    return parameter.distribution in ("lognormal", "loguniform")


def quantile(parameter: Parameter, share: np.ndarray) -> np.ndarray:
    """Return the values below which the given shares of the prior lie.

    Parameters
    ----------
    parameter : its row.
    share : (n,) [1]  between 0 and 1, ends excluded for normal and lognormal.

    Returns
    -------
    values : (n,)  in the unit of the parameter.

    Examples
    --------
    >>> p = Parameter("m.k", "1/d", 2.0, 1.0, 6.0, "lognormal", "assumed")
    >>> quantile(p, np.array([0.05, 0.5, 0.95])).round(6).tolist()
    [1.0, 2.0, 6.0]
    """
    share = np.asarray(share, dtype=np.float64)
    low, mid, high = parameter.lower, parameter.value, parameter.upper
    match parameter.distribution:
        case "fixed":
            return np.full(share.shape, mid)
        case "uniform":
            return low + share * (high - low)
        case "loguniform":
            return np.exp(np.log(low) + share * (np.log(high) - np.log(low)))
        case "lognormal":
            return np.exp(_two_piece(np.log([low, mid, high]), share))
        case "normal":
            return _two_piece(np.array([low, mid, high]), _cut(parameter, share))
    raise InputError(f"{parameter.name}: unknown distribution {parameter.distribution!r}")


def _two_piece(points: np.ndarray, share: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    low, mid, high = points
    z = ndtri(share) / Z_95
    return mid + np.where(z < 0.0, z * (mid - low), z * (high - mid))


def _cut(parameter: Parameter, share: np.ndarray) -> np.ndarray:
    """Map shares of the cut distribution to shares of the whole one."""
    from scipy.special import ndtr

    low, mid, high = parameter.lower, parameter.value, parameter.upper
    if low >= 0.0 and mid > low:
        below = float(ndtr(-mid / (mid - low) * Z_95))
        return below + share * (1.0 - below)
    if high <= 0.0 and high > mid:
        return share * float(ndtr(-mid / (high - mid) * Z_95))
    return share


def prior_sd(parameter: Parameter) -> float:
    """Return the SD of the prior, of the logarithm where `is_log`; 0 if fixed.

    Parameters
    ----------
    parameter : its row.
    """
    share = (np.arange(_N_GRID) + 0.5) / _N_GRID
    values = quantile(parameter, share)
    return float(np.std(np.log(values) if is_log(parameter) else values))
