"""Means over patients: a few weighted patients that integrate over healing speed and host quality.

Studies report means over patients. Where an endpoint is curved in a patient factor, the mean of the
model over patients is not the model of the mean patient.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from osseo.parameters import ParameterSet, quantile
from osseo.site import Site

__all__ = ["average", "patient_nodes"]

Array = NDArray[np.float64]


def _gauss_nodes(n: int) -> tuple[Array, Array]:
    """Return standard normal nodes and weights (sum 1) of Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return nodes, weights / weights.sum()


def patient_nodes(table: ParameterSet, site: Site) -> tuple[dict[str, Array], Array]:
    """Return patients (k,) by parameter and their weights (k,).

    Parameters
    ----------
    table : of the procedure.
    site : its patient-layer rows are integrated over; packing of the graft is left at its centre,
        because endpoints are nearly straight in it.
    """
    from scipy.special import ndtr

    names = [row.name for row in site.parameters if row.layer == "patient"]
    nodes, weights = _gauss_nodes(5 if len(names) == 1 else 3)
    grid = np.array(list(product(nodes, repeat=len(names))))
    share = np.prod(np.array(list(product(weights, repeat=len(names)))), axis=1)
    return {name: quantile(table[name], ndtr(grid[:, i])) for i, name in enumerate(names)}, share


def average(values: Array, weights: Array) -> Array:
    """Return the weighted mean (n,) of values (n k,) over k patients each."""
    return values.reshape(-1, weights.size) @ weights
