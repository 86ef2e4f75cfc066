"""Derivatives on the graph: rules, sparsity, compactness, and the NumPy reading of the same graph."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from osseo.compiler import compile_model
from osseo.compiler.derivative import Gradients
from osseo.compiler.evaluate import evaluate
from osseo.compiler.graph import Graph
from osseo.compiler.simplify import build, mul, power
from osseo.language.ir import Call, Num, Sym

_NAMES = ("h.a", "h.b", "h.c")


def expressions():
    """Return smooth expressions of three positive states, bounded well enough to be differenced."""
    leaves = st.sampled_from([*map(Sym, _NAMES), Sym("h.k"), Num(1.0), Num(2.0)])

    def grow(inner):
        pairs = st.tuples(inner, inner)
        one_plus = inner.map(lambda e: Call("add", (Num(1.0), Call("mul", (e, e)))))
        return st.one_of(
            pairs.map(lambda ab: Call("add", ab)),
            pairs.map(lambda ab: Call("sub", ab)),
            st.tuples(inner, inner.map(lambda e: Call("tanh", (e,)))).map(lambda ab: Call("mul", ab)),
            st.tuples(inner, one_plus).map(lambda ab: Call("div", ab)),
            one_plus.map(lambda e: Call("ln", (e,))),
            one_plus.map(lambda e: Call("sqrt", (e,))),
            st.tuples(one_plus, inner.map(lambda e: Call("tanh", (e,)))).map(lambda ab: Call("pow", ab)),
            inner.map(lambda e: Call("exp", (Call("tanh", (e,)),))),
            inner.map(lambda e: Call("neg", (e,))),
        )

    return st.recursive(leaves, grow, max_leaves=8)


def lower(graph, expr, names):
    if isinstance(expr, Num):
        return graph.number(expr.value)
    if isinstance(expr, Sym):
        return names[expr.name]
    return build(graph, expr.op, [lower(graph, arg, names) for arg in expr.args])


@settings(max_examples=60, deadline=None)
@given(expressions(), st.integers(0, 2**31))
def test_gradient_equals_differences_for_any_expression(expr, seed):
    graph = Graph()
    names = {name: graph.symbol("y", i) for i, name in enumerate(_NAMES)}
    names["h.k"] = graph.symbol("p", 0)
    root = lower(graph, expr, names)
    row = Gradients(graph).row(root)
    y = np.random.default_rng(seed).uniform(0.2, 1.5, 3)
    p = [0.7]
    for j in range(3):
        h = 1e-4
        ends = np.array([y + k * h * (np.arange(3) == j) for k in (2, 1, -1, -2)]).T
        (f,) = evaluate(graph, [root], {"y": ends, "p": p})
        far, near, minus_near, minus_far = np.broadcast_to(f, 4)
        expected = (8 * (near - minus_near) - (far - minus_far)) / (12 * h)
        (found,) = evaluate(graph, [row[j]], {"y": y, "p": p}) if j in row else (0.0,)
        # rounding of the differences: eps * |f| / h, and truncation h^4
        assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * (1 + np.max(np.abs(f))))


def test_a_state_that_does_not_enter_has_no_entry():
    graph = Graph()
    x, _ = graph.symbol("y", 0), graph.symbol("y", 1)
    assert set(Gradients(graph).row(mul(graph, x, x))) == {0}


def test_structure_is_kept_small():
    graph = Graph()
    x = graph.symbol("y", 0)
    fourth = power(graph, x, graph.number(4.0))
    assert [graph.nodes[i][0] for i in graph.order([fourth])] == ["sym", "mul", "mul"]
    assert power(graph, x, graph.number(1.0)) == x
    assert graph.is_number(power(graph, x, graph.number(0.0)), 1.0)
    (slope,) = Gradients(graph).row(fourth).values()
    assert len(graph.order([slope])) <= 7


@pytest.mark.parametrize("exponent", [-3, -2, -1, 2, 3, 5, 7, 13])
def test_whole_powers_of_negative_numbers(exponent):
    graph = Graph()
    node = power(graph, graph.symbol("y", 0), graph.number(exponent))
    assert "pow" not in [n[0] for n in graph.nodes]
    assert_allclose(evaluate(graph, [node], {"y": [-1.7]}), [(-1.7) ** exponent], rtol=1e-14)


def test_power_with_zero_base_has_a_finite_slope(make_ir):
    system = compile_model(make_ir({"z.x": ("0", "z.x**z.n"), "z.y": ("0", "z.x**z.y")}, ["z.n"]))
    y, p = np.array([0.0, 1.5]), np.array([2.5])
    assert_allclose(system.jac(0, y, p), [[0.0, 0.0], [0.0, 0.0]], atol=0)


@pytest.mark.parametrize(
    "text, left, right",
    [("max(k.x, 1)", 0.0, 1.0), ("min(k.x, 1)", 1.0, 0.0), ("abs(k.x - 1)", -1.0, 1.0)],
)
def test_kinks_follow_the_branch_taken(make_ir, text, left, right):
    system = compile_model(make_ir({"k.x": ("0", text)}))
    p = np.array([])
    assert system.jac(0, np.array([0.5]), p)[0, 0] == left
    assert system.jac(0, np.array([1.5]), p)[0, 0] == right


def test_machine_code_equals_the_numpy_reading(every_operation):
    from osseo.compiler.scope import model_scope
    from osseo.language.ir import Sym

    system = compile_model(every_operation)
    graph = Graph()
    scope = model_scope(every_operation, graph)
    roots = [scope.lower(Sym(name), name) for name in every_operation.outputs]
    rng = np.random.default_rng(11)
    y, p = rng.uniform(0.1, 3, (50, 5)), rng.uniform(0.5, 2, (50, 3))
    u = rng.normal(size=(50, 1))
    found = system.output(0.4, y, p, u)
    vectors = {"y": y.T, "p": p.T, "u": u.T, "t": [0.4]}
    # a fused multiply-add rounds once where NumPy rounds twice
    assert_allclose(found.T, evaluate(graph, roots, vectors), rtol=1e-13)
