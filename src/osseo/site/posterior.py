"""The shipped posterior of the graft column, and what its column names mean at one procedure.

A column `module.quantity` holds everywhere; `module.quantity@dbbm` holds where that site or material is
used. The more specific one wins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters.draws import Draws, meta_path, read_draws
from osseo.site.anatomy import Material, Site
from osseo.site.reading import material_names, site_names

__all__ = ["at_procedure", "fitted_values", "graft_posterior", "posterior_path"]


def posterior_path() -> Path:
    """Return the place of the shipped draws of the graft column."""
    from osseo import parameters

    return Path(parameters.__file__).parent / "draws" / "graft.csv"


def graft_posterior() -> Draws:
    """Return the shipped posterior draws of the graft column; see `at_procedure` for the names.

    Raises
    ------
    InputError : there are none yet.
    """
    path = posterior_path()
    if not path.exists():
        raise InputError(f"{path.name}: the graft column has no posterior; run `osseo calibrate graft`")
    return read_draws(path)


@cache
def _meta() -> Mapping[str, Any]:
    path = meta_path(posterior_path())
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def fitted_values() -> Mapping[str, float]:
    """Return the values at the mode of the shipped fit by column name; empty before the first fit."""
    return {str(name): float(value) for name, value in _meta().get("mode", {}).items()}


def at_procedure(values: Mapping[str, Any], site: Site, material: Material) -> dict[str, Any]:
    """Return values by plain parameter name, as they hold at one procedure.

    Parameters
    ----------
    values : by `module.quantity` or `module.quantity@place`; columns of other places are left out.
    site, material : the procedure.

    Raises
    ------
    InputError : a place that is neither a site nor a material.

    Examples
    --------
    >>> from osseo.site import load_material, load_site
    >>> dbbm = load_material("dbbm")
    >>> at_procedure({"a.b": 1, "a.b@dbbm": 2, "a.c@none": 3}, load_site("sinus_lift"), dbbm)
    {'a.b': 2}
    """
    places = {*site_names(), *material_names()}
    issues, plain, special = [], {}, {}
    for name, value in values.items():
        base, at, place = name.partition("@")
        if not at:
            plain[base] = value
        elif place not in places:
            issues.append(Issue(name, f"unknown site or material {place!r}", suggest(place, places)))
        elif place in (site.name, material.name):
            special[base] = value
    if issues:
        raise InputError.from_issues("parameter overrides", issues)
    return plain | special
