"""LLVM assembly of the functions of a kernel from nodes and an LU plan, straight-line, of any width.

No fast-math flag is written: not-a-number and infinity must survive, or a failed patient would be reported
as healed. Products are fused with sums, and divisions by the same value share its reciprocal, here and by
rule, so that lanes and scalar code have the same bits. A `select` evaluates both sides and takes one, so that
an infinite side not taken does no harm. The C signatures of the scalar form are in `osseo.engine.kernel`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from osseo.compiler.graph import COMPARISONS, Graph
from osseo.compiler.lanes.body import Body
from osseo.compiler.lanes.elementary import (
    ELEMENTARY,
    elementary_name,
    emit_elementary,
    emit_logs,
    emit_power,
)
from osseo.compiler.sparse_lu import SparseLU

__all__ = ["emit_declarations", "emit_factor", "emit_function", "emit_solve"]

_BINARY = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_INTRINSICS = {"sqrt": "sqrt", "abs": "fabs", "floor": "floor"}
#: ordered comparisons are false with not-a-number; `ne` is true, as in C
_COMPARE = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_ARRAYS = "ptr noalias %y, ptr noalias %p, ptr noalias %u, ptr noalias %out"


def emit_declarations(graph: Graph, roots: Sequence[int], width: int = 1) -> str:
    """Return what the functions of these roots call."""
    return emit_elementary({graph.nodes[i][0] for i in graph.order(roots)}, width)


def emit_function(name: str, graph: Graph, roots: Sequence[int], width: int = 1) -> str:
    """Return a function that stores the roots, in order, into `out`."""
    body = Body(width)
    values = _Values(body, graph, roots)
    for k, root in enumerate(roots):
        body.store("%out", k, values.of(root))
    signature = "ptr noalias %p, ptr noalias %u, ptr noalias %out"
    if name != "initial":
        signature = f"{body.kind} %t, {_ARRAYS}"
    return body.text(name, signature, private=width > 1)


class _Values:
    """Values of the nodes of one function, made when first asked for."""

    def __init__(self, body: Body, graph: Graph, roots: Sequence[int]) -> None:
        self.body, self.graph = body, graph
        order = graph.order(roots)
        self.uses = Counter(roots)
        self.divisors: Counter[int] = Counter()
        for i in order:
            self.uses.update(graph.operands(i))
            if graph.nodes[i][0] == "div":
                self.divisors[graph.nodes[i][2]] += 1
        self._values: dict[int, str] = {}
        self._inverses: dict[int, str] = {}
        self._logs: dict[int, tuple[str, str]] = {}
        for i in order:
            if not self._is_fused(i):
                self._values[i] = self._emit(i)

    def of(self, i: int) -> str:
        """Return the value of a node."""
        if i not in self._values:
            self._values[i] = self._emit(i)
        return self._values[i]

    def _is_fused(self, i: int) -> bool:
        """Tell whether a node is a product that a sum may take over: it waits until it is asked for."""
        return self.graph.nodes[i][0] == "mul" and self.uses[i] == 1

    def _emit(self, i: int) -> str:
        body, node = self.body, self.graph.nodes[i]
        op = node[0]
        if op == "num":
            return body.number(node[1])
        if op == "sym":
            return "%t" if node[1] == "t" else body.load(f"%{node[1]}", node[2])
        if op in ("add", "sub"):
            return self._sum(op, node[1], node[2])
        if op == "div":
            return self._quotient(node[1], node[2])
        if op == "pow":
            return self._power(node[1], node[2])
        return _emit_operation(body, op, [self.of(k) for k in node[1:]])

    def _sum(self, op: str, a: int, b: int) -> str:
        """Return a + b or a - b, fused with the product b, else with the product a, if one is."""
        body, sign = self.body, op == "sub"
        if self._is_fused(b):
            _, first, second = self.graph.nodes[b]
            left = body.neg(self.of(first)) if sign else self.of(first)
            return body.fma(left, self.of(second), self.of(a))
        if self._is_fused(a):
            _, first, second = self.graph.nodes[a]
            rest = body.neg(self.of(b)) if sign else self.of(b)
            return body.fma(self.of(first), self.of(second), rest)
        return body.binary(_BINARY[op], self.of(a), self.of(b))

    def _quotient(self, a: int, b: int) -> str:
        """Return a / b; a value that divides twice or more is inverted once."""
        body = self.body
        if self.divisors[b] < 2:
            return body.div(self.of(a), self.of(b))
        if b not in self._inverses:
            self._inverses[b] = body.div(body.number(1.0), self.of(b))
        inverse = self._inverses[b]
        return inverse if self.graph.is_number(a, 1.0) else body.mul(self.of(a), inverse)

    def _power(self, a: int, b: int) -> str:
        """Return a ** b; all powers of one base share its logarithm."""
        if a not in self._logs:
            self._logs[a] = emit_logs(self.body, self.of(a))
        return emit_power(self.body, self.of(a), self.of(b), self._logs[a])


def _emit_operation(body: Body, op: str, args: Sequence[str]) -> str:
    if op == "mul":
        return body.mul(*args)
    if op == "neg":
        return body.neg(args[0])
    if op in ELEMENTARY:
        return body.call(elementary_name(op, body.width), *args)
    if op in _INTRINSICS:
        return body.intrinsic(_INTRINSICS[op], *args)
    if op in COMPARISONS:
        return body.compare(_COMPARE[op], *args)
    if op in ("min", "max"):
        return _emit_extreme(body, op, *args)
    if op == "select":
        return body.select(*args)
    if op == "not":
        return body.invert(*args)
    return body.both(op, *args)


def _emit_extreme(body: Body, op: str, a: str, b: str) -> str:
    """Take the larger or smaller; if either is not a number, their sum, which is none."""
    chosen = body.select(body.compare("ogt" if op == "max" else "olt", a, b), a, b)
    return body.select(body.compare("uno", a, b), body.add(a, b), chosen)


def emit_factor(jacobian: Mapping[tuple[int, int], int], plan: SparseLU, width: int = 1) -> str:
    """Return `factor(values, shift, lu)`; `jacobian` maps (row, column) to its place in values.

    Row after row, so that few values wait in registers.
    """
    body = Body(width)
    lower: dict[int, list[int]] = {i: [] for i in range(len(plan.order))}
    for k, rows in enumerate(plan.rows):
        for i in rows:
            lower[i].append(k)
    for i, before in lower.items():
        row: dict[int, str] = {}
        for j in (*before, i, *plan.columns[i]):
            place = jacobian.get((plan.order[i], plan.order[j]))
            if place is not None:
                value = body.load("%values", place)
                row[j] = body.sub("%shift", value) if i == j else body.neg(value)
            elif i == j:
                row[j] = "%shift"
        for k in before:
            share = body.mul(row[k], body.load("%lu", plan.slot[k, k]))
            body.store("%lu", plan.slot[i, k], share)
            minus = body.neg(share)
            for j in plan.columns[k]:
                value = body.load("%lu", plan.slot[k, j])
                row[j] = body.fma(minus, value, row[j]) if j in row else body.mul(minus, value)
        body.store("%lu", plan.slot[i, i], body.div(body.number(1.0), row[i]))
        for j in plan.columns[i]:
            body.store("%lu", plan.slot[i, j], row[j])
    signature = f"ptr noalias %values, {body.kind} %shift, ptr noalias %lu"
    return body.text("factor", signature, private=width > 1)


def emit_solve(plan: SparseLU, width: int = 1, *, summed: bool = False) -> str:
    """Return `solve(lu, b)`: forward with L, backward with U, in place.

    summed : return `solve_sum(lu, a, b, out)` instead: out := solve(a + b).
    """
    body = Body(width)
    n = len(plan.order)
    if summed:
        b = [body.add(body.load("%a", state), body.load("%b", state)) for state in plan.order]
    else:
        b = [body.load("%b", state) for state in plan.order]
    for k in range(n):
        minus = body.neg(b[k]) if plan.rows[k] else ""
        for i in plan.rows[k]:
            b[i] = body.fma(body.load("%lu", plan.slot[i, k]), minus, b[i])
    for k in reversed(range(n)):
        for j in plan.columns[k]:
            b[k] = body.fma(body.neg(body.load("%lu", plan.slot[k, j])), b[j], b[k])
        b[k] = body.mul(b[k], body.load("%lu", plan.slot[k, k]))
    for k, state in enumerate(plan.order):
        body.store("%out" if summed else "%b", state, b[k])
    if summed:
        return body.text("solve_sum", "ptr noalias %lu, ptr %a, ptr %b, ptr %out", private=True)
    return body.text("solve", "ptr noalias %lu, ptr noalias %b", private=width > 1)
