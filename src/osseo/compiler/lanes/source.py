"""LaneSource: a model as nodes, from which code of any width is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from osseo.compiler.emit import emit_declarations, emit_factor, emit_function, emit_solve
from osseo.compiler.graph import Graph
from osseo.compiler.lanes.column import COLUMN_FUNCTIONS, emit_column
from osseo.compiler.lanes.rosenbrock import LANE_FUNCTIONS, emit_lane_step
from osseo.compiler.native import make_native
from osseo.compiler.sparse_lu import SparseLU
from osseo.engine.kernel import ColumnKernel, ColumnLaw, LaneKernel
from osseo.engine.native.lane_arrays import LaneSizes
from osseo.engine.native.rodas5p import make_tableau

__all__ = ["LaneSource"]

T = TypeVar("T")


@dataclass(frozen=True)
class LaneSource:
    """What the functions of a model are made from.

    Parameters
    ----------
    graph, functions : nodes, and the roots of each function by name.
    pattern : (row, column) of each stored Jacobian entry; plan : of the factorisation.
    n_external : sizes of p and u.
    """

    graph: Graph
    functions: Mapping[str, list[int]]
    pattern: tuple[tuple[int, int], ...]
    plan: SparseLU
    n_external: tuple[int, int]
    _made: dict[object, Any] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def text(self, names: Iterable[str], width: int = 1, *, in_lanes: bool = False) -> str:
        """Return the LLVM text of some functions and of the LU, for the scalar loop or for lanes."""
        roots = {name: self.functions[name] for name in names}
        parts = [emit_declarations(self.graph, [i for nodes in roots.values() for i in nodes], width)]
        parts += [emit_function(name, self.graph, nodes, width) for name, nodes in roots.items()]
        places = {entry: k for k, entry in enumerate(self.pattern)}
        solve = emit_solve(self.plan, width, summed=in_lanes)
        return "\n".join([*parts, emit_factor(places, self.plan, width), solve])

    def kernel(self, width: int) -> LaneKernel:
        """Return the code for `width` members side by side; it is made once."""
        return self._keep(width, lambda: self._make(width))

    def columns(self, width: int, laws: tuple[ColumnLaw, ...]) -> ColumnKernel:
        """Return the code for `width` columns side by side with these laws of transport; it is made once."""
        return self._keep((width, laws), lambda: self._make_columns(width, laws))

    def _keep(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def _make(self, width: int) -> LaneKernel:
        sizes = LaneSizes(
            n_states=len(self.plan.order),
            n_parameters=self.n_external[0],
            n_inputs=self.n_external[1],
            n_nonzero=len(self.pattern),
            n_lu=self.plan.n_lu,
        )
        text = self.text(("rhs", "jac"), width, in_lanes=True) + emit_lane_step(sizes, make_tableau(), width)
        code = make_native(text, LANE_FUNCTIONS)
        return LaneKernel(width, **code.addresses, owner=code)

    def _make_columns(self, width: int, laws: tuple[ColumnLaw, ...]) -> ColumnKernel:
        graph, outputs = self.graph, self.functions["output"]
        roots = {
            "rhs": self.functions["rhs"],
            "output": outputs,
            "coefficient": [outputs[law.coefficient] for law in laws],
        }
        parts = [emit_declarations(graph, [i for nodes in roots.values() for i in nodes], width)]
        parts += [emit_function(name, graph, nodes, width) for name, nodes in roots.items()]
        parts.append(emit_column(laws, (len(self.plan.order), len(outputs)), width))
        code = make_native("\n".join(parts), COLUMN_FUNCTIONS)
        return ColumnKernel(width, **code.addresses, owner=code)
