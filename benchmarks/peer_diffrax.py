"""diffrax (Kvaerno5 under vmap) on one case without doses; run by the bench environment: FOLDER RTOL ...."""

import json
import runpy
import sys
import time
from pathlib import Path

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
folder, tolerances = Path(sys.argv[1]), [float(x) for x in sys.argv[2:]]
case = np.load(folder / "case.npz")
rhs = runpy.run_path(str(folder / "model.py"))["rhs"]
times = jnp.array(case["times"])
share = float(case["atol_share"])
rows = []
for rtol in tolerances:

    def solve(p, y0, rtol=rtol):  # noqa: D103
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rhs),
            diffrax.Kvaerno5(),
            t0=times[0],
            t1=times[-1],
            dt0=None,
            y0=y0,
            args=p,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol * share),
            max_steps=100_000,
            throw=False,
        )
        ok = solution.result == diffrax.RESULTS.successful
        return jnp.where(ok, solution.ys, jnp.nan)

    start = time.perf_counter()
    run = jax.jit(jax.vmap(solve)).lower(case["p"], case["y0"]).compile()
    ready = time.perf_counter() - start
    start = time.process_time()
    y = np.array(run(case["p"], case["y0"]))
    seconds = time.process_time() - start
    np.save(folder / f"diffrax-{rtol:g}.npy", y)
    failed = int(np.isnan(y).any(axis=(1, 2)).sum())
    rows.append({"rtol": rtol, "seconds": seconds, "n": len(y), "failed": failed, "ready_s": ready})
(folder / "diffrax.json").write_text(json.dumps({"version": diffrax.__version__, "rows": rows}))
