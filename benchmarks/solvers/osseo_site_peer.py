"""osseo on a column: `solve_site` on one thread. The ladder is of macro-steps [d], not of tolerances."""

import pickle
from importlib.metadata import version

from harness import run

from osseo.compiler import compile_model
from osseo.engine import Grid, InputTable, solve_site
from osseo.language import load_model

import numpy as np  # isort: skip


def prepare(case):
    """Load the compiled column."""
    column = pickle.loads((case.folder / "column.pkl").read_bytes())  # noqa: S301  our own file
    return compile_model(load_model("graft_column")).kernel, column


def solve(handle, case, dt):
    """Solve all members; y is laid out as the written-out system."""
    kernel, column = handle
    n = len(case.p)
    table = InputTable(np.zeros(1), np.full((1, 1, kernel.n_inputs), column["u"]), "step")
    result = solve_site(
        kernel,
        Grid(column["edges"]),
        case.p,
        column["y0"][:n],
        times=column["times"],
        transport=column["transport"],
        u=table,
        p_cell=column["p_cell"],
        p_cell_index=column["p_cell_index"],
        scale=column["scale"],
        dt=dt,
        n_threads=1,
    )
    return result.y.reshape(n, case.times.size, -1)


if __name__ == "__main__":
    run("osseo", version("osseo"), prepare, solve, note="the ladder is of macro-steps in days")
