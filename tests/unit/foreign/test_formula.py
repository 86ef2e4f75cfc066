"""Formulas: every function of SBML against Python's, as start value and as rule."""

from __future__ import annotations

import math

import numpy as np
import pytest

X = 1.7
FUNCTIONS = {
    "exp(x)": math.exp(X),
    "ln(x)": math.log(X),
    "log10(x)": math.log10(X),
    "log(3, x)": math.log(X, 3),
    "sqrt(x)": math.sqrt(X),
    "root(3, x)": X ** (1 / 3),
    "x^2.5": X**2.5,
    "abs(-x)": X,
    "sinh(x)": math.sinh(X),
    "cosh(x)": math.cosh(X),
    "tanh(x)": math.tanh(X),
    "arcsinh(-x)": math.asinh(-X),
    "arccosh(x)": math.acosh(X),
    "arctanh(1/x)": math.atanh(1 / X),
    "sech(x)": 1 / math.cosh(X),
    "csch(x)": 1 / math.sinh(X),
    "coth(x)": 1 / math.tanh(X),
    "max(x, 1, 3)": 3.0,
    "min(x, 2)": X,
    "piecewise(1, x > 3, 2, x > 1, 3)": 2.0,
    "piecewise(1, xor(x > 1, x > 2), 0)": 1.0,
    "piecewise(1, x > 1 && !(x < 2), 0)": 0.0,
    "1 + (x > 1)": 2.0,
}
FIXED = {
    "sin(x)": math.sin(X),
    "cos(x)": math.cos(X),
    "tan(x)": math.tan(X),
    "sec(x)": 1 / math.cos(X),
    "arcsin(1/x)": math.asin(1 / X),
    "arccos(1/x)": math.acos(1 / X),
    "arctan(x)": math.atan(X),
    "floor(x)": 1.0,
    "ceil(x)": 2.0,
    "ceil(-x)": -1.0,
    "factorial(5)": 120.0,
}


@pytest.mark.parametrize("text", [*FUNCTIONS, *FIXED])
def test_as_start_value(read, text):
    model = read(f"x = {X}; y = {text}")
    value = model.start().p[[q.name for q in model.ir.parameters].index("model.y")]
    assert value == pytest.approx((FUNCTIONS | FIXED)[text], rel=1e-14)


@pytest.mark.parametrize("text", [name for name in [*FUNCTIONS, *FIXED] if "factorial" not in name])
def test_as_rule_in_machine_code(run, text):
    found = run(f"x = {X}; x' = 0*x; y := {text}", [0.0, 1.0], "y")
    np.testing.assert_allclose(found, (FUNCTIONS | FIXED)[text], rtol=1e-13)


def test_function_definitions_are_put_in_place(run):
    from osseo.language.foreign import read_foreign
    from osseo.verify.classic import antimony_to_sbml
    from osseo.verify.course import solve_foreign

    text = "function f(a, b)\n a + 2*b\nend\nfunction g(b)\n f(b, b)\nend\nmodel m\n y := g(time)\nend\n"
    course = solve_foreign(read_foreign(antimony_to_sbml(text, "m"), "m"), np.array([0.0, 3.0]))
    np.testing.assert_allclose(course.column("model.y"), [0.0, 9.0])


def test_circle_functions_have_exact_slopes(read):
    from osseo.compiler import compile_model

    model = read("x = 0.3; x' = sin(2*x) + cos(x^2) + arctan(3*x) + floor(x)")
    system, start = compile_model(model.ir), model.start()
    x = start.y0[0]
    expected = 2 * math.cos(2 * x) - 2 * x * math.sin(x * x) + 3 / (1 + 9 * x * x)
    np.testing.assert_allclose(system.jac(0.0, start.y0, start.p), [[expected]], rtol=1e-14)


def test_an_oscillator_driven_by_a_sine(run):
    times = np.linspace(0.0, 10.0, 21)
    found = run("x = 0; x' = cos(3*time)", times, "x")
    np.testing.assert_allclose(found, np.sin(3 * times) / 3, atol=1e-8)
