"""`answer_scenario`: a person, a graft and a regimen in; safety, the difference and its uncertainty out.

Safety comes first and a hard stop ends the answer there. A dose that can be read two ways is answered
twice. Everything drawn is keyed by the seed, so an answer can be reproduced anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from osseo.answer.arm_names import arm_names, describe_procedure, manner
from osseo.answer.context import blank_shares, dominating, evidence_ids, status_sensitivity, weakest_link
from osseo.answer.ladder import graft_choice, ladder, person_choice
from osseo.answer.outcomes import (
    body_rows,
    differences,
    endpoint_rows,
    graft_endpoints,
    scenario_settings,
)
from osseo.answer.pictures import graft_pictures
from osseo.answer.prior_sets import (
    ADVERTISED,
    DRAWN_SETS,
    MAIN_SET,
    advertised_gain,
    as_advertised,
    drawn_sd,
    largest_deficit,
    scaled,
)
from osseo.answer.result import AnswerResult, EndpointRow, Finding
from osseo.answer.safety import is_stopped, kept_on_stop, safety_findings
from osseo.answer.sentence import plain_sentence
from osseo.answer.series import body_series, fitted_points, graft_series, last_fitted_day, trial_points
from osseo.answer.typical import Advert, TypicalPerson, primary_visit
from osseo.errors import InputError
from osseo.scenario.door import readings
from osseo.scenario.types import DoseRule, Scenario
from osseo.simulate.arms import Pair, Progress, run_bodies, run_graft, time_grids
from osseo.simulate.covariates import person_notes, person_records
from osseo.simulate.inputs import Design, Inputs, draw_inputs, draw_others
from osseo.simulate.site import load_procedure
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_notes import procedure_notes
from osseo.simulate.site_parameters import procedure_table
from osseo.site import SiteCourse
from osseo.site.posterior import graft_posterior
from osseo.units import MG_MOLAR_MASS
from osseo.version import VERSION

__all__ = ["LEAST", "QUICK", "THOROUGH", "answer_reading", "answer_scenario", "describe_regimen"]

#: patients with each draw; the number of draws is what the user asks for over this
_N_PATIENTS = 2
#: paired courses of the two settings
LEAST = 40
QUICK = 200
THOROUGH = 1000


def _quiet(what: str, share: float | None) -> None:
    """Report progress to nobody."""


def answer_scenario(
    scenario: Scenario | str | Path,
    *,
    n_draws: int = QUICK,
    seed: int = 1,
    progress: Progress | None = None,
    thorough: bool = False,
    command: str = "",
) -> tuple[AnswerResult, ...]:
    """Answer a scenario, once for each reading of its dose.

    Parameters
    ----------
    scenario : a Scenario or the path of its YAML file.
    n_draws : paired courses (draws times patients), at least 40; `thorough` raises it to 1000.
    seed : of every draw; same seed, same answer on any machine and number of threads.
    progress : called with what is being done and the share done.
    command : what the user typed, kept in the result.

    Returns
    -------
    results : one, or two labelled `elemental` and `salt`.

    Raises
    ------
    InputError : every problem of the scenario file at once, or too few draws.
    """
    if n_draws < LEAST:
        raise InputError(f"draws: got {n_draws}; expected at least {LEAST}, fewer say nothing about spread")
    n = max(n_draws, THOROUGH) if thorough else n_draws
    design = Design(n // _N_PATIENTS, _N_PATIENTS)
    every = readings(scenario if isinstance(scenario, Scenario) else Path(scenario))
    findings = safety_findings(every)
    if is_stopped(findings):
        return (_stopped(every[0], findings, seed, command),)
    report = progress or _quiet
    results = []
    for i, one in enumerate(every):

        def part(what: str, share: float | None, i: int = i) -> None:
            report(what, None if share is None else (i + share) / len(every))

        results.append(answer_reading(one, findings, design, seed=seed, progress=part, command=command))
    return tuple(results)


def _stopped(scenario: Scenario, findings: tuple[Finding, ...], seed: int, command: str) -> AnswerResult:
    """Return an answer that holds the reasons to stop, referrals, and nothing else."""
    reasons = [finding.text for finding in findings if finding.level == "stop"]
    findings = kept_on_stop(findings)
    return AnswerResult(
        question=scenario.question,
        headline=_headline(scenario),
        reading="",
        sentence=f"No effect is shown. {' '.join(reasons)} Discuss magnesium with your doctor.",
        stopped=True,
        safety=findings,
        evidence=evidence_ids(
            procedure_table(*load_procedure(scenario.procedure)[:2]), (), findings=findings
        ),
        seed=seed,
        scenario_hash=scenario.hash,
        version=VERSION,
        command=command,
        scenario=scenario.raw,
    )


def answer_reading(
    scenario: Scenario,
    findings: tuple[Finding, ...],
    design: Design,
    *,
    seed: int = 1,
    progress: Progress = _quiet,
    command: str = "",
) -> AnswerResult:
    """Answer one reading of a scenario that safety did not stop."""
    _check_visits(scenario)
    body_times, times = time_grids(scenario)
    progress("drawing parameters and patients", 0.0)
    inputs = draw_inputs(scenario, design, seed)
    progress("magnesium in the body", 0.05)
    bodies = run_bodies(scenario, inputs, body_times)
    typical = TypicalPerson(scenario, inputs, body_times, times)
    advert = typical.advert(advertised_gain())
    progress("the graft, three prior sets", 0.15)
    sets = [scaled(inputs.elasticities, name) for name in DRAWN_SETS]
    deficit = largest_deficit(bodies.without["status"])
    sets.append(as_advertised(inputs.elasticities, advert.e, deficit))
    pairs = dict(
        zip((*DRAWN_SETS, ADVERTISED), run_graft(scenario, inputs, bodies, sets, times), strict=True)
    )
    progress("sensitivity and blanks", 0.75)
    frozen = _run_frozen(scenario, inputs, body_times, times)
    tables = {
        name: endpoint_rows(scenario, inputs, pair, frozen if name == MAIN_SET else None)
        for name, pair in pairs.items()
    }
    tau = status_sensitivity(scenario, inputs, body_times, times)
    blanks = blank_shares(scenario, inputs, body_times)
    progress("writing the answer", 0.95)
    return _assemble(
        scenario,
        findings,
        inputs=inputs,
        bodies=bodies,
        pair=pairs[MAIN_SET],
        prior_sets=tables,
        typical=typical,
        extras={
            "status_sensitivity": tau,
            "blanks": blanks,
            "notes": (*_scope_notes(scenario), *_notes(bodies, advert)),
            "command": command,
        },
    )


def _check_visits(scenario: Scenario) -> None:
    """Refuse a question whose every visit lies before the arms can differ."""
    starts = [rule.start_d for rule in (*scenario.regimen, *scenario.comparator) if rule.daily_mmol > 0]
    if starts and min(starts) >= max(scenario.visits_d):
        raise InputError(
            f"visits: the last is on day {max(scenario.visits_d):g}, but the first dose is on day "
            f"{min(starts):g}; add a visit after it, or nothing could differ"
        )


def _run_frozen(
    scenario: Scenario, inputs: Inputs, body_times: np.ndarray, times: np.ndarray
) -> tuple[SiteCourse, SiteCourse]:
    """Run the main prior set again with only what data have not narrowed kept as drawn."""
    others = draw_others(scenario, inputs)
    bodies = run_bodies(scenario, others, body_times)
    (pair,) = run_graft(scenario, others, bodies, [scaled(others.elasticities, MAIN_SET)], times)
    return pair


def _assemble(
    scenario: Scenario,
    findings: tuple[Finding, ...],
    *,
    inputs: Inputs,
    bodies: Pair,
    pair: tuple[SiteCourse, SiteCourse],
    prior_sets: dict[str, tuple[EndpointRow, ...]],
    typical: TypicalPerson,
    extras: dict,
) -> AnswerResult:
    site, material, _ = load_procedure(scenario.procedure)
    table = procedure_table(site, material)
    rows = prior_sets[MAIN_SET]
    primary = primary_row(rows, scenario)
    without, with_regimen = differences(
        graft_endpoints(scenario)[0], pair, (primary_visit(scenario),), scenario_settings(scenario)
    )
    shares = dominating(inputs, (with_regimen - without)[:, 0])
    grade, weak, records = weakest_link(table, shares)
    rungs = (*ladder(site.name), *person_choice(typical), *graft_choice(typical))
    names = tuple(e.name for e in graft_endpoints(scenario))
    fit = graft_posterior().meta
    points = (*fitted_points(scenario, names), *trial_points(scenario, bodies))
    return AnswerResult(
        question=scenario.question,
        headline=_headline(scenario),
        reading=scenario.reading,
        sentence=plain_sentence(primary, _compared(scenario)),
        stopped=False,
        safety=findings,
        rows=rows,
        primary=rows.index(primary),
        body_rows=body_rows(scenario, bodies),
        prior_sets=prior_sets,
        dominates=shares,
        weakest_grade=grade,
        weakest_names=weak,
        weakest_records=records,
        matters_more=rungs,
        chain=typical.chain(),
        series=(*body_series(bodies, site.name), *graft_series(pair, names, scenario_settings(scenario))),
        study_points=points,
        pictures=graft_pictures(pair, names, settings=scenario_settings(scenario)),
        not_informed=tuple(n for n in inputs.columns() if inputs.is_prior_driven(n)),
        evidence=evidence_ids(
            table,
            inputs.columns(),
            findings=findings,
            blanks=extras["blanks"],
            rungs=rungs,
            fitted=(
                *fit.get("evidence", ()),
                *(point.record for point in points),
                *person_records(scenario),
            ),
        ),
        n_draws=inputs.design.n,
        n_failed=_count_failed(bodies, pair),
        seed=inputs.seed,
        model_hash=f"{bodies.without.model_hash[:12]}-{site_system().hash[:12]}",
        scenario_hash=scenario.hash,
        version=VERSION,
        scenario=scenario.raw,
        arms=arm_names(scenario),
        **extras,
    )


def _count_failed(bodies: Pair, pair: tuple[SiteCourse, SiteCourse]) -> int:
    """Return how many members failed in either arm, in the body or in the graft."""
    ends = (pair[0], pair[1], bodies.without, bodies.with_regimen)
    return int(np.any([end.status != 0 for end in ends], axis=0).sum())


def primary_row(rows: Sequence[EndpointRow], scenario: Scenario) -> EndpointRow:
    """Return the row of the primary endpoint at the primary visit (a time has one row)."""
    name = graft_endpoints(scenario)[0].name
    wanted = [row for row in rows if row.endpoint == name]
    at = [row for row in wanted if row.visit_d in (None, primary_visit(scenario))]
    return (at or wanted)[0]


def _mg(mass: float) -> str:
    """Return a mass [mg] as people write it, never in powers of ten."""
    return f"{mass:,.0f}" if mass >= 100 else f"{mass:.3g}"


def describe_regimen(rules: Sequence[DoseRule]) -> str:
    """Return a regimen in plain words, elemental magnesium in mg.

    Examples
    --------
    >>> describe_regimen([DoseRule("glycinate", 400 / 24.305, 2, True, -56, 180)])
    '400 mg of magnesium a day as glycinate (day -56 to 180)'
    """
    parts = []
    for rule in rules:
        mg = _mg(rule.daily_mmol * MG_MOLAR_MASS)
        way = " into a vein" if rule.route == "iv" else ""
        if rule.single:
            parts.append(f"{mg} mg of magnesium{way} once as {rule.salt} (day {rule.start_d:g})")
        else:
            span = f"day {rule.start_d:g} to {rule.stop_d:g}"
            parts.append(f"{mg} mg of magnesium{way} a day as {rule.salt} ({span})")
    return " and ".join(parts) or "no magnesium supplement"


def _headline(scenario: Scenario) -> str:
    words, other = _described(scenario)
    return f"{describe_procedure(scenario.procedure)} - {words}, against {other}"


def _described(scenario: Scenario) -> tuple[str, str]:
    """Return regimen and comparison in words, with the manner of taking where the rest is the same."""
    words = describe_regimen(scenario.regimen)
    if not scenario.comparator:
        return words, "none"
    other = describe_regimen(scenario.comparator)
    if words != other:
        return words, other
    return f"{words}, {manner(scenario.regimen)}", f"{other}, {manner(scenario.comparator)}"


def _compared(scenario: Scenario) -> str:
    """Return the regimen in words, and what it is compared with if that is not nothing."""
    words, other = _described(scenario)
    return f"{words}, compared with {other}," if scenario.comparator else words


def _scope_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return what the arms are if both take something, and visits beyond the data."""
    notes = []
    if scenario.comparator:
        (compared, asked), (words, other) = arm_names(scenario), _described(scenario)
        notes.append(f"'{compared}' is the comparison: {other}; '{asked}' is {words}")
    notes += person_notes(scenario)
    last = last_fitted_day(scenario)
    late = [visit for visit in scenario.visits_d if visit > last]
    if late and last > 0:
        notes.append(
            f"day {late[0]:.0f} and later are extrapolated: the data this graft was fitted to end on "
            f"day {last:.0f}"
        )
    shown = max(scenario.visits_d, default=0.0)
    return (*notes, *procedure_notes(scenario.procedure, 0.0 if late and last > 0 else shown))


def _notes(bodies: Pair, advert: Advert) -> tuple[str, ...]:
    when = f"on day {advert.visit_d:g}"
    if advert.reached:
        n_sd = advert.e / drawn_sd()
        claim = (
            f"as advertised: +{advert.gain:.0%} {when} would need an elasticity of {advert.e:.1f} per unit "
            f"of x on osteoblast differentiation, {n_sd:.0f} standard deviations of the neutral prior"
        )
    else:
        claim = (
            f"as advertised: no elasticity gives a typical person +{advertised_gain():.0%}; the most any "
            f"gives is {advert.gain:+.0%}, {when}"
        )
    return (claim, *dict.fromkeys((*bodies.without.notes, *bodies.with_regimen.notes)))
