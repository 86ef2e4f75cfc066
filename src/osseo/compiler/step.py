"""Every derivative and assignment of a model at one state: the first thing to look at when it is wrong.

Also the check of a ported model against printed numbers. The command line renders the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from osseo.compiler.evaluate import evaluate
from osseo.compiler.graph import Graph
from osseo.compiler.scope import model_scope
from osseo.compiler.system import System
from osseo.language.ir import Sym
from osseo.names import check_name
from osseo.parameters.parameter import ParameterSet

__all__ = ["StepRow", "derivatives_at"]


@dataclass(frozen=True)
class StepRow:
    """One quantity at one state.

    Parameters
    ----------
    name, role, unit : as in the model.
    value : in `unit`.
    derivative : in `derivative_unit`; not-a-number for anything but a state.
    """

    name: str
    role: str
    unit: str
    value: float
    derivative: float = float("nan")
    derivative_unit: str = ""


def derivatives_at(
    system: System,
    pset: ParameterSet,
    overrides: Mapping[str, float] | None = None,
    *,
    inputs: Mapping[str, float] | None = None,
    states: Mapping[str, float] | None = None,
    time: float = 0.0,
) -> list[StepRow]:
    """Return a row for every state, then for every assignment, at the initial state.

    Parameters
    ----------
    system, pset : the model and its parameters.
    overrides : parameters to replace.
    inputs : values of inputs; those not given are 0.
    states : values of states that differ from the initial state.
    time : [d].
    """
    p = system.parameter_vector(pset, overrides)[0]
    u = _replaced(np.zeros(system.kernel.n_inputs), inputs, system.input_index, "input")
    y = _replaced(system.initial(p, u), states, system.state_index, "state")
    rates = system.rhs(time, y, p, u) + 0.0  # -0.0 reads badly
    rows = [
        StepRow(q.name, q.role, q.unit, float(y[i]), float(rates[i]), f"{q.unit}/d")
        for i, q in enumerate(system.ir.states)
    ]
    graph = Graph()
    scope = model_scope(system.ir, graph)
    roots = [scope.lower(Sym(q.name), q.name) for q in system.ir.assignments]
    values = evaluate(graph, roots, {"y": y, "p": p, "u": u, "t": [time]})
    pairs = zip(system.ir.assignments, values, strict=True)
    return rows + [StepRow(q.name, q.role, q.unit, float(v)) for q, v in pairs]


def _replaced(
    vector: np.ndarray, values: Mapping[str, float] | None, index: Mapping[str, int], what: str
) -> np.ndarray:
    for name, value in (values or {}).items():
        check_name(name, index, what)
        vector[index[name]] = value
    return vector
