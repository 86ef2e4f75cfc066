"""The front door of the library: a scenario in, the course of body and graft in both arms out.

No conclusion is drawn here; `osseo.answer` does that. Parameters, patients and elasticities are drawn as in
an answer, so a course is one answer's raw material.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from osseo.errors import InputError
from osseo.scenario.door import readings
from osseo.scenario.types import Scenario
from osseo.simulate.arms import Pair, Progress, run_bodies, run_graft, time_grids
from osseo.simulate.inputs import Design, Inputs, draw_inputs
from osseo.simulate.site_columns import site_system
from osseo.site import SiteCourse

__all__ = ["Course", "simulate"]


@dataclass(frozen=True)
class Course:
    """One scenario simulated in both arms.

    Parameters
    ----------
    scenario : as read; `reading` says how an ambiguous dose was read.
    inputs : everything drawn, (n,) per column.
    bodies : magnesium in the body, both arms.
    grafts : the graft without and with the regimen.
    model_hash : of body and graft column.
    """

    scenario: Scenario
    inputs: Inputs
    bodies: Pair
    grafts: tuple[SiteCourse, SiteCourse]
    model_hash: str

    @property
    def n_failed(self) -> int:
        """Return how many members could not be computed in either arm; their values are NaN."""
        without, with_regimen = self.grafts
        bad = (without.status != 0) | (with_regimen.status != 0)
        return int((bad | (self.bodies.without.status != 0) | (self.bodies.with_regimen.status != 0)).sum())


def simulate(
    scenario: Scenario | str | Path,
    *,
    n_draws: int = 50,
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Course, ...]:
    """Simulate a scenario, once for each reading of its dose.

    Parameters
    ----------
    scenario : a Scenario or the path of its YAML file.
    n_draws : members; each has its own parameters and its own patient.
    seed : of every draw.
    progress : called with what is being done and the share done.

    Returns
    -------
    courses : one, or two where the dose can be read two ways.

    Raises
    ------
    InputError : every problem of the scenario file at once, or fewer than 2 draws.
    """
    if n_draws < 2:
        raise InputError(f"draws: got {n_draws}; expected at least 2")
    every = readings(scenario if isinstance(scenario, Scenario) else Path(scenario))
    courses = []
    for i, one in enumerate(every):
        body_times, times = time_grids(one)
        if progress is not None:
            progress("simulating body and graft", i / len(every))
        inputs = draw_inputs(one, Design(n_draws, 1), seed)
        bodies = run_bodies(one, inputs, body_times)
        (grafts,) = run_graft(one, inputs, bodies, [inputs.elasticities], times)
        model = f"{bodies.without.model_hash[:12]}-{site_system().hash[:12]}"
        courses.append(Course(one, inputs, bodies, grafts, model))
    return tuple(courses)
