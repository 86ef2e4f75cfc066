"""From a person to the covariates of healing: facts, factors of the graft's parameters, odds of endpoints.

What is not known of a person stays at the average patient of the studies, whom the fit is about. Both arms
of a comparison are the same person, so they carry the same factors.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from osseo.nutrition.drugs import match_wordings
from osseo.parameters import uniform_stream
from osseo.scenario.types import Person, Procedure, Scenario
from osseo.simulate.site import load_procedure, site_overrides
from osseo.simulate.site_parameters import procedure_table
from osseo.site.covariates import (
    Uniform,
    covariate_factors,
    covariate_odds,
    covariate_words,
    load_covariates,
)

__all__ = [
    "apply_factors",
    "healing_facts",
    "person_facts",
    "person_graft",
    "person_notes",
    "person_odds",
    "person_records",
]

#: 25-hydroxyvitamin D [nmol/L] below which a person is deficient (20 ng/mL)
_DEFICIENT = 50.0
#: age [y] from which a woman is taken as past her menopause unless she says otherwise
_MENOPAUSE_Y = 51.0
#: end of the name of a fixation whose rows are those of an open fracture
_OPEN = "_open"


def person_facts(person: Person) -> dict[str, float]:
    """Return what is known of a person, by the facts of `site/covariates.yaml`; a blank is left out.

    Conditions and drugs that are not named are not taken as absent: the list may not be complete.

    Examples
    --------
    >>> person_facts(Person(age_y=40, sex="male", smoker=True))
    {'age_y': 40.0, 'smoker': 1.0}
    """
    facts = {"age_y": float(person.age_y)}
    for name, value in (("smoker", person.smoker), ("diabetes", person.diabetes)):
        if value is not None:
            facts[name] = float(value)
    if person.vitamin_d is not None:
        facts["vitamin_d_deficient"] = float(person.vitamin_d < _DEFICIENT)
    if person.sex == "female":
        facts["menopause"] = float(person.age_y >= _MENOPAUSE_Y)
    facts |= dict.fromkeys(match_wordings(person.conditions, covariate_words("conditions"))[0], 1.0)
    return facts | dict.fromkeys(match_wordings(person.drugs, covariate_words("drugs"))[0], 1.0)


def healing_facts(scenario: Scenario) -> dict[str, float]:
    """Return what is known of a person and acts on healing; what the fixation carries already is left out.

    An open fracture may be said as a fixation of its own (`nail_open`) or as a condition, or both.
    """
    facts = person_facts(scenario.person)
    if scenario.procedure.fixation.endswith(_OPEN):
        facts.pop("open_fracture", None)
    return facts


def apply_factors(
    procedure: Procedure,
    overrides: Mapping[str, float | np.ndarray],
    factors: Mapping[str, float | np.ndarray],
) -> dict[str, float | np.ndarray]:
    """Return overrides with factors on them; what they leave out stands at the mode of the shipped fit.

    Parameters
    ----------
    procedure : decides what holds where nothing is overridden.
    overrides : by `module.quantity`. factors : by `module.quantity`.
    """
    site, material, _ = load_procedure(procedure)
    table, fitted = procedure_table(site, material), site_overrides(procedure, {})
    base = {name: overrides.get(name, fitted.get(name, table.value(name))) for name in factors}
    return {**overrides, **{name: np.asarray(base[name]) * factors[name] for name in factors}}


def person_graft(
    scenario: Scenario, overrides: Mapping[str, np.ndarray], *, n_theta: int, n_patients: int, seed: int
) -> dict[str, np.ndarray]:
    """Return drawn overrides of the graft as they hold for the person of a scenario.

    Parameters
    ----------
    scenario : its person and procedure. overrides : (n,) by name, theta-major.
    n_theta, n_patients, seed : the sizes of the effects are drawn once per draw.
    """
    uniform: Uniform = partial(_drawn, n_theta=n_theta, n_patients=n_patients, seed=seed)
    factors = covariate_factors(healing_facts(scenario), scenario.procedure.site, uniform=uniform)
    n = n_theta * n_patients
    graft = apply_factors(scenario.procedure, overrides, factors)
    return {name: np.broadcast_to(np.asarray(column, dtype=float), n) for name, column in graft.items()}


def _drawn(name: str, *, n_theta: int, n_patients: int, seed: int) -> np.ndarray:
    return np.repeat(uniform_stream(seed, name, n_theta), n_patients)


def person_odds(scenario: Scenario) -> dict[str, float]:
    """Return log-odds of endpoints for the person of a scenario, from the average patient on."""
    return covariate_odds(person_facts(scenario.person), scenario.procedure.site)


def _acting(scenario: Scenario):
    """Yield covariate, fact, factors and odds of what is known of a person and matters here."""
    facts, site = person_facts(scenario.person), scenario.procedure.site
    healing = healing_facts(scenario)
    for covariate in load_covariates().values():
        if covariate.fact not in facts:
            continue
        own = {covariate.fact: facts[covariate.fact]}
        factors = covariate_factors(own, site) if covariate.fact in healing else {}
        odds = covariate_odds(own, site)
        if factors or odds:
            yield covariate, facts[covariate.fact], factors, odds


def person_records(scenario: Scenario) -> tuple[str, ...]:
    """Return the records behind what the person of a scenario brings along."""
    site = scenario.procedure.site
    found = (e.source for covariate, *_ in _acting(scenario) for e in covariate.at(site))
    return tuple(dict.fromkeys(record for source in found for record in source))


def person_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return what the person brings along and what it does here, a sentence per covariate."""
    notes = []
    for covariate, fact, factors, odds in _acting(scenario):
        moves = [f"{name} x {float(factor):.2f}" for name, factor in factors.items()]
        moves += [f"odds of {name} x {np.exp(value):.2f}" for name, value in odds.items()]
        records = dict.fromkeys(r for effect in covariate.at(scenario.procedure.site) for r in effect.source)
        source = f" [{', '.join(records)}]" if records else ""
        text = f"{covariate.label} ({fact:g}), against the average patient of the studies: {', '.join(moves)}"
        notes.append(text + source)
    return tuple(notes)
