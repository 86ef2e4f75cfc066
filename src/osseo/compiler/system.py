"""System: a compiled model with its names. What the floors above call, and what the engine runs.

It holds the kernel (machine code without names), the layouts of y, p, u and outputs, and turns a
ParameterSet into the vector p. Nothing here is called inside the step loop.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from osseo.compiler.evaluate import evaluate
from osseo.compiler.graph import Graph
from osseo.compiler.scope import model_scope
from osseo.engine.kernel import Kernel
from osseo.errors import InputError, Issue, ModelError
from osseo.language.ir import ModelIR, Quantity
from osseo.names import check_name, suggest
from osseo.parameters.parameter import ParameterSet

__all__ = ["System"]

_ADDRESS = ctypes.c_void_p
_TIMED = ctypes.CFUNCTYPE(None, ctypes.c_double, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
_START = ctypes.CFUNCTYPE(None, _ADDRESS, _ADDRESS, _ADDRESS)


class System:
    """A model compiled to machine code.

    Parameters
    ----------
    kernel : addresses and sizes, for the engine.
    ir : the model it was made from.
    hash : sha256 of the model's mathematics and the emitter's version.
    pattern : (row, column) of each stored Jacobian entry, in the order of the kernel's `jac`.
    assembly : the LLVM text as emitted.
    """

    def __init__(
        self,
        kernel: Kernel,
        ir: ModelIR,
        hash: str,
        *,
        pattern: tuple[tuple[int, int], ...],
        assembly: str,
    ) -> None:
        self.kernel = kernel
        self.ir = ir
        self.hash = hash
        self.pattern = pattern
        self.assembly = assembly
        self.state_names = _names(ir.states)
        self.parameter_names = _names(ir.parameters)
        self.input_names = _names(ir.inputs)
        self.output_names = tuple(ir.outputs)

    @cached_property
    def state_index(self) -> dict[str, int]:
        """Return {state name: place in y}."""
        return _index(self.state_names)

    @cached_property
    def parameter_index(self) -> dict[str, int]:
        """Return {parameter name: place in p}."""
        return _index(self.parameter_names)

    @cached_property
    def input_index(self) -> dict[str, int]:
        """Return {input name: place in u}."""
        return _index(self.input_names)

    @cached_property
    def output_index(self) -> dict[str, int]:
        """Return {output name: place in out}."""
        return _index(self.output_names)

    def parameter_vector(
        self,
        pset: ParameterSet,
        overrides: Mapping[str, float | np.ndarray] | None = None,
        n: int = 1,
    ) -> np.ndarray:
        """Return p (n, n_parameters): the central values of `pset`, with some columns replaced.

        Parameters
        ----------
        pset : every parameter of the model that no override gives.
        overrides : full name -> one value or (n,) values. Names of `pset` that this model does not
            use are passed over, so that one table of draws serves body and site.
        n : members.

        Raises
        ------
        InputError : naming every parameter without a value, every override that no
            parameter answers to, and every override of a wrong length.
        """
        given = dict(overrides or {})
        issues = [*self._missing(pset, given), *self._misfits(pset, given, n)]
        if issues:
            raise InputError.from_issues(f"parameters of {self.ir.name}", issues)
        p = np.empty((n, len(self.parameter_names)))
        for i, name in enumerate(self.parameter_names):
            p[:, i] = given[name] if name in given else pset.value(name)
        return p

    def _missing(self, pset: ParameterSet, given: Mapping[str, object]) -> list[Issue]:
        remedy = "add a row to a table under parameters/tables, with unit, range and source"
        return [
            Issue(q.name, f"no value; expected one [{q.unit}]", remedy)
            for q in self.ir.parameters
            if q.name not in pset and q.name not in given
        ]

    def _misfits(self, pset: ParameterSet, given: Mapping[str, Any], n: int) -> list[Issue]:
        issues = []
        for name, value in given.items():
            shape = np.shape(value)
            if name not in self.parameter_index and name not in pset:
                issues.append(Issue(name, "no such parameter", suggest(name, self.parameter_names)))
            elif shape not in ((), (1,), (n,)):
                issues.append(Issue(name, f"got values of shape {shape}; expected one or ({n},)"))
        return issues

    def rhs(self, t: float, y, p, u=None) -> np.ndarray:
        """Return dy/dt [unit/d], (n_states,), or (n, n_states) if y or p has n rows."""
        return self._timed(self.kernel.rhs, self.kernel.n_states, t, (y, p, u))

    def output(self, t: float, y, p, u=None) -> np.ndarray:
        """Return the outputs, (n_outputs,) or (n, n_outputs)."""
        return self._timed(self.kernel.output, self.kernel.n_outputs, t, (y, p, u))

    def jac(self, t: float, y, p, u=None) -> np.ndarray:
        """Return the dense Jacobian d(rhs)/dy, (n_states, n_states) or (n, n_states, n_states)."""
        values = self._timed(self.kernel.jac, self.kernel.n_nonzero, t, (y, p, u))
        n = self.kernel.n_states
        dense = np.zeros((*values.shape[:-1], n, n))
        for k, (i, j) in enumerate(self.pattern):
            dense[..., i, j] = values[..., k]
        return dense

    def initial(self, p, u=None) -> np.ndarray:
        """Return the start values, (n_states,) or (n, n_states) if p has n rows."""
        (p, u), n = self._rows({"p": p, "u": u})
        y0 = np.empty((n or 1, self.kernel.n_states))
        call = _START(self.kernel.initial)
        for i in range(n or 1):
            call(p[i].ctypes.data, u[i].ctypes.data, y0[i].ctypes.data)
        return y0 if n else y0[0]

    def function(self, name: str, args: Mapping[str, float | np.ndarray], p) -> np.ndarray:
        """Evaluate a function exported by the model text, e.g. the dose map of a sitting.

        Parameters
        ----------
        name : full name of the function.
        args : full name of each argument -> value(s); all broadcast together and with p.
        p : (n_parameters,) or (n, n_parameters).

        Returns
        -------
        value : broadcast of the arguments and of p's rows.
        """
        check_name(name, [f.name for f in self.ir.functions], "function", self.ir.name)
        function = next(f for f in self.ir.functions if f.name == name)
        missing = [Issue(a, "argument without a value") for a in function.args if a not in args]
        unknown = [
            Issue(a, "no such argument", suggest(a, function.args)) for a in args if a not in function.args
        ]
        if missing or unknown:
            raise InputError.from_issues(name, missing + unknown, "nothing was evaluated")
        graph, root = self._function_graph(name)
        values = [np.asarray(args[a], dtype=np.float64) for a in function.args]
        columns = np.moveaxis(np.asarray(p, dtype=np.float64), -1, 0)
        (result,) = evaluate(graph, [root], {"a": values, "p": columns})
        shape = np.broadcast_shapes(columns.shape[1:], *(v.shape for v in values))
        return np.broadcast_to(result, shape).copy()

    def _function_graph(self, name: str) -> tuple[Graph, int]:
        if name not in self._functions:
            function = next(f for f in self.ir.functions if f.name == name)
            graph = Graph()
            scope = model_scope(self.ir, graph, arguments=function.args)
            root = scope.lower(function.expr, name)
            issues = list(scope.issues)
            if any(graph.leaves([root], vector) for vector in "yut"):
                issues.append(Issue(name, "depends on a state, an input or time"))
            if issues:
                raise ModelError.from_issues(f"model {self.ir.name}", issues)
            self._functions[name] = graph, root
        return self._functions[name]

    @cached_property
    def _functions(self) -> dict[str, tuple[Graph, int]]:
        return {}

    def _rows(self, vectors: Mapping[str, object]) -> tuple[list[np.ndarray], int]:
        """Return the vectors as rows of equal count, and that count (0: all were one-dimensional)."""
        sizes = {"y": self.kernel.n_states, "p": self.kernel.n_parameters, "u": self.kernel.n_inputs}
        arrays = []
        for name, value in vectors.items():
            array = np.asarray([] if value is None else value, dtype=np.float64)
            if array.shape[-1:] != (sizes[name],) or array.ndim > 2:
                raise InputError(
                    f"{self.ir.name}: got {name} of shape {array.shape}; "
                    f"expected ({sizes[name]},) or (n, {sizes[name]})"
                )
            arrays.append(array)
        shape = np.broadcast_shapes(*(a.shape[:-1] for a in arrays))
        n = shape[0] if shape else 1
        rows = [np.ascontiguousarray(np.broadcast_to(a, (n, a.shape[-1]))) for a in arrays]
        return rows, (n if shape else 0)

    def _timed(self, address: int, n_out: int, t: float, vectors: Sequence) -> np.ndarray:
        (y, p, u), n = self._rows(dict(zip("ypu", vectors, strict=True)))
        out = np.empty((n or 1, n_out))
        call = _TIMED(address)
        for i in range(n or 1):
            call(t, y[i].ctypes.data, p[i].ctypes.data, u[i].ctypes.data, out[i].ctypes.data)
        return out if n else out[0]


def _names(group: Sequence[Quantity]) -> tuple[str, ...]:
    return tuple(q.name for q in group)


def _index(names: Sequence[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}
