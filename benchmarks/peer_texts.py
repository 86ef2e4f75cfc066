"""A case as text for solvers that read text: SBML, Python on jax.numpy, and DiffSL.

What no rate needs is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from peer_case import Case

from osseo.language.ir import Expr, ModelIR, Num, Sym, symbols

__all__ = ["diffsl_text", "needed_assignments", "python_source", "sbml_text"]

_TEXT = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^"}
_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_JAX = {"ln": "log", "max": "maximum", "min": "minimum"}


def needed_assignments(ir: ModelIR) -> list[tuple[str, Expr]]:
    """Return the assignments that a rate depends on, in order."""
    wanted = set().union(*(symbols(rate) for rate in ir.rates))
    kept = []
    for quantity, expr in reversed(list(zip(ir.assignments, ir.assignment_exprs, strict=True))):
        if quantity.name in wanted:
            wanted |= symbols(expr)
            kept.append((quantity.name, expr))
    return kept[::-1]


def _words(expr: Expr, names: Mapping[str, str], kind: str) -> str:
    """Write an expression; kind is antimony, jax or diffsl."""
    if isinstance(expr, Num):
        return f"({expr.value!r})" if expr.value < 0 else repr(expr.value)
    if isinstance(expr, Sym):
        return names[expr.name]
    args = [_words(a, names, kind) for a in expr.args]
    if expr.op == "pow" and kind == "diffsl":
        return f"pow({args[0]}, {args[1]})"
    if expr.op in _TEXT:
        sign = "**" if kind == "jax" and expr.op == "pow" else _TEXT[expr.op]
        return "(" + f" {sign} ".join(args) + ")"
    if expr.op == "neg":
        return f"(0.0 - {args[0]})" if kind == "diffsl" else f"(-{args[0]})"
    if expr.op in (*_COMPARE, "and", "or", "not"):
        return _condition(expr.op, args, kind)
    if expr.op == "piecewise" and kind != "antimony":
        value = args[-1]
        for i in range(len(args) - 3, -1, -2):
            if kind == "jax":
                value = f"jnp.where({args[i + 1]}, {args[i]}, {value})"
            else:
                value = f"({args[i + 1]} * ({args[i]}) + (1.0 - {args[i + 1]}) * ({value}))"
        return value
    if kind == "antimony":
        return f"{expr.op}({', '.join(args)})"
    name = f"jnp.{_JAX.get(expr.op, expr.op)}" if kind == "jax" else {"ln": "log"}.get(expr.op, expr.op)
    value = args[0]
    if len(args) == 1:
        return f"{name}({value})"
    for other in args[1:]:
        value = f"{name}({value}, {other})"
    return value


def _condition(op: str, args: list[str], kind: str) -> str:
    """Write a truth value; in DiffSL it is a number that is 1 or 0."""
    if kind == "diffsl":
        return {
            "lt": "heaviside({1} - {0})",
            "le": "heaviside({1} - {0})",
            "gt": "heaviside({0} - {1})",
            "ge": "heaviside({0} - {1})",
            "and": "({0} * {1})",
            "or": "max({0}, {1})",
            "not": "(1.0 - {0})",
        }[op].format(*args)
    if op in _COMPARE:
        return f"({args[0]} {_COMPARE[op]} {args[1]})"
    if op == "not":
        return f"(~{args[0]})" if kind == "jax" else f"!({args[0]})"
    sign = {"and": " & ", "or": " | "} if kind == "jax" else {"and": " && ", "or": " || "}
    return "(" + sign[op].join(args) + ")"


def plain(name: str) -> str:
    """Return a name without dots."""
    return name.replace(".", "__")


def _given(case: Case) -> dict[str, str]:
    return {q.name: repr(float(v)) for q, v in zip(case.ir.inputs, case.u, strict=True)}


def sbml_text(case: Case) -> str:
    """Return the model as SBML, its parameters in order p_0, p_1, ...; doses as events."""
    import antimony

    ir = case.ir
    names = {q.name: plain(q.name) for q in (*ir.states, *ir.assignments)}
    names |= {q.name: f"p_{i}" for i, q in enumerate(ir.parameters)} | _given(case) | {"time": "time"}
    lines = [f"p_{i} = {float(v)!r}" for i, v in enumerate(case.p[0])]
    for name, expr in needed_assignments(ir):
        lines.append(f"{names[name]} := {_words(expr, names, 'antimony')}")
    for q, expr, start in zip(ir.states, ir.rates, case.y0[0], strict=True):
        lines.append(f"{names[q.name]} = {float(start)!r}")
        lines.append(f"{names[q.name]}' = {_words(expr, names, 'antimony')}")
    for time, state, amount in case.doses:
        target = names[ir.states[state].name]
        if time > case.times[0]:
            lines.append(f"at (time >= {time!r}): {target} = {target} + {amount!r}")
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(f"model {case.name}\n" + "\n".join(lines) + "\nend\n") < 0:
        raise ValueError(antimony.getLastError())
    return antimony.getSBMLString(case.name)


def python_source(case: Case) -> str:
    """Return Python source of `rhs(t, y, p)` on jax.numpy arrays."""
    ir = case.ir
    names = {q.name: f"y[{i}]" for i, q in enumerate(ir.states)}
    names |= {q.name: f"p[{i}]" for i, q in enumerate(ir.parameters)} | _given(case)
    names |= {q.name: plain(q.name) for q in ir.assignments} | {"time": "t"}
    lines = [f"    {names[name]} = {_words(expr, names, 'jax')}" for name, expr in needed_assignments(ir)]
    rates = ", ".join(f"jnp.asarray({_words(expr, names, 'jax')}, dtype=float)" for expr in ir.rates)
    head = "import jax.numpy as jnp\n\n\ndef rhs(t, y, p):\n"
    return head + "\n".join([*lines, f"    return jnp.stack([{rates}])"]) + "\n"


def diffsl_text(case: Case) -> str:
    """Return the model in DiffSL; inputs are the parameters, then the start values."""
    ir = case.ir
    names = {q.name: f"x{i}" for i, q in enumerate(ir.states)}
    names |= {q.name: f"p{i}" for i, q in enumerate(ir.parameters)} | _given(case) | {"time": "t"}
    kept = needed_assignments(ir)
    names |= {name: f"a{i}" for i, (name, _) in enumerate(kept)}
    inputs = [f"p{i}" for i in range(len(ir.parameters))] + [f"s{i}" for i in range(len(ir.states))]
    lines = ["in_i { " + ", ".join(f"{name} = 1" for name in inputs) + " }"]
    lines.append("u_i { " + ", ".join(f"x{i} = s{i}" for i in range(len(ir.states))) + " }")
    lines += [f"{names[name]} {{ {_words(expr, names, 'diffsl')} }}" for name, expr in kept]
    lines.append("F_i { " + ",\n".join(_words(expr, names, "diffsl") for expr in ir.rates) + " }")
    return "\n".join(lines) + "\n"
