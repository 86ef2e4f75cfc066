"""scikit-sundae (CVODE, BDF) on osseo's machine code behind Python callbacks; doses are segments."""

import pickle
from importlib.metadata import version

import numpy as np
from harness import by_segments, run
from sksundae.cvode import CVODE

from osseo.compiler import compile_model


def prepare(case):
    """Compile the model with osseo."""
    return compile_model(pickle.loads((case.folder / "ir.pkl").read_bytes()))  # noqa: S301  our own file


def solve(system, case, rtol):
    """Solve member by member."""
    u = np.load(case.folder / "case.npz")["u"]

    def one(i, y, grid):
        def rhs(t, y, out):
            out[:] = system.rhs(t, y, case.p[i], u)

        def jac(t, y, yp, out):
            out[:] = system.jac(t, y, case.p[i], u)

        atol = rtol * case.atol_share
        solver = CVODE(rhs, method="BDF", jacfn=jac, rtol=rtol, atol=atol, max_num_steps=50_000)
        course = solver.solve(grid, y)
        return course.y if course.success else None

    return by_segments(case, one)


if __name__ == "__main__":
    run(
        "scikit-sundae",
        version("scikit-sundae"),
        prepare,
        solve,
        members=8,
        note="Python callbacks; 8 members",
    )
