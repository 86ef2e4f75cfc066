"""The unrolled LU against dense linear algebra, on random sparse patterns and on known ones."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from osseo.compiler import compile_model
from osseo.compiler.emit import emit_factor, emit_solve
from osseo.compiler.native import make_native
from osseo.compiler.sparse_lu import minimum_degree, plan_lu


class Solver:
    """Compiled factor and solve of one pattern."""

    def __init__(self, pattern, n):
        self.pattern, self.n, self.plan = pattern, n, plan_lu(pattern, n)
        text = emit_factor({e: k for k, e in enumerate(pattern)}, self.plan) + emit_solve(self.plan)
        self.code = make_native(text, ("factor", "solve"))

    def solve(self, values, shift, b):
        pointer, double = ctypes.c_void_p, ctypes.c_double
        factor = ctypes.CFUNCTYPE(None, pointer, double, pointer)(self.code.addresses["factor"])
        solve = ctypes.CFUNCTYPE(None, pointer, pointer)(self.code.addresses["solve"])
        lu, x = np.full(self.plan.n_lu, np.nan), b.copy()
        factor(values.ctypes.data, shift, lu.ctypes.data)
        solve(lu.ctypes.data, x.ctypes.data)
        return x

    def matrix(self, values, shift):
        dense = shift * np.eye(self.n)
        for value, (i, j) in zip(values, self.pattern, strict=True):
            dense[i, j] -= value
        return dense


@st.composite
def patterns(draw):
    n = draw(st.integers(1, 9))
    entries = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    return sorted(draw(st.sets(entries, max_size=4 * n))), n, draw(st.integers(0, 2**31))


@settings(max_examples=40, deadline=None)
@given(patterns())
def test_solve_equals_numpy_on_any_pattern(case):
    pattern, n, seed = case
    rng = np.random.default_rng(seed)
    solver = Solver(pattern, n)
    values, b = rng.normal(size=len(pattern)), rng.normal(size=n)
    shift = 3.0 * np.sqrt(n) + 2.0
    expected = np.linalg.solve(solver.matrix(values, shift), b)
    # the shift keeps the matrix well conditioned, so both agree to rounding
    assert_allclose(solver.solve(values, shift, b), expected, rtol=1e-10, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(patterns())
def test_order_is_a_permutation_and_fill_holds_the_pattern(case):
    pattern, n, _ = case
    plan = plan_lu(pattern, n)
    assert sorted(plan.order) == list(range(n))
    place = {state: k for k, state in enumerate(plan.order)}
    assert {(place[i], place[j]) for i, j in pattern} <= set(plan.slot)
    assert all((k, k) in plan.slot for k in range(n))


def test_an_arrow_fills_nothing_when_its_hub_goes_last():
    n = 12
    hub_first = [(0, j) for j in range(n)] + [(j, 0) for j in range(1, n)]
    hub_first += [(j, j) for j in range(1, n)]
    assert plan_lu(hub_first, n).n_lu == 3 * n - 2
    assert 0 in minimum_degree(hub_first, n)[-2:]


def test_a_chain_fills_nothing():
    n = 20
    chain = [(i, j) for i in range(n) for j in range(n) if abs(i - j) <= 1]
    assert plan_lu(chain, n).n_lu == 3 * n - 2


@pytest.mark.parametrize("shift", [1e-3, 1.0, 1e6])
def test_stiff_robertson_is_solved(robertson, shift):
    system = compile_model(robertson)
    y, p = np.array([0.9, 2e-5, 0.1]), np.array([0.04, 3e7, 1e4])
    kernel = system.kernel
    pointer, double = ctypes.c_void_p, ctypes.c_double
    timed = ctypes.CFUNCTYPE(None, double, pointer, pointer, pointer, pointer)
    values, lu = np.empty(kernel.n_nonzero), np.empty(kernel.n_lu)
    b = np.array([1.0, -2.0, 0.5])
    x = b.copy()
    data = [array.ctypes.data for array in (y, p, p, values)]
    timed(kernel.jac)(0.0, *data)
    ctypes.CFUNCTYPE(None, pointer, double, pointer)(kernel.factor)(data[3], shift, lu.ctypes.data)
    ctypes.CFUNCTYPE(None, pointer, pointer)(kernel.solve)(lu.ctypes.data, x.ctypes.data)
    matrix = shift * np.eye(3) - system.jac(0, y, p)
    assert_allclose(x, np.linalg.solve(matrix, b), rtol=1e-9)


def test_a_zero_pivot_gives_infinity_not_a_wrong_number():
    solver = Solver([(0, 0)], 1)
    assert not np.isfinite(solver.solve(np.array([2.0]), 2.0, np.array([1.0])))[0]
