"""Mineral density: what a calibrated CT (mgHA/cm3) or a plain one (HU) shows of a graft.

Mineral that has just formed holds half of what it will hold in years, so density rises long after
volume has stopped. The age of mineral is taken from its own course.
"""

from __future__ import annotations

import numpy as np

from osseo.observe.tissue import core_share
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse
from osseo.site.reading import load_material

__all__ = ["density_hu", "density_mgha", "mineral_age", "packet_mineral"]

_DAYS_PER_YEAR = 365.25
#: class of materials that are no bone
_CERAMIC = "synthetic"


def packet_mineral(age_d: np.ndarray) -> np.ndarray:
    """Return calcium [weight %] of bone that mineralised `age_d` [d] ago.

    Ca = fast (1 - e^(-k_fast t)) + slow (1 - e^(-k_slow t)),  t in years

    Examples
    --------
    >>> [round(float(packet_mineral(np.array(365.25 * y))), 2) for y in (0.05, 1, 5)]
    [12.08, 15.38, 24.04]
    """
    table = load_parameters("observe")
    years = np.asarray(age_d, dtype=float) / _DAYS_PER_YEAR
    parts = (
        table.value(f"observe.calcium_{part}")
        * -np.expm1(-table.value(f"observe.calcium_{part}_rate") * years)
        for part in ("fast", "slow")
    )
    return np.asarray(sum(parts))


def mineral_age(course: SiteCourse) -> np.ndarray:
    """Return the mean age (n, n_times) [d] of new mineral in a core.

    age(t) = integral of M from 0 to t, over M(t); at most t

    Exact while nothing is resorbed; later it is the age as if the oldest mineral stayed.
    """
    times = np.asarray(course.times_d, dtype=float)
    mineral = core_share(course, ("mineral",))
    steps = 0.5 * (mineral[:, 1:] + mineral[:, :-1]) * np.diff(times)
    held = np.concatenate([np.zeros_like(mineral[:, :1]), np.cumsum(steps, axis=1)], axis=1)
    age = np.divide(held, mineral, out=np.zeros_like(mineral), where=mineral > 0)
    return np.asarray(np.minimum(age, times - times[0]))


def density_mgha(course: SiteCourse) -> np.ndarray:
    """Return mineral density (n, n_times) [mgHA/cm3] of a core through the graft.

    density = new mineral * Ca(age) * mgHA per % Ca + graft * content of its kind
    """
    table = load_parameters("observe")
    per_calcium = table.value("observe.mgha_per_calcium")
    new = core_share(course, ("mineral",)) * packet_mineral(mineral_age(course)) * per_calcium
    return new + core_share(course, ("graft",)) * _graft_content(course.material)


def _graft_content(name: str) -> float:
    """Return the mineral [mgHA/cm3] of solid graft by its kind: bone, or ceramic; of a mixture by volume."""
    material, table = load_material(name), load_parameters("observe")
    if material.mixture:
        return sum(share * _graft_content(part) for part, share in material.mixture)
    return table.value(f"observe.content_{'ceramic' if material.kind == _CERAMIC else 'bone'}")


def density_hu(course: SiteCourse) -> np.ndarray:
    """Return density (n, n_times) [HU] on an uncalibrated CT: offset + slope * mgHA/cm3."""
    table = load_parameters("observe")
    return table.value("observe.hu_offset") + table.value("observe.hu_slope") * density_mgha(course)
