"""LLVM assembly of the six functions of a kernel, straight-line, scalar, from nodes and an LU plan.

The only fast-math flags are `contract` and `arcp`: not-a-number and infinity must survive, or a failed
patient would be reported as healed. A `select` evaluates both sides and takes one, so that an
infinite side not taken does no harm. The C signatures are those of `osseo.engine.kernel`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from osseo.compiler.graph import COMPARISONS, Graph
from osseo.compiler.sparse_lu import SparseLU

__all__ = ["FLAGS", "emit_declarations", "emit_factor", "emit_function", "emit_solve"]

FLAGS = "contract arcp"
_BINARY = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_CALLS = {
    "exp": "llvm.exp.f64",
    "ln": "llvm.log.f64",
    "sqrt": "llvm.sqrt.f64",
    "abs": "llvm.fabs.f64",
    "pow": "llvm.pow.f64",
    "tanh": "tanh",
    "sin": "llvm.sin.f64",
    "cos": "llvm.cos.f64",
    "atan": "atan",
    "floor": "llvm.floor.f64",
}
#: ordered comparisons are false with not-a-number; `ne` is true, as in C
_COMPARE = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_TIMED = "double %t, ptr noalias %y, ptr noalias %p, ptr noalias %u, ptr noalias %out"
_SIGNATURES = {"initial": "ptr noalias %p, ptr noalias %u, ptr noalias %out"}


class _Body:
    """Lines of one function, with numbered values."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._n = 0

    def value(self, text: str) -> str:
        name = f"%v{self._n}"
        self._n += 1
        self.lines.append(f"  {name} = {text}")
        return name

    def binary(self, op: str, a: str, b: str) -> str:
        return self.value(f"{op} {FLAGS} double {a}, {b}")

    def load(self, vector: str, i: int) -> str:
        address = self.value(f"getelementptr inbounds double, ptr %{vector}, i64 {i}")
        return self.value(f"load double, ptr {address}, align 8")

    def store(self, vector: str, i: int, value: str) -> None:
        address = self.value(f"getelementptr inbounds double, ptr %{vector}, i64 {i}")
        self.lines.append(f"  store double {value}, ptr {address}, align 8")

    def text(self, name: str, signature: str) -> str:
        body = "\n".join(self.lines)
        return f"define void @{name}({signature}) nounwind {{\n{body}\n  ret void\n}}\n"


def _literal(value: float) -> str:
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


def emit_declarations() -> str:
    """Return the declarations of the functions that nodes call."""
    lines = []
    for op, name in _CALLS.items():
        lines.append(f"declare double @{name}({'double, double' if op == 'pow' else 'double'})")
    return "\n".join(lines) + "\n"


def emit_function(name: str, graph: Graph, roots: Sequence[int]) -> str:
    """Return a function that stores the roots, in order, into `out`."""
    body = _Body()
    values: dict[int, str] = {}
    for i in graph.order(roots):
        values[i] = _emit_node(body, graph.nodes[i], values)
    for k, root in enumerate(roots):
        body.store("out", k, values[root])
    return body.text(name, _SIGNATURES.get(name, _TIMED))


def _emit_node(body: _Body, node: tuple, values: Mapping[int, str]) -> str:
    op = node[0]
    if op == "num":
        return _literal(node[1])
    if op == "sym":
        return "%t" if node[1] == "t" else body.load(node[1], node[2])
    args = [values[i] for i in node[1:]]
    if op in _BINARY:
        return body.binary(_BINARY[op], *args)
    if op == "neg":
        return body.value(f"fneg {FLAGS} double {args[0]}")
    if op in _CALLS:
        return body.value(f"call double @{_CALLS[op]}({', '.join(f'double {a}' for a in args)})")
    if op in COMPARISONS:
        return body.value(f"fcmp {_COMPARE[op]} double {args[0]}, {args[1]}")
    if op in ("min", "max"):
        return _emit_extreme(body, op, *args)
    if op == "select":
        return body.value(f"select i1 {args[0]}, double {args[1]}, double {args[2]}")
    if op == "not":
        return body.value(f"xor i1 {args[0]}, true")
    return body.value(f"{op} i1 {args[0]}, {args[1]}")


def _emit_extreme(body: _Body, op: str, a: str, b: str) -> str:
    """Take the larger or smaller; if either is not a number, their sum, which is none."""
    first = body.value(f"fcmp {'ogt' if op == 'max' else 'olt'} double {a}, {b}")
    chosen = body.value(f"select i1 {first}, double {a}, double {b}")
    unordered = body.value(f"fcmp uno double {a}, {b}")
    return body.value(f"select i1 {unordered}, double {body.binary('fadd', a, b)}, double {chosen}")


def emit_factor(jacobian: Mapping[tuple[int, int], int], plan: SparseLU) -> str:
    """Return `factor(values, shift, lu)`; `jacobian` maps (row, column) to its place in values."""
    body = _Body()
    a: dict[tuple[int, int], str] = {}
    for i, j in plan.slot:
        place = jacobian.get((plan.order[i], plan.order[j]))
        if place is not None:
            base = "%shift" if i == j else _literal(0.0)
            a[i, j] = body.binary("fsub", base, body.load("values", place))
        elif i == j:
            a[i, j] = "%shift"
    for k in range(len(plan.order)):
        a[k, k] = body.binary("fdiv", _literal(1.0), a[k, k])
        for i in plan.rows[k]:
            a[i, k] = body.binary("fmul", a[i, k], a[k, k])
            for j in plan.columns[k]:
                product = body.binary("fmul", a[i, k], a[k, j])
                a[i, j] = body.binary("fsub", a.get((i, j), _literal(0.0)), product)
    for entry, place in plan.slot.items():
        body.store("lu", place, a[entry])
    return body.text("factor", "ptr noalias %values, double %shift, ptr noalias %lu")


def emit_solve(plan: SparseLU) -> str:
    """Return `solve(lu, b)`: forward with L, backward with U, in place."""
    body = _Body()
    n = len(plan.order)
    b = [body.load("b", state) for state in plan.order]
    for k in range(n):
        for i in plan.rows[k]:
            product = body.binary("fmul", body.load("lu", plan.slot[i, k]), b[k])
            b[i] = body.binary("fsub", b[i], product)
    for k in reversed(range(n)):
        for j in plan.columns[k]:
            product = body.binary("fmul", body.load("lu", plan.slot[k, j]), b[j])
            b[k] = body.binary("fsub", b[k], product)
        b[k] = body.binary("fmul", b[k], body.load("lu", plan.slot[k, k]))
    for k, state in enumerate(plan.order):
        body.store("b", state, b[k])
    return body.text("solve", "ptr noalias %lu, ptr noalias %b")
