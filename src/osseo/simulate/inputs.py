"""Everything a course or an answer draws, before anything is simulated: parameters, patients, elasticities.

Rows are draws of what we do not know, repeated for the patients drawn with each (theta-major). Every
column is keyed by (seed, name), so both arms, every prior set and every machine see the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from osseo.parameters import ParameterSet, draw_priors, load_parameters, uniform_stream
from osseo.population.people import People, draw_people
from osseo.scenario.types import Scenario
from osseo.simulate.body import body_system
from osseo.simulate.covariates import person_graft
from osseo.simulate.site import load_procedure
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import draw_site_patients, procedure_table
from osseo.site import Material, Site
from osseo.site.posterior import at_procedure, graft_posterior, narrowed_at

__all__ = ["ELASTICITY", "NOT_NARROWED", "Design", "Inputs", "draw_inputs", "draw_others"]

#: prefix of the elasticities, the only primitives of magnesium in the graft
ELASTICITY = "magnesium_links.e_"
#: posterior SD over prior SD above which data have not narrowed a quantity
NOT_NARROWED = 0.9
_OTHER_SEED = 1_000_003


@dataclass(frozen=True)
class Design:
    """How many draws, and how many patients with each."""

    n_theta: int
    n_patients: int

    @property
    def n(self) -> int:
        """Return the number of paired courses."""
        return self.n_theta * self.n_patients


@dataclass(frozen=True)
class Inputs:
    """What was drawn; every array is (n,), n = n_theta * n_patients, theta-major.

    people : virtual patients. body, graft : parameter overrides of the two models. elasticities : the
    neutral draw. narrowed : posterior over prior SD by parameter, 1 where nothing was fitted.
    patient : names of overrides that say who a patient is.
    """

    design: Design
    seed: int
    people: People
    body: Mapping[str, np.ndarray]
    graft: Mapping[str, np.ndarray]
    elasticities: Mapping[str, np.ndarray]
    narrowed: Mapping[str, float]
    patient: frozenset[str]

    def columns(self) -> dict[str, np.ndarray]:
        """Return every drawn column by name; people are `person.<column>`."""
        people = {f"person.{name}": column for name, column in self.people.columns.items()}
        return {**people, **self.body, **self.graft, **self.elasticities}

    def is_prior_driven(self, name: str) -> bool:
        """Return whether a column is a parameter that data have not narrowed."""
        is_parameter = not name.startswith("person.") and name not in self.patient
        return is_parameter and self.narrowed.get(name, 1.0) > NOT_NARROWED


def draw_inputs(scenario: Scenario, design: Design, seed: int) -> Inputs:
    """Draw everything an answer needs.

    Parameters
    ----------
    scenario : blanks of its person are drawn from their cohorts.
    design : number of draws and of patients with each.
    seed : of every draw.
    """
    site, material, _ = load_procedure(scenario.procedure)
    table = procedure_table(site, material)
    posterior, narrowed = _posterior(site, material, design, seed)
    names = [n for n in _free(table, site_system().parameter_names) if n not in posterior]
    priors = _by_theta(table, names, design, seed)
    elasticities = {n: c for n, c in priors.items() if n.startswith(ELASTICITY)}
    graft = {n: c for n, c in priors.items() if n not in elasticities} | posterior
    patients = draw_site_patients(site, material, design.n, seed)
    return Inputs(
        design=design,
        seed=seed,
        people=draw_people(scenario.person, design.n, seed),
        body=_by_theta(load_parameters(), _body_names(scenario), design, seed),
        graft=person_graft(
            scenario,
            graft | patients,
            n_theta=design.n_theta,
            n_patients=design.n_patients,
            seed=seed,
        ),
        elasticities=elasticities,
        narrowed=narrowed,
        patient=frozenset(patients),
    )


def draw_others(scenario: Scenario, inputs: Inputs) -> Inputs:
    """Return inputs with the same draws of what data have not narrowed, and fresh draws of all else."""
    fresh = draw_inputs(scenario, inputs.design, inputs.seed + _OTHER_SEED)

    def kept(old: Mapping[str, np.ndarray], new: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: old[name] if inputs.is_prior_driven(name) else new[name] for name in old}

    return replace(
        fresh,
        body=kept(inputs.body, fresh.body),
        graft=kept(inputs.graft, fresh.graft),
        elasticities=kept(inputs.elasticities, fresh.elasticities),
    )


def _free(table: ParameterSet, names: tuple[str, ...]) -> list[str]:
    rows = (table[name] for name in names if name in table)
    return [row.name for row in rows if row.layer == "parameter" and row.distribution != "fixed"]


def _body_names(scenario: Scenario) -> list[str]:
    """Return what is drawn for the body: its model's parameters, and those of the salts that are taken."""
    table = load_parameters()
    taken = {"food", *(rule.salt for rule in (*scenario.regimen, *scenario.comparator))}
    salts = [
        name
        for name in load_parameters("salts")
        if not name.endswith("_factor") or name.partition(".")[2].removesuffix("_factor") in taken
    ]
    return _free(table, (*body_system().parameter_names, *salts))


def _by_theta(table: ParameterSet, names: list[str], design: Design, seed: int) -> dict[str, np.ndarray]:
    drawn = draw_priors(table, names, design.n_theta, seed).columns()
    return {name: np.repeat(column, design.n_patients) for name, column in drawn.items()}


def _posterior(site: Site, material: Material, design: Design, seed: int):
    """Return shipped posterior rows as they hold at this procedure, and how far each is narrowed."""
    draws = graft_posterior()
    order = np.argsort(uniform_stream(seed, "posterior rows", draws.n), kind="stable")
    rows = np.resize(order, design.n_theta)
    here = at_procedure(draws.columns(), site, material)
    ratio = narrowed_at(draws.meta.get("sd_ratio", {}), site, material)
    # what both parts of a mixture leave fixed comes as one number
    columns = {n: np.broadcast_to(c, draws.n)[rows] for n, c in here.items()}
    return {n: np.repeat(c, design.n_patients) for n, c in columns.items()}, ratio
