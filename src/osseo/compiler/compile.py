"""ModelIR -> System: lower to a graph, differentiate, plan the LU, emit, assemble; once per process.

A model is compiled again only if its mathematics, its names or the emitter change.
"""

from __future__ import annotations

import copyreg
import hashlib
from collections.abc import Mapping
from threading import Lock
from typing import Any

from osseo.compiler.derivative import Gradients
from osseo.compiler.graph import Graph
from osseo.compiler.lanes.source import LaneSource
from osseo.compiler.native import make_native
from osseo.compiler.scope import Scope, model_scope
from osseo.compiler.sparse_lu import plan_lu
from osseo.compiler.system import System
from osseo.engine.kernel import Kernel
from osseo.errors import Issue, ModelError
from osseo.language.ir import ModelIR, Sym

__all__ = ["EMITTER_VERSION", "build_kernel", "compile_model", "hash_model"]

#: raised whenever the emitted code may change a result
EMITTER_VERSION = 2

#: operations of one factorisation above which lanes are not written: they would take minutes to compile
MOST_IN_LANES = 20_000
_FUNCTIONS = ("rhs", "jac", "factor", "solve", "output", "initial")
_CACHE: dict[str, System] = {}
_LOCK = Lock()


def hash_model(ir: ModelIR) -> str:
    """Return the sha256 of a model's mathematics, names, units and of the emitter's version.

    Files, lines, labels and the SBML text do not enter: the same model is the same hash wherever it lies.
    """

    def bare(group: tuple) -> list[tuple]:
        return [(q.name, q.unit, q.role, q.tags) for q in group]

    content = (
        EMITTER_VERSION,
        (ir.name, ir.scope),
        [bare(g) for g in (ir.states, ir.parameters, ir.inputs, ir.assignments)],
        (ir.assignment_exprs, ir.initial, ir.rates, ir.outputs, ir.transport),
        [(f.name, f.args, f.expr, f.arg_units, f.unit) for f in ir.functions],
    )
    return hashlib.sha256(repr(content).encode()).hexdigest()


def compile_model(ir: ModelIR) -> System:
    """Return the System of a model; a model seen before in this process is not compiled again.

    Raises
    ------
    ModelError : an expression refers to something that does not exist; all such places at once.
    """
    key = hashlib.sha256(repr((hash_model(ir), ir)).encode()).hexdigest()
    with _LOCK:
        if key not in _CACHE:
            _CACHE[key] = _compile(ir)
        return _CACHE[key]


def _compile(ir: ModelIR) -> System:
    _check_shape(ir)
    graph = Graph()
    scope, start = model_scope(ir, graph), model_scope(ir, graph, initial=True)
    rates = [scope.lower(e, q.name) for q, e in zip(ir.states, ir.rates, strict=True)]
    outputs = [scope.lower(Sym(name), name) for name in ir.outputs]
    initial = [start.lower(Sym(q.name), q.name) for q in ir.states]
    _raise_issues(ir, scope, start)
    roots = {"rhs": rates, "output": outputs, "initial": initial}
    kernel, pattern, assembly = build_kernel(graph, roots, len(ir.parameters), len(ir.inputs))
    return System(kernel, ir, hash_model(ir), pattern=pattern, assembly=assembly)


def build_kernel(
    graph: Graph, roots: Mapping[str, list[int]], n_parameters: int, n_inputs: int
) -> tuple[Kernel, tuple[tuple[int, int], ...], str]:
    """Return the machine code of a model given as nodes, its Jacobian pattern and its LLVM text.

    Parameters
    ----------
    graph : where the nodes are.
    roots : nodes of `rhs`, `output` and `initial`.
    n_parameters, n_inputs : sizes of p and u.
    """
    rates = roots["rhs"]
    rows = _jacobian(graph, rates)
    pattern = sorted((i, j) for i, row in enumerate(rows) for j in row)
    plan = plan_lu(pattern, len(rates))
    functions = {
        "rhs": rates,
        "jac": [rows[i][j] for i, j in pattern],
        "output": roots["output"],
        "initial": roots["initial"],
    }
    source = LaneSource(graph, functions, tuple(pattern), plan, (n_parameters, n_inputs))
    assembly = source.text(functions)
    code = make_native(assembly, _FUNCTIONS)
    kernel = Kernel(
        **code.addresses,
        n_states=len(rates),
        n_parameters=n_parameters,
        n_inputs=n_inputs,
        n_outputs=len(roots["output"]),
        n_nonzero=len(pattern),
        n_lu=plan.n_lu,
        owner=code,
        uses_time=bool(graph.leaves(rates, "t")),
        make_lanes=source.kernel if plan.n_operations <= MOST_IN_LANES else None,
        make_columns=source.columns,
    )
    return kernel, tuple(pattern), assembly


def _jacobian(graph: Graph, rates: list[int]) -> list[dict[int, int]]:
    gradients = Gradients(graph)
    return [gradients.row(node) for node in rates]


def _check_shape(ir: ModelIR) -> None:
    counts: list[tuple[str, Any, Any]] = [
        ("rates", ir.rates, ir.states),
        ("start values", ir.initial, ir.states),
        ("assignment expressions", ir.assignment_exprs, ir.assignments),
    ]
    issues = [
        Issue(ir.name, f"got {len(found)} {what}; expected {len(owners)}")
        for what, found, owners in counts
        if len(found) != len(owners)
    ]
    if issues:
        raise ModelError.from_issues(ir.name, issues, "nothing was compiled")


def _raise_issues(ir: ModelIR, *scopes: Scope) -> None:
    issues = list(dict.fromkeys(issue for scope in scopes for issue in scope.issues))
    if issues:
        raise ModelError.from_issues(f"model {ir.name}", issues, "nothing was compiled")


def _reduce(system: System) -> tuple:
    """Pickle a System as its model: machine code is made again in the other process."""
    return compile_model, (system.ir,)


copyreg.pickle(System, _reduce)
