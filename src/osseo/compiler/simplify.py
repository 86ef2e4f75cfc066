"""Build nodes, simplified where the value stays the same for every finite operand.

Literals are folded and 0 and 1 disappear; parameters are never folded, nothing is
reassociated. Whole powers become multiplications. All truth values are strict IEEE: a comparison with
not-a-number is false, so `piecewise` takes its `otherwise`; `min` and `max` pass not-a-number on.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from osseo.compiler.graph import Graph

__all__ = ["add", "build", "div", "mul", "neg", "power", "select", "sub"]

#: whole powers up to this are unrolled, square by square
LARGEST_UNROLLED = 64


def add(g: Graph, a: int, b: int) -> int:
    """Return the node of a + b."""
    if g.is_number(a, 0.0):
        return b
    if g.is_number(b, 0.0):
        return a
    if g.is_number(a) and g.is_number(b):
        return g.number(g.nodes[a][1] + g.nodes[b][1])
    if a == b:
        return mul(g, g.number(2.0), a)
    if g.nodes[b][0] == "neg":
        return sub(g, a, g.nodes[b][1])
    if g.nodes[a][0] == "neg":
        return sub(g, b, g.nodes[a][1])
    return g.add_node(("add", min(a, b), max(a, b)))


def sub(g: Graph, a: int, b: int) -> int:
    """Return the node of a - b."""
    if g.is_number(b, 0.0):
        return a
    if g.is_number(a, 0.0):
        return neg(g, b)
    if g.is_number(a) and g.is_number(b):
        return g.number(g.nodes[a][1] - g.nodes[b][1])
    if g.nodes[b][0] == "neg":
        return add(g, a, g.nodes[b][1])
    return g.add_node(("sub", a, b))


def neg(g: Graph, a: int) -> int:
    """Return the node of -a."""
    if g.is_number(a):
        return g.number(-g.nodes[a][1])
    if g.nodes[a][0] == "neg":
        return g.nodes[a][1]
    if g.nodes[a][0] == "sub":
        return sub(g, g.nodes[a][2], g.nodes[a][1])
    return g.add_node(("neg", a))


def mul(g: Graph, a: int, b: int) -> int:
    """Return the node of a * b; a literal 0 gives 0."""
    for x, y in ((a, b), (b, a)):
        if g.is_number(x, 0.0):
            return x
        if g.is_number(x, 1.0):
            return y
        if g.is_number(x, -1.0):
            return neg(g, y)
        if g.nodes[x][0] == "neg":
            return neg(g, mul(g, g.nodes[x][1], y))
    if g.is_number(a) and g.is_number(b):
        return g.number(g.nodes[a][1] * g.nodes[b][1])
    return g.add_node(("mul", min(a, b), max(a, b)))


def div(g: Graph, a: int, b: int) -> int:
    """Return the node of a / b; a literal 0 over anything gives 0."""
    if g.is_number(b, 1.0) or (g.is_number(a, 0.0) and not g.is_number(b, 0.0)):
        return a
    if g.is_number(a) and g.is_number(b) and not g.is_number(b, 0.0):
        return g.number(g.nodes[a][1] / g.nodes[b][1])
    if g.nodes[a][0] == "neg":
        return neg(g, div(g, g.nodes[a][1], b))
    if g.nodes[b][0] == "neg":
        return neg(g, div(g, a, g.nodes[b][1]))
    return g.add_node(("div", a, b))


def power(g: Graph, a: int, b: int) -> int:
    """Return the node of a ** b; whole literal powers by multiplication, 1/2 by square root."""
    if g.is_number(b):
        exponent = g.nodes[b][1]
        if exponent == 0.5:
            return g.add_node(("sqrt", a))
        if exponent == int(exponent) and abs(exponent) <= LARGEST_UNROLLED:
            whole = _whole_power(g, a, abs(int(exponent)))
            return whole if exponent >= 0 else div(g, g.number(1.0), whole)
    return g.add_node(("pow", a, b))


def _whole_power(g: Graph, a: int, exponent: int) -> int:
    result, square = g.number(1.0), a
    while exponent:
        if exponent % 2:
            result = mul(g, result, square)
        exponent //= 2
        if exponent:
            square = mul(g, square, square)
    return result


def select(g: Graph, condition: int, a: int, b: int) -> int:
    """Return the node of a where the condition holds, else b. Both are evaluated."""
    if a == b:
        return a
    if g.nodes[condition][0] == "not":
        return select(g, g.nodes[condition][1], b, a)
    return g.add_node(("select", condition, a, b))


def _chain(two: Callable[[Graph, int, int], int]) -> Callable[..., int]:
    def build_chain(g: Graph, *args: int) -> int:
        result = args[0]
        for arg in args[1:]:
            result = two(g, result, arg)
        return result

    return build_chain


def _plain(op: str) -> Callable[..., int]:
    def build_plain(g: Graph, *args: int) -> int:
        return g.add_node((op, *args))

    return build_plain


def _truth(g: Graph, a: int) -> int:
    """Return a node usable as a condition: a number is true unless it is 0."""
    return a if g.is_truth(a) else g.add_node(("ne", a, g.number(0.0)))


def _logic(op: str) -> Callable[..., int]:
    def build_logic(g: Graph, *args: int) -> int:
        return g.add_node((op, *(_truth(g, a) for a in args)))

    return build_logic


def _piecewise(g: Graph, *args: int) -> int:
    result = args[-1] if len(args) % 2 else g.number(math.nan)
    for i in range(len(args) // 2 - 1, -1, -1):
        result = select(g, _truth(g, args[2 * i + 1]), args[2 * i], result)
    return result


_BUILDERS: dict[str, Callable[..., int]] = {
    "add": _chain(add),
    "sub": sub,
    "mul": _chain(mul),
    "div": div,
    "pow": power,
    "neg": neg,
    "min": _chain(_plain("min")),
    "max": _chain(_plain("max")),
    "and": _chain(_logic("and")),
    "or": _chain(_logic("or")),
    "not": _logic("not"),
    "piecewise": _piecewise,
    **{op: _plain(op) for op in ("exp", "ln", "sqrt", "abs", "tanh", "sin", "cos", "atan", "floor")},
    **{op: _plain(op) for op in ("lt", "le", "gt", "ge", "eq", "ne")},
}


def build(g: Graph, op: str, args: list[int]) -> int:
    """Return the node of an operation of `osseo.language.ir.Call`.

    Raises
    ------
    KeyError : the operation does not exist.
    """
    return _BUILDERS[op](g, *args)
