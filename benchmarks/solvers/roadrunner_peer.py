"""libRoadRunner on one case, its SBML compiled to machine code by its own LLVM; doses are SBML events."""

import numpy as np
import roadrunner
from harness import run


def prepare(case):
    """Compile the model and find where parameters and states are set."""
    rr = roadrunner.RoadRunner((case.folder / "model.xml").read_text())
    rr.timeCourseSelections = ["time", *case.states]
    # states with rate rules are parameters of SBML: all values of a member are set in one call
    ids = list(rr.model.getGlobalParameterIds())
    names = [f"p_{i}" for i in range(case.p.shape[1])]
    return rr, [ids.index(name) for name in (*names, *case.states)]


def solve(handle, case, rtol):
    """Solve member by member."""
    rr, places = handle
    rr.integrator.relative_tolerance = rtol
    rr.integrator.absolute_tolerance = rtol * case.atol_share
    rr.integrator.maximum_num_steps = 200_000
    times, result = list(case.times), np.full((len(case.p), case.times.size, case.y0.shape[1]), np.nan)
    for i, (p, y0) in enumerate(zip(case.p, case.y0, strict=True)):
        rr.resetAll()
        rr.model.setGlobalParameterValues(places, [*p, *y0])
        try:
            result[i] = np.array(rr.simulate(times=times))[:, 1:]
        except RuntimeError:
            continue
    return result


run("libroadrunner", roadrunner.__version__, prepare, solve)
