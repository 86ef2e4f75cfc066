"""The shipped posterior of the graft column, and what its column names mean at one procedure.

A column `module.quantity` holds everywhere; `module.quantity@dbbm` holds where that site or material is
used, `module.quantity@site:fixation` where the site is held so. The more specific one wins. A mixture takes
the columns of its components, combined; `module.quantity@rhbmp2` is what an adjunct adds or multiplies.
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
from osseo.parameters import load_parameters
from osseo.parameters.draws import Draws, meta_path, read_draws
from osseo.site.anatomy import Material, Site
from osseo.site.mixture import MIXED, PARTNER, SHARE, SOLID, central_values, mix
from osseo.site.reading import adjunct_names, load_material, load_site, material_names, site_names

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
    here, held = {site.name, material.name}, f"{site.name}:{site.fixation}"
    own = _held_rows(site)
    issues, plain, special, of_fixation = [], {}, {}, {}
    for name, value in values.items():
        base, at, place = name.partition("@")
        if not at:
            plain[base] = value
        elif place == held:
            of_fixation[base] = value
        elif place in here:
            # what the fixation replaces is not what was fitted at the default one
            if place != site.name or base not in own:
                special[base] = value
        elif place not in _places():
            issues.append(Issue(name, f"unknown site or material {place!r}", suggest(place, _places())))
    if issues:
        raise InputError.from_issues("parameter overrides", issues)
    found = _mixed(values, material, defaults or {}) | special | of_fixation
    return plain | found | _with_adjuncts(found, values, material)


@cache
def _places() -> frozenset[str]:
    sites = [load_site(name) for name in site_names()]
    held = {f"{site.name}:{fixation.name}" for site in sites for fixation in site.fixations}
    return frozenset({*site_names(), *material_names(), *adjunct_names(), *held})


def _held_rows(site: Site) -> frozenset[str]:
    """Return the rows that the fixation in use replaces; none for the default."""
    return frozenset(row.name for f in site.fixations if f.name == site.fixation for row in f.parameters)


def _with_adjuncts(found: Mapping[str, Any], values: Mapping[str, Any], material: Material) -> dict[str, Any]:
    """Return what adjuncts make of what a place or a component gave; a plain value is final already."""
    changed: dict[str, Any] = {}
    for adjunct in material.adjuncts:
        for row in adjunct.parameters:
            column = f"{row.name}@{adjunct.name}"
            base = changed.get(row.name, found.get(row.name))
            if base is None and column in values:
                base = _graft_value(row.name, material)
            if base is not None:
                change = values.get(column, row.value)
                changed[row.name] = base + change if row in adjunct.adds else base * change
    return changed


def _graft_value(name: str, material: Material) -> float:
    """Return the central value of a parameter before any adjunct: of the material, else the shared row."""
    own = {row.name: row.value for row in material.parameters}
    return own[name] if name in own else load_parameters("graft")[name].value


def _mixed(values: Mapping[str, Any], material: Material, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parameters of a mixture whose components `values` know; its rows say the others."""
    columns = {name: [f"{name}@{part}" for part, _ in material.mixture] for name in MIXED}
    given = {name for name, both in columns.items() if any(column in values for column in both)}
    if not given:
        return {}
    known = {**defaults, **values}
    parts = [
        {
            name: known.get(f"{name}@{part}", value)
            for name, value in central_values(load_material(part).parameters).items()
        }
        for part, _ in material.mixture
    ]
    mixed = mix(parts[0], parts[1], material.mixture[1][1])
    first, second = (part for part, _ in material.mixture)
    kept = {name for name in given if name not in PARTNER}
    kept |= {name for name in PARTNER if f"{name}@{first}" in values}
    kept |= {partner for name, partner in PARTNER.items() if f"{name}@{second}" in values}
    if SOLID in given:
        kept.add(SHARE)
    return {name: mixed[name] for name in kept}


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
