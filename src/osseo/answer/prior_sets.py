"""The three prior sets of the magnesium elasticities (DESIGN 5.3, decision 0001)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from osseo.files import parse_yaml
from osseo.parameters import load_parameters, prior_sd
from osseo.simulate.inputs import ELASTICITY

__all__ = [
    "ADVERTISED",
    "DRAWN_SETS",
    "MAIN_SET",
    "advertised_gain",
    "as_advertised",
    "drawn_sd",
    "largest_deficit",
    "scaled",
]

#: prior sets that are drawn; the first named in a report is the sceptical one
DRAWN_SETS = ("sceptical", "neutral")
MAIN_SET = "neutral"
ADVERTISED = "as_advertised"
#: share of a rate that a deficit may take away in the advertised set
_MOST_LOST = 0.5


@cache
def _document() -> Mapping[str, Mapping[str, object]]:
    text = files("osseo.answer").joinpath("prior_sets.yaml").read_text(encoding="utf-8")
    return parse_yaml(text)


def scaled(elasticities: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """Return the neutral draw of the elasticities, rescaled to the SD of a prior set.

    Parameters
    ----------
    elasticities : (n,) by name, drawn from the parameter table.
    name : one of `DRAWN_SETS`.
    """
    table = load_parameters("magnesium_links")
    sd = drawn_sd(name)
    return {key: column * (sd / prior_sd(table[key])) for key, column in elasticities.items()}


def drawn_sd(name: str = MAIN_SET) -> float:
    """Return the SD [1] of every elasticity in a drawn prior set, per unit of x."""
    return float(_document()[name]["sd"])  # type: ignore[arg-type]


def advertised_gain() -> float:
    """Return the advertised relative gain [1] in healing, a claim to be tested, never an input."""
    return float(_document()[ADVERTISED]["gain"])  # type: ignore[arg-type]


def as_advertised(
    elasticities: Mapping[str, np.ndarray], e: float | np.ndarray, deficit: float | np.ndarray
) -> dict[str, np.ndarray]:
    """Return elasticities that are all zero but those of osteoblast differentiation.

    e_high = e,  e_low = min(e, 0.5 / deficit)

    Below the reference status the rate is at most halved: a larger e would say that such a person
    hardly heals at all without magnesium, which nobody claims.

    Parameters
    ----------
    elasticities : by name, for their names and shape (n,).
    e : () or (n,) [1] the one elasticity, per unit of x.
    deficit : () or (n,) [1] largest x_deficit without the regimen, see `largest_deficit`.
    """
    low = np.minimum(e, _MOST_LOST / np.maximum(deficit, 1e-12))
    own = {f"{ELASTICITY}low_osteoblast": low, f"{ELASTICITY}high_osteoblast": e}
    return {key: np.zeros_like(column) + own.get(key, 0.0) for key, column in elasticities.items()}


def largest_deficit(status: np.ndarray) -> np.ndarray:
    """Return (n,) the largest x_deficit [1] over a status table (n, n_times) [mmol/L]."""
    table = load_parameters("magnesium_links")
    ref, span = (table.value(f"magnesium_links.status_{key}") for key in ("ref", "span"))
    return np.maximum(0.0, (ref - np.nanmin(status, axis=1)) / span)
