"""The shipped posterior of the graft column, and what its column names mean at one procedure.

A column `module.quantity` holds everywhere; `module.quantity@dbbm` holds where that site or material is
used. The more specific one wins. A mixture takes the columns of its components, combined.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters.draws import Draws, meta_path, read_draws
from osseo.site.anatomy import Material, Site
from osseo.site.mixture import MIXED, PARTNER, central_values, mix
from osseo.site.reading import load_material, material_names, site_names

__all__ = ["at_procedure", "fitted_values", "graft_posterior", "narrowed_at", "posterior_path"]


def posterior_path() -> Path:
    """Return the place of the shipped draws of the graft column."""
    return Path(str(files("osseo.parameters"))) / "draws" / "graft.csv"


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


def at_procedure(
    values: Mapping[str, Any], site: Site, material: Material, defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return values by plain parameter name, as they hold at one procedure.

    Parameters
    ----------
    values : by `module.quantity` or `module.quantity@place`; columns of other places are left out.
    site, material : the procedure.
    defaults : for what `values` leave out of the components of a mixture, by `module.quantity@place`.

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
    return plain | _mixed(values, material, defaults or {}) | special


def _mixed(values: Mapping[str, Any], material: Material, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a mixture if `values` know anything of its components."""
    columns = [f"{name}@{part}" for part, _ in material.mixture for name in MIXED]
    if not any(column in values for column in columns):
        return {}
    known = {**defaults, **values}
    parts = [
        {
            name: known.get(f"{name}@{part}", value)
            for name, value in central_values(load_material(part).parameters).items()
        }
        for part, _ in material.mixture
    ]
    return mix(parts[0], parts[1], material.mixture[1][1])


def narrowed_at(ratios: Mapping[str, float], site: Site, material: Material) -> dict[str, float]:
    """Return posterior over prior SD by plain name; of a mixture, that of its least narrowed component.

    Parameters
    ----------
    ratios : by column of the posterior; a column that was not fitted has none.
    site, material : the procedure.
    """
    parts = dict(material.mixture)
    others = {name: ratio for name, ratio in ratios.items() if name.partition("@")[2] not in parts}
    here = at_procedure(others, site, material)
    drawn = [
        (row.name, i, ratios.get(f"{row.name}@{part}", 1.0))
        for i, part in enumerate(parts)
        for row in load_material(part).parameters
        if row.name in MIXED and row.distribution != "fixed"
    ]
    for name, i, ratio in drawn:
        mixed = PARTNER[name] if i and name in PARTNER else name
        here[mixed] = max(here.get(mixed, 0.0), ratio)
    return here
