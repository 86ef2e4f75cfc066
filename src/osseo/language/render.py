"""Expressions as text, for messages and `osseo model show`."""

from __future__ import annotations

from osseo.language.ir import Expr, Num, Sym

__all__ = ["render"]

_INFIX = {
    "or": (1, " || "),
    "and": (2, " && "),
    "lt": (3, " < "),
    "le": (3, " <= "),
    "gt": (3, " > "),
    "ge": (3, " >= "),
    "eq": (3, " == "),
    "ne": (3, " != "),
    "add": (4, " + "),
    "sub": (4, " - "),
    "mul": (5, "*"),
    "div": (5, "/"),
    "pow": (7, "^"),
}
_NOT_ASSOCIATIVE = ("sub", "div", "pow")


def render(expr: Expr, own: str = "") -> str:
    """Return an expression as Antimony-like text; symbols of module `own` lose its name.

    Examples
    --------
    >>> from osseo.language.ir import Call
    >>> render(Call("mul", (Call("sub", (Num(1.0), Sym("x"))), Sym("k"))))
    '(1 - x)*k'
    """
    return _text(expr, f"{own}." if own else "", 0)


def _text(expr: Expr, own: str, above: int) -> str:
    if isinstance(expr, Num):
        return f"{expr.value:g}"
    if isinstance(expr, Sym):
        return expr.name.removeprefix(own)
    if expr.op == "neg":
        text = f"-{_text(expr.args[0], own, 6)}"
        return f"({text})" if above > 4 else text
    if expr.op in _INFIX:
        level, sign = _INFIX[expr.op]
        tail = level + (expr.op in _NOT_ASSOCIATIVE)
        args = [_text(a, own, level if i == 0 else tail) for i, a in enumerate(expr.args)]
        text = sign.join(args)
        return f"({text})" if level < above or (expr.op == "pow" and above == 7) else text
    return f"{expr.op}({', '.join(_text(arg, own, 0) for arg in expr.args)})"
