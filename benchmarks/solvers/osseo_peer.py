"""osseo on one case: `solve_batch` on one thread."""

import pickle
from importlib.metadata import version

import numpy as np
from harness import run

from osseo.compiler import compile_model
from osseo.engine import EventRow, InputTable, expand_events, solve_batch


def prepare(case):
    """Compile the model, from the cache if it is there; write the doses as events."""
    system = compile_model(pickle.loads((case.folder / "ir.pkl").read_bytes()))  # noqa: S301  our own file
    rows = [EventRow(t, "bolus", system.state_names[s], amount) for t, s, amount in case.doses]
    u = np.load(case.folder / "case.npz")["u"]
    table = InputTable(np.zeros(1), u[None, None, :], "step") if u.size else None
    return system.kernel, expand_events(rows, system.state_index), table


def solve(handle, case, rtol):
    """Solve all members."""
    kernel, events, u = handle
    settings = {"rtol": rtol, "atol": rtol * case.atol_share, "n_threads": 1, "max_steps": 1_000_000}
    return solve_batch(kernel, case.p, case.y0, times=case.times, u=u, events=events, **settings).y


if __name__ == "__main__":
    run("osseo", version("osseo"), prepare, solve)
