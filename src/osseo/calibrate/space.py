"""Standard space: where every free parameter has a Gaussian prior with mean 0 and SD 1.

value = Q(Phi(z)), with Q the quantile function of the prior (`osseo.parameters.prior`) and Phi the normal
distribution function: linear for normal, log for lognormal, probit for uniform. Bounds hold by construction,
and prior and posterior draws mean the same by `lower`, `value` and `upper`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.errors import CalibrationError, Issue
from osseo.parameters.parameter import Parameter, ParameterSet
from osseo.parameters.prior import is_log, quantile

__all__ = ["MAX_FREE", "Z_LIMIT", "FreeSpace", "make_space"]

#: more free parameters than the evidence can carry are refused (decision 0161)
MAX_FREE = 25
#: standard coordinates stay where the normal distribution function is invertible in floats
Z_LIMIT = 7.5

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FreeSpace:
    """Free parameters and the map between their values and standard coordinates.

    Parameters
    ----------
    parameters : the rows of the table, in the order of all arrays.
    """

    parameters: tuple[Parameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Full names of the free parameters."""
        return tuple(p.name for p in self.parameters)

    def to_values(self, z: Array) -> Array:
        """Return parameter values (n, k), each in its house unit, from standard coordinates."""
        z = np.clip(np.atleast_2d(z), -Z_LIMIT, Z_LIMIT)
        columns = [_to_value(p, z[:, i]) for i, p in enumerate(self.parameters)]
        return np.column_stack(columns)

    def to_standard(self, values: Array) -> Array:
        """Return standard coordinates (k,) of one set of parameter values (k,)."""
        pairs = zip(self.parameters, values, strict=True)
        return np.array([_to_standard(p, float(value)) for p, value in pairs])

    def start(self) -> Array:
        """Return the standard coordinates (k,) of the central values of the table."""
        return self.to_standard(np.array([p.value for p in self.parameters]))


def _to_value(p: Parameter, z: Array) -> Array:
    from scipy.special import ndtr

    return quantile(p, ndtr(z))


def _to_standard(p: Parameter, value: float) -> float:
    """Invert the prior's quantile function by bracketing; beyond the prior it is the limit."""
    from scipy.optimize import brentq

    def gap(z: float) -> float:
        return float(_to_value(p, np.array([z]))[0]) - value

    if gap(-Z_LIMIT) >= 0:
        return -Z_LIMIT
    if gap(Z_LIMIT) <= 0:
        return Z_LIMIT
    root: Any = brentq(gap, -Z_LIMIT, Z_LIMIT, xtol=1e-12)
    return float(root)


def _why_not_free(p: Parameter) -> str | None:
    if p.distribution == "fixed":
        return "is fixed in the table; give it a range and a distribution first"
    if p.layer != "parameter":
        return f"is of layer {p.layer!r} (drawn for every person), not fitted"
    if not p.lower < p.upper:
        return f"has no range: lower {p.lower:g}, upper {p.upper:g}"
    if is_log(p) and p.lower <= 0:
        return f"is {p.distribution} with a lower end of {p.lower:g}, expected above 0"
    return None


def make_space(parameters: ParameterSet, free: Iterable[str]) -> FreeSpace:
    """Return the space of the parameters named in `free`, with priors from the table.

    Raises
    ------
    NameUnknown : a name the table does not have.
    CalibrationError : more than 25 names, a name given twice, or a parameter that cannot be free.
    """
    names = tuple(free)
    if not 1 <= len(names) <= MAX_FREE:
        raise CalibrationError(f"{len(names)} free parameters, expected 1 to {MAX_FREE}")
    rows = [parameters[name] for name in names]
    issues = [Issue(p.where or p.name, f"{p.name} {why}") for p in rows if (why := _why_not_free(p))]
    issues += [Issue(n, "is listed twice as free") for n in sorted(set(names)) if names.count(n) > 1]
    if issues:
        raise CalibrationError.from_issues("free parameters", issues, done="nothing was fitted")
    return FreeSpace(tuple(rows))
