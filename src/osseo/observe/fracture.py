"""Union of a fracture on films: three of four cortices bridged, and the scores RUST and modified RUST.

Two films at right angles show four cortices. They heal at somewhat different pace, so each has its own
mineral share around that of the modelled gap.
"""

from __future__ import annotations

import numpy as np

from osseo.observe.reading.crossing import first_crossing
from osseo.observe.reading.readers import Reader, without_slips
from osseo.observe.reading.slices import bridge_slice
from osseo.observe.tissue import core_share, lamellar_of_mineral
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse

__all__ = ["cortex_reader", "days_to_union", "mrust", "rust", "three_of_four", "union_probability"]

_CORTICES = 4.0


def three_of_four(q: np.ndarray) -> np.ndarray:
    """Return the chance that at least three of four cortices are bridged, each with chance q.

    4 q^3 (1 - q) + q^4
    """
    return 4.0 * q**3 * (1.0 - q) + q**4


def _one(q: np.ndarray) -> np.ndarray:
    return q


def cortex_reader(threshold: float | None = None, *, ratio: str = "") -> Reader:
    """Return the reader of one cortex on film.

    Parameters
    ----------
    threshold : [1] mineral share of a bridge on CT; None takes the table.
    ratio : row of observe.csv that multiplies it, e.g. `complete_ratio` for a line that is gone.
    """
    table = load_parameters("observe")
    base = table.value("observe.bridge_threshold") if threshold is None else threshold
    factor = table.value("observe.film_ratio") * (table.value(f"observe.{ratio}") if ratio else 1.0)
    cortex, film = table.value("observe.cortex_spread"), table.value("observe.film_width")
    width = float(np.hypot(cortex, film))
    return Reader(
        threshold=base * factor,
        width=width,
        shared=table.value("observe.reading_shared") * (film / width) ** 2,
        false_positive=table.value("observe.film_false_positive"),
        false_negative=table.value("observe.film_false_negative"),
    )


def union_probability(
    course: SiteCourse, *, reader: Reader | None = None, spread: float = 0.0, extent: str = "typical"
) -> np.ndarray:
    """Return the probability (n, n_times) [1] that a fracture is called united.

    Parameters
    ----------
    course : mineral and volume per cell.
    reader : of one cortex; None takes `cortex_reader()`.
    spread : [1] further SD in ln(mineral share) between patients.
    extent : of several columns, see `slices.bridge_slice`.
    """
    reader = reader or cortex_reader()
    return reader.probability(bridge_slice(course, extent), three_of_four, spread=spread)


def days_to_union(course: SiteCourse, *, reader: Reader | None = None, extent: str = "typical") -> np.ndarray:
    """Return the day (n,) [d] from which union is as likely as not; NaN if never in follow-up."""
    reader = reader or cortex_reader()
    return first_crossing(course.times_d, bridge_slice(course, extent), reader.deciding_share(three_of_four))


def _chance(share: np.ndarray, reader: Reader) -> np.ndarray:
    """Return the chance of one cortex without slips: a score averages them out."""
    return without_slips(reader).probability(share, _one)


def _callus(course: SiteCourse) -> np.ndarray:
    """Return the chance that callus shows: mineral anywhere in the gap, on average over it."""
    table = load_parameters("observe")
    reader = cortex_reader(table.value("observe.callus_threshold"))
    return _chance(core_share(course, ("mineral",)), reader)


def rust(course: SiteCourse, *, extent: str = "typical") -> np.ndarray:
    """Return the radiographic union score (n, n_times), 4 to 12, expected over readings.

    Each cortex: 1 without callus, 2 with callus and a visible line, 3 with callus and no line.

    sum over cortices of 1 + P(callus) + P(line gone), the line gone where a slice holds `complete_ratio`
    times the mineral of a bridge.
    """
    gone = _chance(bridge_slice(course, extent), cortex_reader(ratio="complete_ratio"))
    return _CORTICES * (1.0 + np.maximum(_callus(course), gone) + gone)


def mrust(course: SiteCourse, *, extent: str = "typical") -> np.ndarray:
    """Return the modified score (n, n_times), 4 to 16, expected over readings.

    Each cortex: 1 without callus, 2 with, 3 with bridging callus, 4 remodelled. Remodelled is bridged and
    mostly lamellar; where lamellar bone is not modelled, a line that is gone stands for it.
    """
    slice_ = bridge_slice(course, extent)
    bridged = _chance(slice_, cortex_reader())
    gone = _chance(slice_, cortex_reader(ratio="complete_ratio"))
    lamellar = lamellar_of_mineral(course)
    remodelled = gone if lamellar is None else gone * lamellar
    return _CORTICES * (1.0 + np.maximum(_callus(course), bridged) + bridged + remodelled)
