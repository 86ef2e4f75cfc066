"""libSBML formula trees -> `Expr`, with function definitions inlined.

Symbols keep the names they have in their own file; linking gives them full names later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from osseo.errors import ModelError
from osseo.language.ir import Call, Expr, Num, Sym, symbols
from osseo.language.render import render
from osseo.names import suggest

__all__ = ["Lambda", "from_ast", "hidden_numbers", "substitute"]


@dataclass(frozen=True)
class Lambda:
    """A function definition of one file, `softplus(x, s)`."""

    args: tuple[str, ...]
    body: Expr


@cache
def _operators() -> dict[int, str]:
    import libsbml as sb

    return {
        sb.AST_PLUS: "add",
        sb.AST_TIMES: "mul",
        sb.AST_DIVIDE: "div",
        sb.AST_POWER: "pow",
        sb.AST_FUNCTION_POWER: "pow",
        sb.AST_FUNCTION_EXP: "exp",
        sb.AST_FUNCTION_LN: "ln",
        sb.AST_FUNCTION_ABS: "abs",
        sb.AST_FUNCTION_MIN: "min",
        sb.AST_FUNCTION_MAX: "max",
        sb.AST_FUNCTION_TANH: "tanh",
        sb.AST_RELATIONAL_LT: "lt",
        sb.AST_RELATIONAL_LEQ: "le",
        sb.AST_RELATIONAL_GT: "gt",
        sb.AST_RELATIONAL_GEQ: "ge",
        sb.AST_RELATIONAL_EQ: "eq",
        sb.AST_RELATIONAL_NEQ: "ne",
        sb.AST_LOGICAL_AND: "and",
        sb.AST_LOGICAL_OR: "or",
        sb.AST_LOGICAL_NOT: "not",
        sb.AST_FUNCTION_PIECEWISE: "piecewise",
    }


_N_ARGS = {"div": 2, "pow": 2, "exp": 1, "ln": 1, "abs": 1, "tanh": 1, "not": 1}
_N_ARGS |= dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), 2)
_MANY = ("add", "mul", "min", "max", "and", "or")


def from_ast(node: Any, functions: Mapping[str, Lambda]) -> Expr:
    """Return the expression of a libSBML tree.

    Parameters
    ----------
    node : libsbml.ASTNode.
    functions : definitions of the same file, to be inlined.

    Raises
    ------
    ModelError : an operator that the model language does not have; the message has no place.
    """
    import libsbml as sb

    if node.isNumber():
        return _number(node)
    kind = node.getType()
    if kind == sb.AST_NAME:
        return Sym(node.getName())
    if kind == sb.AST_NAME_TIME:
        return Sym("time")
    args = tuple(from_ast(node.getChild(i), functions) for i in range(node.getNumChildren()))
    if kind == sb.AST_FUNCTION:
        return _inline(node.getName(), args, functions)
    if kind == sb.AST_MINUS:
        return Call("neg", args) if len(args) == 1 else Call("sub", args)
    if kind == sb.AST_FUNCTION_ROOT:
        return _root(args)
    op = _operators().get(kind)
    if op is None:
        raise ModelError(_not_known(node))
    return _call(op, args)


def _number(node: Any) -> Num:
    if node.hasUnits():
        raise ModelError(f"a number with a unit, {node.getValue():g} {node.getUnits()}, is in it")
    return Num(float(node.getValue()))


def _not_known(node: Any) -> str:
    import libsbml as sb

    text = node.getName() or sb.formulaToL3String(node)
    if node.isConstant():
        return f"constant {text} is in it; make it a named parameter"
    known = "+ - * / ^, comparisons, && || !, abs, exp, ln, max, min, piecewise, sqrt, tanh"
    text = "a logarithm to base 10" if node.getType() == sb.AST_FUNCTION_LOG else text
    return f"{text} is not in the model language; known: {known}"


def _root(args: tuple[Expr, ...]) -> Call:
    if len(args) == 2 and args[0] == Num(2.0):
        return Call("sqrt", (args[1],))
    if len(args) == 1:
        return Call("sqrt", args)
    raise ModelError("only the square root is in the model language; write x^(n) with a parameter n")


def _call(op: str, args: tuple[Expr, ...]) -> Expr:
    if op in _N_ARGS and len(args) != _N_ARGS[op]:
        raise ModelError(f"{op} takes {_N_ARGS[op]} argument(s), got {len(args)}")
    if op in _MANY and len(args) < 2:
        if not args:
            raise ModelError(f"{op} without arguments")
        return args[0]
    if op == "piecewise" and len(args) % 2 == 0:
        raise ModelError("piecewise without a last value; write piecewise(value, condition, otherwise)")
    return Call(op, args)


def _inline(name: str, args: tuple[Expr, ...], functions: Mapping[str, Lambda]) -> Expr:
    if name not in functions:
        hint = suggest(name, functions) or "define it above the model block of this file"
        raise ModelError(f"unknown function {name!r}; {hint}")
    function = functions[name]
    if len(function.args) != len(args):
        raise ModelError(f"{name} takes {len(function.args)} argument(s), got {len(args)}")
    return substitute(function.body, dict(zip(function.args, args, strict=True)))


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """Return `expr` with symbols replaced by expressions.

    Examples
    --------
    >>> substitute(Call("add", (Sym("x"), Sym("y"))), {"x": Num(1.0)})
    Call(op='add', args=(Num(value=1.0), Sym(name='y')))
    """
    if isinstance(expr, Sym):
        return values.get(expr.name, expr)
    if isinstance(expr, Call):
        return Call(expr.op, tuple(substitute(arg, values) for arg in expr.args))
    return expr


def hidden_numbers(expr: Expr) -> list[str]:
    """Return the numbers that need a name: literals but 0, 1 and exponents, and sums of literals.

    What is made of literals only, `1 + 1` or `exp(1)`, is a number too.

    Examples
    --------
    >>> hidden_numbers(Call("mul", (Num(0.7), Call("pow", (Sym("x"), Num(3.0))))))
    ['0.7']
    >>> hidden_numbers(Call("mul", (Sym("x"), Call("add", (Num(1.0), Num(1.0))))))
    ['1 + 1']
    """
    if isinstance(expr, Num):
        return [] if expr.value in (0.0, 1.0) else [render(expr)]
    if isinstance(expr, Sym):
        return []
    if not symbols(expr):
        return [] if _is_plain_literal(expr) else [render(expr)]
    if expr.op == "pow":
        exponent = expr.args[1]
        own = [] if _is_literal(exponent) else hidden_numbers(exponent)
        return hidden_numbers(expr.args[0]) + own
    if expr.op in ("add", "sub") and sum(_is_literal(arg) for arg in expr.args) > 1:
        return [render(expr)]
    return [x for arg in expr.args for x in hidden_numbers(arg)]


def _is_literal(expr: Expr) -> bool:
    return isinstance(expr, Num) or (
        isinstance(expr, Call) and expr.op == "neg" and isinstance(expr.args[0], Num)
    )


def _is_plain_literal(expr: Call) -> bool:
    """Return whether this is -0 or -1."""
    return _is_literal(expr) and expr.args[0] in (Num(0.0), Num(1.0))
