"""Draft: what a foreign model is made of while it is read, by name, before it becomes a ModelIR.

Every quantity is one of: constant (a value at time 0, for good), assignment (a formula that always
holds), state (a rate, and a value at time 0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from osseo.errors import Issue
from osseo.language.foreign.formula import Reader, Unsupported
from osseo.language.ir import Call, Expr, Num, Sym

__all__ = ["ZERO", "Draft", "divide", "multiply"]

ZERO = Num(0.0)


def multiply(a: Expr, b: Expr) -> Expr:
    """Return a * b."""
    return Call("mul", (a, b))


def divide(a: Expr, b: Expr) -> Expr:
    """Return a / b."""
    return Call("div", (a, b))


@dataclass
class Draft:
    """A model being read.

    Parameters
    ----------
    model : libsbml.Model.
    constants : name -> value at time 0, or none if the file gives none.
    assignments : name -> formula.
    rates, starts : state -> rate; state -> value at time 0, or none.
    derived : assignments that no formula of the file asks for; dropped if they cannot be computed.
    rate_requests, used : ids whose rate of change, or whose value, occurs in a formula.
    ambiguous : species that have a size but no volume: amount or concentration, the file does not say.
    """

    model: Any
    constants: dict[str, Expr | None] = field(default_factory=dict)
    assignments: dict[str, Expr] = field(default_factory=dict)
    rates: dict[str, Expr] = field(default_factory=dict)
    starts: dict[str, Expr | None] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    rate_requests: dict[str, None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    ambiguous: list[str] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    rate_rules: dict[str, Any] = field(default_factory=dict)
    assignment_rules: dict[str, Any] = field(default_factory=dict)
    initial: dict[str, Any] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    solved: dict[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect rules, initial assignments and event targets by the id they set."""
        model = self.model
        for rule in model.getListOfRules():
            if rule.isSetMath() and not rule.isAlgebraic():
                table = self.rate_rules if rule.isRate() else self.assignment_rules
                table[rule.getVariable()] = rule.getMath()
        for item in model.getListOfInitialAssignments():
            if item.isSetMath():
                self.initial[item.getSymbol()] = item.getMath()
        for event in model.getListOfEvents():
            self.targets |= {a.getVariable() for a in event.getListOfEventAssignments() if a.isSetMath()}
        definitions = {f.getId(): _definition(f) for f in model.getListOfFunctionDefinitions()}
        self.reader = Reader(definitions, self._resolve, self._rate_of)

    def refuse(self, where: str, construct: str) -> None:
        """Note a construct that is not computed."""
        self.issues.append(Issue(where, construct))

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """Turn an unsupported construct inside the block into an issue at `where`."""
        try:
            yield
        except Unsupported as reason:
            self.refuse(where, str(reason))

    def number(self, where: str, node: Any, local: Mapping[str, Expr] | None = None) -> Expr:
        """Return a formula as a number; what is not understood is noted and stands as 0."""
        return self._read(self.reader.number, where, node, local)

    def truth(self, where: str, node: Any) -> Expr:
        """Return a formula as a truth value."""
        return self._read(self.reader.truth, where, node, None)

    def _read(self, read: Callable[..., Expr], where: str, node: Any, local: Any) -> Expr:
        with self.at(where):
            return read(node, local)
        return ZERO

    def initial_number(self, identifier: str) -> Expr | None:
        """Return the initial assignment of an id, if it has one."""
        node = self.initial.get(identifier)
        return None if node is None else self.number(identifier, node)

    def refuse_ambiguous(self) -> None:
        """Refuse species whose meaning is open, where a formula uses or sets them."""
        set_here = {*self.rate_rules, *self.assignment_rules, *self.initial, *self.targets, *self.solved}
        for identifier in self.ambiguous:
            if identifier in self.used | set_here:
                self.refuse(identifier, "size of a compartment without dimensions")

    def add_plain(self, identifier: str, value: Expr | None) -> None:
        """Add a compartment, parameter or stoichiometry: the id is the quantity itself."""
        name = f"model.{identifier}"
        start = self.initial_number(identifier) or value
        if identifier in self.solved:
            self.assignments[name] = self.solved[identifier]
        elif identifier in self.assignment_rules:
            self.assignments[name] = self.number(identifier, self.assignment_rules[identifier])
        elif identifier in self.rate_rules:
            self.rates[name] = self.number(identifier, self.rate_rules[identifier])
            self.starts[name] = start
        elif identifier in self.targets:
            self.rates[name], self.starts[name] = ZERO, start
        else:
            self.constants[name] = start

    def derive(self, name: str, expr: Expr) -> None:
        """Add an assignment that only a reader of results may ask for."""
        self.assignments[name] = expr
        self.derived.add(name)

    def _resolve(self, identifier: str) -> Expr:
        self.used.add(identifier)
        return Sym(f"model.{identifier}")

    def _rate_of(self, identifier: str) -> Expr:
        self.used.add(identifier)
        self.rate_requests[identifier] = None
        return Sym(f"rate.{identifier}")


def _definition(function: Any) -> tuple[tuple[str, ...], Any]:
    names = tuple(function.getArgument(i).getName() for i in range(function.getNumArguments()))
    return names, function.getBody()
