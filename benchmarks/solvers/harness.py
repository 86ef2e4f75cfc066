"""What every solver's script shares: read a case, run a ladder of tolerances, write what it took.

Runs under osseo's Python and under that of the bench environment; needs numpy only. Rows are written one by
one, so that a solver that is stopped leaves what it had done.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

#: the error is measured on so many members
KEPT = 8


class Case:
    """Arrays of a case: p (n, k), y0 (n, m) with the doses of the start in it, times, doses after it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        stored = np.load(self.folder / "case.npz")
        self.p, self.y0, self.times = stored["p"], stored["y0"], stored["times"]
        self.atol_share = float(stored["atol_share"])
        self.doses = [(float(t), int(s), float(a)) for t, s, a in stored["doses"]]
        self.states = json.loads((self.folder / "states.json").read_text())

    def segments(self):
        """Return (start, times of the segment, doses at its start, rows of the result)."""
        starts = sorted({float(self.times[0]), *(t for t, _, _ in self.doses)})
        for start, stop in zip(starts, [*starts[1:], np.inf], strict=True):
            last = float(self.times[-1]) if np.isinf(stop) else stop
            rows = np.flatnonzero((self.times > start) & (self.times <= last))
            grid = np.unique(np.concatenate([[start], self.times[rows], [last]]))
            yield (
                grid,
                [d for d in self.doses if d[0] == start],
                rows,
                np.searchsorted(grid, self.times[rows]),
            )


def peak_mb():
    """Return the largest resident memory of this process so far [MB]."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts the parent before exec too
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return float(lines["VmHWM"].split()[0]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def run(name, version, prepare, solve, *, members=None, note=""):
    """Run a solver on the folder and the tolerances of the command line.

    prepare(case) -> handle; solve(handle, case, rtol) -> y (n, n_times, n_states), NaN where it failed.
    """
    imported = time.process_time()
    base, case = peak_mb(), Case(sys.argv[1])
    tolerances = [float(x) for x in sys.argv[2:]]
    if members is not None:
        case.p, case.y0 = case.p[:members], case.y0[:members]
    wall, start = time.perf_counter(), time.process_time()
    handle = prepare(case)
    found = {
        "version": version,
        "note": note,
        "import_s": imported,
        "members": len(case.p),
        "base_mb": base,
        "rows": [],
    }
    whole = case.p, case.y0
    case.p, case.y0 = whole[0][:1], whole[1][:1]
    solve(handle, case, tolerances[0])
    found["one_s"] = time.process_time() - start
    case.p, case.y0 = whole
    solve(handle, case, tolerances[0])  # what is compiled for many members is compiled here
    found["ready_s"], found["ready_wall_s"] = time.process_time() - start, time.perf_counter() - wall
    for rtol in tolerances:
        seconds, walls = [], []
        while len(seconds) < 3 and sum(seconds) < 1.0:
            wall, start = time.perf_counter(), time.process_time()
            y = solve(handle, case, rtol)
            seconds.append(time.process_time() - start)
            walls.append(time.perf_counter() - wall)
        np.save(case.folder / f"{name}-{rtol:g}.npy", y[:KEPT])
        failed = int(np.isnan(y).any(axis=(1, 2)).sum())
        row = {"rtol": rtol, "seconds": min(seconds), "wall_s": min(walls), "n": len(y), "failed": failed}
        found["rows"].append(row)
        found["peak_mb"] = peak_mb()
        (case.folder / f"{name}.json").write_text(json.dumps(found))


def by_segments(case, solve_one):
    """Solve member by member, segment by segment between doses; solve_one(i, y, grid) -> (n_grid, m)."""
    result = np.full((len(case.p), case.times.size, case.y0.shape[1]), np.nan)
    plan = list(case.segments())
    for i in range(len(case.p)):
        y = case.y0[i].copy()
        result[i, 0] = y
        for grid, doses, rows, places in plan:
            for _, state, amount in doses:
                y[state] += amount
            course = solve_one(i, y, grid)
            if course is None:
                break
            result[i, rows] = course[places]
            y = np.array(course[-1])
    return result
