"""osseo against other solvers: same problems, same cores, same measured error, one process for each solver.

    python benchmarks/peers.py [--bench-python PYTHON] [--short] [--only CASE ...] [--out FOLDER]

Every solver runs a ladder of tolerances; its error is measured against CVODE far below, and the time that
counts is that of its cheapest run within the wanted error. What does not run is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from peer_case import Case, write_case
from peer_cases import make_cases
from peer_texts import diffsl_text, python_source, sbml_text
from peers_figure import draw
from site_case import site_case, write_column
from start_and_threads import measure_start

HERE = Path(__file__).parent
SOLVERS = HERE / "solvers"
sys.path.insert(0, str(SOLVERS))
LADDER = (*(digit * 10.0**-k for k in range(2, 9) for digit in (1.0, 0.3)), 1e-9)
STEPS_D = (8.0, 4.0, 2.0, 1.0, 0.5, 0.25)
#: name -> script, whether it runs in the bench environment, text it reads
PEERS = {
    "scikit-sundae": ("sundae_peer.py", False, None),
    "libroadrunner": ("roadrunner_peer.py", True, ("model.xml", sbml_text)),
    "amici": ("amici_peer.py", True, ("model.xml", sbml_text)),
    "pydiffsol": ("pydiffsol_peer.py", True, ("model.dsl", diffsl_text)),
    "diffrax": ("diffrax_peer.py", True, ("model.py", python_source)),
}
#: a solver that would not finish gets every fourth tolerance
SPARSE = {"diffrax"}


@dataclass(frozen=True)
class Run:
    """How much is measured: limit [s] for one solver on one case, ladder, python of the peers."""

    limit: float
    ladder: tuple[float, ...]
    python: Path | None


def reference(case: Case, column: dict | None, folder: Path) -> np.ndarray:
    """Return CVODE's course (members, n_times, n_groups) at a tolerance far below the ladder's."""
    import sundae_peer
    import sundae_site_peer
    from harness import Case as Stored

    stored = Stored(folder)
    stored.p, stored.y0 = stored.p[: case.members], stored.y0[: case.members]
    if column is not None:
        return case.grouped(sundae_site_peer.solve(sundae_site_peer.prepare(stored), stored, 1e-10))
    stored.atol_share = 1e-2 * float(np.min(case.scale)) if case.scale is not None else 1e-2
    return case.grouped(sundae_peer.solve(sundae_peer.prepare(stored), stored, 1e-12))


def measure_case(case: Case, column: dict | None, how: Run) -> dict:
    """Run every solver on one case."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_case(case, folder)
        if column is not None:
            write_column(column, folder)
        exact = reference(case, column, folder)
        if not np.isfinite(exact).all():
            raise SystemExit(f"{case.name}: the reference failed")
        solvers = {"osseo": _run_osseo(case, column, folder, how, exact)}
        for peer in PEERS:
            solvers[peer] = _run_peer(peer, case, column, folder, how, exact)
            sys.stderr.write(f"  {case.name} {peer}: {solvers[peer].get('failure', 'done')}\n")
    for found in solvers.values():
        found["best"] = _best(found.get("rows", []), case.wanted)
    ours = solvers["osseo"]["best"]
    ratios = {
        peer: found["best"]["per_member_s"] / ours["per_member_s"] if ours and found["best"] else None
        for peer, found in solvers.items()
        if peer != "osseo"
    }
    return {
        "meaning": case.meaning,
        "states": len(case.ir.states),
        "members": case.p.shape[0],
        "times": case.times.size,
        "wanted_error": case.wanted,
        "solvers": solvers,
        "ratios": ratios,
    }


def _run_osseo(case: Case, column: dict | None, folder: Path, how: Run, exact: np.ndarray) -> dict:
    """Run osseo twice: its warm process tells the times, one with an empty cache what a first start costs."""
    script = "osseo_site_peer.py" if column is not None else "osseo_peer.py"
    ladder = STEPS_D if column is not None else how.ladder
    command = [sys.executable, str(SOLVERS / script), str(folder)]
    with tempfile.TemporaryDirectory() as empty:
        cold = _execute("osseo", [*command, f"{ladder[2]:g}"], folder, 300.0, {"OSSEO_CACHE": empty})
    found = _execute("osseo", [*command, *(f"{x:g}" for x in ladder)], folder, 300.0)
    found["cold_ready_s"] = cold.get("ready_wall_s")
    return _judge("osseo", case, found, folder, exact)


def _run_peer(peer: str, case: Case, column: dict | None, folder: Path, how: Run, exact: np.ndarray) -> dict:
    script, is_foreign, text = PEERS[peer]
    if is_foreign and how.python is None:
        return {"failure": "not run: no bench environment (make bench sets one up)"}
    if peer == "scikit-sundae" and column is not None:
        script = "sundae_site_peer.py"
    if text is not None:
        (folder / text[0]).write_text(text[1](case))
    python = str(how.python) if is_foreign else sys.executable
    ladder = [f"{x:g}" for x in (how.ladder[::4] if peer in SPARSE and len(how.ladder) > 4 else how.ladder)]
    command = [python, str(SOLVERS / script), str(folder), *ladder]
    limit = how.limit * (2.0 if peer == "amici" else 1.0)  # it waits for a C++ compiler
    return _judge(peer, case, _execute(peer, command, folder, limit), folder, exact)


def _execute(
    name: str, command: list[str], folder: Path, limit: float, more: dict[str, str] | None = None
) -> dict:
    """Run a script; what it wrote before it was stopped counts."""
    path = folder / f"{name}.json"
    path.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        **(more or {}),
    }
    # AMICI looks for swig on the path
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", "")])
    environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    failure = ""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=limit, env=environment
        )
        if done.returncode:
            failure = (done.stderr.strip().splitlines() or ["no message"])[-1][:300]
    except subprocess.TimeoutExpired:
        failure = f"stopped after {limit:g} s"
    except OSError as error:
        failure = str(error)
    found = json.loads(path.read_text()) if path.exists() else {}
    return {**found, "failure": failure} if failure else found


def _judge(peer: str, case: Case, found: dict, folder: Path, exact: np.ndarray) -> dict:
    """Add the error to every row."""
    at_dose = np.isin(case.times, [t for t, *_ in case.doses])
    for row in found.get("rows", []):
        y = case.grouped(np.load(folder / f"{peer}-{row['rtol']:g}.npy"))
        m = min(len(y), len(exact))
        scale = np.abs(exact).max(axis=(0, 1)) if case.scale is None else case.scale
        gap = np.abs(y[:m, ~at_dose] - exact[:m, ~at_dose]) / scale
        row["error"] = float(gap.max()) if np.isfinite(gap).all() else float("inf")
        row["per_member_s"] = row["seconds"] / row["n"]
    return found


def _best(rows: list[dict], wanted: float) -> dict | None:
    """Return the cheapest row within the wanted error, without failures."""
    good = [row for row in rows if row["error"] <= wanted and not row["failed"]]
    return min(good, key=lambda row: row["per_member_s"]) if good else None


def _machine() -> dict:
    info = Path("/proc/cpuinfo")
    models = [x for x in info.read_text().splitlines() if x.startswith("model name")] if info.exists() else []
    name = models[0].split(":")[1].strip() if models else platform.processor()
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "system": platform.platform(),
    }


def main() -> None:
    """Measure and write benchmarks/results/peers.json and peers.png."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench-python", type=Path)
    parser.add_argument("--n", type=int)
    parser.add_argument("--short", action="store_true", help="fewer members and tolerances, minutes not tens")
    parser.add_argument("--limit", type=float, help="seconds one solver may take for one case")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    n = given.n or (16 if given.short else 64)
    python = given.bench_python if given.bench_python and given.bench_python.exists() else None
    if python is None:
        sys.stderr.write("no bench environment: only osseo and scikit-sundae run (see docs/benchmarks.md)\n")
    how = Run(60.0, LADDER[2::4], python) if given.short else Run(120.0, LADDER, python)
    how = replace(how, limit=given.limit or how.limit)
    results = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "short": given.short,
        "machine": _machine(),
        "versions": {k: version(k) for k in ("osseo", "numpy", "numba", "llvmlite")},
        "start": measure_start(),
        "cases": {},
    }
    given.out.mkdir(parents=True, exist_ok=True)
    earlier = given.out / "peers.json"
    if given.only and earlier.exists():  # the other cases stay as they were measured
        results["cases"] = json.loads(earlier.read_text())["cases"]
    todo: dict[str, tuple[Case, dict | None]] = {k: (c, None) for k, c in make_cases(n).items()}
    column_case, column = site_case(max(4, n // 4))
    todo[column_case.name] = column_case, column
    for name, (case, cells) in todo.items():
        if given.only and name not in given.only:
            continue
        load = os.getloadavg()[0]
        when = datetime.now(UTC).isoformat(timespec="seconds")
        results["cases"][name] = {"when": when, "load": load, **measure_case(replace(case), cells, how)}
        (given.out / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
        sys.stderr.write(f"{name}: {json.dumps(results['cases'][name]['ratios'])}\n")
    draw(results, given.out / "peers.png")


if __name__ == "__main__":
    main()
