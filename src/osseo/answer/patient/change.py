"""What a plan could change: serum, urine and - where osseo knows the operation - the graft.

The same draws, rows and sentence as `osseo.answer`, for the main prior set alone: a page needs neither the
three prior sets nor the shares of its blanks, and is so made in a fifth of the time (decision 0321).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from osseo.answer.answer import describe_regimen, primary_row
from osseo.answer.context import dominating, weakest_link
from osseo.answer.ladder import ladder
from osseo.answer.outcomes import body_rows, differences, endpoint_rows, graft_endpoints
from osseo.answer.patient.types import Change, Crowd
from osseo.answer.patient.words import say_change
from osseo.answer.prior_sets import MAIN_SET, scaled
from osseo.answer.result import EndpointRow, Interval
from osseo.answer.typical import primary_visit
from osseo.scenario.types import Procedure, Scenario
from osseo.simulate.arms import Pair, run_bodies, run_graft, time_grids
from osseo.simulate.inputs import Design, Inputs, draw_inputs
from osseo.simulate.site import load_procedure
from osseo.simulate.site_parameters import procedure_table
from osseo.site import SiteCourse, load_site, site_names

__all__ = ["N_DRAWS", "body_stand_in", "what_could_change"]

#: paired courses of a page; the least `osseo.answer` accepts
N_DRAWS = 100
_N_PATIENTS = 2
#: share of its final change that serum must have made to be "reached"
_REACHED = 0.9
_LOOK_D = 112
#: [mmol/L] below this the serum of a group does not move in a way a laboratory could see; assumed: a tenth
#: of the 0.01 mmol/L that laboratories report
_UNSEEN = 0.001


def body_stand_in() -> Procedure:
    """Return a procedure for the body alone: which one it is moves nothing in the body."""
    name = site_names()[0]
    return Procedure(name, load_site(name).materials[0])


def what_could_change(
    scenario: Scenario,
    *,
    operation: str,
    why_not: str,
    is_what_if: bool,
    meal_phytate: float | None = None,
    n_draws: int = N_DRAWS,
    seed: int = 1,
) -> Change:
    """Simulate a plan and report what it changes.

    Parameters
    ----------
    scenario : the plan as a scenario; its procedure is a stand-in where `why_not` says that osseo cannot
        answer for the operation.
    operation : osseo's word for it, for what matters more.
    why_not : empty, or what osseo cannot answer for.
    is_what_if : the regimen is not the plan.
    meal_phytate : [mmol] in an average meal, None if not known.
    n_draws : paired courses, at least 100. seed : of every draw.

    Returns
    -------
    Change : rows equal to those of `answer_scenario` with the same draws and seed.
    """
    inputs = draw_inputs(scenario, Design(n_draws // _N_PATIENTS, _N_PATIENTS), seed)
    if meal_phytate is not None:
        inputs = _with_phytate(inputs, meal_phytate)
    body_times, times = time_grids(scenario)
    bodies = run_bodies(scenario, inputs, body_times)
    rows = body_rows(scenario, bodies)
    base = Change(
        regimen=describe_regimen(scenario.regimen),
        is_what_if=is_what_if,
        serum=tuple(row for row in rows if row.endpoint == "serum_total"),
        urine=tuple(row for row in rows if row.endpoint == "urine_24h"),
        why_not=why_not,
        n_draws=inputs.design.n,
        scenario=scenario,
    )
    base = replace(base, **_reach(scenario, inputs))
    if why_not:
        failed = int(np.sum(bodies.without.status != 0))
        return replace(base, n_failed=failed, ladder=ladder(operation))
    return _with_graft(base, scenario, inputs, bodies, times)


def _with_phytate(inputs: Inputs, meal_phytate: float) -> Inputs:
    columns = {**inputs.people.columns, "meal_phytate": np.full(inputs.design.n, meal_phytate)}
    return replace(inputs, people=replace(inputs.people, columns=columns))


def _reach(scenario: Scenario, inputs: Inputs) -> dict[str, object]:
    """Return the change of serum before surgery and the days until most of it is there."""
    start = min(rule.start_d for rule in scenario.regimen)
    last = max(start + 14.0, min(rule.stop_d for rule in scenario.regimen if rule.daily_mmol > 0))
    days = np.arange(start, min(last, start + _LOOK_D) + 1.0)
    pair = run_bodies(scenario, inputs, days)
    gained = pair.with_regimen["serum_total"] - pair.without["serum_total"]
    middle = np.nanmedian(gained, axis=0)
    top = float(middle.max())
    found = {"serum_change": Interval.of(gained[:, int(np.argmax(middle))]), "days_to_reach": None}
    if top > _UNSEEN:
        found["days_to_reach"] = float(days[int(np.argmax(middle >= _REACHED * top))] - start)
    return found


def _with_graft(base: Change, scenario: Scenario, inputs: Inputs, bodies: Pair, times: np.ndarray) -> Change:
    (pair,) = run_graft(scenario, inputs, bodies, [scaled(inputs.elasticities, MAIN_SET)], times)
    rows = endpoint_rows(scenario, inputs, pair)
    primary = primary_row(rows, scenario)
    site, material, _ = load_procedure(scenario.procedure)
    without, with_regimen = differences(graft_endpoints(scenario)[0], pair, (primary_visit(scenario),))
    shares = dominating(inputs, (with_regimen - without)[:, 0])
    grade, _, _ = weakest_link(procedure_table(site, material), shares)
    failed = (pair[0].status != 0) | (pair[1].status != 0) | (bodies.without.status != 0)
    return replace(
        base,
        rows=tuple(row for row in rows if row.endpoint == primary.endpoint or row.visit_d is None),
        sentence=say_change(primary, "A supplement" if base.is_what_if else "This plan"),
        crowds=_crowds(scenario, pair, rows, primary),
        grade=grade,
        ladder=ladder(site.name),
        n_failed=int(np.sum(failed)),
    )


def _crowds(
    scenario: Scenario, pair: tuple[SiteCourse, SiteCourse], rows: Sequence[EndpointRow], primary: EndpointRow
) -> tuple[Crowd, ...]:
    """Return the counts of 100 for the primary endpoint and for each time to a decision."""
    found = []
    for row in rows:
        if row.margin is None or not (row is primary or row.visit_d is None):
            continue
        endpoint = next(e for e in graft_endpoints(scenario) if e.name == row.endpoint)
        visit = scenario.visits_d[-1] if row.visit_d is None else row.visit_d
        without, with_regimen = differences(endpoint, pair, (visit,))
        gained = (with_regimen - without)[:, 0] * row.better
        found.append(_count(gained[np.isfinite(gained)], row))
    return tuple(found)


def _count(gained: np.ndarray, row: EndpointRow) -> Crowd:
    margin = float(row.margin or 0.0)
    n = max(gained.size, 1)
    better = round(100 * float(np.sum(gained > margin)) / n)
    worse = round(100 * float(np.sum(gained < -margin)) / n)
    return Crowd(better, worse, 100 - better - worse, row.label, row.unit, row.visit_d, margin)
