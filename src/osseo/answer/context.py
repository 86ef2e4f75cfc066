"""What an answer says about itself: blanks, what dominates, the weakest grade, evidence, sensitivity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from osseo.answer.outcomes import differences, graft_endpoints, scenario_settings, share_columns
from osseo.answer.prior_sets import MAIN_SET, scaled
from osseo.answer.result import Blank, Finding, Interval, LadderRung
from osseo.answer.statistics import first_order_shares
from osseo.answer.typical import primary_visit
from osseo.evidence.grading import weakest
from osseo.parameters import ParameterSet
from osseo.population.cohort import load_cohorts
from osseo.population.people import People
from osseo.scenario.types import Scenario
from osseo.simulate.arms import Pair, run_bodies, run_graft
from osseo.simulate.inputs import Design, Inputs

__all__ = ["TAUS", "blank_shares", "dominating", "evidence_ids", "status_sensitivity", "take", "weakest_link"]

_TAU = "magnesium_status.time_constant"
#: status time constants [d] shown in every answer; with an infinite one every effect is zero
TAUS = (7.0, 28.0, 140.0)
_LEAST_SHARE = 0.01
#: absolute filtration grows with weight to this power (population/cohorts.yaml, body_surface)
_GFR_BY_WEIGHT = load_cohorts()["body_surface"].numbers["exponent"]
_N_SENSITIVITY = 40


def take(inputs: Inputs, n_theta: int) -> Inputs:
    """Return the inputs of the first `n_theta` draws."""
    design = Design(min(n_theta, inputs.design.n_theta), inputs.design.n_patients)
    people = inputs.people
    columns = {name: c[: design.n] for name, c in people.columns.items()}
    return replace(
        inputs,
        design=design,
        people=People(columns, people.blanks, people.seed),
        body={name: c[: design.n] for name, c in inputs.body.items()},
        graft={name: c[: design.n] for name, c in inputs.graft.items()},
        elasticities={name: c[: design.n] for name, c in inputs.elasticities.items()},
    )


def _spread(pair: Pair, scenario: Scenario) -> float:
    """Return the variance of what the regimen does to status at the primary visit, or on day 0."""
    last = max([rule.stop_d for rule in scenario.regimen] + [0.0])
    at = int(np.searchsorted(pair.without.times, min(primary_visit(scenario), max(last - 7.0, 0.0))))
    return float(np.nanvar(pair.with_regimen["status"][:, at] - pair.without["status"][:, at]))


def blank_shares(scenario: Scenario, inputs: Inputs, times: np.ndarray) -> tuple[Blank, ...]:
    """Return what was left out, widest first.

    share = 1 - variance of the change in status with the blank at its median / variance with it drawn

    Status is the only road by which a person's blanks reach the graft, so the body alone is run again.
    """
    small = take(inputs, 100)
    full = _spread(run_bodies(scenario, small, times), scenario)
    blanks = []
    for name, drawn_from, records in inputs.people.blanks:
        people = small.people
        column = np.full(small.design.n, np.median(people.columns[name]))
        columns = {**people.columns, name: column}
        if name == "egfr":
            columns["gfr"] = people.columns["gfr"] * column / people.columns["egfr"]
        if name == "weight_kg":
            columns["gfr"] = people.columns["gfr"] * (column / people.columns["weight_kg"]) ** _GFR_BY_WEIGHT
        frozen = replace(small, people=People(columns, people.blanks, people.seed))
        share = 1.0 - _spread(run_bodies(scenario, frozen, times), scenario) / full if full > 0 else 0.0
        blanks.append(Blank(name, drawn_from, tuple(records), max(0.0, share)))
    return tuple(sorted(blanks, key=lambda blank: -blank.share))


def status_sensitivity(
    scenario: Scenario, inputs: Inputs, body_times: np.ndarray, times: np.ndarray
) -> tuple[tuple[float, Interval], ...]:
    """Return the difference in the primary endpoint for each status time constant, neutral set."""
    small = take(inputs, _N_SENSITIVITY // inputs.design.n_patients)
    endpoint, visit = graft_endpoints(scenario)[0], (primary_visit(scenario),)
    rows = []
    for tau in TAUS:
        bodies = run_bodies(scenario, small, body_times, {_TAU: np.full(small.design.n, tau)})
        (pair,) = run_graft(scenario, small, bodies, [scaled(small.elasticities, MAIN_SET)], times)
        without, with_regimen = differences(endpoint, pair, visit, scenario_settings(scenario))
        rows.append((tau, Interval.of((with_regimen - without)[:, 0])))
    return tuple(rows)


def dominating(inputs: Inputs, difference: np.ndarray, n: int = 6) -> tuple[tuple[str, float], ...]:
    """Return the inputs that explain most of the spread of a difference (n,), with their shares."""
    names, matrix = share_columns(inputs)
    share = first_order_shares(matrix, difference, inputs.design.n_patients)
    order = np.argsort(-share, kind="stable")[:n]
    return tuple((names[i], float(share[i])) for i in order if share[i] >= _LEAST_SHARE)


def weakest_link(
    table: ParameterSet, shares: Iterable[tuple[str, float]]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the weakest grade among parameters that move the answer, their names, their records.

    Only parameters that explain at least 1 % of the spread count: a weak number that moves nothing
    does not weaken the answer.
    """
    used = [table[name] for name, share in shares if name in table and share >= _LEAST_SHARE]
    if not used:
        return "", (), ()
    grade = weakest([row.grade for row in used])
    weak = [row for row in used if row.grade == grade]
    records = [r for row in weak for r in row.source.split(";") if r]
    return grade, tuple(row.name for row in weak), tuple(dict.fromkeys(records))


def evidence_ids(
    table: ParameterSet,
    names: Iterable[str],
    *,
    findings: Sequence[Finding] = (),
    blanks: Sequence[Blank] = (),
    rungs: Sequence[LadderRung] = (),
    fitted: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return every record an answer rests on, once, in a stable order."""
    ids = [r for name in names if name in table for r in table[name].source.split(";") if r]
    for group in (findings, blanks, rungs):
        ids += [record for item in group for record in item.records]
    return tuple(sorted(set(ids) | set(fitted)))
