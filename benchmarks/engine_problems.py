"""Hand-written problems for the engine's benchmarks: a stiff reaction network and a graft-like column.

The numbers are of the size a model has; they are not osseo's parameters and stand for nothing.
"""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, njit, types

from osseo.engine.kernel import Kernel

_DOUBLE = types.CPointer(types.double)
_MODEL = types.void(types.double, *[_DOUBLE] * 4)

NETWORK_START = np.array([1.0, 0, 0, 0, 0, 0, 0, 0.0057])
NETWORK_TIMES = np.linspace(0.0, 421.8122, 41)

COLUMN_STATES = (
    "clot",
    "vessels",
    "progenitors",
    "osteoblasts",
    "osteoid",
    "mineral",
    "graft",
    "volume",
    "clot_lysed",
    "graft_resorbed",
    "mineral_resorbed",
    "bone_formed",
)


@njit(error_model="numpy")
def _column_rhs(t, y, p, u, d):
    v = y[7]
    clot, ves, pro, ost = y[0] / v, y[1] / v, y[2] / v, y[3] / v
    osteoid, mineral, graft = y[4] / v, y[5] / v, y[6] / v
    solid = osteoid + mineral + graft
    perfusion = ves / (ves + 0.3)
    lysis = 0.1 * clot * (0.1 + ves)
    conduction = 0.9 * graft + mineral + osteoid
    c = 0.04 + 0.96 * conduction / (conduction + 0.23)
    drive = p[0] * perfusion * (0.03 + 0.49 * np.exp(-p[1] / 6.5)) / (1.0 + clot / 0.34)
    drive /= 1.0 + ((mineral + graft) / 0.64) ** 4
    clast = ves * (0.11 + 0.58 * clot + 10.0 * max(0.0, mineral + graft - 0.64) + p[2] * graft)
    formed = 0.044 * ost * max(0.0, 1.0 - solid - 0.13) * u[0]
    lost = 0.018 * clast * p[2] * graft / (1.0 + (mineral + osteoid) / 0.11)
    eaten = 0.068 * clast * mineral
    sparse = max(0.0, 1.0 - solid / 0.38)
    strain = -0.39 * lysis * sparse
    if lost + eaten > formed and solid > 0.0:
        strain -= 0.9 * (lost + eaten - formed) * (graft / solid) / max(solid, 0.1)
    d[0] = -lysis * v
    d[1] = (0.29 * ves * (1.0 + 0.5 * ost - ves) + 0.013 * (1.0 - ves)) * v
    d[2] = (0.27 * c * ves * pro * (1.0 - pro) - 0.1 * drive * pro + 0.013 * (1.0 - pro)) * v
    d[3] = (0.1 * drive * pro - 0.1 * ost) * v
    d[4] = (formed - osteoid / 21.0) * v
    d[5] = (osteoid / 21.0 - eaten) * v
    d[6] = -lost * v
    d[7] = strain * v
    d[8] = lysis * v
    d[9] = lost * v
    d[10] = eaten * v
    d[11] = formed * v
    for i in range(4):
        d[i] += strain * y[i]


@njit(error_model="numpy")
def _column_output(t, y, p, u, o):
    v = y[7]
    conduction = (0.9 * y[6] + y[5] + y[4]) / v
    o[0] = 0.035 * max(0.0, 1.0 - (y[4] + y[5] + y[6]) / v)
    o[1] = 0.006 * (0.04 + 0.96 * conduction / (conduction + 0.23))
    o[2] = (y[4] + y[5]) / v
    o[3] = y[6] / v


def column_kernel() -> Kernel:
    """Return a graft-like cell: 12 amounts, parameters (drive, depth, resorbability, wall, wall)."""
    n, n_p, n_out = 12, 5, 4

    @cfunc(_MODEL)
    def rhs(t, y, p, u, d):
        _column_rhs(t, carray(y, (n,)), carray(p, (n_p,)), carray(u, (1,)), carray(d, (n,)))

    @cfunc(_MODEL)
    def output(t, y, p, u, o):
        _column_output(t, carray(y, (n,)), carray(p, (n_p,)), carray(u, (1,)), carray(o, (n_out,)))

    return Kernel(
        rhs=rhs.address,
        jac=0,
        factor=0,
        solve=0,
        output=output.address,
        initial=0,
        n_states=n,
        n_parameters=n_p,
        n_inputs=1,
        n_outputs=n_out,
        n_nonzero=0,
        n_lu=0,
        owner=(rhs, output),
        uses_time=False,
    )


def column_start(widths: np.ndarray, n: int, graft: float = 0.4) -> np.ndarray:
    """Return amounts (n, n_cells, 12) at day 0 of a column filled with clot and graft."""
    density = np.array([1.0, 0.001, 0.1, 0.03, 0.0, 0.0, graft, 1.0, 0, 0, 0, 0])
    return np.broadcast_to(density * widths[:, None], (n, widths.size, 12)).copy()


@njit(error_model="numpy")
def _network_rhs(t, y, p, u, d):
    joined = p[0] * y[5] * y[7]
    d[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007
    d[1] = 1.71 * y[0] - 8.75 * y[1]
    d[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4]
    d[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3]
    d[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6]
    d[5] = -joined + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6]
    d[6] = joined - 1.81 * y[6]
    d[7] = -joined + 1.81 * y[6]


@njit(error_model="numpy")
def _network_jacobian(t, y, p, u, a):
    a[:] = 0.0
    a[0, 0], a[0, 1], a[0, 2] = -1.71, 0.43, 8.32
    a[1, 0], a[1, 1] = 1.71, -8.75
    a[2, 2], a[2, 3], a[2, 4] = -10.03, 0.43, 0.035
    a[3, 1], a[3, 2], a[3, 3] = 8.32, 1.71, -1.12
    a[4, 4], a[4, 5], a[4, 6] = -1.745, 0.43, 0.43
    left, right = p[0] * y[7], p[0] * y[5]
    a[5, 3], a[5, 4], a[5, 5], a[5, 6], a[5, 7] = 0.69, 1.71, -0.43 - left, 0.69, -right
    a[6, 5], a[6, 6], a[6, 7] = left, -1.81, right
    a[7, 5], a[7, 6], a[7, 7] = -left, 1.81, -right


def network_rhs():
    """Return the compiled right-hand side of the stiff network as f(t, y) for scipy."""
    p, u = np.array([280.0]), np.zeros(1)

    def rhs(t: float, y: np.ndarray) -> np.ndarray:
        out = np.empty(8)
        _network_rhs(t, np.ascontiguousarray(y), p, u, out)
        return out

    return rhs


def network_jacobian():
    """Return the compiled Jacobian of the stiff network as f(t, y) for scipy."""
    p, u = np.array([280.0]), np.zeros(1)

    def jac(t: float, y: np.ndarray) -> np.ndarray:
        out = np.empty((8, 8))
        _network_jacobian(t, np.ascontiguousarray(y), p, u, out)
        return out

    return jac


def network_kernel() -> Kernel:
    """Return HIRES (8 substances, stiff) with a dense factorisation."""
    n = 8

    @cfunc(_MODEL)
    def rhs(t, y, p, u, d):
        _network_rhs(t, carray(y, (n,)), carray(p, (1,)), carray(u, (1,)), carray(d, (n,)))

    @cfunc(_MODEL)
    def jac(t, y, p, u, a):
        _network_jacobian(t, carray(y, (n,)), carray(p, (1,)), carray(u, (1,)), carray(a, (n, n)))

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

    return Kernel(
        rhs=rhs.address,
        jac=jac.address,
        factor=factor.address,
        solve=solve.address,
        output=0,
        initial=0,
        n_states=n,
        n_parameters=1,
        n_inputs=0,
        n_outputs=0,
        n_nonzero=n * n,
        n_lu=n * n,
        owner=(rhs, jac, factor, solve),
        uses_time=False,
    )
