"""Values at time 0: numbers, initial assignments and rules evaluated with plain floats, each once.

An interpreter of its own, because a start value may use what machine code does not have (a factorial).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from osseo.language.ir import Expr, ModelIR, Num, Sym

__all__ = ["MissingValue", "Start", "Values", "evaluate_all", "evaluate_expr"]


class MissingValue(Exception):
    """A quantity that is needed has no value; the argument is its name."""


@dataclass(frozen=True)
class Start:
    """p (n_parameters,) and y0 (n_states,) at time 0, in the order of the ModelIR."""

    p: np.ndarray
    y0: np.ndarray


def _power(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.power(np.float64(a), np.float64(b)))


def _divide(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    """Return the function with NaN outside its domain and infinity where it overflows."""

    def call(*args: float) -> float:
        try:
            return float(function(*args))
        except ValueError:
            return -math.inf if function is math.log and args[0] == 0 else math.nan
        except OverflowError:
            return math.inf

    return call


def _factorial(x: float) -> float:
    return float(math.factorial(int(x))) if x >= 0 and x == int(x) and x <= 170 else math.nan


def _extreme(choose: Callable[..., float]) -> Callable[..., float]:
    return lambda *args: math.nan if any(math.isnan(x) for x in args) else choose(args)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda *args: math.fsum(args) if all(map(math.isfinite, args)) else sum(args),
    "mul": lambda *args: math.prod(args),
    "sub": lambda a, b: a - b,
    "div": _divide,
    "neg": lambda a: -a,
    "pow": _power,
    "exp": _guarded(math.exp),
    "ln": _guarded(math.log),
    "sqrt": _guarded(math.sqrt),
    "abs": abs,
    "tanh": math.tanh,
    "sin": _guarded(math.sin),
    "cos": _guarded(math.cos),
    "atan": math.atan,
    "floor": _guarded(lambda x: x if math.isinf(x) else math.floor(x)),
    "factorial": _factorial,
    "min": _extreme(min),
    "max": _extreme(max),
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "not": lambda a: not a,
}


def evaluate_expr(expr: Expr, value: Callable[[str], float]) -> float:
    """Return the value of an expression; conditions are evaluated only as far as needed.

    Parameters
    ----------
    expr : the expression.
    value : name -> value.
    """
    if isinstance(expr, Num):
        return expr.value
    if isinstance(expr, Sym):
        return value(expr.name)
    if expr.op == "piecewise":
        pairs = zip(expr.args[0::2], expr.args[1::2], strict=False)
        for part, condition in pairs:
            if evaluate_expr(condition, value):
                return evaluate_expr(part, value)
        return evaluate_expr(expr.args[-1], value) if len(expr.args) % 2 else math.nan
    if expr.op == "and":
        return all(evaluate_expr(arg, value) for arg in expr.args)
    if expr.op == "or":
        return any(evaluate_expr(arg, value) for arg in expr.args)
    return _OPERATIONS[expr.op](*(evaluate_expr(arg, value) for arg in expr.args))


class Values:
    """Values by name, computed when first asked for."""

    def __init__(self, formulas: Mapping[str, Expr], known: Mapping[str, float]) -> None:
        self._formulas = formulas
        self._known: dict[str, float] = {"time": 0.0, **known}
        self._open: set[str] = set()

    def __call__(self, name: str) -> float:
        """Return the value of a name."""
        if name not in self._known:
            if name not in self._formulas or name in self._open:
                raise MissingValue(name)
            self._open.add(name)
            self._known[name] = evaluate_expr(self._formulas[name], self)
            self._open.discard(name)
        return self._known[name]


def evaluate_all(ir: ModelIR, formulas: Mapping[str, Expr], overrides: Mapping[str, float]) -> Start:
    """Return p and y0 of a model at time 0.

    Raises
    ------
    MissingValue : a value that is needed is nowhere given.
    """
    value = Values(formulas, overrides)

    def vector(names: Iterable[str]) -> np.ndarray:
        return np.array([value(name) for name in names], dtype=np.float64)

    return Start(p=vector(q.name for q in ir.parameters), y0=vector(q.name for q in ir.states))
