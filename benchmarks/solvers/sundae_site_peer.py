"""scikit-sundae (CVODE, BDF, banded) on a column: osseo's machine code per cell, fluxes in NumPy."""

import pickle
from importlib.metadata import version

import numpy as np
from harness import by_segments, run
from sksundae.cvode import CVODE

from osseo.compiler import compile_model
from osseo.language import load_model


def prepare(case):
    """Load the compiled column."""
    column = pickle.loads((case.folder / "column.pkl").read_bytes())  # noqa: S301  our own file
    return compile_model(load_model("graft_column")), column


def column_rates(system, column, p):
    """Return f(t, y) of one member, y (n_cells * n_states,)."""
    n_cells, n = column["y0"].shape[1:]
    cells = np.tile(p, (n_cells, 1))
    cells[:, column["p_cell_index"]] = column["p_cell"][0]
    u = np.full((n_cells, len(system.input_names)), column["u"])

    def rates(t, y):
        state = y.reshape(n_cells, n)
        d = np.array(system.rhs(t, state, cells, u))
        out = system.output(t, state, cells, u)
        for row in column["transport"]:
            v, rho = state[:, row.volume], state[:, row.field] / state[:, row.volume]
            half = 2.0 * out[:, row.coefficient] / v
            face = half[:-1] * half[1:] / (half[:-1] + half[1:] + 1e-300) * (rho[:-1] - rho[1:])
            d[:-1, row.field] -= face
            d[1:, row.field] += face
            if row.near.parameter >= 0:
                d[0, row.field] += half[0] * (p[row.near.parameter] - rho[0])
            if row.far.parameter >= 0:
                d[-1, row.field] += half[-1] * (p[row.far.parameter] - rho[-1])
        return d.ravel()

    return rates


def solve(handle, case, rtol):
    """Solve member by member."""
    system, column = handle
    band = 2 * column["y0"].shape[2]

    def one(i, y, grid):
        rates = column_rates(system, column, case.p[i])

        def rhs(t, y, out):
            out[:] = rates(t, y)

        settings = {"rtol": rtol, "atol": rtol * case.atol_share, "max_num_steps": 100_000}
        solver = CVODE(rhs, method="BDF", linsolver="band", lband=band, uband=band, **settings)
        course = solver.solve(grid, y)
        return course.y if course.success else None

    return by_segments(case, one)


if __name__ == "__main__":
    run("scikit-sundae", version("scikit-sundae"), prepare, solve, members=2, note="2 members, banded")
