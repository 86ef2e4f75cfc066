"""Scope: names -> nodes. Assignments are put in place of their names, each once, and only where needed.

Problems (a name that is nothing, an operation that does not exist, a circle) are collected, with the
quantity they were found in; the caller raises them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from osseo.compiler.graph import Graph
from osseo.compiler.simplify import build
from osseo.errors import Issue
from osseo.language.ir import Expr, ModelIR, Num, Sym
from osseo.names import suggest

__all__ = ["Scope", "model_scope"]


class Scope:
    """What a name means while expressions become nodes.

    Parameters
    ----------
    graph : where nodes are added.
    leaves : names of vector elements -> node.
    formulas : names of assignments -> expression, looked up when first used.
    """

    def __init__(self, graph: Graph, leaves: Mapping[str, int], formulas: Mapping[str, Expr]) -> None:
        self.graph = graph
        self.issues: list[Issue] = []
        self._known: dict[str, int | None] = dict(leaves)
        self._formulas = formulas

    def lower(self, expr: Expr, where: str) -> int:
        """Return the node of an expression; `where` is the quantity it defines."""
        if isinstance(expr, Num):
            return self.graph.number(expr.value)
        if isinstance(expr, Sym):
            return self._lookup(expr.name, where)
        args = [self.lower(arg, where) for arg in expr.args]
        try:
            return build(self.graph, expr.op, args)
        except (KeyError, TypeError):
            self.issues.append(Issue(where, f"operation {expr.op!r} with {len(args)} arguments"))
            return self.graph.number(0.0)

    def _lookup(self, name: str, where: str) -> int:
        node = self._known.get(name)
        if node is not None:
            return node
        if name in self._known:
            self.issues.append(Issue(where, f"{name} depends on itself"))
        elif name in self._formulas:
            self._known[name] = None
            self._known[name] = node = self.lower(self._formulas[name], name)
            return node
        else:
            hint = suggest(name, [*self._known, *self._formulas])
            self.issues.append(Issue(where, f"{name!r} is no quantity of the model", hint))
        return self.graph.number(0.0)


def model_scope(
    ir: ModelIR,
    graph: Graph,
    *,
    arguments: Iterable[str] = (),
    initial: bool = False,
) -> Scope:
    """Return the scope of a model's expressions.

    `arguments` are the names of an exported function's arguments. With `initial`, states stand for
    their start values and time does not exist.
    """
    leaves: dict[str, int] = {} if initial else {"time": graph.symbol("t", 0)}
    groups = {"p": ir.parameters, "u": ir.inputs}
    formulas = {q.name: e for q, e in zip(ir.assignments, ir.assignment_exprs, strict=True)}
    if initial:
        formulas |= {q.name: e for q, e in zip(ir.states, ir.initial, strict=True)}
    else:
        groups["y"] = ir.states
    for vector, group in groups.items():
        leaves |= {q.name: graph.symbol(vector, i) for i, q in enumerate(group)}
    leaves |= {name: graph.symbol("a", i) for i, name in enumerate(arguments)}
    return Scope(graph, leaves, formulas)
