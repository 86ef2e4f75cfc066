"""Events of the file -> `ForeignEvent`: their formulas become outputs of the model."""

from __future__ import annotations

from typing import Any

from osseo.language.foreign.draft import Draft
from osseo.language.foreign.formula import as_number
from osseo.language.foreign.model import Assignment, ForeignEvent
from osseo.language.foreign.network import is_concentration
from osseo.language.ir import Expr

__all__ = ["add_events"]


def add_events(draft: Draft) -> tuple[ForeignEvent, ...]:
    """Add the formulas of every event to the draft and return the events.

    An event without a trigger formula never fires and is left out.
    """
    found = []
    for i, event in enumerate(draft.model.getListOfEvents()):
        trigger = event.getTrigger()
        if trigger is not None and trigger.isSetMath():
            found.append(_read(draft, event, f"event.{i}"))
    return tuple(found)


def _read(draft: Draft, event: Any, prefix: str) -> ForeignEvent:
    where = event.getId() or prefix
    trigger = event.getTrigger()
    level3 = event.getLevel() > 2
    name = f"{prefix}.trigger"
    draft.assignments[name] = as_number(draft.truth(where, trigger.getMath()))
    assignments = []
    for j, item in enumerate(event.getListOfEventAssignments()):
        if item.isSetMath():
            value = draft.number(where, item.getMath())
            assignments.append(_assignment(draft, item.getVariable(), (f"{prefix}.value.{j}", value)))
    return ForeignEvent(
        name=where,
        trigger=name,
        starts_true=bool(trigger.getInitialValue()) if level3 else True,
        persistent=bool(trigger.getPersistent()) if level3 else True,
        from_trigger_time=bool(event.getUseValuesFromTriggerTime()),
        delay=_part(draft, event.getDelay(), where, f"{prefix}.delay"),
        priority=_part(draft, event.getPriority(), where, f"{prefix}.priority"),
        assignments=tuple(assignments),
    )


def _part(draft: Draft, item: Any, where: str, name: str) -> str | None:
    if item is None or not item.isSetMath():
        return None
    draft.assignments[name] = draft.number(where, item.getMath())
    return name


def _assignment(draft: Draft, variable: str, value: tuple[str, Expr]) -> Assignment:
    name, expr = value
    draft.assignments[name] = expr
    species = draft.model.getSpecies(variable)
    if species is None or f"model.{variable}" in draft.rates:
        if f"model.{variable}" not in draft.rates:
            draft.refuse(variable, "event that sets a quantity set by a rule")
        return Assignment(f"model.{variable}", name)
    if f"amount.{variable}" not in draft.rates:
        draft.refuse(variable, "event that sets a quantity set by a rule")
    compartment = draft.model.getCompartment(species.getCompartment())
    volume = f"model.{compartment.getId()}" if is_concentration(species, compartment) else None
    return Assignment(f"amount.{variable}", name, volume)
