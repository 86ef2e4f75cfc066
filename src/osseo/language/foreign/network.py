"""Compartments, species and reactions -> quantities of a draft.

A species is an amount where reactions or events change it, and what its rule says where a rule does. In
formulas its id means the amount (substance units only, or no volume) or the concentration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osseo.language.foreign.draft import ZERO, Draft, divide, multiply
from osseo.language.ir import Call, Expr, Num, Sym

__all__ = [
    "add_compartments",
    "add_parameters",
    "add_reactions",
    "add_species",
    "is_concentration",
    "rate_of",
]

Changes = dict[str, list[Expr]]


def is_concentration(species: Any, compartment: Any) -> bool:
    """Return whether the id of a species means its concentration in formulas."""
    return not species.getHasOnlySubstanceUnits() and _has_volume(compartment)


def _has_volume(compartment: Any) -> bool:
    dimensions = compartment.getSpatialDimensionsAsDouble()
    return not (compartment.isSetSpatialDimensions() and dimensions == 0)


def add_compartments(draft: Draft) -> None:
    """Add the size of every compartment."""
    for item in draft.model.getListOfCompartments():
        size = Num(item.getSize()) if item.isSetSize() else None
        if item.getLevel() == 1 and size is None:
            size = Num(1.0)
        draft.add_plain(item.getId(), size)


def add_parameters(draft: Draft) -> None:
    """Add every parameter."""
    for item in draft.model.getListOfParameters():
        draft.add_plain(item.getId(), Num(item.getValue()) if item.isSetValue() else None)


def add_species(draft: Draft, changes: Mapping[str, list[Expr]]) -> None:
    """Add every species; `changes` holds the rates of amount that reactions give it."""
    for item in draft.model.getListOfSpecies():
        compartment = draft.model.getCompartment(item.getCompartment())
        if compartment is None:
            draft.refuse(item.getId(), "species without a compartment")
            continue
        volume = Sym(f"model.{compartment.getId()}") if _has_volume(compartment) else None
        if volume is None and compartment.isSetSize() and compartment.getSize() != 1.0:
            draft.ambiguous.append(item.getId())
        _add_one(draft, item, volume if is_concentration(item, compartment) else None, changes)
        if volume is not None:
            draft.derive(f"concentration.{item.getId()}", divide(Sym(f"amount.{item.getId()}"), volume))


def _add_one(draft: Draft, item: Any, volume: Sym | None, changes: Mapping[str, list[Expr]]) -> None:
    """Add a species; `volume` is given if its id means a concentration."""
    identifier = item.getId()
    amount, value = f"amount.{identifier}", f"model.{identifier}"
    moved = changes.get(identifier, []) if not item.getBoundaryCondition() else []
    rule = draft.assignment_rules.get(identifier)
    if identifier in draft.solved or rule is not None:
        draft.assignments[value] = draft.solved.get(identifier) or draft.number(identifier, rule)
        draft.derive(amount, multiply(Sym(value), volume) if volume else Sym(value))
    elif identifier in draft.rate_rules and volume is not None:
        start = _start_amount(draft, item, volume)
        draft.rates[value] = draft.number(identifier, draft.rate_rules[identifier])
        draft.starts[value] = None if start is None else divide(start, volume)
        draft.held.append((value, volume.name))
        draft.derive(amount, multiply(Sym(value), volume))
    else:
        _add_amount(draft, item, volume, moved)
    if moved and (rule is not None or identifier in draft.rate_rules):
        draft.refuse(identifier, "species changed by a rule and by reactions")


def _add_amount(draft: Draft, item: Any, volume: Sym | None, moved: list[Expr]) -> None:
    identifier = item.getId()
    amount, value = f"amount.{identifier}", f"model.{identifier}"
    start = _start_amount(draft, item, volume)
    if identifier in draft.rate_rules:
        draft.rates[amount] = draft.number(identifier, draft.rate_rules[identifier])
    elif moved:
        draft.rates[amount] = moved[0] if len(moved) == 1 else Call("add", tuple(moved))
    elif identifier in draft.targets:
        draft.rates[amount] = ZERO
    if amount in draft.rates:
        draft.starts[amount] = start
    else:
        draft.constants[amount] = start
    draft.derive(value, divide(Sym(amount), volume) if volume else Sym(amount))


def _start_amount(draft: Draft, item: Any, volume: Sym | None) -> Expr | None:
    """Return the amount at time 0."""
    given = draft.initial_number(item.getId())
    if given is not None:
        return multiply(given, volume) if volume else given
    if item.isSetInitialAmount():
        return Num(item.getInitialAmount())
    if item.isSetInitialConcentration():
        return multiply(Num(item.getInitialConcentration()), Sym(f"model.{item.getCompartment()}"))
    return None


def add_reactions(draft: Draft) -> Changes:
    """Add the rate of every reaction; return species id -> rates of its amount."""
    changes: Changes = {}
    for reaction in draft.model.getListOfReactions():
        name = f"model.{reaction.getId()}"
        if reaction.isSetFast() and reaction.getFast():
            draft.refuse(reaction.getId(), "fast reaction")
            continue
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            _refuse_without_law(draft, reaction)
        else:
            local = _local_parameters(draft, reaction.getId(), law)
            draft.assignments[name] = draft.number(reaction.getId(), law.getMath(), local)
        for sign, references in (
            (Num(-1.0), reaction.getListOfReactants()),
            (Num(1.0), reaction.getListOfProducts()),
        ):
            for reference in references:
                _add_change(draft, changes, (name, sign), reference)
    return changes


def _refuse_without_law(draft: Draft, reaction: Any) -> None:
    draft.refuse(reaction.getId(), "reaction without a kinetic law")


def _local_parameters(draft: Draft, reaction: str, law: Any) -> dict[str, Expr]:
    local: dict[str, Expr] = {}
    # Level 3 keeps them in a list of their own
    items = law.getListOfLocalParameters() if law.getLevel() > 2 else law.getListOfParameters()
    for item in items:
        name = f"local.{reaction}.{item.getId()}"
        draft.constants[name] = Num(item.getValue()) if item.isSetValue() else None
        local[item.getId()] = Sym(name)
    return local


def _add_change(draft: Draft, changes: Changes, rate: tuple[str, Expr], reference: Any) -> None:
    reaction, sign = rate
    species = draft.model.getSpecies(reference.getSpecies())
    if species is None:
        draft.refuse(reference.getSpecies(), "species that is not in the model")
        return
    amount: Expr = multiply(multiply(sign, _stoichiometry(draft, reference)), Sym(reaction))
    factor = species.getConversionFactor() or draft.model.getConversionFactor()
    if factor:
        amount = multiply(amount, Sym(f"model.{factor}"))
    changes.setdefault(species.getId(), []).append(amount)


def _stoichiometry(draft: Draft, reference: Any) -> Expr:
    identifier = reference.getId() if reference.isSetId() else ""
    where = identifier or reference.getSpecies()
    if reference.getLevel() < 3 and reference.isSetStoichiometryMath():
        formula = reference.getStoichiometryMath()
        if not formula.isSetMath():
            draft.refuse(where, "stoichiometry without mathematics")
            return ZERO
        value: Expr | None = draft.number(where, formula.getMath())
        if identifier:
            draft.assignments[f"model.{identifier}"] = value
            return Sym(f"model.{identifier}")
        return value
    value = _plain_stoichiometry(reference)
    if identifier:
        draft.add_plain(identifier, value)
        return Sym(f"model.{identifier}")
    if value is None:
        draft.refuse(where, "stoichiometry without a value")
        return ZERO
    return value


def _plain_stoichiometry(reference: Any) -> Expr | None:
    if reference.getLevel() > 2:
        return Num(reference.getStoichiometry()) if reference.isSetStoichiometry() else None
    return Num(reference.getStoichiometry() / reference.getDenominator())


def rate_of(draft: Draft, identifier: str) -> Expr | None:
    """Return the rate of change of what an id means, or none if it is not known."""
    name = f"model.{identifier}"
    if name in draft.rates:
        return draft.rates[name]
    if name in draft.constants:
        return ZERO
    amount = f"amount.{identifier}"
    if name not in draft.derived or amount not in {*draft.rates, *draft.constants}:
        return None
    flow = draft.rates.get(amount, ZERO)
    species = draft.model.getSpecies(identifier)
    compartment = draft.model.getCompartment(species.getCompartment())
    if not is_concentration(species, compartment):
        return flow
    volume = f"model.{compartment.getId()}"
    if volume in draft.constants:
        return divide(flow, Sym(volume))
    if volume not in draft.rates:
        return None
    shrink = multiply(Sym(name), draft.rates[volume])
    return divide(Call("sub", (flow, shrink)), Sym(volume))
