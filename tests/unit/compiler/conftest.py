"""Small models written as text: `make_ir(states={"x": ("1", "-k * x")}, parameters=["k"])`."""

from __future__ import annotations

import ast

import pytest

from osseo.language.ir import Call, Expr, Function, ModelIR, Num, Quantity, Sym

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


def to_expr(text: str) -> Expr:
    """Return Python-like text as an expression; `a.b` is one full name."""
    return _convert(ast.parse(text, mode="eval").body)


def _convert(node: ast.expr) -> Expr:
    match node:
        case ast.Constant(value=value):
            return Num(float(value))
        case ast.Name() | ast.Attribute():
            return Sym(ast.unparse(node))
        case ast.BinOp(left=left, op=op, right=right):
            return Call(_BINARY[type(op)], (_convert(left), _convert(right)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Call("neg", (_convert(operand),))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Call("not", (_convert(operand),))
        case ast.BoolOp(op=op, values=values):
            name = "and" if isinstance(op, ast.And) else "or"
            return Call(name, tuple(_convert(v) for v in values))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return Call(_COMPARE[type(op)], (_convert(left), _convert(right)))
        case ast.Call(func=func, args=args):
            return Call(ast.unparse(func), tuple(_convert(a) for a in args))
    raise AssertionError(ast.dump(node))


def make(
    states: dict[str, tuple[str, str]],
    parameters: list[str] = (),
    inputs: list[str] = (),
    assignments: dict[str, str] | None = None,
    **rest,
) -> ModelIR:
    assignments = assignments or {}
    functions = tuple(
        Function(name, args, to_expr(text)) for name, (args, text) in rest.pop("functions", {}).items()
    )

    def quantities(names, role):
        return tuple(Quantity(name, "1", role) for name in names)

    return ModelIR(
        name=rest.pop("name", "test"),
        scope="body",
        states=quantities(states, "state"),
        parameters=quantities(parameters, "parameter"),
        inputs=quantities(inputs, "input"),
        assignments=quantities(assignments, "assignment"),
        assignment_exprs=tuple(to_expr(text) for text in assignments.values()),
        initial=tuple(to_expr(start) for start, _ in states.values()),
        rates=tuple(to_expr(rate) for _, rate in states.values()),
        functions=functions,
        **rest,
    )


@pytest.fixture(scope="session")
def make_ir():
    return make


@pytest.fixture(scope="session")
def robertson():
    return make(
        {
            "r.a": ("1", "-r.slow + r.back"),
            "r.b": ("0", "r.slow - r.back - r.fast"),
            "r.c": ("0", "r.fast"),
        },
        ["r.k_slow", "r.k_fast", "r.k_back"],
        assignments={
            "r.slow": "r.k_slow * r.a",
            "r.back": "r.k_back * r.b * r.c",
            "r.fast": "r.k_fast * r.b**2",
        },
        name="robertson",
        outputs=("r.fast", "r.a"),
    )


@pytest.fixture(scope="session")
def every_operation():
    """Return a model that uses every operation, smooth at the points tests use."""
    return make(
        {
            "m.x": ("m.x_base", "exp(-m.x) + ln(m.y) - sqrt(m.z) * m.x + m.u"),
            "m.y": ("m.x_base * m.scale", "tanh(m.x * m.z) / (1 + m.y**m.n) + m.scaled - (-m.y)"),
            "m.z": ("0", "m.top + abs(m.x - m.y) + time * m.z**3 + m.z**(-2) - m.y**0.5"),
            "m.w": (
                "m.y + 1",
                "piecewise(m.x**2, m.x > m.y and not m.z >= 4, m.y * m.w, m.z < 1 or m.w == 0, m.z)",
            ),
            "m.v": ("0", "min(m.x * m.w, m.y, m.z) + m.x**m.y + max(m.v - 3, 0)**m.n"),
        },
        ["m.x_base", "m.scale", "m.n"],
        ["m.u"],
        {
            "m.scaled": "m.scale * m.x",
            "m.top": "max(m.x, m.y * m.scaled, m.w - 2)",
            "m.splay": "max(m.x, 0) + m.n * ln(1 + exp(-abs(m.x) / m.n))",
        },
        name="every_operation",
        outputs=("m.top", "m.splay", "m.scaled"),
    )
