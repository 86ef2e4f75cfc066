"""A model and its parameter table: every parameter has a row of the same unit, every row is used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from osseo.errors import EvidenceError, Issue, ModelError
from osseo.names import suggest
from osseo.parameters.parameter import Parameter, ParameterSet
from osseo.units import convert, is_same_dimension

__all__ = ["check_parameters", "check_sources", "parameter_issues", "source_issues"]


class _Declared(Protocol):
    """What is read of a model quantity."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...


class _Model(Protocol):
    """What is read of a model (a ModelIR; the language floor is not imported here)."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> Sequence[_Declared]: ...
    @property
    def states(self) -> Sequence[_Declared]: ...
    @property
    def assignments(self) -> Sequence[_Declared]: ...


def _is_same_unit(unit: str, other: str) -> bool:
    if unit == other:
        return True
    if not is_same_dimension(unit, other):
        return False
    return math.isclose(convert(1.0, unit, other), 1.0, rel_tol=1e-9)


def parameter_issues(model: _Model, pset: ParameterSet) -> list[Issue]:
    """Return what is wrong between a model and a table.

    A row is unused if its module is in the model but the parameter is not; rows of other modules
    belong to other models.

    Parameters
    ----------
    model : ModelIR.
    pset : rows, of any number of models.
    """
    issues = []
    for q in model.parameters:
        where = f"{q.file}:{q.line}"
        if q.name not in pset:
            remedy = suggest(q.name, pset) or f"add a row [{q.unit}]"
            remedy = remedy if remedy.startswith("did you") else f"add a row [{q.unit}]"
            issues.append(Issue(where, f"{q.name} has no row in a parameter table", remedy))
        elif not _is_same_unit(pset[q.name].unit, q.unit):
            row = pset[q.name]
            message = f"{q.name} is {q.unit} here and {row.unit} in {row.where}"
            issues.append(Issue(where, message, "use the unit of the model in the table"))
    return issues + _unused_issues(model, pset)


def _unused_issues(model: _Model, pset: ParameterSet) -> list[Issue]:
    declared = {q.name for q in model.parameters}
    everything = (*model.parameters, *model.states, *model.assignments)
    modules = {q.name.partition(".")[0] for q in everything}
    return [
        Issue(row.where, f"{row.name} is used by no model", suggest(row.name, declared) or "remove it")
        for row in pset.values()
        if row.name.partition(".")[0] in modules and row.name not in declared
    ]


def check_parameters(model: _Model, pset: ParameterSet) -> None:
    """Raise unless model and table fit.

    Parameters
    ----------
    model : ModelIR.
    pset : parameter rows.

    Raises
    ------
    ModelError : with every parameter without a row, unit clash and unused row.
    """
    issues = parameter_issues(model, pset)
    if issues:
        raise ModelError.from_issues(f"parameters of model {model.name}", issues)


def source_issues(parameters: Iterable[Parameter]) -> list[Issue]:
    """Return every cited source that is no evidence record.

    Parameters
    ----------
    parameters : rows.
    """
    from osseo.evidence import record_ids

    known = set(record_ids())
    return [
        Issue(p.where, f"{p.name}: unknown source {source!r}", suggest(source, known))
        for p in parameters
        for source in filter(None, (s.strip() for s in p.source.split(";")))
        if source not in known
    ]


def check_sources(pset: ParameterSet) -> None:
    """Raise unless every cited source is an evidence record.

    Parameters
    ----------
    pset : parameter rows.

    Raises
    ------
    EvidenceError : with every unknown source, by file and line.
    """
    issues = source_issues(pset.values())
    if issues:
        raise EvidenceError.from_issues("parameter tables", issues)
