"""ReferenceModel: a model read from its SBML modules again, linked and evaluated without our compiler.

Of the ModelIR it uses the SBML text, the links and the order of names; never its expressions. It is slow
and stays so: its only virtue is to be made another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import libsbml
import numpy as np

from osseo.compiler.reference.tree import Formula, make_formula
from osseo.errors import ModelError
from osseo.language.ir import ModelIR

__all__ = ["ReferenceModel"]


class _Frame(dict):
    """Values by full name; a missing one is computed from its formula, once."""

    def __init__(self, values: Mapping[str, Any], formulas: Mapping[str, Formula]) -> None:
        super().__init__(values)
        self._formulas = formulas

    def __missing__(self, name: str) -> Any:
        if name not in self._formulas:
            raise ModelError(f"reference twin: {name} has neither a value nor a formula")
        self[name] = value = self._formulas[name](self)
        return value


class ReferenceModel:
    """A model as its SBML modules say it.

    Parameters
    ----------
    ir : gives the SBML text of every module, the links between them and the layouts.
    """

    def __init__(self, ir: ModelIR) -> None:
        self.name = ir.name
        self.state_names = tuple(q.name for q in ir.states)
        self.parameter_names = tuple(q.name for q in ir.parameters)
        self.input_names = tuple(q.name for q in ir.inputs)
        self.output_names = tuple(ir.outputs)
        self._links = dict(ir.links)
        self._assignments: dict[str, Formula] = {}
        self._rates: dict[str, Formula] = {}
        self._initial: dict[str, Formula] = {}
        for module, text in ir.sbml.items():
            self._read(module, text)
        if set(self._rates) != set(self.state_names):
            raise ModelError(f"{ir.name}: SBML has rates for {sorted(self._rates)}; the IR has others")

    def rhs(self, t: float, y: np.ndarray, p: np.ndarray, u: np.ndarray | None = None):
        """Return dy/dt; y is (n_states,) or (n_states, k), the result has the same shape."""
        return self.rates(self.frame(t, y, p, u), np.shape(y))

    def rates(self, frame: Mapping[str, Any], shape: tuple[int, ...]) -> np.ndarray:
        """Return dy/dt of the given shape from a frame, which keeps what it computed on the way."""
        result = np.empty(shape)
        with np.errstate(all="ignore"):
            for i, name in enumerate(self.state_names):
                result[i] = self._rates[name](frame)
        return result

    def output(self, t: float, y: np.ndarray, p: np.ndarray, u: np.ndarray | None = None):
        """Return the outputs, (n_outputs,)."""
        frame = self.frame(t, y, p, u)
        return np.array([frame[name] for name in self.output_names], dtype=np.float64)

    def initial(self, p: np.ndarray, u: np.ndarray | None = None) -> np.ndarray:
        """Return the start values, (n_states,)."""
        values = {**_named(self.parameter_names, p), **_named(self.input_names, u)}
        frame = _Frame(values, {**self._assignments, **self._initial})
        return np.array([frame[name] for name in self.state_names], dtype=np.float64)

    def function(self, name: str, args: Mapping[str, Any], p: np.ndarray) -> Any:
        """Return an assignment that depends on the given arguments and on parameters only."""
        with np.errstate(all="ignore"):
            return _Frame({**_named(self.parameter_names, p), **args}, self._assignments)[name]

    def jac(self, t: float, y: np.ndarray, p: np.ndarray, u: np.ndarray | None = None):
        """Return d(rhs)/dy, (n_states, n_states), by central differences in one call."""
        y = np.asarray(y, dtype=np.float64)
        n = len(y)
        step = np.cbrt(np.finfo(np.float64).eps) * np.maximum(np.abs(y), 1e-6)
        shifted = y[:, None] + np.hstack([np.diag(step), np.diag(-step)])
        rates = self.rhs(t, shifted, p, u)
        width = np.diagonal(shifted[:, :n]) - np.diagonal(shifted[:, n:])
        return (rates[:, :n] - rates[:, n:]) / width

    def frame(self, t: float, y: np.ndarray, p: Any, u: np.ndarray | None = None) -> Mapping[str, Any]:
        """Return every quantity by full name, computed when asked for; p may hold one array per cell."""
        values: dict[str, Any] = {"time": np.float64(t)}
        values |= _named(self.state_names, y)
        values |= _named(self.parameter_names, p)
        values |= _named(self.input_names, u)
        return _Frame(values, self._assignments)

    def _read(self, module: str, text: str) -> None:
        document = libsbml.readSBMLFromString(text)
        model = document.getModel()
        if model is None:
            raise ModelError(f"{module}: libSBML found no model in the SBML text")
        definitions = {f.getId(): f for f in model.getListOfFunctionDefinitions()}

        def resolve(symbol: str) -> str:
            name = f"{module}.{symbol}"
            while name in self._links:
                name = self._links[name]
            return name

        def formula(node: Any) -> Formula:
            return make_formula(node, resolve, definitions)

        for rule in model.getListOfRules():
            target = self._rates if rule.isRate() else self._assignments
            target[resolve(rule.getVariable())] = formula(rule.getMath())
        for parameter in model.getListOfParameters():
            if parameter.isSetValue():
                value = np.float64(parameter.getValue())
                self._initial[resolve(parameter.getId())] = lambda frame, value=value: value
        for assignment in model.getListOfInitialAssignments():
            self._initial[resolve(assignment.getSymbol())] = formula(assignment.getMath())


def _named(names: Iterable[str], vector: Any) -> dict[str, Any]:
    return dict(zip(names, () if vector is None else vector, strict=True))
