"""How fast the engine is: a stiff batch against scipy's Radau, a graft-like column, and the cold start.

    python benchmarks/engine_speed.py [out.json]

Both solvers of the stiff problem get the same machine code for the right-hand side, the same tolerance
and the same output times, in the same run. Times are the best of five, in seconds of processor time.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import engine_problems as problems
import numpy as np
from scipy.integrate import solve_ivp

from osseo.engine import (
    FaceLaw,
    FieldTransport,
    InputTable,
    solve_batch,
    solve_site,
    uniform_grid,
)

_REPEATS = 5
_COLD = """
import time; t = time.perf_counter()
import sys; sys.path.insert(0, sys.argv[1])
from osseo.engine import solve_batch, solve_site
loaded = time.perf_counter() - t
import engine_problems, engine_speed
kernel, column = engine_problems.network_kernel(), engine_problems.column_kernel()
t = time.perf_counter(); engine_speed.run_network(kernel, 1); engine_speed.run_column(column, 1)
print(loaded, time.perf_counter() - t)
"""


def best(run: Callable[[], object]) -> float:
    """Return the shortest processor time of a few runs [s]."""
    times = []
    for _ in range(_REPEATS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def run_network(kernel, n: int, rtol: float = 1e-6):
    """Solve n copies of the stiff network."""
    y0 = np.tile(problems.NETWORK_START, (n, 1))
    p = np.full((n, 1), 280.0)
    times = problems.NETWORK_TIMES
    return solve_batch(kernel, p, y0, times=times, rtol=rtol, atol=rtol * 1e-4, n_threads=1)


def run_column(kernel, n: int, n_cells: int = 16, dt: float = 0.25):
    """Solve n graft-like columns over a year."""
    grid = uniform_grid(10.0, n_cells)
    held = FaceLaw("value", 3), FaceLaw("value", 4)
    laws = [FieldTransport(1 + i, 7, i, near=wall) for i, wall in enumerate(held)]
    return solve_site(
        kernel,
        grid,
        np.tile([1.0, 0.0, 0.7, 1.0, 1.0], (n, 1)),
        problems.column_start(grid.widths, n),
        times=np.linspace(0, 365, 13),
        transport=laws,
        u=InputTable(np.array([0.0, 365.0]), np.ones((1, 2, 1))),
        dt=dt,
        p_cell=grid.centres[None, :, None],
        p_cell_index=[1],
        n_threads=1,
    )


def compare_network() -> dict[str, float]:
    """Time one member of the stiff network in both solvers, with the error each makes."""
    kernel, rhs = problems.network_kernel(), problems.network_rhs()
    times, y0 = problems.NETWORK_TIMES, problems.NETWORK_START
    jac = problems.network_jacobian()

    def radau(rtol: float):
        settings = {"method": "Radau", "t_eval": times, "rtol": rtol, "atol": rtol * 1e-4, "jac": jac}
        return solve_ivp(rhs, (times[0], times[-1]), y0, **settings).y.T

    exact = radau(1e-12)
    scale = np.abs(exact).max(axis=0)
    n = 200
    ours = best(lambda: run_network(kernel, n)) / n
    theirs = best(lambda: radau(1e-6))
    result = run_network(kernel, 1)
    return {
        "rtol": 1e-6,
        "osseo_s": ours,
        "scipy_radau_s": theirs,
        "ratio": theirs / ours,
        "osseo_error": float((np.abs(result.y[0] - exact) / scale).max()),
        "scipy_radau_error": float((np.abs(radau(1e-6) - exact) / scale).max()),
        "osseo_steps": int(result.n_steps[0]),
    }


def time_columns() -> list[dict[str, float]]:
    """Time a patient-year of the column for several cells and macro-steps, with the error of dt."""
    kernel, n, rows = problems.column_kernel(), 10, []
    for n_cells in (16, 32, 64):
        exact = run_column(kernel, 1, n_cells, 1 / 64).out[0, :, :, 2]
        for dt in (1.0, 0.5, 0.25):
            seconds = best(lambda c=n_cells, h=dt: run_column(kernel, n, c, h)) / n
            got = run_column(kernel, 1, n_cells, dt).out[0, :, :, 2]
            error = float(np.abs(got - exact).max())
            rows.append({"n_cells": n_cells, "dt_d": dt, "patient_year_s": seconds, "error": error})
    return rows


def time_cold_start() -> dict[str, float]:
    """Time a fresh process that finds the compiled loops in numba's cache."""
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", _COLD, here], capture_output=True, text=True, check=True)
    loaded, first = (float(x) for x in done.stdout.split())
    return {"import_s": loaded, "first_batch_and_site_s": first}


def measure() -> dict:
    """Measure everything and describe the machine."""
    packages = ("numpy", "numba", "llvmlite", "scipy")
    network, column = compare_network(), time_columns()
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": _processor(), "system": platform.platform()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in packages},
        },
        "stiff_network_warm": network,
        "column_warm": column,
        "cold": time_cold_start(),
    }


def _processor() -> str:
    """Name of the processor, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    text = json.dumps(measure(), indent=2)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n")
    print(text)
