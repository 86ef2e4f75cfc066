"""libSBML formula trees of any level -> `Expr`: the whole of SBML mathematics that has a meaning here.

Truth values and numbers stand for each other as in Level 3 Version 2. What the machine has no
operation for is written out in those it has. Names are resolved by the caller.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from osseo.language.ir import Call, Expr, Num, Sym, walk

__all__ = ["AVOGADRO", "TRUTH_OPS", "Reader", "Unsupported", "as_number", "as_truth", "operations"]

#: value of the csymbol, fixed by the SBML specification
AVOGADRO = 6.02214179e23
TRUTH_OPS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"))
ONE, ZERO, TWO, HALF = Num(1.0), Num(0.0), Num(2.0), Num(0.5)
TRUE, FALSE = Call("eq", (ZERO, ZERO)), Call("ne", (ZERO, ZERO))


class Unsupported(Exception):
    """A construct that is refused; the argument names it."""


def as_number(expr: Expr) -> Expr:
    """Return a truth value as 1 or 0, a number as it is."""
    truth = isinstance(expr, Call) and expr.op in TRUTH_OPS
    return Call("piecewise", (ONE, expr, ZERO)) if truth else expr


def as_truth(expr: Expr) -> Expr:
    """Return a number as the truth that it is not 0, a truth value as it is."""
    if isinstance(expr, Call) and expr.op in TRUTH_OPS:
        return expr
    return Call("ne", (expr, ZERO))


def _call(op: str, *args: Expr) -> Expr:
    return Call(op, tuple(as_number(arg) for arg in args))


def _truncate(x: Expr) -> Expr:
    down, up = _call("floor", x), _call("neg", _call("floor", _call("neg", x)))
    return Call("piecewise", (down, _call("ge", x, ZERO), up))


def _reciprocal(x: Expr) -> Expr:
    return _call("div", ONE, x)


def _sinh(x: Expr) -> Expr:
    return _call("div", _call("sub", _call("exp", x), _call("exp", _call("neg", x))), TWO)


def _cosh(x: Expr) -> Expr:
    return _call("div", _call("add", _call("exp", x), _call("exp", _call("neg", x))), TWO)


def _arcsinh(x: Expr) -> Expr:
    size = _call("abs", x)
    root = _call("sqrt", _call("add", _call("mul", x, x), ONE))
    value = _call("ln", _call("add", size, root))
    return Call("piecewise", (value, _call("ge", x, ZERO), _call("neg", value)))


def _arccosh(x: Expr) -> Expr:
    root = _call("sqrt", _call("sub", _call("mul", x, x), ONE))
    return _call("ln", _call("add", x, root))


def _arctanh(x: Expr) -> Expr:
    return _call("mul", HALF, _call("ln", _call("div", _call("add", ONE, x), _call("sub", ONE, x))))


def _arcsin(x: Expr) -> Expr:
    root = _call("sqrt", _call("sub", ONE, _call("mul", x, x)))
    return _call("atan", _call("div", x, root))


def _arccos(x: Expr) -> Expr:
    return _call("sub", Num(math.pi / 2), _arcsin(x))


def _arccot(x: Expr) -> Expr:
    return _call("atan", _reciprocal(x))


def _tan(x: Expr) -> Expr:
    return _call("div", _call("sin", x), _call("cos", x))


def _quotient(a: Expr, b: Expr) -> Expr:
    return _truncate(_call("div", a, b))


def _remainder(a: Expr, b: Expr) -> Expr:
    return _call("sub", a, _call("mul", b, _quotient(a, b)))


def _log(*args: Expr) -> Expr:
    base, x = args if len(args) == 2 else (Num(10.0), args[0])
    return _call("div", _call("ln", x), _call("ln", base))


def _root(*args: Expr) -> Expr:
    degree, x = args if len(args) == 2 else (TWO, args[0])
    return _call("sqrt", x) if degree == TWO else _call("pow", x, _reciprocal(degree))


def _of(op: str) -> Callable[..., Expr]:
    return lambda *args: _call(op, *args)


def _folded(op: str, empty: Expr | None) -> Callable[..., Expr]:
    def make(*args: Expr) -> Expr:
        if not args:
            if empty is None:
                raise Unsupported(f"{op} without arguments")
            return empty
        return as_number(args[0]) if len(args) == 1 else _call(op, *args)

    return make


def _logic(op: str, empty: Expr) -> Callable[..., Expr]:
    def make(*args: Expr) -> Expr:
        truths = tuple(as_truth(arg) for arg in args)
        return Call(op, truths) if len(truths) > 1 else (truths[0] if truths else empty)

    return make


def _exclusive(*args: Expr) -> Expr:
    result = FALSE
    for i, arg in enumerate(as_truth(arg) for arg in args):
        first = Call("and", (result, Call("not", (arg,))))
        result = arg if i == 0 else Call("or", (first, Call("and", (Call("not", (result,)), arg))))
    return result


def _relation(op: str) -> Callable[..., Expr]:
    def make(*args: Expr) -> Expr:
        pairs = [_call(op, a, b) for a, b in pairwise(args)]
        if not pairs:
            return TRUE
        return pairs[0] if len(pairs) == 1 else Call("and", tuple(pairs))

    return make


def _piecewise(*args: Expr) -> Expr:
    if not args:
        raise Unsupported("piecewise without pieces")
    parts = [as_truth(arg) if i % 2 else as_number(arg) for i, arg in enumerate(args)]
    if len(parts) % 2 == 0:
        parts.append(Num(math.nan))
    return parts[0] if len(parts) == 1 else Call("piecewise", tuple(parts))


def _minus(*args: Expr) -> Expr:
    return _call("neg", *args) if len(args) == 1 else _call("sub", *args)


@cache
def _builders() -> dict[int, tuple[Callable[..., Expr], Sequence[int] | None]]:
    """Return how each kind of node is made, and how many arguments it may have (None: any)."""
    import libsbml as sb

    one, two = (1,), (2,)
    hyper = {"SINH": _sinh, "COSH": _cosh, "TANH": _of("tanh")}
    circle = {"SIN": _of("sin"), "COS": _of("cos"), "TAN": _tan}
    inverse = {"ARCSINH": _arcsinh, "ARCCOSH": _arccosh, "ARCTANH": _arctanh}
    inverse |= {"ARCSIN": _arcsin, "ARCCOS": _arccos, "ARCTAN": _of("atan"), "ARCCOT": _arccot}
    table: dict[str, tuple[Callable[..., Expr], Sequence[int] | None]] = {
        f"FUNCTION_{name}": (make, one) for name, make in (hyper | circle | inverse).items()
    }
    above = {"SEC": circle["COS"], "CSC": circle["SIN"], "COT": _tan}
    above |= {"SECH": _cosh, "CSCH": _sinh, "COTH": hyper["TANH"]}
    below = {"ARCSEC": _arccos, "ARCCSC": _arcsin}
    below |= {"ARCSECH": _arccosh, "ARCCSCH": _arcsinh, "ARCCOTH": _arctanh}
    for name, make in above.items():
        table[f"FUNCTION_{name}"] = (lambda x, make=make: _reciprocal(make(x)), one)
    for name, make in below.items():
        table[f"FUNCTION_{name}"] = (lambda x, make=make: make(_reciprocal(x)), one)
    table |= {
        "PLUS": (_folded("add", ZERO), None),
        "TIMES": (_folded("mul", ONE), None),
        "MINUS": (_minus, (1, 2)),
        "DIVIDE": (_of("div"), two),
        "POWER": (_of("pow"), two),
        "FUNCTION_POWER": (_of("pow"), two),
        "FUNCTION_ROOT": (_root, (1, 2)),
        "FUNCTION_LOG": (_log, (1, 2)),
        "FUNCTION_MIN": (_folded("min", None), None),
        "FUNCTION_MAX": (_folded("max", None), None),
        "FUNCTION_CEILING": (lambda x: _call("neg", _call("floor", _call("neg", x))), one),
        "FUNCTION_QUOTIENT": (_quotient, two),
        "FUNCTION_REM": (_remainder, two),
        "FUNCTION_PIECEWISE": (_piecewise, None),
        "LOGICAL_AND": (_logic("and", TRUE), None),
        "LOGICAL_OR": (_logic("or", FALSE), None),
        "LOGICAL_XOR": (_exclusive, None),
        "LOGICAL_NOT": (lambda x: Call("not", (as_truth(x),)), one),
        "LOGICAL_IMPLIES": (lambda a, b: Call("or", (Call("not", (as_truth(a),)), as_truth(b))), two),
        "RELATIONAL_EQ": (_relation("eq"), None),
        "RELATIONAL_NEQ": (_relation("ne"), two),
        "RELATIONAL_LT": (_relation("lt"), None),
        "RELATIONAL_LEQ": (_relation("le"), None),
        "RELATIONAL_GT": (_relation("gt"), None),
        "RELATIONAL_GEQ": (_relation("ge"), None),
    }
    for name in ("EXP", "LN", "ABS", "FLOOR", "FACTORIAL"):
        table[f"FUNCTION_{name}"] = (_of(name.lower()), one)
    return {getattr(sb, f"AST_{name}"): entry for name, entry in table.items()}


@cache
def _constants() -> dict[int, Expr]:
    import libsbml as sb

    return {
        sb.AST_CONSTANT_PI: Num(math.pi),
        sb.AST_CONSTANT_E: Num(math.e),
        sb.AST_CONSTANT_TRUE: TRUE,
        sb.AST_CONSTANT_FALSE: FALSE,
        sb.AST_NAME_AVOGADRO: Num(AVOGADRO),
        sb.AST_NAME_TIME: Sym("time"),
    }


@dataclass(frozen=True)
class Reader:
    """Turns formula trees into expressions.

    Parameters
    ----------
    functions : id -> (argument names, libSBML tree of the body).
    resolve : id -> expression it stands for.
    rate_of : id -> expression of its rate of change.
    """

    functions: Mapping[str, tuple[tuple[str, ...], Any]]
    resolve: Callable[[str], Expr]
    rate_of: Callable[[str], Expr]

    def number(self, node: Any, local: Mapping[str, Expr] | None = None) -> Expr:
        """Return a formula as a number; `local` names hide those of the model."""
        return as_number(self._lower(node, local or {}))

    def truth(self, node: Any, local: Mapping[str, Expr] | None = None) -> Expr:
        """Return a formula as a truth value."""
        return as_truth(self._lower(node, local or {}))

    def _lower(self, node: Any, local: Mapping[str, Expr]) -> Expr:
        import libsbml as sb

        kind = node.getType()
        if kind in _constants():
            return _constants()[kind]
        if kind == sb.AST_NAME:
            name = node.getName()
            return local[name] if name in local else self.resolve(name)
        if node.isNumber():
            return Num(float(node.getValue()))
        children = [node.getChild(i) for i in range(node.getNumChildren())]
        if kind == sb.AST_FUNCTION_RATE_OF:
            return self._rate(children, local)
        if kind == sb.AST_FUNCTION_DELAY:
            raise Unsupported("delay function")
        if kind == sb.AST_FUNCTION:
            return self._inline(node.getName(), [self._lower(child, local) for child in children])
        entry = _builders().get(kind)
        if entry is None:
            raise Unsupported(f"function {node.getName() or sb.formulaToL3String(node)}")
        make, sizes = entry
        if sizes is not None and len(children) not in sizes:
            raise Unsupported(f"{node.getName()} with {len(children)} arguments")
        return make(*(self._lower(child, local) for child in children))

    def _rate(self, children: Sequence[Any], local: Mapping[str, Expr]) -> Expr:
        if len(children) != 1 or not children[0].isName():
            raise Unsupported("rateOf of an expression")
        name = children[0].getName()
        if name not in local:
            return self.rate_of(name)
        target = local[name]
        if isinstance(target, Sym) and target.name.startswith("local."):
            return ZERO
        if isinstance(target, Sym) and target.name.startswith("model."):
            return self.rate_of(target.name.removeprefix("model."))
        raise Unsupported("rateOf of an expression")

    def _inline(self, name: str, args: Sequence[Expr]) -> Expr:
        if name not in self.functions:
            raise Unsupported(f"function {name} that is not defined")
        names, body = self.functions[name]
        if body is None:
            raise Unsupported("function definition without mathematics")
        if len(names) != len(args):
            raise Unsupported(f"function {name} with {len(args)} arguments")
        return self._lower(body, dict(zip(names, args, strict=True)))


def operations(expr: Expr) -> set[str]:
    """Return the operations that occur in an expression."""
    return {node.op for node in walk(expr) if isinstance(node, Call)}
