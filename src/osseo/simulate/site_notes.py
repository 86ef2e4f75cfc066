"""What a procedure must say of itself: unusual grafts, coarse grids, days and places no record speaks to.

Nothing here changes a number. Impossible things are refused before, by `load_procedure`; a grid that cannot
carry the front of cells is refused here.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from osseo.errors import InputError
from osseo.scenario.types import Procedure
from osseo.simulate.site_parameters import load_procedure, procedure_table
from osseo.site import Adjunct, Material, Site
from osseo.site.posterior import fitted_values

__all__ = ["GRID_LIMIT", "check_grid", "grid_error", "local_magnesium_note", "procedure_notes"]

#: largest error of early filling where a cell is as wide as the front [1], for an ungrafted gap and for a
#: graft that nothing enters from the sides, and how it grows with the cell; measured by halving cells from
#: 0.6 to 0.04 mm (decision 0219, tests/numerics/test_site_grid.py)
_ERROR_UNGRAFTED, _ERROR_GRAFTED, _GROWTH = 0.12, 0.03, 1.5
#: estimated error of early filling above which nothing is simulated [1]
GRID_LIMIT = 0.25
#: and below which it is not worth a word
_GRID_SMALL = 0.02
_SEEDING = "graft_cells.seeding"
#: magnesium of bone [mg/g] (karaaslan2014): a graft of bone brings no more than the bone it lies in
_BONE_MG_G = 2.54
_FRONT = ("graft_cells.D_progenitor", "graft_cells.k_division")


def procedure_notes(procedure: Procedure, last_d: float = 0.0) -> tuple[str, ...]:
    """Return what is odd or uncertain about a procedure, each in one sentence.

    That no record informs the graft here is not among them: see `Site.why_not_calibrated`.

    Parameters
    ----------
    procedure : checked again, cheaply.
    last_d : [d] the last day looked at.

    Raises
    ------
    InputError : as `load_procedure` and `check_grid`.
    """
    site, material, size = load_procedure(procedure)
    found = [site.why_unusual(material.name)]
    found += [_adjunct_note(site, adjunct) for adjunct in material.adjuncts]
    if last_d > site.validated_to_d:
        found.append(
            f"day {last_d:g} lies beyond day {site.validated_to_d:g}, the last that a record of "
            f"{site.label} speaks to; what comes later is the model's own"
        )
    found += [_grid_note(site, material, size), local_magnesium_note(material)]
    return tuple(text for text in found if text)


def _adjunct_note(site: Site, adjunct: Adjunct) -> str:
    """Return what trials say of an adjunct, and whether any was at this site."""
    elsewhere = adjunct.sites and site.name not in adjunct.sites
    where = f"; no trial of it in {site.label} is known here" if elsewhere else ""
    return f"{adjunct.label}: {adjunct.findings.rstrip('.')}{where} (grade {adjunct.grade})"


def _grid_note(site: Site, material: Material, size: float) -> str:
    error = grid_error(site, material, size)
    if error < _GRID_SMALL:
        return ""
    return f"grid: cells of this width move the earliest filling by up to about {error:.0%} of itself"


@cache
def grid_error(site: Site, material: Material, size_mm: float) -> float:
    """Return the estimated relative error of early filling through too coarse cells [1].

    error = 0.12 (h / w)^1.5,  w = sqrt(D / k);  0.03 in place of 0.12 in a graft, which carries cells

    h is the largest cell, w the width of the front of progenitors (D motility, k division, at the fit). It
    matters where host bone must cross a clot, or where nothing enters from the sides; else it is 0.
    """
    table = procedure_table(site, material)
    if material.is_graft and table.value(_SEEDING) > 0.0:
        return 0.0
    fitted = fitted_values()
    motility, division = (fitted.get(name, table.value(name)) for name in _FRONT)
    largest = max(np.diff(column.edges_mm).max() for column in site.columns(size_mm, material.is_graft))
    at_width = _ERROR_GRAFTED if material.is_graft else _ERROR_UNGRAFTED
    return float(at_width * (largest / np.sqrt(motility / division)) ** _GROWTH)


def check_grid(site: Site, material: Material, size_mm: float) -> None:
    """Refuse a grid that is too coarse for the front of cells.

    Raises
    ------
    InputError : the estimated error of early filling is above `GRID_LIMIT`.
    """
    error = grid_error(site, material, size_mm)
    if error > GRID_LIMIT:
        raise InputError(
            f"{site.name}: the grid is too coarse for the front of cells: early filling would be "
            f"wrong by up to {error:.0%} (limit {GRID_LIMIT:.0%}); set smaller cells under cell_mm"
        )


def local_magnesium_note(material: Material) -> str:
    """Return what magnesium a graft brings beyond that of bone, and why it enters no link; else nothing."""
    own = material.local_magnesium
    if own is None or own.content_mg_g <= _BONE_MG_G:
        return ""
    most = own.content_mg_g * own.released_share
    return (
        f"{material.name} holds {own.content_mg_g:g} mg/g of magnesium and lets go at most {most:.2g} mg/g "
        f"over {own.released_over_d:g} d; reported only, it enters no link: they were measured on magnesium "
        "in blood, and a dissolving implant does not move that (liu_porousmg)"
    )
