"""Hand-written problems for the engine's benchmarks: a stiff reaction network and a graft-like column.

The numbers are of the size a model has; they are not osseo's parameters and stand for nothing.
"""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, njit, types

from osseo.engine.kernel import Kernel

_DOUBLE = types.CPointer(types.double)
_MODEL = types.void(types.double, *[_DOUBLE] * 4)

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
