"""Draft -> ModelIR: drop what cannot be computed and nobody asks for, fold constants, put in order.

Also finds the switches: comparisons on which a rate or a trigger depends, so that a course can stop
where they change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from osseo.errors import Issue
from osseo.language.foreign.draft import ZERO, Draft
from osseo.language.foreign.formula import TRUTH_OPS, operations
from osseo.language.foreign.model import ForeignEvent, ForeignModel
from osseo.language.foreign.value import MissingValue, Values, evaluate_expr
from osseo.language.ir import Call, Expr, ModelIR, Num, Quantity, Sym, symbols, walk
from osseo.language.load import hash_of
from osseo.language.order import find_cycles, reach, sort_by_need

__all__ = ["Layout"]

#: operations that machine code does not have; they are computed where all they need is constant
ONLY_CONSTANT = frozenset(("factorial",))
COMPARISONS = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))
#: a state of models without one
CLOCK = "clock.time"


class Layout:
    """The way from a draft to a ForeignModel; problems are collected in `issues`."""

    def __init__(self, draft: Draft, events: tuple[ForeignEvent, ...]) -> None:
        self.draft = draft
        self.events = events
        self.issues: list[Issue] = []
        self.assignments = dict(draft.assignments)
        self.rates = dict(draft.rates)
        given = {**draft.constants, **draft.starts}
        self.formulas = {name: e for name, e in given.items() if e is not None} | self.assignments
        self.missing = {name for name, e in given.items() if e is None}
        self.values = Values(self.formulas, {})

    def make(self, name: str) -> ForeignModel:
        """Return the model; look at `issues` before using it."""
        self._refuse_circles()
        if not self.issues:
            self._drop_unknown()
        if not self.issues:
            self._fold()
            self._check_starts()
        switches = self._switches() if not self.issues else ()
        if not self.rates:
            self.rates[CLOCK] = Num(1.0)
            self.formulas[CLOCK] = ZERO
        parameters = tuple(n for n in self.draft.constants if self._is_finite_constant(n))
        order = [] if self.issues else sort_by_need({n: symbols(e) for n, e in self.assignments.items()})
        ir = ModelIR(
            name=name,
            scope="body",
            states=_quantities(self.rates, "state"),
            parameters=_quantities(parameters, "parameter"),
            inputs=(),
            assignments=_quantities(order, "output"),
            assignment_exprs=tuple(self.assignments[n] for n in order),
            initial=tuple(ZERO for _ in self.rates),
            rates=tuple(self.rates.values()),
            outputs=tuple([*parameters, *(n for n in self.rates if n != CLOCK), *order]),
        )
        return ForeignModel(
            ir=replace(ir, hash=hash_of(ir)),
            formulas=self.formulas,
            events=self.events,
            switches=switches,
            held_amounts=tuple(self.draft.held),
            species=tuple(s.getId() for s in self.draft.model.getListOfSpecies()),
        )

    def _refuse_circles(self) -> None:
        for circle in find_cycles({n: symbols(e) for n, e in self.assignments.items()}):
            self.issues.append(Issue(circle[0], "rules that depend on each other in a circle"))

    def _unknown_needs(self) -> dict[str, set[str]]:
        """Return, for every assignment and rate, the names without a value that it needs."""
        needs = {n: symbols(e) for n, e in {**self.assignments, **self.rates}.items()}
        absent = {n for n in self.missing if n in self.draft.constants}
        known = {*self.draft.constants, *needs, "time"} - absent
        found: dict[str, set[str]] = {}
        order = sort_by_need({n: needs[n] for n in self.assignments})
        for name in [*order, *self.rates]:
            own = needs[name] - known
            passed_on = (found.get(n, set()) for n in needs[name] if n not in self.rates)
            found[name] = own.union(*passed_on)
        return found

    def _drop_unknown(self) -> None:
        """Drop derived readings of what has no value; refuse formulas of the file that need it."""
        unknown = self._unknown_needs()
        for name, names in unknown.items():
            if name not in self.draft.derived:
                self._refuse_missing(names)
        self.assignments = {n: e for n, e in self.assignments.items() if not unknown[n]}

    def _refuse_missing(self, names: Iterable[str]) -> None:
        for name in sorted(names):
            issue = Issue(name.split(".", 1)[1], "quantity without a value")
            if issue not in self.issues:
                self.issues.append(issue)

    def _check_starts(self) -> None:
        for name in self.rates:
            try:
                value = self.values(name)
            except MissingValue as missing:
                self._refuse_missing([str(missing)])
                continue
            if not math.isfinite(value):
                self.issues.append(Issue(name, "start value that is not finite"))
        for name in [n for n in self.draft.constants if n not in self.missing]:
            try:
                self.values(name)
            except MissingValue as missing:
                self._refuse_missing([str(missing)])

    def _is_finite_constant(self, name: str) -> bool:
        try:
            return name not in self.missing and math.isfinite(self.values(name))
        except MissingValue:
            return False

    def _fold(self) -> None:
        """Put numbers for constants that are not finite, and for operations on constants alone."""
        fixed = self._constant_names()
        self.assignments = {n: self._folded(e, fixed) for n, e in self.assignments.items()}
        self.rates = {n: self._folded(e, fixed) for n, e in self.rates.items()}
        for name in self.draft.constants:
            if name not in self.missing and not self._is_finite_constant(name):
                with_value = self._folded(Sym(name), fixed)
                self.assignments[name] = with_value
        for name, expr in {**self.assignments, **self.rates}.items():
            for op in sorted(operations(expr) & ONLY_CONSTANT):
                self.issues.append(Issue(name.split(".", 1)[1], f"{op} of a quantity that changes"))

    def _constant_names(self) -> set[str]:
        """Return every name whose value never changes."""
        needs = {n: symbols(e) for n, e in self.assignments.items()}
        fixed = {n for n in self.draft.constants if n not in self.missing}
        for name in sort_by_need(needs):
            if needs[name] <= fixed:
                fixed.add(name)
        return fixed

    def _folded(self, expr: Expr, fixed: set[str]) -> Expr:
        if isinstance(expr, Num):
            return expr
        try:
            if isinstance(expr, Sym):
                infinite = expr.name in self.draft.constants and not self._is_finite_constant(expr.name)
                return Num(self.values(expr.name)) if infinite and expr.name in fixed else expr
            if expr.op in ONLY_CONSTANT and symbols(expr) <= fixed:
                return Num(float(evaluate_expr(expr, self.values)))
        except MissingValue as missing:
            self._refuse_missing([str(missing)])
            return ZERO
        return Call(expr.op, tuple(self._folded(arg, fixed) for arg in expr.args))

    def _switches(self) -> tuple[tuple[str, str | None], ...]:
        """Add an output for every comparison on which a rate or a trigger depends."""
        needs = {n: symbols(e) for n, e in self.assignments.items()}
        triggers = {event.trigger for event in self.events}
        roots = triggers.union(*(symbols(e) for e in self.rates.values()))
        names = reach(roots, needs)
        exprs = [*self.rates.values(), *(e for n, e in self.assignments.items() if n in names)]
        moving, flowing = self._moving(), self._moving(_flow_symbols)
        nodes = [n for e in exprs for n in walk(e) if isinstance(n, Call) and n.op in COMPARISONS]
        found = dict.fromkeys(node for node in nodes if symbols(node) & moving)
        fired_by = reach(triggers, needs)
        for name, expr in self.assignments.items():
            if name in fired_by:
                self._refuse_instants(name, expr, flowing)
        return tuple(self._add_switch(i, node) for i, node in enumerate(found))

    def _refuse_instants(self, name: str, expr: Expr, flowing: set[str]) -> None:
        """Refuse a trigger that holds for an instant only."""
        for node in walk(expr):
            if not isinstance(node, Call) or node.op not in ("eq", "ne"):
                continue
            if any(_flow_symbols(arg) & flowing for arg in node.args):
                self.issues.append(Issue(name, "trigger on the equality of a quantity that flows"))

    def _moving(self, parts: Callable[[Expr], set[str]] = symbols) -> set[str]:
        """Return every name whose value changes in time (with `_flow_symbols`: not only by jumps)."""
        needs = {n: symbols(e) for n, e in self.assignments.items()}
        moving = {n for n, e in self.rates.items() if e != ZERO} | {"time"}
        for name in sort_by_need(needs) if not self.issues else ():
            if parts(self.assignments[name]) & moving:
                moving.add(name)
        return moving

    def _add_switch(self, i: int, node: Call) -> tuple[str, str | None]:
        truth = f"switch.{i}.holds"
        self.assignments[truth] = Call("piecewise", (Num(1.0), node, ZERO))
        if node.op in ("eq", "ne"):
            return truth, None
        gap = f"switch.{i}.gap"
        self.assignments[gap] = Call("sub", node.args)
        return truth, gap


def _flow_symbols(expr: Expr) -> set[str]:
    """Return the symbols on which the value of an expression depends smoothly, not only by comparisons."""
    if isinstance(expr, Sym):
        return {expr.name}
    if isinstance(expr, Num) or expr.op in TRUTH_OPS:
        return set()
    args = expr.args
    if expr.op == "piecewise":
        args = (*args[0::2], args[-1]) if len(args) % 2 else args[0::2]
    return set().union(*(_flow_symbols(arg) for arg in args))


def _quantities(names: Iterable[str], role: str) -> tuple[Quantity, ...]:
    return tuple(Quantity(name, "1", role) for name in names)
