"""libRoadRunner on one case; run by the Python of the bench environment: FOLDER RTOL [RTOL ...]."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import roadrunner

folder, tolerances = Path(sys.argv[1]), [float(x) for x in sys.argv[2:]]
case = np.load(folder / "case.npz")
start = time.process_time()
rr = roadrunner.RoadRunner((folder / "model.xml").read_text())
ready = time.process_time() - start
rr.timeCourseSelections = ["time", *json.loads((folder / "states.json").read_text())]
names = [f"p_{i}" for i in range(case["p"].shape[1])]
states = rr.timeCourseSelections[1:]
# states with rate rules are parameters of SBML: all values of a member are set in one call
ids = list(rr.model.getGlobalParameterIds())
places = [ids.index(name) for name in (*names, *states)]
rows = []
for rtol in tolerances:
    rr.integrator.relative_tolerance = rtol
    rr.integrator.absolute_tolerance = rtol * float(case["atol_share"])
    rr.integrator.maximum_num_steps = 200_000
    results, failed = [], 0
    start = time.process_time()
    for p, y0 in zip(case["p"], case["y0"], strict=True):
        rr.resetAll()
        rr.model.setGlobalParameterValues(places, [*p, *y0])
        try:
            results.append(np.array(rr.simulate(times=list(case["times"])))[:, 1:])
        except RuntimeError:
            failed += 1
            results.append(np.full((case["times"].size, len(states)), np.nan))
    seconds = time.process_time() - start
    np.save(folder / f"roadrunner-{rtol:g}.npy", np.array(results))
    rows.append({"rtol": rtol, "seconds": seconds, "n": len(results), "failed": failed, "ready_s": ready})
(folder / "roadrunner.json").write_text(json.dumps({"version": roadrunner.__version__, "rows": rows}))
