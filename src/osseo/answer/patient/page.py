"""`make_page`: a profile in, everything its page says out. Safety comes first and may end it there.

Safety is judged on what the person would take by the plan and on what the label in their hand says, under
each reading, so that nothing the product could do is lost. Nothing here is medical advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import osseo
from osseo.answer.patient.change import N_DRAWS, body_stand_in, what_could_change
from osseo.answer.patient.day import schedule_of, unplaced_drugs
from osseo.answer.patient.eating import eating_of, magnesium_limit
from osseo.answer.patient.labels import read_label
from osseo.answer.patient.partners import find_partners
from osseo.answer.patient.plan import GENERIC, make_plan, plan_rules, supplement_rules, what_if_rules
from osseo.answer.patient.settings import load_plan_file, setting
from osseo.answer.patient.types import Change, Eating, LabelReading, PatientPage, Plan
from osseo.answer.patient.words import questions_for, stop_rules
from osseo.answer.result import Finding
from osseo.answer.safety import is_stopped, safety_findings
from osseo.scenario.content import with_hash
from osseo.scenario.profile.types import Profile
from osseo.scenario.types import DoseRule, Procedure, Scenario
from osseo.site import load_site
from osseo.units import MG_MOLAR_MASS

__all__ = ["make_page"]

#: [d] visits where osseo knows no operation; the body alone is shown at them
_BODY_VISITS = (42.0, 84.0)
_SPOKEN = {
    "elemental": "if the number on your label is the magnesium",
    "salt": "if the number on your label is the whole salt",
}
_SIZED = ("dose_dangerous", "dose_above_licensed", "above_us_limit", "above_eu_limit", "one_large_dose")


def make_page(profile: Profile, *, n_draws: int = N_DRAWS, seed: int = 1) -> PatientPage:
    """Return the page of a profile.

    Parameters
    ----------
    profile : as read by `osseo.scenario.profile.door`.
    n_draws : paired courses of what could change, at least 100. seed : of every draw.

    Returns
    -------
    PatientPage : where safety stops it, findings, labels and questions only.
    """
    readings = tuple(r for product in profile.products for r in read_label(product, magnesium_limit(profile)))
    taken = [reading for reading in readings if reading.now_mg > 0]
    first = _findings(profile, taken, [()])
    if not is_stopped(first):
        first = _findings(profile, readings, [(), (_trial_dose(),)])
    base = PatientPage(
        profile=profile,
        safety=first,
        stopped=is_stopped(first),
        questions=questions_for(profile, first),
        seed=seed,
        version=osseo.__version__,
    )
    if base.stopped:
        return replace(base, evidence=_records(base))
    return _planned(base, readings, n_draws)


def _planned(base: PatientPage, readings: tuple[LabelReading, ...], n_draws: int) -> PatientPage:
    profile = base.profile
    eating = eating_of(profile)
    profile = replace(profile, person=replace(profile.person, mg_intake=eating.usual / MG_MOLAR_MASS))
    own = readings[: len(profile.products[0].elemental_mg)] if profile.products else ()
    plan = make_plan(profile, eating, base.safety, own, base.seed)
    findings = _findings(profile, readings, _taken_by(plan))
    change = _change(profile, plan, eating, n_draws, base.seed)
    schedule, times_kept = schedule_of(profile, plan)
    made = replace(
        base,
        safety=findings,
        stopped=is_stopped(findings),
        readings=readings,
        eating=eating,
        plan=plan,
        schedule=schedule,
        times_kept=times_kept,
        unplaced=unplaced_drugs(profile),
        partners=find_partners(),
        change=change,
        questions=questions_for(profile, findings),
        stop_rules=stop_rules(plan),
    )
    return replace(made, evidence=_records(made))


def _scenario(profile: Profile, rules: Sequence[DoseRule], reading: str = "") -> Scenario:
    operation = profile.operation
    procedure = operation.procedure or body_stand_in()
    visits = load_site(procedure.site).visits_d if operation.procedure else _BODY_VISITS
    return with_hash(
        Scenario(
            question="",
            person=profile.person,
            procedure=procedure,
            regimen=tuple(rules),
            visits_d=tuple(visits),
            reading=reading,
            source=profile.source,
        )
    )


def _safety_scenario(profile: Profile, rules: Sequence[DoseRule], reading: str = "") -> Scenario:
    """Return a scenario whose site is the operation itself, known to osseo or not, as the rules need it."""
    scenario = _scenario(profile, rules, reading)
    material = profile.operation.procedure.material if profile.operation.procedure else "none"
    return replace(scenario, procedure=Procedure(profile.operation.name, material))


def _taken_by(plan: Plan) -> list[tuple[DoseRule, ...]]:
    """Return what a plan may lead to be swallowed: itself, and a supplement unless there is none to take."""
    doses = [supplement_rules(plan, dose) for dose in (plan.dose, plan.without_food) if dose is not None]
    tried = [] if plan.kind == "nothing" else [(_trial_dose(),)]
    return [plan_rules(plan), *doses, *tried]


def _findings(
    profile: Profile, readings: Sequence[LabelReading], regimens: Sequence[tuple[DoseRule, ...]]
) -> tuple[Finding, ...]:
    """Return every finding of the regimens and of the labels under each reading, heaviest first.

    A finding that several share stands once; one about the size of a dose says which reading it is of.
    """
    judged = [("", _safety_scenario(profile, rules)) for rules in regimens]
    judged += [
        (reading.reading if len(readings) > 1 else "", _safety_scenario(profile, [_dose_of(reading)]))
        for reading in readings
    ]
    if len(profile.products) > 1:
        judged.append(
            ("", _safety_scenario(profile, [_dose_of(reading) for reading in _worst(profile, readings)]))
        )
    kept: dict[tuple[str, str], Finding] = {}
    for name, scenario in judged:
        for finding in safety_findings(scenario):
            kept.setdefault((finding.rule, finding.text), _spoken(finding, name))
    order = {f.rule: i for i, f in enumerate(safety_findings([scenario for _, scenario in judged]))}
    return tuple(sorted(kept.values(), key=lambda f: order[f.rule]))


def _worst(profile: Profile, readings: Sequence[LabelReading]) -> list[LabelReading]:
    """Return the largest reading of each product, for somebody who takes them all."""
    found, rest = [], list(readings)
    for product in profile.products:
        own, rest = rest[: len(product.elemental_mg)], rest[len(product.elemental_mg) :]
        found += [max(own, key=lambda r: r.now_mg or r.unit_mg)] if own else []
    return found


def _dose_of(reading: LabelReading) -> DoseRule:
    """Return what is taken of a product a day, or one unit of it, as a dose around surgery."""
    mg = reading.now_mg or reading.unit_mg
    return DoseRule(GENERIC, mg / MG_MOLAR_MASS, 1, True, -1.0, 0.0)


def _trial_dose() -> DoseRule:
    """Return a small supplement on the days around surgery, to see which rules a supplement meets."""
    return DoseRule(GENERIC, setting("generic_unit_mg") / MG_MOLAR_MASS, 1, True, -1.0, 0.0)


def _spoken(finding: Finding, reading: str) -> Finding:
    """Return the finding with the reading of the label it is about, where the size of a dose decides."""
    said = _SPOKEN.get(reading)
    return replace(finding, text=f"{finding.text} ({said})") if said and finding.rule in _SIZED else finding


def _change(profile: Profile, plan: Plan, eating: Eating, n_draws: int, seed: int) -> Change | None:
    rules = plan_rules(plan)
    is_what_if = not rules
    if is_what_if and plan.hold:
        return None
    rules = rules or what_if_rules(plan, eating.limit)
    return what_could_change(
        _scenario(profile, rules),
        operation=profile.operation.name,
        why_not=profile.operation.why_not,
        is_what_if=is_what_if,
        meal_phytate=eating.phytate_mmol,
        n_draws=n_draws,
        seed=seed,
    )


def _records(page: PatientPage) -> tuple[str, ...]:
    """Return every record the page rests on, once each, in reading order."""
    numbers = [row.get("records", ()) for row in load_plan_file()["numbers"].values()] if page.plan else []
    groups = [
        *(finding.records for finding in page.safety),
        page.eating.records if page.eating else (),
        *numbers,
        *(partner.records for partner in page.partners),
        *(records for _, records in page.stop_rules),
        *(rung.records for rung in (page.change.ladder if page.change else ())),
    ]
    return tuple(dict.fromkeys(record for group in groups for record in group))
