"""SBML formula trees -> NumPy, for the reference twin. It shares no line with our emitter.

libSBML's tree becomes nested closures over a frame of values by full name; arrays pass through, so that
a whole finite-difference Jacobian is one call. Function definitions are put in place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import libsbml
import numpy as np

from osseo.errors import ModelError

__all__ = ["Formula", "make_formula"]

Value = Any
Formula = Callable[[Mapping[str, Value]], Value]


def _minus(first: Value, *rest: Value) -> Value:
    return first - rest[0] if rest else -first


def _log(base: Value, x: Value) -> Value:
    return np.log(x) / np.log(base)


def _root(degree: Value, x: Value) -> Value:
    return np.sqrt(x) if np.all(degree == 2) else x ** (1.0 / degree)


def _piecewise(*args: Value) -> Value:
    result = args[-1] if len(args) % 2 else np.nan
    for value, condition in reversed(list(zip(args[0::2], args[1::2], strict=False))):
        result = np.where(condition, value, result)
    return result


def _folded(two: Callable[[Value, Value], Value]) -> Callable[..., Value]:
    return lambda *args: reduce(two, args)


_OPERATIONS: dict[int, Callable[..., Value]] = {
    libsbml.AST_PLUS: _folded(operator.add),
    libsbml.AST_MINUS: _minus,
    libsbml.AST_TIMES: _folded(operator.mul),
    libsbml.AST_DIVIDE: operator.truediv,
    libsbml.AST_POWER: operator.pow,
    libsbml.AST_FUNCTION_POWER: operator.pow,
    libsbml.AST_FUNCTION_ROOT: _root,
    libsbml.AST_FUNCTION_EXP: np.exp,
    libsbml.AST_FUNCTION_LN: np.log,
    libsbml.AST_FUNCTION_LOG: _log,
    libsbml.AST_FUNCTION_ABS: np.abs,
    libsbml.AST_FUNCTION_MIN: _folded(np.minimum),
    libsbml.AST_FUNCTION_MAX: _folded(np.maximum),
    libsbml.AST_FUNCTION_TANH: np.tanh,
    libsbml.AST_FUNCTION_PIECEWISE: _piecewise,
    libsbml.AST_RELATIONAL_LT: np.less,
    libsbml.AST_RELATIONAL_LEQ: np.less_equal,
    libsbml.AST_RELATIONAL_GT: np.greater,
    libsbml.AST_RELATIONAL_GEQ: np.greater_equal,
    libsbml.AST_RELATIONAL_EQ: np.equal,
    libsbml.AST_RELATIONAL_NEQ: np.not_equal,
    libsbml.AST_LOGICAL_AND: _folded(np.logical_and),
    libsbml.AST_LOGICAL_OR: _folded(np.logical_or),
    libsbml.AST_LOGICAL_NOT: np.logical_not,
}


def make_formula(node: Any, resolve: Callable[[str], str], definitions: Mapping[str, Any]) -> Formula:
    """Return an SBML formula as a function of a frame.

    Parameters
    ----------
    node : libSBML ASTNode.
    resolve : symbol of the module -> full name in the frame.
    definitions : function name -> libSBML FunctionDefinition.

    Raises
    ------
    ModelError : an operation the twin does not know.
    """

    def look_up(symbol: str) -> Formula:
        name = resolve(symbol)
        return lambda frame: frame[name]

    return _convert(node, look_up, definitions)


def _convert(node: Any, look_up: Callable[[str], Formula], definitions: Mapping[str, Any]) -> Formula:
    kind = node.getType()
    if kind in (libsbml.AST_CONSTANT_TRUE, libsbml.AST_CONSTANT_FALSE):
        return _constant(np.float64(kind == libsbml.AST_CONSTANT_TRUE))
    if node.isNumber():
        return _constant(np.float64(node.getValue()))
    if kind == libsbml.AST_NAME_TIME:
        return lambda frame: frame["time"]
    if kind == libsbml.AST_NAME:
        return look_up(node.getName())
    children = [node.getChild(i) for i in range(node.getNumChildren())]
    args = [_convert(child, look_up, definitions) for child in children]
    if kind == libsbml.AST_FUNCTION and node.getName() in definitions:
        return _call(definitions[node.getName()], args, definitions)
    if kind not in _OPERATIONS:
        raise ModelError(f"reference twin: unknown operation in {libsbml.formulaToL3String(node)}")
    operation = _OPERATIONS[kind]
    return lambda frame: operation(*[arg(frame) for arg in args])


def _constant(value: np.float64) -> Formula:
    return lambda frame: value


def _call(definition: Any, args: list[Formula], definitions: Mapping[str, Any]) -> Formula:
    names = [definition.getArgument(i).getName() for i in range(definition.getNumArguments())]
    bound = dict(zip(names, args, strict=True))
    return _convert(definition.getBody(), bound.__getitem__, definitions)
