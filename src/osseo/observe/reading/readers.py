"""What a reader of CT or film calls bridged: a threshold that varies, and now and then a slip.

A reading is a smooth probability per patient, so that means over few patients are smooth too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from osseo.errors import InputError
from osseo.observe.reading.slices import EXTENTS
from osseo.parameters.table import load_parameters

__all__ = [
    "MODALITIES",
    "UNITS",
    "Criterion",
    "Reader",
    "all_levels",
    "between_readers",
    "load_reader",
    "without_slips",
]

MODALITIES = ("ct", "film")
#: what must be bridged: either side of a segment, one named side, or both sides
UNITS = ("segment", "side", "both")
#: the common error is integrated from -_REACH to _REACH SDs, in steps of at most a part of what it blurs
_REACH, _STEP = 4.0, 0.5


@dataclass(frozen=True)
class Criterion:
    """What a study calls fused.

    Parameters
    ----------
    modality : `ct` or `film`; their levels are not interchangeable.
    extent : `any` bridging bone, `typical` or `complete` (see `slices.EXTENTS`); complete also asks more
        mineral of the weakest slice.
    unit : `segment` is fused if either side is, `both` needs both, `side` reads one side.
    sides : () how many sides a segment has at this site: 2 posterolateral, 1 between vertebral bodies.
    levels : () how many segments must all be fused.
    """

    modality: str = "ct"
    extent: str = "any"
    unit: str = "segment"
    sides: int = 1
    levels: int = 1

    def __post_init__(self) -> None:
        """Refuse words and counts that mean nothing."""
        for name, known in (("modality", MODALITIES), ("extent", EXTENTS), ("unit", UNITS)):
            if getattr(self, name) not in known:
                raise InputError(f"{name}: got {getattr(self, name)!r}; expected one of {', '.join(known)}")
        if self.sides not in (1, 2) or self.levels < 1:
            raise InputError(
                f"sides, levels: got {self.sides}, {self.levels}; expected 1 or 2, and 1 or more"
            )


@dataclass(frozen=True)
class Reader:
    """One reader and one way of looking.

    Parameters
    ----------
    threshold : [1] mineral share of the weakest slice that half of all readings call bridged.
    width : [1] SD of one reading in ln(share): readers and images differ.
    shared : [1] part of that variance that the sides and levels of one patient have in common.
    false_positive, false_negative : [1] slips where there is no doubt.
    """

    threshold: float
    width: float
    shared: float
    false_positive: float
    false_negative: float

    def probability(
        self, share: np.ndarray, combine: Callable[[np.ndarray], np.ndarray], *, spread: float = 0.0
    ) -> np.ndarray:
        """Return the probability that this reader says yes.

        q(u) = Phi((ln share - ln threshold + w sqrt(r) u) / (w sqrt(1 - r)))
        p    = fp + (1 - fp - fn) E_u[combine(q(u))],  u standard normal, common to all places read

        Parameters
        ----------
        share : (..) [1] weakest slice; 0 is never bridged, NaN stays NaN.
        combine : from the chance of one place (..) to that of the whole verdict, e.g. q -> q^2 for two.
        spread : [1] further SD in ln(share) between patients, common to their places; for calibration
            with few patients.
        """
        z = self._distance(share)
        common = np.sqrt(self.width**2 * self.shared + spread**2)
        own = self.width * np.sqrt(1.0 - self.shared)
        nodes, weights = _normal_nodes(min(_STEP, own / common) if common > 0 else _STEP)
        verdict = sum(w * combine(ndtr((z + common * u) / own)) for u, w in zip(nodes, weights, strict=True))
        return self.false_positive + (1.0 - self.false_positive - self.false_negative) * np.asarray(verdict)

    def _distance(self, share: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(np.asarray(share, dtype=float)) - np.log(self.threshold)

    def deciding_share(self, combine: Callable[[np.ndarray], np.ndarray]) -> float:
        """Return the share [1] at which a verdict is as likely as not, slips aside."""
        exact = without_slips(self)
        low, high = -8.0 * self.width, 8.0 * self.width
        for _ in range(60):
            middle = 0.5 * (low + high)
            share = np.array(self.threshold * np.exp(middle))
            if float(exact.probability(share, combine)) < 0.5:
                low = middle
            else:
                high = middle
        return self.threshold * float(np.exp(0.5 * (low + high)))


def _normal_nodes(step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return normal deviates a step apart and their weights (sum 1): the trapezoidal rule."""
    nodes = np.linspace(-_REACH, _REACH, 2 * int(np.ceil(_REACH / step)) + 1)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()


def load_reader(criterion: Criterion | None = None, *, threshold: float | None = None) -> Reader:
    """Return the reader of a criterion, from parameters/tables/observe.csv.

    Parameters
    ----------
    criterion : None is any bridging on CT.
    threshold : [1] another mineral share for any bridging on CT, e.g. a fitted one; film and complete
        bridging follow by their ratios.

    Sources: acdf_interrater (film), boonsirikamchai2024 (levels), else assumed with ranges.
    """
    criterion = criterion or Criterion()
    table = load_parameters("observe")
    way = criterion.modality
    base = table.value("observe.bridge_threshold") if threshold is None else threshold
    film = table.value("observe.film_ratio") if way == "film" else 1.0
    complete = table.value("observe.complete_ratio") if criterion.extent == "complete" else 1.0
    read = table.value(f"observe.{way}_width")
    # levels of one patient differ in themselves; of one level that is part of how patients differ
    level = table.value("observe.level_spread") if criterion.levels > 1 else 0.0
    side = table.value("observe.side_spread") if criterion.sides == 2 and criterion.unit != "segment" else 0.0
    width = float(np.hypot(read, np.hypot(level, side)))
    return Reader(
        # the column is the better side, which decides a segment; a side is lower by the gain of two
        threshold=base * film * complete * float(np.exp(side / np.sqrt(np.pi))),
        width=width,
        shared=table.value("observe.reading_shared") * (read / width) ** 2,
        false_positive=table.value(f"observe.{way}_false_positive"),
        false_negative=table.value(f"observe.{way}_false_negative"),
    )


def without_slips(reader: Reader) -> Reader:
    """Return a reader who is never wrong where there is no doubt; the doubt at the threshold stays."""
    return replace(reader, false_positive=0.0, false_negative=0.0)


def all_levels(criterion: Criterion) -> Callable[[np.ndarray], np.ndarray]:
    """Return how the chance of one side becomes that of the whole verdict.

    side: q;  both: q^sides;  segment (either side): 1 - (1 - q)^sides;  then to the power of the levels.
    """

    def combine(q: np.ndarray) -> np.ndarray:
        if criterion.unit == "segment":
            q = 1.0 - (1.0 - q) ** criterion.sides
        elif criterion.unit == "both":
            q = q**criterion.sides
        return q**criterion.levels

    return combine


def between_readers(probability: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Return kappa of two readers of the same patients.

    kappa = Var_i(p_i) / (P (1 - P)),  P = mean_i p_i

    Two readers agree beyond chance because patients differ; what each adds of their own is independent.

    Parameters
    ----------
    probability : (n,) [1] chance that a reader says yes, per patient. weights : (n,), None is equal.
    """
    p = np.asarray(probability, dtype=float)
    w = np.full(p.size, 1.0 / p.size) if weights is None else np.asarray(weights) / np.sum(weights)
    mean = float(w @ p)
    return float(w @ (p - mean) ** 2) / (mean * (1.0 - mean))
