"""Forward sensitivities: the model and its derivatives with respect to parameters, as one larger model.

    s_k = p_k dy/dp_k,    ds_k/dt = J s_k + p_k df/dp_k

Scaled by the parameter, s has the size of y, so that the step control treats it alike. The larger model is
compiled and solved like any other; doses act on y alone, because their amounts are not parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from osseo.compiler.compile import build_kernel, compile_model
from osseo.compiler.derivative import Gradients
from osseo.compiler.graph import Graph
from osseo.compiler.scope import model_scope
from osseo.compiler.simplify import add, mul
from osseo.compiler.system import System
from osseo.engine.events import EventTable
from osseo.engine.kernel import Kernel
from osseo.errors import InputError, Issue
from osseo.language.ir import ModelIR, Sym
from osseo.names import check_name

__all__ = ["SensitivitySystem", "compile_sensitivities"]


@dataclass(frozen=True)
class SensitivitySystem:
    """A model with its sensitivities.

    Parameters
    ----------
    kernel : for `solve_batch`: states y, then s of the first parameter, of the second, and so on; outputs
        likewise.
    system : the model alone; gives the parameter vector.
    names : parameters, in order.
    """

    kernel: Kernel
    system: System
    names: tuple[str, ...]

    def start(self, y0: np.ndarray) -> np.ndarray:
        """Return the larger start (n, n_states (1 + k)) for starts y0 that do not depend on parameters."""
        y0 = np.asarray(y0, dtype=np.float64)
        return np.concatenate([y0, np.zeros((y0.shape[0], y0.shape[1] * len(self.names)))], axis=1)

    def initial(self, p: np.ndarray, u: np.ndarray | None = None) -> np.ndarray:
        """Return the model's own start values with their sensitivities (n, n_states (1 + k))."""
        return System(self.kernel, self.system.ir, "", pattern=(), assembly="").initial(p, u)

    def events(self, table: EventTable) -> EventTable:
        """Return events for the larger model: where a state is set, its sensitivity is set as well."""
        n, set_ = len(self.system.state_names), np.flatnonzero(table.action != 0)
        place = np.concatenate([np.arange(table.time.size), np.repeat(set_, len(self.names))])
        shift = np.concatenate(
            [
                np.zeros(table.time.size, dtype=np.int64),
                np.tile(np.arange(len(self.names)) + 1, set_.size) * n,
            ]
        )
        order = np.argsort(place, kind="stable")
        place, shift = place[order], shift[order]
        own = shift == 0
        return EventTable(
            table.time[place],
            table.state[place] + shift,
            np.where(own, table.jump[place], 0.0),
            np.where(own, table.rate[place], 0.0),
            table.action[place],
        )

    def split(self, values: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return values and d(values)/dp of `BatchResult.y` or `.out`.

        Parameters
        ----------
        values : (n, n_times, m (1 + k)).
        p : (n, n_parameters) as it was solved.

        Returns
        -------
        values (n, n_times, m), derivatives (n, n_times, m, k).
        """
        k = len(self.names)
        m = values.shape[2] // (1 + k)
        scaled = values[:, :, m:].reshape(*values.shape[:2], k, m)
        columns = [self.system.parameter_index[name] for name in self.names]
        p_k = np.asarray(p, dtype=np.float64)[:, None, columns, None]
        return values[:, :, :m], np.moveaxis(scaled / p_k, 2, 3)


def compile_sensitivities(ir: ModelIR, names: Sequence[str]) -> SensitivitySystem:
    """Compile a model together with its sensitivities to chosen parameters.

    Parameters
    ----------
    ir : the model.
    names : full names of parameters; none may have the value 0 in a run.

    Raises
    ------
    NameUnknown : a name is no parameter of the model. InputError : no names, or one twice.
    """
    system = compile_model(ir)
    for name in names:
        check_name(name, system.parameter_index, "parameter", ir.name)
    if not names or len(set(names)) < len(names):
        raise InputError.from_issues("names", [Issue(ir.name, "give parameters, each once")])
    graph = Graph()
    scope, start = model_scope(ir, graph), model_scope(ir, graph, initial=True)
    rates = [scope.lower(e, q.name) for q, e in zip(ir.states, ir.rates, strict=True)]
    outputs = [scope.lower(Sym(name), name) for name in ir.outputs]
    initial = [start.lower(Sym(q.name), q.name) for q in ir.states]
    extend = _Extension(graph, [system.parameter_index[name] for name in names], len(ir.states))
    roots = {
        "rhs": rates + extend.derivatives(rates),
        "output": outputs + extend.derivatives(outputs),
        "initial": initial + extend.derivatives(initial),
    }
    kernel, _, _ = build_kernel(graph, roots, len(ir.parameters), len(ir.inputs))
    return SensitivitySystem(kernel, system, tuple(names))


class _Extension:
    """Total derivatives of nodes with respect to the logarithm of each parameter."""

    def __init__(self, graph: Graph, columns: Sequence[int], n_states: int) -> None:
        self.graph, self.columns, self.n = graph, columns, n_states
        self.by_state, self.by_parameter = Gradients(graph, "y"), Gradients(graph, "p")

    def derivatives(self, nodes: Sequence[int]) -> list[int]:
        """Return the derivatives of all nodes to the first parameter, then to the second, and so on."""
        return [self._total(node, k) for k in range(len(self.columns)) for node in nodes]

    def _total(self, node: int, k: int) -> int:
        g, column = self.graph, self.columns[k]
        total = g.number(0.0)
        partial = self.by_parameter.row(node).get(column)
        if partial is not None:
            total = mul(g, g.symbol("p", column), partial)
        for state, slope in self.by_state.row(node).items():
            total = add(g, total, mul(g, slope, g.symbol("y", self.n * (k + 1) + state)))
        return total
