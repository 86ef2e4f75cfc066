"""SBML text -> ForeignModel: read, refuse what is not understood, lay out for the compiler."""

from __future__ import annotations

from pathlib import Path

from osseo.language.foreign.algebra import solve_algebraic_rules
from osseo.language.foreign.document import read_document
from osseo.language.foreign.draft import ZERO, Draft
from osseo.language.foreign.event import add_events
from osseo.language.foreign.layout import Layout
from osseo.language.foreign.model import ForeignModel, ForeignRefusal
from osseo.language.foreign.network import (
    add_compartments,
    add_parameters,
    add_reactions,
    add_species,
    rate_of,
)

__all__ = ["read_foreign"]


def read_foreign(text: str, name: str = "model", place: Path | None = None) -> ForeignModel:
    """Read an SBML model of any level and version.

    Parameters
    ----------
    text : SBML.
    name : what messages call the model.
    place : the file it came from, for models that refer to other files.

    Raises
    ------
    ModelError : not SBML, or SBML with errors.
    ForeignRefusal : every construct that osseo does not compute.
    """
    document = read_document(text, name, place)
    draft = Draft(document.getModel())
    solve_algebraic_rules(draft)
    add_compartments(draft)
    add_parameters(draft)
    changes = add_reactions(draft)
    add_species(draft, changes)
    events = add_events(draft)
    draft.refuse_ambiguous()
    _add_rates_of_change(draft)
    if draft.issues:
        raise ForeignRefusal.from_issues(name, draft.issues, "no model was read")
    layout = Layout(draft, events)
    found = layout.make(name)
    if layout.issues:
        raise ForeignRefusal.from_issues(name, layout.issues, "no model was read")
    return found


def _add_rates_of_change(draft: Draft) -> None:
    for identifier in list(draft.rate_requests):
        found = rate_of(draft, identifier)
        if found is None:
            draft.refuse(identifier, "rateOf of a quantity set by a rule")
            found = ZERO
        draft.assignments[f"rate.{identifier}"] = found
