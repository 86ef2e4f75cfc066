"""pydiffsol (diffsol's BDF, LLVM) on one case, member by member; doses are segments started anew."""

import numpy as np
import pydiffsol as ds
from harness import by_segments, run

#: states from which on matrices are sparse
SPARSE_FROM = 100


def prepare(case):
    """Compile the model; start values are inputs like parameters."""
    text = (case.folder / "model.dsl").read_text()
    kind = ds.nalgebra_dense if case.y0.shape[1] < SPARSE_FROM else ds.faer_sparse
    return ds.Ode(text, matrix_type=kind, ode_solver=ds.bdf, linear_solver=ds.lu)


def solve(ode, case, rtol):
    """Solve member by member."""
    ode.rtol, ode.atol = rtol, rtol * case.atol_share

    def one(i, y, grid):
        try:
            found = ode.solve_dense(np.concatenate([case.p[i], y]), grid - grid[0])
        except Exception as error:
            one.error = error
            return None
        course = np.array(found.ys).T
        course[0] = y
        return course

    return by_segments(case, one)


run("pydiffsol", ds.version(), prepare, solve, note="BDF; every segment starts with order 1")
