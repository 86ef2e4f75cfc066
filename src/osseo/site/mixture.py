"""Mixtures of two grafts: how their numbers combine, for table rows and for draws alike.

A mixture is data (`mixture: {dbbm: 0.8, autograft_particulate: 0.2}`, shares of bulk volume as a surgeon
measures them). Solid and living cells add by volume; each solid keeps its own resorption and dissolution
(the second is the `partner` of the model); what one column can only have once is averaged over the solid.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from osseo.parameters import load_parameters
from osseo.parameters.parameter import Parameter, ParameterSet

__all__ = ["MIXED", "PARTNER", "SHARE", "SOLID", "central_values", "mix", "mixed_rows"]

SOLID = "graft_material.solid_day0"
SHARE = "graft_material.partner_share"
#: what the partner has for itself: parameter of a single material -> parameter of the partner
PARTNER = {
    "graft_material.resorbability": "graft_material.partner_resorbability",
    "graft_material.k_dissolution": "graft_material.partner_dissolution",
}
_BY_VOLUME = ("graft_cells.progenitor_day0", "graft_cells.osteoblast_day0", "graft_signals.factor_day0")
_BY_SOLID = (
    "graft_volume.compaction_share",
    "graft_material.conduction_graft",
    "graft_mechanics.graft_stiffness",
)
#: what a component gives to a mixture
MIXED = (SOLID, *PARTNER, *_BY_VOLUME, *_BY_SOLID)


@cache
def _shared() -> ParameterSet:
    return load_parameters("graft")


def central_values(rows: tuple[Parameter, ...]) -> dict[str, float]:
    """Return the central values of one component, from its rows and else the shared table."""
    own = {row.name: row.value for row in rows}
    return {name: own.get(name, _shared()[name].value) for name in MIXED}


def mix(first: Mapping[str, Any], second: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return the parameters of a mixture.

    Parameters
    ----------
    first, second : values of the components by `MIXED`, numbers or arrays of draws.
    share : () [1] share of bulk volume that is the second.

    Examples
    --------
    >>> one = dict.fromkeys(MIXED, 0.0) | {"graft_material.solid_day0": 0.2}
    >>> two = dict.fromkeys(MIXED, 0.0) | {"graft_material.solid_day0": 0.4}
    >>> round(mix(one, two, 0.5)["graft_material.partner_share"], 3)
    0.667
    """
    solid = (1.0 - share) * first[SOLID] + share * second[SOLID]
    of_solid = share * second[SOLID] / solid
    values: dict[str, Any] = {SOLID: solid, SHARE: of_solid}
    for name, of_partner in PARTNER.items():
        values[name], values[of_partner] = first[name], second[name]
    values |= {name: (1.0 - share) * first[name] + share * second[name] for name in _BY_VOLUME}
    return values | {name: (1.0 - of_solid) * first[name] + of_solid * second[name] for name in _BY_SOLID}


def mixed_rows(
    where: str, parts: tuple[tuple[str, float], ...], rows: tuple[tuple[Parameter, ...], ...]
) -> tuple[Parameter, ...]:
    """Return the rows of a mixture, and the patient rows of its larger part.

    What one component has for itself keeps its range; what adds up or is averaged has the ends of its parts
    added up or averaged at their central shares of the solid, a little too wide where both vary.

    Parameters
    ----------
    where : file of the mixture.
    parts : (component, share of bulk volume), two of them.
    rows : rows of the components, in the same order.
    """
    words = " and ".join(f"{share:.0%} {name}" for name, share in parts)
    own = [_rows_of(group) for group in rows]
    values = mix(*({name: row.value for name, row in group.items()} for group in own), share=parts[1][1])
    mixed = tuple(
        _mixed_row(name, value, _contributions(name, own, parts[1][1], values[SHARE]), (where, words))
        for name, value in values.items()
    )
    larger = rows[0] if parts[0][1] >= parts[1][1] else rows[1]
    return mixed + tuple(row for row in larger if row.layer == "patient")


def _rows_of(rows: tuple[Parameter, ...]) -> dict[str, Parameter]:
    own = {row.name: row for row in rows}
    return {name: own.get(name, _shared()[name]) for name in MIXED}


def _contributions(
    name: str, own: list[dict[str, Parameter]], share: float, of_solid: float
) -> tuple[tuple[float, Parameter], ...]:
    """Return (weight, row) of what makes a row of the mixture; none for the share of the partner."""
    of_partner = {second: first for first, second in PARTNER.items()}
    if name == SHARE:
        return ()
    if name in PARTNER:
        return ((1.0, own[0][name]),)
    if name in of_partner:
        return ((1.0, own[1][of_partner[name]]),)
    weight = of_solid if name in _BY_SOLID else share
    return ((1.0 - weight, own[0][name]), (weight, own[1][name]))


def _mixed_row(
    name: str, value: float, parts: tuple[tuple[float, Parameter], ...], text: tuple[str, str]
) -> Parameter:
    drawn = {row.distribution for _, row in parts} - {"fixed"}
    lower, upper = (sum(w * getattr(row, end) for w, row in parts) for end in ("lower", "upper"))
    kind = "lognormal" if drawn == {"lognormal"} and lower > 0 else "uniform"
    where, words = text
    return Parameter(
        name=name,
        unit=_shared()[name].unit,
        value=value,
        lower=min(lower, value) if drawn else value,
        upper=max(upper, value) if drawn else value,
        distribution=kind if drawn else "fixed",
        grade="assumed",
        source=";".join(dict.fromkeys(row.source for _, row in parts if row.source)),
        reason=f"{words} by volume, combined as in decision 0205",
        where=where,
    )
