"""AMICI on one case: its SBML to C++, compiled by the machine's own compiler; CVODES with KLU."""

import os
import tempfile

import amici
import amici.sim.sundials as sim
import numpy as np
from amici.importers.sbml import SbmlImporter
from harness import run

os.environ.setdefault("AMICI_PARALLEL_COMPILE", "1")


def prepare(case):
    """Generate, compile and load the model."""
    importer = SbmlImporter(str(case.folder / "model.xml"))
    place = tempfile.mkdtemp(dir=case.folder)
    importer.sbml2amici("bench_case", place, compute_conservation_laws=False, generate_sensitivity_code=False)
    model = amici.import_model_module("bench_case", place).get_model()
    model.set_timepoints(case.times)
    ids = list(model.get_state_ids())
    free = list(model.get_free_parameter_ids())
    return model, model.create_solver(), [ids.index(s) for s in case.states], len(ids), free


def solve(handle, case, rtol):
    """Solve member by member."""
    model, solver, places, n_states, free = handle
    solver.set_relative_tolerance(rtol)
    solver.set_absolute_tolerance(rtol * case.atol_share)
    solver.set_max_steps(200_000)
    which = [int(name[2:]) for name in free]
    result = np.full((len(case.p), case.times.size, case.y0.shape[1]), np.nan)
    start = np.zeros(n_states)
    for i, (p, y0) in enumerate(zip(case.p, case.y0, strict=True)):
        model.set_free_parameters(p[which])
        start[places] = y0
        model.set_initial_state(start)
        found = model.simulate(solver=solver)
        if found.status == sim.AMICI_SUCCESS:
            result[i] = np.array(found.x)[:, places]
    return result


run("amici", amici.__version__, prepare, solve, note="ready includes its C++ compiler")
