"""The parameter table of one procedure, and draws of its patients.

Shared rows are replaced by those of the site, then of the material. Rows of layer `patient` say how
patients differ; they are drawn per patient, all others per parameter draw.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters import ParameterSet, draw_priors, load_parameters
from osseo.scenario.types import Procedure
from osseo.site import Material, Site, adjunct_names, load_adjunct, load_material, load_site
from osseo.site.rows import merge_rows

__all__ = [
    "draw_site_patients",
    "load_procedure",
    "patient_names",
    "procedure_table",
    "shared_table",
]


@cache
def shared_table() -> ParameterSet:
    """Return every shipped parameter row."""
    return load_parameters()


@cache
def load_procedure(procedure: Procedure) -> tuple[Site, Material, float]:
    """Return site, graft and size [mm] of a procedure, checked; looked up once per procedure.

    The site is held by the fixation of the procedure, the graft carries its adjuncts.

    Raises
    ------
    NameUnknown : no such site or graft.
    InputError : a size outside the range of the site, an unknown fixation or adjunct, too many levels; all
        of them at once.
    """
    site = load_site(procedure.site)
    material = load_material(site.material(procedure.material))
    size = site.size.value if procedure.size_mm is None else float(procedure.size_mm)
    issues = _procedure_issues(procedure, site, size)
    if len(issues) == 1:
        issue = issues[0]
        raise InputError(f"{issue.where}: {issue.message}" + (f"; {issue.remedy}" if issue.remedy else ""))
    if issues:
        raise InputError.from_issues("procedure", issues)
    if procedure.adjuncts:
        material = replace(material, adjuncts=tuple(map(load_adjunct, procedure.adjuncts)))
    return site.fixed_with(procedure.fixation), material, size


def _procedure_issues(procedure: Procedure, site: Site, size: float) -> list[Issue]:
    issues = []
    if not site.size.lower <= size <= site.size.upper:
        limits = f"{site.size.lower:g} to {site.size.upper:g} mm ({site.size.meaning} at {site.name})"
        text = f"got {size:g} mm, expected {limits}"
        issues.append(Issue("procedure.size", text, f"give the {site.size.meaning}"))
    fixations = [fixation.name for fixation in site.fixations]
    if procedure.fixation and procedure.fixation not in fixations:
        known = f"it has {', '.join(fixations)}" if fixations else "it knows only one, leave it out"
        text = f"{site.name} has no fixation {procedure.fixation!r}"
        issues.append(Issue("procedure.fixation", text, suggest(procedure.fixation, fixations) or known))
    if not 1 <= procedure.levels <= site.levels_max:
        text = f"got {procedure.levels}, expected 1 to {site.levels_max} at {site.name}"
        issues.append(Issue("procedure.levels", text))
    known = adjunct_names()
    for name in procedure.adjuncts:
        if name not in known:
            hint = suggest(name, known) or f"known: {', '.join(known)}"
            issues.append(Issue("procedure.adjuncts", f"unknown adjunct {name!r}", hint))
    if len(set(procedure.adjuncts)) < len(procedure.adjuncts):
        issues.append(Issue("procedure.adjuncts", "one is given twice", "name each once"))
    return issues


@cache
def procedure_table(site: Site, material: Material) -> ParameterSet:
    """Return the parameter table of one site and material."""
    return merge_rows(shared_table(), site, material)


def patient_names(site: Site, material: Material) -> tuple[str, ...]:
    """Return the parameters of site and graft that differ between patients."""
    table = procedure_table(site, material)
    own = {row.name for row in (*site.parameters, *material.parameters)}
    return tuple(name for name in table if name in own and table[name].layer == "patient")


def draw_site_patients(site: Site, material: Material, n: int, seed: int) -> dict[str, np.ndarray]:
    """Draw n patients of a procedure: healing speed, host quality, packing of the graft.

    Draws are keyed by (seed, parameter name), so both arms of a comparison meet the same patients.

    Returns
    -------
    overrides : (n,) per parameter, for `simulate_site`.
    """
    names = patient_names(site, material)
    return draw_priors(procedure_table(site, material), names, n, seed).columns() if names else {}
