"""From nothing to the first result, two threads against one, and memory per member.

    python benchmarks/start_and_threads.py [out.json]

Two threads are measured in turns with one thread and with two processes of one thread each: what two
processes reach is what this machine, as busy as it is, has to give.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

__all__ = ["measure_memory", "measure_start", "measure_threads"]

_FIRST = """
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
ROUNDS, MEMBERS, SITE_SIZES = 9, 20_000, (2048, 6144)


def measure_start() -> dict:
    """Time fresh processes from start to the first result of the body model, cold and warm cache."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OSSEO_CACHE": folder}
        for name in ("cold", "warm", "warm again"):
            before, start = os.times(), time.perf_counter()
            subprocess.run([sys.executable, "-c", _FIRST], check=True, env=environment)
            after = os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            found[name] = {"wall_s": time.perf_counter() - start, "processor_s": cpu}
    return found


def body_run(n: int, n_threads: int, *, store: str = "outputs"):
    """Solve n members of the body model for a year; return the result."""
    from osseo.compiler import compile_model
    from osseo.engine import InputTable, Reducer, solve_batch
    from osseo.language import load_model
    from osseo.parameters import load_parameters

    system = compile_model(load_model("body"))
    p = np.repeat(system.parameter_vector(load_parameters()), n, axis=0)
    p *= np.exp(0.1 * np.random.Generator(np.random.Philox(7)).standard_normal((n, 1)))
    u = np.full(len(system.input_names), 2.0)
    return solve_batch(
        system.kernel,
        p,
        system.initial(p, np.tile(u, (n, 1))),
        times=np.linspace(0.0, 365.0, 13),
        u=InputTable(np.zeros(1), u[None, None, :], "step"),
        n_threads=n_threads,
        reducers=[Reducer("final", output=0), Reducer("area", output=0)],
        store=store,
    )


def measure_threads() -> dict:
    """Median speed-up over rounds: two threads, and two processes, against one thread."""
    body_run(10, 1)
    load, walls = os.getloadavg()[0], {"one": [], "two": [], "processes": []}
    code = (
        "import sys,time; sys.path.insert(0, sys.argv[1]); import start_and_threads as s; s.body_run(10, 1);"
        "print('ready', flush=True); sys.stdin.readline(); s.body_run(s.MEMBERS // 2, 1)"
    )
    for _ in range(ROUNDS):
        for name, n_threads in (("one", 1), ("two", 2)):
            start = time.perf_counter()
            body_run(MEMBERS, n_threads)
            walls[name].append(time.perf_counter() - start)
        here = str(Path(__file__).parent)
        pair = [
            subprocess.Popen(
                [sys.executable, "-c", code, here],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for process in pair:
            process.stdout.readline()
        start = time.perf_counter()
        for process in pair:
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in pair:
            process.wait()
        walls["processes"].append(time.perf_counter() - start)
    one = np.array(walls["one"])
    return {
        "members": MEMBERS,
        "rounds": ROUNDS,
        "cores": os.cpu_count(),
        "load_before": load,
        "one_s": float(np.median(one)),
        "two_threads_speedup": float(np.median(one / walls["two"])),
        "two_threads_best": float(one.min() / min(walls["two"])),
        "two_processes_speedup": float(np.median(one / walls["processes"])),
        "walls": walls,
    }


_PEAK = (
    "import sys; sys.path.insert(0, sys.argv[1]); import start_and_threads as s;"
    "print(s.grown(int(sys.argv[2]), sys.argv[3]))"
)


def site_run(n: int):
    """Solve n graft columns of 16 cells for a year, keeping new bone in a core at 13 times."""
    from site_case import site_case

    from osseo.engine import CoreReducer, Grid, InputTable, solve_site_reduced
    from osseo.simulate.site_columns import site_system

    column = site_case(n)[1]
    system = site_system()
    volume = system.state_index["graft_volume.thickness"]
    of = [CoreReducer("value", (system.state_index["graft_matrix.osteoid"],), volume=volume, core=(0.0, 5.0))]
    return solve_site_reduced(
        system.kernel,
        Grid(column["edges"]),
        column["p"],
        column["y0"],
        reducers=of,
        dt=2.0,
        u=InputTable(np.zeros(1), np.full((1, 1, system.kernel.n_inputs), column["u"]), "step"),
        **{name: column[name] for name in ("times", "transport", "p_cell", "p_cell_index", "scale")},
    )


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts the parent before exec too
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def grown(n: int, store: str) -> str:
    """Solve n members and return peak memory, memory before, and the size of what came out, in bytes."""
    if store == "site":
        site_run(1024)
        before, result = _peak_bytes(), site_run(n)
        return f"{_peak_bytes()} {before} {result.series.nbytes + result.reduced.nbytes}"
    body_run(8, 1)
    before, result = _peak_bytes(), body_run(n, 2, store=store)
    peak = _peak_bytes()
    kept = result.y.nbytes + result.out.nbytes + result.reduced.nbytes + result.series.nbytes
    return f"{peak} {before} {kept}"


def measure_memory(sizes: tuple[int, ...] = (20_000, 100_000)) -> dict:
    """Memory per member beyond its outputs: the slope between two sizes [bytes], inputs included.

    Of the body model, and of a site (written-out case and all) whose fields are not kept.
    """
    found, here = {}, str(Path(__file__).parent)
    for store, of in (("none", sizes), ("outputs", sizes), ("site", SITE_SIZES)):
        rows = []
        for n in of:
            command = [sys.executable, "-c", _PEAK, here, str(n), store]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peak, before, kept = (int(float(x)) for x in done.stdout.split())
            rows.append({"n": n, "peak": peak, "before": before, "outputs": kept})
        grew = rows[1]["peak"] - rows[0]["peak"] - (rows[1]["outputs"] - rows[0]["outputs"])
        found[store] = {"rows": rows, "bytes_per_member": grew / (of[1] - of[0])}
    return found


def main() -> None:
    """Measure all three and print or write them."""
    text = json.dumps(
        {"start": measure_start(), "threads": measure_threads(), "memory": measure_memory()}, indent=1
    )
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n")
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
