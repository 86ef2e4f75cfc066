"""Both arms of a comparison: the body once for each arm, the graft once for each arm and prior set.

All arms of one prior set are members of one batch, so they are computed at the same instants with the
same draws; only the regimen differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from osseo.scenario.dosing import placebo_of
from osseo.scenario.types import DoseRule, Scenario
from osseo.simulate.body import BodyCourse, simulate_body
from osseo.simulate.inputs import Inputs
from osseo.simulate.site import simulate_site
from osseo.site import SiteCourse

__all__ = ["Pair", "Progress", "arm_rules", "run_bodies", "run_graft", "time_grids"]

#: called with what is being done and the share done
Progress = Callable[[str, float | None], None]
_STEP_D = 7.0
_LEAST_D = 365.0
_LEAD_D = 14.0
#: [d] the first days of a graft, in which its signals rise and fall
_EARLY_D = (1.0, 2.0, 3.0, 4.0, 5.0, 10.0)
#: when an infusion is looked at: shares of its duration, and [d] after its end
_DURING = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_AFTER_D = np.array([1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0]) / 24.0


@dataclass(frozen=True)
class Pair:
    """One result for each arm, same members in the same order."""

    without: BodyCourse
    with_regimen: BodyCourse


def time_grids(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Return the report times [d] of body and graft: weekly, the visits, at least a year after surgery.

    The first days after surgery are there too, in which the signals of a graft rise and fall. The body also
    has the hours of every infusion, so that its peak is seen.
    """
    rules = (*scenario.regimen, *scenario.comparator)
    first = min([rule.start_d for rule in rules] + [0.0]) - _LEAD_D
    last = max([_LEAST_D, *scenario.visits_d])
    days = [np.arange(0.0, last, _STEP_D), _EARLY_D, [*scenario.visits_d, last]]
    graft = np.unique(np.concatenate(days))
    before = np.arange(-_STEP_D, first - 1e-9, -_STEP_D)[::-1]
    hours = [rule.start_d + rule.duration_d * _DURING for rule in rules if rule.route == "iv"]
    hours += [rule.start_d + rule.duration_d + _AFTER_D for rule in rules if rule.route == "iv"]
    body = np.unique(np.concatenate([before, graft, *hours]))
    return body[body <= last], graft


def arm_rules(scenario: Scenario) -> tuple[tuple[DoseRule, ...], tuple[DoseRule, ...]]:
    """Return the rules of both arms, same event times: each holds the other's rules at amount 0."""
    without = (*scenario.comparator, *placebo_of(scenario.regimen))
    return without, (*placebo_of(scenario.comparator), *scenario.regimen)


def run_bodies(
    scenario: Scenario, inputs: Inputs, times: np.ndarray, overrides: Mapping[str, np.ndarray] | None = None
) -> Pair:
    """Simulate magnesium in the body of every member in both arms.

    Parameters
    ----------
    scenario, inputs : who, what and the draws.
    times : (n_times,) [d].
    overrides : replaces drawn parameters, e.g. the status time constant.
    """
    drawn = {**inputs.body, **(overrides or {})}
    courses = [
        simulate_body(inputs.people.columns, rules, times=times, overrides=drawn)
        for rules in arm_rules(scenario)
    ]
    return Pair(*courses)


def run_graft(
    scenario: Scenario,
    inputs: Inputs,
    bodies: Pair,
    elasticities: Sequence[Mapping[str, np.ndarray]],
    times: np.ndarray,
) -> list[tuple[SiteCourse, SiteCourse]]:
    """Simulate the graft in both arms for each set of elasticities, all as members of one batch.

    Returns
    -------
    courses : (without, with) per set, each with n members.
    """
    n = inputs.design.n
    arms = [(e, body) for e in elasticities for body in (bodies.without, bodies.with_regimen)]
    graft = {name: np.tile(column, len(arms)) for name, column in inputs.graft.items()}
    for name in inputs.elasticities:
        graft[name] = np.concatenate([np.broadcast_to(e[name], (n,)) for e, _ in arms])
    course = simulate_site(
        scenario.procedure,
        graft,
        status_times=bodies.without.times,
        status=np.concatenate([body["status"] for _, body in arms]),
        times=times,
        n=n * len(arms),
    )
    parts = [_members(course, slice(i * n, (i + 1) * n)) for i in range(len(arms))]
    return list(zip(parts[::2], parts[1::2], strict=True))


def _members(course: SiteCourse, rows: slice) -> SiteCourse:
    """Return a view of some members of a course."""

    def cut(fields):
        return {name: tuple(a[rows] for a in arrays) for name, arrays in fields.items()}

    return SiteCourse(
        site=course.site,
        material=course.material,
        times_d=course.times_d,
        columns=course.columns,
        amounts=cut(course.amounts),
        densities=cut(course.densities),
        status=course.status[rows],
        ledger_error=course.ledger_error[rows],
    )
