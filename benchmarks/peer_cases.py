"""The cases all solvers get: as a ModelIR for osseo, as SBML and as Python source for the others.

Parameters differ between members by 10 % (log-normal, Philox); every member is a problem of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from osseo.language.ir import Call, Expr, ModelIR, Num, Quantity, Sym

__all__ = ["Case", "make_cases", "python_source", "sbml_text"]

_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mult", ast.Div: "div", ast.Pow: "pow"}
_OPERATORS[ast.Mult] = "mul"
_TEXT = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^"}
_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


@dataclass(frozen=True)
class Case:
    """One problem: model, members, doses (time, state, amount), output times, error scale."""

    name: str
    meaning: str
    ir: ModelIR
    p: np.ndarray
    y0: np.ndarray
    times: np.ndarray
    doses: tuple[tuple[float, int, float], ...] = ()
    scale: np.ndarray | None = None
    u: tuple[float, ...] = ()
    atol_share: float = field(default=1e-4)


def make_cases(n: int, body: Case | None = None) -> list[Case]:
    """Return all cases with n members each."""
    cases = [_dosed(n), _robertson(n), _network(n)]
    return [body, *cases] if body is not None else cases


def _read(text: str) -> Expr:
    def read(node: ast.AST) -> Expr:
        if isinstance(node, ast.BinOp):
            return Call(_OPERATORS[type(node.op)], (read(node.left), read(node.right)))
        if isinstance(node, ast.UnaryOp):
            return Call("neg", (read(node.operand),))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return Call(node.func.id, tuple(read(a) for a in node.args))
        if isinstance(node, ast.Name):
            return Sym(f"m.{node.id}")
        if isinstance(node, ast.Constant):
            return Num(float(node.value))
        raise ValueError(ast.dump(node))

    return read(ast.parse(text, mode="eval").body)


def _model(name: str, rates: Mapping[str, str], parameters: Mapping[str, float]) -> ModelIR:
    """Make a ModelIR from formulas; all units are 1: these models are not osseo's."""
    states = tuple(Quantity(f"m.{s}", "1", "state") for s in rates)
    return ModelIR(
        name,
        "body",
        states,
        tuple(Quantity(f"m.{p}", "1", "parameter") for p in parameters),
        (),
        (),
        (),
        tuple(Num(0.0) for _ in states),
        tuple(_read(text) for text in rates.values()),
    )


def _vary(values: Mapping[str, float], n: int) -> np.ndarray:
    generator = np.random.Generator(np.random.Philox(20261124))
    return np.array(list(values.values())) * np.exp(0.1 * generator.standard_normal((n, len(values))))


def _dosed(n: int) -> Case:
    parameters = {"ka": 20.0, "ke": 3.0}
    rates = {"depot": "-ka*depot", "central": "ka*depot - ke*central"}
    doses = tuple((float(day), 0, 100.0) for day in range(28))
    return Case(
        "dosed",
        "one-compartment PK, 28 daily doses, hourly output for 28 days",
        _model("dosed", rates, parameters),
        _vary(parameters, n),
        np.zeros((n, 2)),
        np.arange(28 * 24 + 1) / 24,
        doses,
        scale=np.array([100.0, 100.0]),
    )


def _robertson(n: int) -> Case:
    parameters = {"a": 0.04, "b": 1e4, "c": 3e7}
    rates = {
        "x": "-a*x + b*y*z",
        "y": "a*x - b*y*z - c*y*y",
        "z": "c*y*y",
    }
    return Case(
        "robertson",
        "Robertson's three reactions to t = 1e5",
        _model("robertson", rates, parameters),
        _vary(parameters, n),
        np.tile([1.0, 0.0, 0.0], (n, 1)),
        np.concatenate([[0.0], np.logspace(-3, 5, 25)]),
        scale=np.array([1.0, 4e-5, 1.0]),
        atol_share=1e-2,
    )


def _network(n: int) -> Case:
    """43 states on time scales from minutes to years, saturable links: the size of the bone model."""
    generator = np.random.Generator(np.random.Philox(43))
    speeds = 10 ** generator.uniform(-2.5, 2.5, 43)
    parameters: dict[str, float] = {}
    rates: dict[str, str] = {}
    for i in range(43):
        parameters[f"k{i}"] = float(speeds[i])
        links = [int(j) for j in generator.choice(43, size=2, replace=False) if j != i]
        drive = []
        for j in links:
            parameters[f"h{i}_{j}"] = float(generator.uniform(0.5, 2.0))
            drive.append(f"x{j}*x{j}/(h{i}_{j} + x{j}*x{j})")
        rates[f"x{i}"] = f"k{i}*(({' + '.join(drive)})*exp(-x{(i + 7) % 43}/4) + 1/4 - x{i})"
    return Case(
        "network43",
        "43 states, saturable links, time scales from 4 minutes to 10 months, one year",
        _model("network43", rates, parameters),
        _vary(parameters, n),
        np.full((n, 43), 0.5),
        np.linspace(0.0, 365.0, 13),
        scale=np.ones(43),
    )


def _words(expr: Expr, names: Mapping[str, str], python: bool) -> str:
    """Write an expression for Antimony or for jax.numpy."""
    if isinstance(expr, Num):
        return repr(expr.value)
    if isinstance(expr, Sym):
        return names[expr.name]
    args = [_words(a, names, python) for a in expr.args]
    if expr.op in _TEXT:
        sign = "**" if python and expr.op == "pow" else _TEXT[expr.op]
        return "(" + f" {sign} ".join(args) + ")"
    if expr.op in _COMPARE:
        return f"({args[0]} {_COMPARE[expr.op]} {args[1]})"
    if expr.op == "neg":
        return f"(-{args[0]})"
    if expr.op in ("and", "or"):
        sign = {"and": " & ", "or": " | "} if python else {"and": " && ", "or": " || "}
        return "(" + sign[expr.op].join(args) + ")"
    if not python:
        return f"{expr.op}({', '.join(args)})"
    if expr.op == "piecewise":
        value = args[-1]
        for i in range(len(args) - 3, -1, -2):
            value = f"jnp.where({args[i + 1]}, {args[i]}, {value})"
        return value
    name = {"ln": "log", "max": "maximum", "min": "minimum"}.get(expr.op, expr.op)
    value = args[0]
    if len(args) == 1:
        return f"jnp.{name}({value})"
    for other in args[1:]:
        value = f"jnp.{name}({value}, {other})"
    return value


def _plain(name: str) -> str:
    return name.replace(".", "__")


def sbml_text(case: Case) -> str:
    """Return the model as SBML, its parameters in order p_0, p_1, ...; doses as events."""
    import antimony

    ir = case.ir
    names = {q.name: _plain(q.name) for q in (*ir.states, *ir.assignments)}
    names |= {q.name: f"p_{i}" for i, q in enumerate(ir.parameters)}
    names |= {q.name: repr(float(v)) for q, v in zip(ir.inputs, case.u, strict=True)}
    names["time"] = "time"
    lines = [f"p_{i} = {float(v)!r}" for i, v in enumerate(case.p[0])]
    for q, expr in zip(ir.assignments, ir.assignment_exprs, strict=True):
        lines.append(f"{names[q.name]} := {_words(expr, names, python=False)}")
    for q, expr, start in zip(ir.states, ir.rates, case.y0[0], strict=True):
        lines.append(f"{names[q.name]} = {float(start)!r}")
        lines.append(f"{names[q.name]}' = {_words(expr, names, python=False)}")
    for time, state, amount in case.doses:
        target = names[ir.states[state].name]
        if time > 0:
            lines.append(f"at (time >= {time!r}): {target} = {target} + {amount!r}")
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(f"model {case.name}\n" + "\n".join(lines) + "\nend\n") < 0:
        raise ValueError(antimony.getLastError())
    return antimony.getSBMLString(case.name)


def python_source(case: Case) -> str:
    """Return Python source of `rhs(t, y, p)` on jax.numpy arrays."""
    ir = case.ir
    names = {q.name: f"y[{i}]" for i, q in enumerate(ir.states)}
    names |= {q.name: f"p[{i}]" for i, q in enumerate(ir.parameters)}
    names |= {q.name: repr(float(v)) for q, v in zip(ir.inputs, case.u, strict=True)}
    names |= {q.name: _plain(q.name) for q in ir.assignments}
    names["time"] = "t"
    lines = [
        f"    {names[q.name]} = {_words(expr, names, python=True)}"
        for q, expr in zip(ir.assignments, ir.assignment_exprs, strict=True)
    ]
    rates = ", ".join(_words(expr, names, python=True) for expr in ir.rates)
    head = "import jax.numpy as jnp\n\n\ndef rhs(t, y, p):\n"
    return head + "\n".join([*lines, f"    return jnp.stack([{rates}])"]) + "\n"
