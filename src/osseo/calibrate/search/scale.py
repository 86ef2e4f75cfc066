"""Scales on which a model and a study are compared: the value itself, its logarithm, or the logit of a rate.

A rate observed as k of n is compared as an empirical logit, so that 0 and 100 % stay finite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from osseo.errors import CalibrationError

__all__ = ["SCALES", "binomial_sd", "from_scale", "observed_on_scale", "to_scale"]

Array = NDArray[np.float64]

SCALES = ("identity", "log", "logit")
#: a modelled rate is kept this far from 0 and 100 % [%]: readers slip more often than that
_EDGE = 0.05


def to_scale(values: Array | float, scale: str) -> Array:
    """Return model values on the scale of a residual; NaN where a logarithm does not exist.

    Parameters
    ----------
    values : (..) in the unit of the target; % for `logit`.
    scale : one of `SCALES`.

    Examples
    --------
    >>> float(to_scale(50.0, "logit"))
    0.0
    """
    values = np.asarray(values, dtype=np.float64)
    if scale == "log":
        return np.log(np.where(values > 0, values, np.nan))
    if scale == "logit":
        share = np.clip(values, _EDGE, 100.0 - _EDGE) / 100.0
        return np.log(share / (1.0 - share))
    return values


def from_scale(values: Array | Sequence[float] | float, scale: str) -> Array:
    """Return values in the unit of the target, the inverse of `to_scale`."""
    values = np.asarray(values, dtype=np.float64)
    if scale == "log":
        return np.exp(values)
    if scale == "logit":
        return 100.0 / (1.0 + np.exp(-values))
    return values


def _counts(value: float, n: float | None) -> tuple[float, float]:
    if n is None or not n > 0:
        raise CalibrationError("scale logit needs the number of subjects; give `n` with a reason")
    if not 0.0 <= value <= 100.0:
        raise CalibrationError(f"scale logit needs a rate of 0 to 100 %, got {value:g}")
    yes = value / 100.0 * n
    return yes + 0.5, n - yes + 0.5


def observed_on_scale(value: float, scale: str, n: float | None = None) -> float:
    """Return what a study saw on the scale of a residual.

    logit: log((k + 1/2) / (n - k + 1/2)), k = n value / 100

    Raises
    ------
    CalibrationError : a rate without n or outside 0 to 100 %; a logarithm of nothing.
    """
    if scale == "logit":
        yes, no = _counts(value, n)
        return float(np.log(yes / no))
    if scale == "log" and value <= 0:
        raise CalibrationError(f"scale log needs a value above 0, got {value:g}")
    return float(to_scale(value, scale))


def binomial_sd(value: float, n: float | None) -> float:
    """Return the SD of an empirical logit of `value` % of n subjects: sqrt(1/(k + 1/2) + 1/(n - k + 1/2))."""
    yes, no = _counts(value, n)
    return float(np.sqrt(1.0 / yes + 1.0 / no))
