"""Means over patients: a few weighted patients that integrate over healing speed and host quality.

Studies report means over patients. Where an endpoint is curved in a patient factor, the mean of the
model over patients is not the model of the mean patient. Healing speed multiplies every rate and spread, so
that a patient of speed s on day t stands where one of speed 1 stands on day s t: it costs no run of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from osseo.parameters import ParameterSet, quantile
from osseo.site import Site

__all__ = ["SPEED", "UNREST", "SpeedNodes", "average", "patient_nodes", "speed_nodes"]

Array = NDArray[np.float64]

SPEED = "graft_cells.speed"
#: how much more a patient moves than others: bone or no bone, a step, so that it needs many even nodes
UNREST = "graft_mechanics.unrest"
_UNREST_DEVIATES = np.linspace(-2.0, 2.0, 9)
_MANY, _FEW = 5, 3
#: a rate is a step in time for one patient, so that speed needs many nodes, at these normal deviates
_SPEED_DEVIATES = np.linspace(-2.1, 2.1, 15)


@dataclass(frozen=True)
class SpeedNodes:
    """Healing speeds (k,) relative to 1 and their weights (k,), sum 1."""

    speeds: Array
    weights: Array

    def days(self, day: float, last: float) -> Array:
        """Return the days (k,) [d] at speed 1 that stand for `day`, at most `last`."""
        return np.asarray(np.round(np.minimum(day * self.speeds, max(last, day)), 3), dtype=np.float64)


def _gauss_nodes(n: int) -> tuple[Array, Array]:
    """Return standard normal nodes and weights (sum 1) of Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return nodes, weights / weights.sum()


def _even_nodes(deviates: Array) -> tuple[Array, Array]:
    """Return evenly spaced standard normal nodes and weights: for what is a step in the factor."""
    weights = np.exp(-0.5 * deviates**2)
    return deviates, weights / weights.sum()


def _rule(name: str, *, alone: bool) -> tuple[Array, Array]:
    if name == UNREST:
        return _even_nodes(_UNREST_DEVIATES)
    return _gauss_nodes(_MANY if alone else _FEW)


def patient_nodes(
    table: ParameterSet, site: Site, *, leave: tuple[str, ...] = ()
) -> tuple[dict[str, Array], Array]:
    """Return patients (k,) by parameter and their weights (k,).

    Parameters
    ----------
    table : of the procedure.
    site : its patient-layer rows are integrated over; packing of the graft is left at its centre,
        because endpoints are nearly straight in it.
    leave : rows to leave at their centre.
    """
    from scipy.special import ndtr

    names = [row.name for row in site.parameters if row.layer == "patient" and row.name not in leave]
    rules = [_rule(name, alone=names == [SPEED]) for name in names]
    grid = np.array(list(product(*(nodes for nodes, _ in rules))))
    share = np.prod(np.array(list(product(*(weights for _, weights in rules)))), axis=1)
    return {name: quantile(table[name], ndtr(grid[:, i])) for i, name in enumerate(names)}, share


def speed_nodes(table: ParameterSet, site: Site) -> SpeedNodes:
    """Return the healing speeds of patients at a site; one of speed 1 where they do not differ.

    Parameters
    ----------
    table : of the procedure.
    site : decides whether speed differs between its patients.
    """
    from scipy.special import ndtr

    if not any(row.name == SPEED and row.layer == "patient" for row in site.parameters):
        return SpeedNodes(np.ones(1), np.ones(1))
    deviates, weights = _even_nodes(_SPEED_DEVIATES)
    centre = float(quantile(table[SPEED], np.array([0.5]))[0])
    return SpeedNodes(quantile(table[SPEED], ndtr(deviates)) / centre, weights)


def average(values: Array, weights: Array) -> Array:
    """Return the weighted mean (n,) of values (n k,) over k patients each."""
    return values.reshape(-1, weights.size) @ weights
