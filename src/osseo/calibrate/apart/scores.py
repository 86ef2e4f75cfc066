"""How good a fit is for studies it has not seen: coverage, interval and logarithmic score, by domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.apart.linear import LinearFit
from osseo.calibrate.target import Target
from osseo.parameters.prior import Z_95

__all__ = ["HeldApart", "held_apart"]

Array = NDArray[np.float64]

_MISS = 20.0


@dataclass(frozen=True)
class HeldApart:
    """Scores of one group of targets, each predicted by a fit that never saw its record.

    Parameters
    ----------
    name : domain of the targets; `all` for the whole, `differences` for those without a study effect.
    n : number of targets.
    covered : [1] share inside the 90 % interval.
    interval_score : mean of width + 20 x the miss, over the SD of a new study: no unit, lower is better.
    log_score : mean of log density on the targets' scales, higher is better; compare between fits only.
    rms_z : root mean square deviation over the predictive SD.
    """

    name: str
    n: int
    covered: float
    interval_score: float
    log_score: float
    rms_z: float


def _row(name: str, deviation: Array, sd: Array, scale: Array) -> HeldApart:
    half = Z_95 * sd
    miss = np.maximum(np.abs(deviation) - half, 0.0)
    z = deviation / sd
    return HeldApart(
        name=name,
        n=int(deviation.size),
        covered=float(np.mean(np.abs(deviation) <= half)),
        interval_score=float(np.mean((2.0 * half + _MISS * miss) / scale)),
        log_score=float(np.mean(-0.5 * z**2 - np.log(sd) - 0.5 * np.log(2.0 * np.pi))),
        rms_z=float(np.sqrt(np.mean(z**2))),
    )


def held_apart(fit: LinearFit, targets: Sequence[Target]) -> tuple[HeldApart, ...]:
    """Return scores left-one-study-out, for all targets and by domain.

    Parameters
    ----------
    fit : linear fit around its mode; see `LinearFit.held_apart` for what its spread holds.
    targets : of the fit, in its order.
    """
    deviation, sd = fit.held_apart()
    scale = np.array([t.total_sd for t in targets])
    domains = np.array([t.domain or "differences" for t in targets])
    rows = [_row("all", deviation, sd, scale)]
    for name in sorted(set(domains)):
        own = domains == name
        rows.append(_row(name, deviation[own], sd[own], scale[own]))
    return tuple(rows)
