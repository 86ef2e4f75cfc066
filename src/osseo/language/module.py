"""One SBML module -> declared members and formulas, with file, line and role of each.

What a symbol is follows from its rule and its notes: `role: input`, `from: other_module`,
`tag: dose_absorbable`. All problems of the file are collected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from osseo.errors import Issue, ModelError
from osseo.language.formula import Lambda, from_ast, hidden_numbers
from osseo.language.ir import Expr, Num, symbols
from osseo.language.text import ModelText
from osseo.language.unit_algebra import UnitLine
from osseo.names import suggest

__all__ = ["Member", "Module", "read_module"]

#: which roles a symbol may be given, by the kind of its definition
_ROLES = {
    "const": ("parameter", "input", "argument", "link"),
    "rate": ("state", "ledger"),
    "assignment": ("assignment", "output", "function"),
}
#: the statements that define a symbol of each kind
_DEFINED_BY = {"const": ("declare",), "rate": ("rate",), "assignment": ("assignment",)}
#: what model text must not have; a reaction brings species and compartments with it
_FORBIDDEN = (
    ("getNumReactions", "a reaction", "write its flux as an assignment and use it in the rates"),
    ("getNumSpecies", "a species", "write amounts as states with a rate `x' =`"),
    ("getNumCompartments", "a compartment", "declare `const V` with a unit"),
    ("getNumEvents", "an event", "doses and events belong to the scenario"),
    ("getNumConstraints", "a constraint", "remove it"),
)


@dataclass(frozen=True)
class Member:
    """A symbol of one module; `target` is what a link points to, as written after `from:`."""

    name: str
    unit: str
    role: str
    tags: tuple[str, ...] = ()
    label: str = ""
    target: str = ""
    line: int = 0
    initial_line: int = 0


@dataclass
class Module:
    """What one file says, in its own names. `formulas` and `initial` are by symbol.

    `is_whole` is false if a formula could not be read, so that nothing can be said about use.
    """

    name: str
    file: str
    sbml: str
    members: dict[str, Member] = field(default_factory=dict)
    formulas: dict[str, Expr] = field(default_factory=dict)
    initial: dict[str, Expr] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    is_whole: bool = True


class _Reader:
    """Walks one libSBML model and collects members, formulas and issues."""

    def __init__(self, module: Module, text: ModelText, units: Mapping[str, UnitLine]) -> None:
        import libsbml

        self.module, self.text, self.units = module, text, units
        self.document = libsbml.readSBMLFromString(module.sbml)
        self.model = self.document.getModel()
        self.kinds: dict[str, str] = {}
        self.functions: dict[str, Lambda] = {}

    def issue(self, name: str, message: str, remedy: str = "", *kinds: str) -> None:
        """Record a problem at the line that says it."""
        full = f"{self.module.name}.{name}"
        self.module.issues.append(Issue(self.text.where(name, *kinds), f"{full}: {message}", remedy))

    def formula(self, name: str, math: Any, kind: str) -> Expr | None:
        """Convert one formula; every number in it that needs a name is an issue."""
        try:
            expr = from_ast(math, self.functions)
        except ModelError as error:
            self.issue(name, error.message, "", kind)
            self.module.is_whole = False
            return None
        for number in hidden_numbers(expr):
            message = f"number {number} in a formula; only 0, 1 and exponents are allowed"
            self.issue(name, message, "make it a named parameter with a unit", kind)
        return expr

    def read(self) -> None:
        """Fill the module."""
        self.check_forbidden()
        self.read_functions()
        self.read_rules()
        self.read_initial()
        for parameter in sorted(self.model.getListOfParameters(), key=self.position):
            self.read_member(parameter)
        self.check_symbols()

    def check_forbidden(self) -> None:
        """Model text has symbols and equations only."""
        lines = [s.line for s in self.text.statements if s.kind == "other"]
        found = [(w, r) for counter, w, r in _FORBIDDEN if getattr(self.model, counter)()]
        for what, remedy in found[:1]:
            where = f"{self.text.file}:{lines[0] if lines else 1}"
            issue = Issue(where, f"{self.module.name}: {what} is in model text", remedy)
            self.module.issues.append(issue)

    def position(self, element: Any) -> tuple[int, str]:
        """Sort by the line that declares or defines a symbol."""
        name = element.getId()
        return self.text.line_of(name, "declare", "assignment", "rate", "initial"), name

    def read_functions(self) -> None:
        """Read the function definitions, to be inlined."""
        for function in self.model.getListOfFunctionDefinitions():
            name = function.getId()
            args = tuple(function.getArgument(i).getName() for i in range(function.getNumArguments()))
            body = self.formula(name, function.getBody(), "function")
            self.functions[name] = Lambda(args, body if body is not None else Num(0.0))
            for free in sorted(symbols(self.functions[name].body) - {*args, "time"}):
                self.issue(name, f"function uses {free}, which is not an argument", "pass it in")

    def read_rules(self) -> None:
        """Read assignments and rates."""
        for rule in self.model.getListOfRules():
            name = rule.getVariable()
            if not (rule.isAssignment() or rule.isRate()):
                self.module.issues.append(Issue(self.text.file, "an algebraic rule", "write x := ..."))
                continue
            kind = "rate" if rule.isRate() else "assignment"
            self.kinds[name] = kind
            expr = self.formula(name, rule.getMath(), kind)
            if expr is not None:
                self.module.formulas[name] = expr

    def read_initial(self) -> None:
        """Read initial values given as formulas."""
        for initial in self.model.getListOfInitialAssignments():
            name = initial.getSymbol()
            expr = self.formula(name, initial.getMath(), "initial")
            if self.kinds.get(name) != "rate":
                remedy = "a state needs a rate `x' =`; a calculated value is written `x := `"
                self.issue(name, "has a start value but no rate", remedy, "initial")
                self.module.is_whole = False
            elif expr is not None:
                self.module.initial[name] = expr

    def read_member(self, parameter: Any) -> None:
        """Read one symbol: unit, role, tags, label, start value."""
        name = parameter.getId()
        kind = self.kinds.get(name, "const")
        if kind == "const" and not self.text.lines_of(name, "declare", "initial"):
            self.undeclared(name)
            return
        if parameter.isSetValue():
            self.read_value(name, parameter.getValue(), kind)
        elif kind == "rate" and self.model.getInitialAssignment(name) is None:
            remedy = "write `x = 0` or `x = x_base` with a parameter"
            self.issue(name, "state without a start value", remedy, "rate")
        role, tags, target = self.notes(name, kind, parameter)
        self.module.members[name] = Member(
            name=name,
            unit=self.unit(name, parameter.getUnits()),
            role=role,
            tags=tags,
            label=parameter.getName(),
            target=target,
            line=self.text.line_of(name, *_DEFINED_BY[kind]),
            initial_line=self.text.line_of(name, "initial"),
        )

    def undeclared(self, name: str) -> None:
        """Report a symbol that is used but declared nowhere, or has no equation."""
        known = self.text.names("declare", "assignment", "rate", "initial")
        near = suggest(name, known) if len(known) > 12 or known else ""
        remedy = near if near.startswith("did you") else "declare it: const NAME; NAME has UNIT"
        self.issue(name, "is not declared", remedy)

    def read_value(self, name: str, value: float, kind: str) -> None:
        """A number given to a symbol is the start of a state (0 or 1), else it is not allowed here."""
        if kind == "rate" and value in (0.0, 1.0):
            self.module.initial[name] = Num(float(value))
        elif kind == "rate":
            remedy = "start at 0, or at a parameter: x = x_base"
            self.issue(name, f"start value {value:g} is a number in model text", remedy, "initial")
        elif kind == "const":
            remedy = "numbers live in a parameter table; leave `const NAME` without a value"
            self.issue(name, f"value {value:g} is given in model text", remedy, "initial")

    def unit(self, name: str, unit_id: str) -> str:
        """Return the house text of a unit id; no unit is an issue."""
        if not unit_id:
            self.issue(name, "has no unit", f"add: {name} has UNIT")
        return self.units[unit_id].text if unit_id in self.units else ""

    def notes(self, name: str, kind: str, parameter: Any) -> tuple[str, tuple[str, ...], str]:
        """Return role, tags and link target from the notes of a symbol."""
        role, tags, target = _ROLES[kind][0], [], ""
        for key, value in self.note_entries(name, parameter):
            if key == "tag":
                tags.append(value)
            elif key == "from":
                role, target = "link", value
            elif key == "role":
                role = value
            else:
                hint = suggest(key, ("from", "role", "tag"))
                self.issue(name, f"unknown note {key!r}", hint, "notes")
        if role not in _ROLES[kind]:
            allowed = ", ".join(r for r in _ROLES[kind] if r != "link")
            what = {"const": "a constant", "rate": "a state", "assignment": "an assignment"}[kind]
            self.issue(name, f"role {role!r} given to {what}", f"allowed: {allowed}", "notes")
            role = _ROLES[kind][0]
        return role, tuple(tags), target

    def note_entries(self, name: str, parameter: Any) -> list[tuple[str, str]]:
        """Split `from: a; tag: b` into pairs."""
        text = re.sub(r"<[^>]*>", " ", parameter.getNotesString())
        entries = []
        for part in filter(str.strip, text.split(";")):
            key, colon, value = (x.strip() for x in part.partition(":"))
            if not colon or not value:
                self.issue(name, f"note {part.strip()!r}", "write `key: value; key: value`", "notes")
            else:
                entries.append((key, value))
        return entries

    def check_symbols(self) -> None:
        """Every symbol that has words about it must also be defined."""
        for name in self.text.names("has", "notes", "label", "declare"):
            if name not in self.module.members and self.model.getParameter(name) is None:
                self.issue(name, "is described but never defined", "remove it or declare it")


def read_module(sbml: str, text: ModelText, name: str, units: Mapping[str, UnitLine]) -> Module:
    """Return one module with its issues collected in it, not raised.

    Parameters
    ----------
    sbml : SBML text of the file.
    text : the file, to find lines again.
    name : module name.
    units : the shared units by id.
    """
    module = Module(name, text.file, sbml)
    _Reader(module, text, units).read()
    return module
