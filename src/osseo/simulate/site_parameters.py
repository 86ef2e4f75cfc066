"""The parameter table of one procedure, and draws of its patients.

Shared rows are replaced by those of the site, then of the material. Rows of layer `patient` say how
patients differ; they are drawn per patient, all others per parameter draw.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from osseo.parameters import ParameterSet, draw_priors, load_parameters
from osseo.site import Material, Site
from osseo.site.rows import merge_rows

__all__ = ["draw_site_patients", "patient_names", "procedure_table", "shared_table"]


@cache
def shared_table() -> ParameterSet:
    """Return every shipped parameter row."""
    return load_parameters()


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
