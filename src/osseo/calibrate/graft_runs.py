"""Simulated experiments of the graft fit: a procedure, its patients, and readings at the days of the targets.

Parameter sets that differ only in what does not concern an experiment are run once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.graft_patients import SPEED, SpeedNodes, average, patient_nodes, speed_nodes
from osseo.calibrate.graft_readings import DAYS, READINGS
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site
from osseo.simulate.site_parameters import load_procedure, procedure_table, shared_table
from osseo.site import SiteCourse
from osseo.site.posterior import at_procedure

__all__ = ["STEP_D", "Experiment", "Reader", "concerns", "run"]

Array = NDArray[np.float64]

#: magnesium status at which every link is 1, so that the fit is free of magnesium
_STATUS_NAME = "magnesium_links.status_ref"
#: step of the splitting in a fit [d]: against 1 d endpoints move by less than 0.05 points (decision 0202)
STEP_D = 2.0
#: [d] when a day that is itself the result is looked for, at speed 1
_SEARCH_D = np.geomspace(10.0, 900.0, 60)
#: what a day that does not come within the search counts as [d]
_NEVER_D = 1800.0


@dataclass(frozen=True)
class Experiment:
    """One procedure and the days [d] on which targets read it.

    has_search : whether a day is itself a result. step_d [d] : of the splitting.
    reach : patients faster than this stand for a day of at most so many times the last one.
    """

    name: str
    procedure: Procedure
    days: tuple[float, ...]
    has_search: bool = False
    step_d: float = STEP_D
    reach: float = 2.0

    @property
    def last(self) -> float:
        """Day at speed 1 [d] beyond which faster patients are not followed."""
        return self.reach * max(self.days, default=0.0)


def concerns(column: str, procedure: Procedure) -> bool:
    """Return whether a parameter column `module.quantity@place` touches a procedure."""
    _, at, place = column.partition("@")
    if not at:
        return True
    site, material, _ = load_procedure(procedure)
    parts = {name for name, _ in material.mixture}
    held = f"{site.name}:{site.fixation}"
    return place in {site.name, held, material.name, *parts, *procedure.adjuncts}


@dataclass
class Reader:
    """Reads one experiment at any of its days, as means over patients (n,)."""

    course: SiteCourse
    rows: NDArray[np.intp]
    speeds: SpeedNodes
    weights: Array
    last: float
    _kept: dict[str, Array] = field(default_factory=dict)

    def __call__(self, endpoint: str, day: float) -> Array:
        """Return the mean over patients (n,) of an endpoint on a day [d] after surgery."""
        if endpoint in DAYS:
            return self._day(endpoint)[self.rows]
        if endpoint not in self._kept:
            self._kept[endpoint] = READINGS[endpoint](self.course)
        at = np.searchsorted(self.course.times_d, self.speeds.days(day, self.last))
        return average(self._kept[endpoint][:, at] @ self.speeds.weights, self.weights)[self.rows]

    def _day(self, endpoint: str) -> Array:
        """Return the median patient's day: speed 1, geometric mean over hosts."""
        days = DAYS[endpoint](self.course)
        return np.exp(average(np.log(np.where(np.isfinite(days), days, _NEVER_D)), self.weights))


def _times(experiment: Experiment, speeds: SpeedNodes) -> Array:
    days = [speeds.days(day, experiment.last) for day in experiment.days]
    if experiment.has_search:
        days.append(_SEARCH_D)
    return np.unique(np.concatenate(days))


def _overrides(values: Array, columns: Iterable[str], nodes: Mapping[str, Array], k: int) -> dict[str, Array]:
    n = values.shape[0]
    out = {column: np.repeat(values[:, i], k) for i, column in enumerate(columns)}
    return out | {column: np.tile(node, n) for column, node in nodes.items()}


def run(
    experiment: Experiment,
    free: tuple[str, ...],
    values: Array,
    fixed: Mapping[str, float],
    held: Mapping[str, float] | None = None,
) -> Callable[[str, float], Array]:
    """Simulate one experiment for n parameter sets; return its reader (endpoint, day) -> (n,).

    Parameters
    ----------
    experiment : what and when.
    free, values : names and (n, k) values of the free parameters.
    fixed : what else differs from the tables, by column name.
    held : plain parameters set to a value whatever tables, places and the fit say.
    """
    procedure = experiment.procedure
    site, material, _ = load_procedure(procedure)
    used = [i for i, column in enumerate(free) if concerns(column, procedure)]
    own, rows = np.unique(values[:, used], axis=0, return_inverse=True)
    table = procedure_table(site, material)
    nodes, weights = patient_nodes(table, site, leave=(SPEED,))
    speeds = speed_nodes(table, site)
    n, k = own.shape[0], weights.size
    columns = _overrides(own, [free[i] for i in used], nodes, k)
    course = simulate_site(
        procedure,
        at_procedure({**fixed, **columns}, site, material) | dict(held or {}),
        status_times=np.zeros(1),
        status=np.full((1, 1), shared_table().value(_STATUS_NAME)),
        times=_times(experiment, speeds),
        n=n * k,
        dt=experiment.step_d,
    )
    return Reader(course, rows.reshape(-1), speeds, weights, experiment.last)
