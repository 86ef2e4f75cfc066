"""Hand-written kernels for the engine's tests: textbook problems with dense Jacobians and plain LU.

They stand where compiled models will stand, so that the engine is tested without a compiler.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import carray, cfunc, njit, types

from osseo.engine.kernel import Kernel

_DOUBLE = types.CPointer(types.double)
_MODEL = types.void(types.double, *[_DOUBLE] * 4)


@cache
def dense_linear_algebra(n):
    """Factor and solve shift*I - J for a dense row-major J (n*n,)."""

    @cfunc(types.void(_DOUBLE, types.double, _DOUBLE))
    def factor(values, shift, lu):
        a, m = carray(values, (n, n)), carray(lu, (n, n))
        for i in range(n):
            for j in range(n):
                m[i, j] = -a[i, j]
            m[i, i] += shift
        for k in range(n):
            for i in range(k + 1, n):
                m[i, k] /= m[k, k]
                for j in range(k + 1, n):
                    m[i, j] -= m[i, k] * m[k, j]

    @cfunc(types.void(_DOUBLE, _DOUBLE))
    def solve(lu, b):
        m, x = carray(lu, (n, n)), carray(b, (n,))
        for i in range(n):
            for j in range(i):
                x[i] -= m[i, j] * x[j]
        for i in range(n - 1, -1, -1):
            for j in range(i + 1, n):
                x[i] -= m[i, j] * x[j]
            x[i] /= m[i, i]

    return factor, solve


def make_kernel(rhs, jac, *, n, n_p=1, n_u=0, output=None, n_out=0, uses_time=False):
    """Wrap Python functions f(t, y, p, u, out) into a kernel; jac writes an (n, n) array."""
    f, g = njit(rhs, error_model="numpy"), njit(jac, error_model="numpy")
    h = njit(output, error_model="numpy") if output else None
    w_p, w_u = max(n_p, 1), max(n_u, 1)

    @cfunc(_MODEL)
    def c_rhs(t, y, p, u, out):
        f(t, carray(y, (n,)), carray(p, (w_p,)), carray(u, (w_u,)), carray(out, (n,)))

    @cfunc(_MODEL)
    def c_jac(t, y, p, u, out):
        square = carray(out, (n, n))
        square[:] = 0.0
        g(t, carray(y, (n,)), carray(p, (w_p,)), carray(u, (w_u,)), square)

    c_output = None
    if h is not None:

        @cfunc(_MODEL)
        def c_output(t, y, p, u, out):
            h(t, carray(y, (n,)), carray(p, (w_p,)), carray(u, (w_u,)), carray(out, (n_out,)))

    factor, solve = dense_linear_algebra(n)
    return Kernel(
        rhs=c_rhs.address,
        jac=c_jac.address,
        factor=factor.address,
        solve=solve.address,
        output=c_output.address if c_output is not None else 0,
        initial=0,
        n_states=n,
        n_parameters=n_p,
        n_inputs=n_u,
        n_outputs=n_out,
        n_nonzero=n * n,
        n_lu=n * n,
        owner=(c_rhs, c_jac, c_output, factor, solve),
        uses_time=uses_time,
    )


@cache
def decay():
    """y0' = -p0 y0, y1' = p0 y0 - p1 y1; out = y0 + y1."""

    def rhs(t, y, p, u, d):
        d[0] = -p[0] * y[0]
        d[1] = p[0] * y[0] - p[1] * y[1]

    def jac(t, y, p, u, a):
        a[0, 0] = -p[0]
        a[1, 0] = p[0]
        a[1, 1] = -p[1]

    def output(t, y, p, u, o):
        o[0] = y[0] + y[1]

    return make_kernel(rhs, jac, n=2, n_p=2, output=output, n_out=1)


@cache
def driven():
    """y' = u - p y; out = u."""

    def rhs(t, y, p, u, d):
        d[0] = u[0] - p[0] * y[0]

    def jac(t, y, p, u, a):
        a[0, 0] = -p[0]

    def output(t, y, p, u, o):
        o[0] = u[0]

    return make_kernel(rhs, jac, n=1, n_u=1, output=output, n_out=1)


@cache
def clocked():
    """Prothero and Robinson's problem: y' = -p (y - cos t) - sin t, solution cos t, stiff for large p."""

    def rhs(t, y, p, u, d):
        d[0] = -p[0] * (y[0] - np.cos(t)) - np.sin(t)

    def jac(t, y, p, u, a):
        a[0, 0] = -p[0]

    return make_kernel(rhs, jac, n=1, uses_time=True)


@cache
def logistic():
    """y' = p y (1 - y)."""

    def rhs(t, y, p, u, d):
        d[0] = p[0] * y[0] * (1 - y[0])

    def jac(t, y, p, u, a):
        a[0, 0] = p[0] * (1 - 2 * y[0])

    return make_kernel(rhs, jac, n=1)


@cache
def explosion():
    """y' = p y^2 leaves every bound at t = 1/(p y(0))."""

    def rhs(t, y, p, u, d):
        d[0] = p[0] * y[0] ** 2
        d[1] = -y[1]

    def jac(t, y, p, u, a):
        a[0, 0] = 2 * p[0] * y[0]
        a[1, 1] = -1.0

    return make_kernel(rhs, jac, n=2)


@cache
def robertson():
    """Robertson's three reactions; p = (0.04, 3e7, 1e4)."""

    def rhs(t, y, p, u, d):
        slow, fast, back = p[0] * y[0], p[1] * y[1] * y[1], p[2] * y[1] * y[2]
        d[0] = -slow + back
        d[1] = slow - back - fast
        d[2] = fast

    def jac(t, y, p, u, a):
        a[0, 0] = -p[0]
        a[0, 1] = p[2] * y[2]
        a[0, 2] = p[2] * y[1]
        a[1, 0] = p[0]
        a[1, 1] = -p[2] * y[2] - 2 * p[1] * y[1]
        a[1, 2] = -p[2] * y[1]
        a[2, 1] = 2 * p[1] * y[1]

    return make_kernel(rhs, jac, n=3, n_p=3)


@cache
def hires():
    """High irradiance response, a network of 8 substances; p0 scales its bimolecular step (280)."""

    def rhs(t, y, p, u, d):
        joined = p[0] * y[5] * y[7]
        d[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007
        d[1] = 1.71 * y[0] - 8.75 * y[1]
        d[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4]
        d[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3]
        d[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6]
        d[5] = -joined + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6]
        d[6] = joined - 1.81 * y[6]
        d[7] = -joined + 1.81 * y[6]

    def jac(t, y, p, u, a):
        a[0, 0], a[0, 1], a[0, 2] = -1.71, 0.43, 8.32
        a[1, 0], a[1, 1] = 1.71, -8.75
        a[2, 2], a[2, 3], a[2, 4] = -10.03, 0.43, 0.035
        a[3, 1], a[3, 2], a[3, 3] = 8.32, 1.71, -1.12
        a[4, 4], a[4, 5], a[4, 6] = -1.745, 0.43, 0.43
        left, right = p[0] * y[7], p[0] * y[5]
        a[5, 3], a[5, 4], a[5, 5], a[5, 6], a[5, 7] = 0.69, 1.71, -0.43 - left, 0.69, -right
        a[6, 5], a[6, 6], a[6, 7] = left, -1.81, right
        a[7, 5], a[7, 6], a[7, 7] = -left, 1.81, -right

    return make_kernel(rhs, jac, n=8)


@cache
def van_der_pol():
    """x' = v, v' = p (1 - x^2) v - x."""

    def rhs(t, y, p, u, d):
        d[0] = y[1]
        d[1] = p[0] * (1 - y[0] ** 2) * y[1] - y[0]

    def jac(t, y, p, u, a):
        a[0, 1] = 1.0
        a[1, 0] = -2 * p[0] * y[0] * y[1] - 1
        a[1, 1] = p[0] * (1 - y[0] ** 2)

    return make_kernel(rhs, jac, n=2)


def python_rhs(kernel):
    """Right-hand side of a kernel for scipy, called through its address."""
    import ctypes

    pointer = ctypes.POINTER(ctypes.c_double)
    function = ctypes.CFUNCTYPE(None, ctypes.c_double, pointer, pointer, pointer, pointer)(kernel.rhs)

    def rhs(t, y, p, u=None):
        y, p = np.ascontiguousarray(y, dtype=float), np.ascontiguousarray(p, dtype=float)
        u = np.zeros(max(1, kernel.n_inputs)) if u is None else np.ascontiguousarray(u, dtype=float)
        out = np.zeros(kernel.n_states)
        function(t, *(a.ctypes.data_as(pointer) for a in (y, p, u, out)))
        return out

    return rhs


@cache
def spread():
    """One amount in cells of fixed width; coefficient p0 is an output; walls p1, p2 are parameters."""

    def rhs(t, y, p, u, d):
        d[0] = 0.0

    def jac(t, y, p, u, a):
        a[0, 0] = 0.0

    def output(t, y, p, u, o):
        o[0] = p[0]

    return make_kernel(rhs, jac, n=1, n_p=3, output=output, n_out=1)


@cache
def made_up():
    """Two fields with the solution a/v = 2 + cos(pi x) exp(-t), b/v = 1 + t in cells that shrink.

    x is the place of the cell at day 0; the cell keeps its tissue, so its place at t is x exp(-p1 t).
    States a, b, v, with v' = -p1 v; the coefficient of a is p0 b/v, so that it changes in time.
    Parameters: coefficient p0, shrinking rate p1, x. Out: coefficient.
    """

    def rhs(t, y, p, u, d):
        wave = np.cos(np.pi * p[2]) * np.exp(-t)
        bend = -(np.pi**2) * wave * np.exp(2.0 * p[1] * t)
        rho = 2.0 + wave
        source = -wave - p[0] * (1.0 + t) * bend + rho * rho
        v = y[2]
        d[0] = (source - (y[0] / v) ** 2) * v - p[1] * y[0]
        d[1] = v - p[1] * y[1]
        d[2] = -p[1] * v

    def jac(t, y, p, u, a):
        a[0, 0] = 0.0

    def output(t, y, p, u, o):
        o[0] = p[0] * y[1] / y[2]

    return make_kernel(rhs, jac, n=3, n_p=3, output=output, n_out=1, uses_time=True)


@cache
def shrinking():
    """States: 0, an inert amount, a volume v' = -p1 v; the coefficient is p0."""

    def rhs(t, y, p, u, d):
        d[0] = 0.0
        d[1] = 0.0
        d[2] = -p[1] * y[2]

    def jac(t, y, p, u, a):
        a[2, 2] = -p[1]

    def output(t, y, p, u, o):
        o[0] = p[0]

    return make_kernel(rhs, jac, n=3, n_p=2, output=output, n_out=1)


@cache
def draining():
    """y0' = -p, y1' = +p: a loss that does not stop at zero."""

    def rhs(t, y, p, u, d):
        d[0] = -p[0]
        d[1] = p[0]

    def jac(t, y, p, u, a):
        a[0, 0] = 0.0

    return make_kernel(rhs, jac, n=2)


@cache
def oscillator():
    """x'' = -w^2 x as (x, x')."""

    def rhs(t, y, p, u, out):
        out[0] = y[1]
        out[1] = -p[0] * p[0] * y[0]

    def jac(t, y, p, u, out):
        out[0, 1] = 1.0
        out[1, 0] = -p[0] * p[0]

    return make_kernel(rhs, jac, n=2)
