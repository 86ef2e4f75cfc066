"""Evaluate nodes with NumPy: exported functions, `step`, and a check on the machine code.

Same graph as the emitter, so this is not the independent twin (that is `reference`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from osseo.compiler.graph import Graph

__all__ = ["evaluate"]

_OPERATIONS: dict[str, Callable[..., np.ndarray]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "floor": np.floor,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
}


def evaluate(graph: Graph, roots: Sequence[int], vectors: Mapping[str, Any]) -> list[np.ndarray]:
    """Return the value of each root.

    Parameters
    ----------
    graph, roots : what to evaluate.
    vectors : vector name (y p u t a) -> its elements; each element may be an array, all
        elements broadcast together.
    """
    values: dict[int, Any] = {}
    with np.errstate(all="ignore"):  # both sides of a select are evaluated; not-a-number is passed on
        for i in graph.order(roots):
            node = graph.nodes[i]
            if node[0] == "num":
                values[i] = np.float64(node[1])
            elif node[0] == "sym":
                values[i] = np.asarray(vectors[node[1]][node[2]], dtype=np.float64)
            else:
                values[i] = _OPERATIONS[node[0]](*(values[k] for k in node[1:]))
    return [values[i] for i in roots]
