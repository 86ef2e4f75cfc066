"""libSBML trees to expressions: operators, inlining, hidden numbers."""

import math

import pytest

from osseo.errors import ModelError
from osseo.language.formula import Lambda, from_ast, hidden_numbers, substitute
from osseo.language.ir import Call, Num, Sym, symbols, walk
from osseo.language.render import render


def parsed(text: str, **functions: Lambda):
    import libsbml

    return from_ast(libsbml.parseL3Formula(text), functions)


X, Y = Sym("x"), Sym("y")


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("x + y + 1", Call("add", (X, Y, Num(1.0)))),
        ("x - y", Call("sub", (X, Y))),
        ("-x", Call("neg", (X,))),
        ("x * y / x", Call("div", (Call("mul", (X, Y)), X))),
        ("x^2", Call("pow", (X, Num(2.0)))),
        ("sqrt(x)", Call("sqrt", (X,))),
        ("ln(x)", Call("ln", (X,))),
        ("max(x, y, 0)", Call("max", (X, Y, Num(0.0)))),
        ("tanh(abs(exp(x)))", Call("tanh", (Call("abs", (Call("exp", (X,)),)),))),
        ("time * x", Call("mul", (Sym("time"), X))),
        (
            "piecewise(x, x > y && !(y <= 0), y)",
            Call(
                "piecewise",
                (
                    X,
                    Call(
                        "and",
                        (
                            Call("gt", (X, Y)),
                            Call("not", (Call("le", (Y, Num(0.0))),)),
                        ),
                    ),
                    Y,
                ),
            ),
        ),
    ],
)
def test_operators(text, expr):
    assert parsed(text) == expr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sin(x)", "sin is not in the model language"),
        ("x % y", "not in the model language"),
        ("piecewise(x, x > y)", "without a last value"),
        ("x < y < 1", "lt takes 2 argument"),
        ("root(3, x)", "only the square root"),
        ("avogadro * x", "not in the model language|constant"),
        ("true", "constant true"),
        ("softplus(x)", "unknown function 'softplus'"),
    ],
)
def test_what_the_language_lacks_is_refused_with_a_reason(text, said):
    with pytest.raises(ModelError, match=said):
        parsed(text)


def test_functions_are_inlined_with_their_arguments_exchanged():
    f = Lambda(("x", "y"), Call("sub", (X, Y)))
    assert parsed("f(y, x)", f=f) == Call("sub", (Y, X))
    with pytest.raises(ModelError, match=r"f takes 2 argument\(s\), got 1"):
        parsed("f(x)", f=f)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x + 1 - 0", []),
        ("x^3 * y^-2", []),
        ("x^0.5", []),
        ("-1 * x", []),
        ("piecewise(1, x > 0, 0)", []),
        ("2 * x", ["2"]),
        ("x^(2 * y)", ["2"]),
        ("exp(1) * x", ["exp(1)"]),
        ("(1 + 1) * x", ["1 + 1"]),
        ("1 + x + 1", ["1 + x + 1"]),
        ("1e-3 * x + 24", ["0.001", "24"]),
    ],
)
def test_hidden_numbers(text, found):
    assert hidden_numbers(parsed(text)) == found


def test_substitute_is_simultaneous():
    assert substitute(Call("add", (X, Y)), {"x": Y, "y": X}) == Call("add", (Y, X))


def evaluated(expr, values):
    """A second, independent reading of an expression: Python's own arithmetic."""
    if isinstance(expr, Num):
        return expr.value
    if isinstance(expr, Sym):
        return values[expr.name]
    args = [evaluated(a, values) for a in expr.args]
    return {
        "add": lambda: math.fsum(args),
        "sub": lambda: args[0] - args[1],
        "mul": lambda: math.prod(args),
        "div": lambda: args[0] / args[1],
        "pow": lambda: args[0] ** args[1],
        "neg": lambda: -args[0],
    }[expr.op]()


@pytest.mark.parametrize(
    "text",
    ["-x^2", "(-x)^2", "x - (y - x)", "x / (y * x)", "x / y / x", "(x^y)^2", "x^(y^2)", "-(x + y) * x"],
)
def test_rendered_text_means_the_same(text):
    values = {"x": 1.7, "y": 2.3}
    expr = parsed(text)
    again = eval(render(expr).replace("^", "**"), {}, values)  # noqa: S307 - our own text
    assert again == pytest.approx(evaluated(expr, values), rel=1e-14)


def test_walk_and_symbols_see_every_node():
    expr = parsed("x * (y + max(x, z))")
    assert symbols(expr) == {"x", "y", "z"}
    assert sum(isinstance(node, Call) for node in walk(expr)) == 3
