"""Derivatives of nodes with respect to the states, as sparse rows, by the chain rule on the graph.

At a kink the branch taken is that of the condition: max(a, b) follows a where a > b, min(a, b) where
a < b, abs(a) has slope +1 where a > 0 and -1 elsewhere, so that `max(x, 0) + s ln(1 + exp(-abs(x)/s))`
has its exact slope 1/2 at x = 0. A branch not taken contributes nothing, not even if infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from osseo.compiler.graph import Graph
from osseo.compiler.simplify import add, div, mul, neg, select, sub

__all__ = ["Gradients"]

Row = dict[int, int]


class Gradients:
    """Rows of derivatives by index -> node, each node's row computed once.

    Parameters
    ----------
    graph : where the nodes are, and where the derivatives go.
    vector : with respect to which vector, `y` or `p`.
    """

    def __init__(self, graph: Graph, vector: str = "y") -> None:
        self.graph = graph
        self.vector = vector
        self._rows: dict[int, Row] = {}

    def row(self, root: int) -> Row:
        """Return d(root)/d(vector) as {index: node}; absent means zero for every value."""
        for i in self.graph.order([root]):
            if i not in self._rows:
                self._rows[i] = self._row(i)
        return self._rows[root]

    def _row(self, i: int) -> Row:
        g = self.graph
        node = g.nodes[i]
        if node[0] == "sym":
            return {node[2]: g.number(1.0)} if node[1] == self.vector else {}
        if node[0] == "select":
            return self._branch(node[1], node[2], node[3])
        if node[0] in ("max", "min"):
            comparison = g.add_node(("gt" if node[0] == "max" else "lt", node[1], node[2]))
            return self._branch(comparison, node[1], node[2])
        rule = _RULES.get(node[0])
        if rule is None:
            return {}
        result: Row = {}
        for operand, partial in zip(node[1:], rule, strict=True):
            self._accumulate(result, self._rows[operand], i, partial)
        return {state: value for state, value in result.items() if not g.is_number(value, 0.0)}

    def _accumulate(self, result: Row, inner: Row, i: int, partial: Partial) -> None:
        g = self.graph
        for state, value in inner.items():
            term = partial(g, i, value)
            result[state] = add(g, result[state], term) if state in result else term

    def _branch(self, condition: int, a: int, b: int) -> Row:
        g = self.graph
        zero = g.number(0.0)
        row_a, row_b = self._rows[a], self._rows[b]
        return {
            state: select(g, condition, row_a.get(state, zero), row_b.get(state, zero))
            for state in sorted({*row_a, *row_b})
        }


#: (graph, node, derivative of the operand) -> its contribution to the derivative of the node
Partial = Callable[[Graph, int, int], int]


def _scaled(g: Graph, factor: int, inner: int) -> int:
    """Return factor * inner, moved inside a branch whose other side is zero.

    0 * infinity is not a number; a branch that is not taken must stay zero.
    """
    node = g.nodes[inner]
    if node[0] == "select" and (g.is_number(node[2], 0.0) or g.is_number(node[3], 0.0)):
        return select(g, node[1], _scaled(g, factor, node[2]), _scaled(g, factor, node[3]))
    return mul(g, factor, inner)


def _times_other(position: int) -> Partial:
    return lambda g, i, d: _scaled(g, g.nodes[i][3 - position], d)


def _pow_base(g: Graph, i: int, d: int) -> int:
    """Write exponent * base^exponent / base, so that the power is there once; at base 0 its limit."""
    _, base, exponent = g.nodes[i]
    zero, one = g.number(0.0), g.number(1.0)
    steep = select(g, g.add_node(("eq", exponent, one)), one, g.number(math.inf))
    at_zero = select(g, g.add_node(("gt", exponent, one)), zero, steep)
    lower = select(g, g.add_node(("eq", base, zero)), at_zero, div(g, i, base))
    return _scaled(g, mul(g, exponent, lower), d)


def _pow_exponent(g: Graph, i: int, d: int) -> int:
    base = g.nodes[i][1]
    zero = g.number(0.0)
    slope = mul(g, i, g.add_node(("ln", base)))
    return _scaled(g, select(g, g.add_node(("eq", base, zero)), zero, slope), d)


def _abs(g: Graph, i: int, d: int) -> int:
    positive = g.add_node(("gt", g.nodes[i][1], g.number(0.0)))
    return select(g, positive, d, neg(g, d))


def _tanh(g: Graph, i: int, d: int) -> int:
    return _scaled(g, sub(g, g.number(1.0), mul(g, i, i)), d)


def _atan(g: Graph, i: int, d: int) -> int:
    x = g.nodes[i][1]
    return div(g, d, add(g, g.number(1.0), mul(g, x, x)))


_RULES: dict[str, tuple[Partial, ...]] = {
    "add": (lambda g, i, d: d, lambda g, i, d: d),
    "sub": (lambda g, i, d: d, lambda g, i, d: neg(g, d)),
    "neg": (lambda g, i, d: neg(g, d),),
    "mul": (_times_other(1), _times_other(2)),
    "div": (
        lambda g, i, d: div(g, d, g.nodes[i][2]),
        lambda g, i, d: neg(g, _scaled(g, div(g, i, g.nodes[i][2]), d)),
    ),
    "pow": (_pow_base, _pow_exponent),
    "exp": (lambda g, i, d: _scaled(g, i, d),),
    "ln": (lambda g, i, d: div(g, d, g.nodes[i][1]),),
    "sqrt": (lambda g, i, d: _scaled(g, div(g, g.number(0.5), i), d),),
    "abs": (_abs,),
    "tanh": (_tanh,),
    "sin": (lambda g, i, d: _scaled(g, g.add_node(("cos", g.nodes[i][1])), d),),
    "cos": (lambda g, i, d: neg(g, _scaled(g, g.add_node(("sin", g.nodes[i][1])), d)),),
    "atan": (_atan,),
}
