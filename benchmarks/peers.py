"""osseo against libRoadRunner, scikit-sundae and diffrax: same problems, same cores, same measured error.

    python benchmarks/peers.py [--bench-python PYTHON] [--n MEMBERS] [--out FOLDER]

Every solver runs a ladder of tolerances; its error is measured against CVODE at 1e-12, and the time
that counts is that of its cheapest run within the wanted error. Times are processor seconds on one thread, so
that a busy machine does not change them much. What does not run is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from peer_cases import Case, make_cases, python_source, sbml_text
from sksundae.cvode import CVODE

from osseo.compiler import compile_model
from osseo.compiler.system import System
from osseo.engine import EventRow, InputTable, expand_events, solve_batch
from osseo.language import load_model
from osseo.parameters import load_parameters

HERE = Path(__file__).parent
LADDER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
WANTED = 1e-5
TIMEOUT_S = 60
REFERENCE_MEMBERS, SUNDAE_MEMBERS, DIFFRAX_MEMBERS = 8, 8, 8


def body_case(n: int) -> Case:
    """Return the shipped body model: a constant diet, one year, monthly output."""
    system = compile_model(load_model("body"))
    p = system.parameter_vector(load_parameters())[0]
    generator = np.random.Generator(np.random.Philox(7))
    p = p * np.exp(0.1 * generator.standard_normal((n, p.size)))
    u = np.full(len(system.input_names), 2.0)
    y0 = system.initial(p, np.tile(u, (n, 1)))
    scale = np.maximum(np.abs(y0).max(axis=0), 1.0)
    return Case(
        "body",
        "the shipped whole-body magnesium model, constant diet, one year",
        load_model("body"),
        p,
        y0,
        np.linspace(0.0, 365.0, 13),
        scale=scale,
        u=tuple(u),
    )


def _inputs(case: Case) -> InputTable | None:
    return InputTable(np.zeros(1), np.array(case.u)[None, None, :], "step") if case.u else None


def _events(case: Case, system: System):
    rows = [EventRow(t, "bolus", system.state_names[s], amount) for t, s, amount in case.doses]
    return expand_events(rows, system.state_index)


def run_osseo(case: Case, system: System, rtol: float, n_threads: int = 1):
    """Solve all members by solve_batch."""
    return solve_batch(
        system.kernel,
        case.p,
        case.y0,
        times=case.times,
        u=_inputs(case),
        events=_events(case, system),
        rtol=rtol,
        atol=rtol * case.atol_share,
        n_threads=n_threads,
    )


def _callbacks(system: System, p: np.ndarray, u: np.ndarray) -> tuple[Callable, Callable]:
    def rhs(t, y, out):
        out[:] = system.rhs(t, y, p, u)

    def jac(t, y, yp, out):
        out[:] = system.jac(t, y, p, u)

    return rhs, jac


def run_sundae(
    case: Case, system: System, rtol: float, members: int, atol: float | None = None
) -> np.ndarray:
    """Solve members one by one by CVODE (BDF) on osseo's own machine code, restarted at every dose."""
    n = len(system.state_names)
    u = np.array(case.u)
    result = np.empty((members, case.times.size, n))
    stops = sorted({case.times[0], *(t for t, *_ in case.doses), case.times[-1]})
    for i in range(members):
        rhs, jac = _callbacks(system, case.p[i], u)
        settings = {"rtol": rtol, "atol": atol or rtol * case.atol_share, "max_num_steps": 20_000}
        solver = CVODE(rhs, method="BDF", jacfn=jac, **settings)
        y = case.y0[i].copy()
        for start, stop in zip(stops, [*stops[1:], None], strict=True):
            for time_, state, amount in case.doses:
                if time_ == start:
                    y[state] += amount
            result[i, case.times == start] = y
            if stop is None:
                break
            inside = case.times[(case.times > start) & (case.times <= stop)]
            grid = np.unique(np.concatenate([[start], inside, [stop]]))
            course = solver.solve(grid, y)
            if not course.success:
                result[i, case.times > start] = np.nan
                break
            result[i, np.isin(case.times, inside)] = course.y[np.isin(course.t, inside)]
            y = course.y[-1].copy()
    return result


def measure_case(case: Case, bench_python: Path | None) -> dict:
    """Run every solver on one case."""
    start = time.process_time()
    system = compile_model(case.ir)
    run_osseo(replace(case, p=case.p[:1], y0=case.y0[:1]), system, 1e-4)
    ready = time.process_time() - start
    few = replace(case, p=case.p[:REFERENCE_MEMBERS], y0=case.y0[:REFERENCE_MEMBERS])
    exact = run_sundae(few, system, 1e-12, REFERENCE_MEMBERS, 1e-14 * float(np.min(case.scale)))
    at_dose = np.isin(case.times, [t for t, *_ in case.doses])

    def error(y: np.ndarray) -> float:
        m = min(len(y), REFERENCE_MEMBERS)
        gap = np.abs(y[:m, ~at_dose] - exact[:m, ~at_dose]) / case.scale
        return float(gap.max()) if np.isfinite(gap).all() else float("inf")

    solvers = {
        "osseo": _ladder_osseo(case, system, error),
        "scikit-sundae": _ladder_sundae(case, system, error),
    }
    solvers["osseo"]["ready_s"] = ready
    solvers["libroadrunner"] = _peer("roadrunner", case, case.p.shape[0], bench_python, error)
    members = min(DIFFRAX_MEMBERS, case.p.shape[0])
    if case.doses:
        solvers["diffrax"] = {"failure": "not run: doses would have to be written into its solve"}
    else:
        solvers["diffrax"] = _peer("diffrax", case, members, bench_python, error)
    for found in solvers.values():
        found["best"] = _best(found.get("rows", []))
    return {
        "meaning": case.meaning,
        "states": len(case.ir.states),
        "members": case.p.shape[0],
        "times": case.times.size,
        "wanted_error": WANTED,
        "solvers": solvers,
        "ratios": _ratios(solvers),
        "threads": _threads(case, system),
    }


def _ladder_osseo(case: Case, system: System, error: Callable) -> dict:
    rows = []
    for rtol in LADDER:
        seconds = []
        for _ in range(3):
            start = time.process_time()
            result = run_osseo(case, system, rtol)
            seconds.append(time.process_time() - start)
        n = len(case.p)
        rows.append(
            {
                "rtol": rtol,
                "per_member_s": min(seconds) / n,
                "error": error(result.y),
                "failed": int((~result.ok).sum()),
                "steps": float(result.n_steps.mean()),
            }
        )
    return {"version": version("osseo"), "rows": rows}


def _ladder_sundae(case: Case, system: System, error: Callable) -> dict:
    rows = []
    for rtol in LADDER:
        start = time.process_time()
        y = run_sundae(case, system, rtol, SUNDAE_MEMBERS)
        seconds = time.process_time() - start
        failed = int(np.isnan(y).any(axis=(1, 2)).sum())
        rows.append({"rtol": rtol, "per_member_s": seconds / len(y), "error": error(y), "failed": failed})
    note = "BDF; its right-hand side and Jacobian are osseo's machine code behind Python callbacks"
    return {"version": version("scikit-sundae"), "rows": rows, "note": note}


def _peer(name: str, case: Case, members: int, bench_python: Path | None, error: Callable) -> dict:
    """Run a peer in its own environment; what goes wrong is its row."""
    if bench_python is None:
        return {"failure": "not run: no bench environment (make bench sets one up)"}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        y0 = case.y0[:members].copy()
        for time_, state, amount in case.doses:
            if time_ == case.times[0]:
                y0[:, state] += amount
        np.savez(place / "case.npz", p=case.p[:members], y0=y0, times=case.times, atol_share=case.atol_share)
        (place / "model.xml").write_text(sbml_text(case))
        (place / "model.py").write_text(python_source(case))
        (place / "states.json").write_text(json.dumps([q.name.replace(".", "__") for q in case.ir.states]))
        # a peer that compiles anew for every tolerance gets every other one
        ladder = [f"{rtol:g}" for rtol in (LADDER[::2] if name == "diffrax" else LADDER)]
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
        }
        try:
            done = subprocess.run(
                [str(bench_python), str(HERE / f"peer_{name}.py"), folder, *ladder],
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_S,
                env=environment,
            )
        except (OSError, subprocess.TimeoutExpired) as reason:
            return {"failure": f"did not finish: {type(reason).__name__}"}
        if done.returncode:
            return {"failure": (done.stderr.strip().splitlines() or ["no message"])[-1][:300]}
        found = json.loads((place / f"{name}.json").read_text())
        rows = [
            {
                "rtol": row["rtol"],
                "per_member_s": row["seconds"] / row["n"],
                "error": error(np.load(place / f"{name}-{row['rtol']:g}.npy")),
                "failed": row["failed"],
                "ready_s": row["ready_s"],
            }
            for row in found["rows"]
        ]
    return {"version": found["version"], "rows": rows, "members": members}


def _best(rows: list[dict]) -> dict | None:
    """Return the cheapest row within the wanted error, without failures."""
    good = [row for row in rows if row["error"] <= WANTED and not row["failed"]]
    return min(good, key=lambda row: row["per_member_s"]) if good else None


def _ratios(solvers: dict) -> dict[str, float | None]:
    ours = solvers["osseo"]["best"]
    return {
        name: found["best"]["per_member_s"] / ours["per_member_s"] if ours and found["best"] else None
        for name, found in solvers.items()
        if name != "osseo"
    }


def _threads(case: Case, system: System) -> dict:
    """Wall time of one and of two threads; only a free machine says what the code can do."""
    load, walls = os.getloadavg()[0], {}
    for n_threads in (1, 2):
        best = np.inf
        for _ in range(3):
            start = time.perf_counter()
            run_osseo(case, system, 1e-6, n_threads)
            best = min(best, time.perf_counter() - start)
        walls[f"wall_{n_threads}_s"] = best
    return {**walls, "speedup": walls["wall_1_s"] / walls["wall_2_s"], "load_before": load}


def measure_cold() -> dict:
    """Time fresh processes from start to the first result of the body model, cold and warm cache."""
    code = """
import numpy as np
from osseo.language import load_model
from osseo.compiler import compile_model
from osseo.parameters import load_parameters
from osseo.engine import InputTable, solve_batch
s = compile_model(load_model("body"))
p = s.parameter_vector(load_parameters())
u = np.zeros((1, s.kernel.n_inputs))
r = solve_batch(s.kernel, p, s.initial(p, u), times=[0.0, 1.0], u=InputTable(np.zeros(1), u[None], "step"))
assert r.ok.all()
"""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OSSEO_CACHE": folder}
        for name in ("cold", "warm", "warm again"):
            before, start = os.times(), time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            after = os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            found[name] = {"wall_s": time.perf_counter() - start, "processor_s": cpu}
    return found


def draw(results: dict, path: Path) -> None:
    """Draw error against time for every case."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    cases = results["cases"]
    figure, axes = plt.subplots(1, len(cases), figsize=(4 * len(cases), 3.6), layout="constrained")
    for axis, (name, case) in zip(np.atleast_1d(axes), cases.items(), strict=True):
        for solver, found in case["solvers"].items():
            rows = [r for r in found.get("rows", []) if np.isfinite(r["error"])]
            if rows:
                axis.loglog(
                    [r["per_member_s"] for r in rows],
                    [max(r["error"], 1e-13) for r in rows],
                    "o-",
                    label=solver,
                )
        axis.axhline(WANTED, color="grey", lw=0.8, ls=":")
        axis.set(title=f"{name} ({case['states']} states)", xlabel="processor time per member [s]")
    np.atleast_1d(axes)[0].set_ylabel("largest error / scale")
    np.atleast_1d(axes)[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure and write benchmarks/results/peers.json and peers.png."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench-python", type=Path)
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    cases = [c for c in make_cases(given.n, body_case(given.n)) if not given.only or c.name in given.only]
    info = Path("/proc/cpuinfo")
    models = [x for x in info.read_text().splitlines() if x.startswith("model name")] if info.exists() else []
    results = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": models[0].split(":")[1].strip() if models else platform.processor(),
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
        },
        "versions": {name: version(name) for name in ("osseo", "numpy", "numba", "llvmlite")},
        "cold": measure_cold(),
        "cases": {},
    }
    given.out.mkdir(parents=True, exist_ok=True)
    for case in cases:
        results["cases"][case.name] = measure_case(case, given.bench_python)
        (given.out / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
        sys.stderr.write(f"{case.name}: {json.dumps(results['cases'][case.name]['ratios'])}\n")
    draw(results, given.out / "peers.png")


if __name__ == "__main__":
    main()
