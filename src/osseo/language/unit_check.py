"""The unit pass: every formula of a linked model, dimension and factor.

Rules. The operands of + and -, of min, max and comparisons, and the branches of piecewise have one and the
same unit. exp, ln and tanh take and give plain numbers. A power with an integer literal goes on any base,
any other power needs a plain base and a plain exponent. A rate has the unit of its state per d, factor
included; an assignment and a start value have the declared unit. The literal 0 has any unit where it
stands alone as an operand, a branch or a right-hand side; the literal 1 is a plain number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from osseo.errors import Issue, ModelError, UnitError
from osseo.language.ir import Call, Expr, ModelIR, Num, Quantity, Sym
from osseo.language.render import render
from osseo.language.unit_algebra import Unit, describe, parse_unit

__all__ = ["check_units", "unit_issues"]

_LOGICAL = ("and", "or", "not")
_COMPARE = ("lt", "le", "gt", "ge", "eq", "ne")


class _Zero:
    """The unit of a lone literal 0: whatever stands beside it."""


class _Truth:
    """What a comparison gives; no unit, and not a value."""


class _Unknown:
    """A part whose problem has been reported, or whose symbol has no unit."""


_Kind = Unit | _Zero | _Truth | _Unknown
_ZERO, _TRUTH, _UNKNOWN = _Zero(), _Truth(), _Unknown()


def _text(kind: _Kind, known: tuple[str, ...]) -> str:
    return describe(kind, known) if isinstance(kind, Unit) else "a truth value"


class _Pass:
    """Infers the unit of expressions; `report` receives each clash."""

    def __init__(self, units: Mapping[str, Unit | None], known: tuple[str, ...]) -> None:
        self.units, self.known = units, known
        self.report: Callable[[str], None] = lambda message: None
        self.own = ""

    def show(self, expr: Expr) -> str:
        """Return an expression as the file at hand writes it."""
        return render(expr, self.own)

    def clash(self, message: str) -> _Unknown:
        """Report a clash once; the rest of the formula is then unknown."""
        self.report(message)
        return _UNKNOWN

    def of(self, expr: Expr) -> _Kind:
        """Return the unit of an expression."""
        if isinstance(expr, Num):
            return _ZERO if expr.value == 0.0 else parse_unit("1")
        if isinstance(expr, Sym):
            return self.units.get(expr.name) or _UNKNOWN
        if expr.op == "piecewise":
            return self.piecewise(expr)
        if expr.op == "pow":
            return self.power(expr)
        if expr.op in _LOGICAL:
            return self.logical(expr)
        kinds = [self.value(arg) for arg in expr.args]
        return self.operation(expr, kinds)

    def value(self, expr: Expr) -> _Kind:
        """Return the unit of an expression that must be a value."""
        kind = self.of(expr)
        if kind is _TRUTH:
            return self.clash(f"`{self.show(expr)}` is a truth value; use it in a piecewise condition")
        return kind

    def operation(self, expr: Call, kinds: list[_Kind]) -> _Kind:
        """Return the unit of an arithmetic operation or comparison."""
        if expr.op in ("add", "sub", "min", "max"):
            return self.same(expr, expr.args, kinds)
        if expr.op in _COMPARE:
            same = self.same(expr, expr.args, kinds)
            return same if same is _UNKNOWN else _TRUTH
        if expr.op in ("neg", "abs"):
            return kinds[0]
        if expr.op in ("exp", "ln", "tanh"):
            return self.plain(expr, kinds[0])
        if any(kind is _UNKNOWN for kind in kinds):
            return _UNKNOWN
        units = [kind if isinstance(kind, Unit) else parse_unit("1") for kind in kinds]
        if expr.op == "sqrt":
            return units[0] ** 0.5
        if expr.op == "div":
            return units[0] / units[1]
        result = units[0]
        for unit in units[1:]:
            result = result * unit
        return result

    def same(self, expr: Expr, parts: tuple[Expr, ...], kinds: list[_Kind]) -> _Kind:
        """Return the common unit of parts that must agree."""
        first: tuple[Expr, Unit] | None = None
        for part, kind in zip(parts, kinds, strict=True):
            if not isinstance(kind, Unit):
                continue
            if first is None:
                first = (part, kind)
            elif not kind.is_same(first[1]):
                left = f"`{self.show(first[0])}` is {_text(first[1], self.known)}"
                right = f"`{self.show(part)}` is {_text(kind, self.known)}"
                return self.clash(f"in `{self.show(expr)}`: {left}, {right}")
        if any(kind is _UNKNOWN for kind in kinds):
            return _UNKNOWN
        return first[1] if first else _ZERO

    def plain(self, expr: Call, kind: _Kind) -> _Kind:
        """Return the unit of a function of a plain number."""
        if isinstance(kind, Unit) and not kind.is_one:
            got = _text(kind, self.known)
            return self.clash(f"in `{self.show(expr)}`: {expr.op} takes a plain number, got {got}")
        return parse_unit("1")

    def power(self, expr: Call) -> _Kind:
        """Return the unit of a power."""
        base, exponent = self.value(expr.args[0]), _literal(expr.args[1])
        if exponent is not None and exponent == int(exponent):
            return base ** int(exponent) if isinstance(base, Unit) else base
        if exponent is None:
            kind = self.value(expr.args[1])
            if isinstance(kind, Unit) and not kind.is_one:
                got = _text(kind, self.known)
                return self.clash(f"in `{self.show(expr)}`: the exponent is {got}, expected 1")
        if isinstance(base, Unit) and not base.is_one:
            got = _text(base, self.known)
            message = f"in `{self.show(expr)}`: the base is {got}, expected 1 as the exponent is no integer"
            return self.clash(f"{message}; divide it by a reference, (C/EC50)^n")
        return parse_unit("1") if isinstance(base, Unit) else base

    def piecewise(self, expr: Call) -> _Kind:
        """Return the common unit of the branches; conditions must be truth values."""
        conditions = expr.args[1:-1:2]
        for condition in conditions:
            self.condition(condition)
        branches = (*expr.args[:-1:2], expr.args[-1])
        return self.same(expr, branches, [self.value(branch) for branch in branches])

    def condition(self, expr: Expr) -> _Kind:
        """Check that an expression is a truth value."""
        kind = self.of(expr)
        if kind is not _TRUTH and kind is not _UNKNOWN:
            return self.clash(f"`{self.show(expr)}` is no condition; compare it with something")
        return kind

    def logical(self, expr: Call) -> _Kind:
        """Check the parts of and, or, not."""
        kinds = [self.condition(arg) for arg in expr.args]
        return _UNKNOWN if any(kind is _UNKNOWN for kind in kinds) else _TRUTH


def _literal(expr: Expr) -> float | None:
    if isinstance(expr, Num):
        return expr.value
    if isinstance(expr, Call) and expr.op == "neg" and isinstance(expr.args[0], Num):
        return -expr.args[0].value
    return None


class _Checker:
    """Runs the pass over one model and collects issues by file, line and name."""

    def __init__(self, ir: ModelIR) -> None:
        self.issues: list[Issue] = []
        quantities = (*ir.states, *ir.parameters, *ir.inputs, *ir.assignments)
        known = dict.fromkeys(q.unit for q in quantities if q.unit)
        units: dict[str, Unit | None] = {"time": parse_unit("d")}
        for q in quantities:
            units[q.name] = self.parse(q)
        for function in ir.functions:
            for name, text in zip(function.args, function.arg_units, strict=True):
                units[name] = parse_unit(text) if text else None
        self.units = units
        self.known = tuple(text for text in known if self._is_unit(text))
        self.inference = _Pass(units, self.known)

    @staticmethod
    def _is_unit(text: str) -> bool:
        try:
            parse_unit(text)
        except UnitError:
            return False
        return True

    def parse(self, q: Quantity) -> Unit | None:
        """Return the unit of a quantity; none, or no unit, is an issue."""
        where = f"{q.file}:{q.line}"
        try:
            if q.unit:
                return parse_unit(q.unit)
            self.issues.append(Issue(where, f"{q.name}: has no unit", "give it one"))
        except UnitError as error:
            self.issues.append(Issue(where, f"{q.name}: {error.message}"))
        return None

    def check(self, q: Quantity, expr: Expr, expected: Unit | None, what: str, line: int = 0) -> None:
        """Check that a formula gives the expected unit."""
        where = f"{q.file}:{line or q.line}"

        def report(message: str) -> None:
            self.issues.append(Issue(where, f"{q.name}: {message}"))

        self.inference.report, self.inference.own = report, q.name.partition(".")[0]
        got = self.inference.value(expr)
        if isinstance(got, Unit) and expected is not None and not got.is_same(expected):
            want, have = describe(expected, self.known), describe(got, self.known)
            report(f"{what} is {have}, expected {want}, in `{self.inference.show(expr)}`")


def unit_issues(ir: ModelIR, initial_lines: Mapping[str, int] | None = None) -> list[Issue]:
    """Return every unit problem of a linked model.

    Parameters
    ----------
    ir : the model.
    initial_lines : where the start value of each state is written, if known.
    """
    lines = initial_lines or {}
    checker = _Checker(ir)
    day = parse_unit("d")
    for q, expr in zip(ir.assignments, ir.assignment_exprs, strict=True):
        checker.check(q, expr, checker.units[q.name], "the assignment")
    for q, rate, initial in zip(ir.states, ir.rates, ir.initial, strict=True):
        unit = checker.units[q.name]
        checker.check(q, rate, unit / day if unit else None, "the rate")
        if initial != Num(0.0):
            checker.check(q, initial, unit, "the start value", lines.get(q.name, 0))
    for f in ir.functions:
        unit = parse_unit(f.unit) if f.unit else None
        q = Quantity(f.name, f.unit, "function", file=f.file, line=f.line)
        checker.check(q, f.expr, unit, "the function")
    return checker.issues


def check_units(ir: ModelIR) -> None:
    """Raise unless every formula of the model closes in dimension and factor.

    Parameters
    ----------
    ir : the linked model.

    Raises
    ------
    ModelError : with every clash, by file, line and name.
    """
    issues = unit_issues(ir)
    if issues:
        raise ModelError.from_issues(f"model {ir.name}", issues, "no model was loaded")
