"""docs/benchmarks.md from benchmarks/results/*.json, so that the page says what was measured.

python benchmarks/peers_page.py
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _memory(found: dict) -> str:
    return f"{found['peak_mb']:.0f} ({found['base_mb']:.0f}) MB" if "peak_mb" in found else "-"


def _case_lines(name: str, case: dict) -> list[str]:
    ours = case["solvers"]["osseo"]
    lines = [
        f"### {name}: {case['meaning']}",
        f"{case['states']} states, {case['members']} members, {case['times']} output times, wanted error "
        f"{case['wanted_error']:g}; load {case['load']:.1f}; osseo cold "
        f"{_seconds(ours.get('cold_ready_s'))}.",
        "",
        "| solver | tolerance | error | per member | members/s/core | time over osseo's | ready | memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for solver, found in case["solvers"].items():
        best = found["best"]
        label = f"{solver} {found.get('version', '')}".strip()
        if best is None:
            lines.append(f"| {label} | {_why_not(found)} | | | | | {_seconds(found.get('ready_wall_s'))} | |")
            continue
        ratio = case["ratios"].get(solver)
        lines.append(
            f"| {label} | {best['rtol']:g} | {best['error']:.1e} | {_seconds(best['per_member_s'])} | "
            f"{1 / best['per_member_s']:.0f} | {f'{ratio:.1f}' if ratio else '1'} | "
            f"{_seconds(found.get('ready_wall_s'))} | {_memory(found)} |"
        )
    return [*lines, ""]


def _why_not(found: dict) -> str:
    rows = [row for row in found.get("rows", []) if row["error"] < float("inf")]
    nearest = min((row["error"] for row in rows), default=None)
    text = found.get("failure") or "no run within the wanted error"
    return f"{text}; best error {nearest:.1e}" if nearest is not None else text


def _cheapest(rows: list[dict], error: float) -> float | None:
    good = [row["per_member_s"] for row in rows if row["error"] <= error and not row["failed"]]
    return min(good) if good else None


def _other_errors(cases: dict) -> str:
    """Time of libRoadRunner over that of osseo at several errors."""
    errors = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    lines = ["| case | " + " | ".join(f"{e:g}" for e in errors) + " |", "|---" * (len(errors) + 1) + "|"]
    for name, case in cases.items():
        ours, theirs = (case["solvers"][s].get("rows", []) for s in ("osseo", "libroadrunner"))
        cells = []
        for error in errors:
            a, b = _cheapest(ours, error), _cheapest(theirs, error)
            cells.append(f"{b / a:.1f}" if a and b else "-")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _ratio(cases: dict, case: str, solver: str, wanted: float) -> str:
    """Say what a ratio is and whether it reaches what is wanted."""
    found = cases.get(case, {}).get("ratios", {}).get(solver)
    if found is None:
        theirs = cases.get(case, {}).get("solvers", {}).get(solver)
        return f"{case}: {_why_not(theirs) if theirs else 'not measured'}"
    return f"{case}: {found:.1f} ({'reached' if found >= wanted else '**missed**'})"


def _goals(cases: dict, machine: dict | None, start: dict) -> list[tuple[str, str]]:
    def fastest(case: str) -> float:
        return cases[case]["solvers"]["osseo"]["best"]["per_member_s"] if case in cases else float("nan")

    diffrax = ", ".join(_ratio(cases, name, "diffrax", 100) for name in cases)
    rows = [
        ("5 times libRoadRunner on the 43-state class, aim 15", _ratio(cases, "bone43", "libroadrunner", 5)),
        ("100 times diffrax", diffrax),
        ("PK 10 times libRoadRunner", _ratio(cases, "dosed", "libroadrunner", 10)),
        ("PK 10,000 patients/s/core", f"{1 / fastest('dosed'):.0f}"),
        ("16 cells, a year, at most 1 ms per core at 0.3 %", _seconds(fastest("site16"))),
        ("first result of a fresh process under 3 s", _seconds(start["warm again"]["wall_s"]) + " warm"),
    ]
    if machine:
        threads, memory = machine["threads"], machine["memory"]
        most = max(found["bytes_per_member"] for found in memory.values())
        rows += [
            (
                "two threads 1.9 times one",
                f"{threads['two_threads_speedup']:.2f} "
                f"(two processes: {threads['two_processes_speedup']:.2f}) "
                f"at load {threads['load_before']:.1f}",
            ),
            ("memory per patient below 20 kB beyond its outputs", f"{most / 1000:.2f} kB"),
        ]
    return rows


def _machine_lines(machine: dict | None) -> str:
    if machine is None:
        return "Not measured (`python benchmarks/start_and_threads.py benchmarks/results/machine.json`)."
    threads = machine["threads"]
    lines = [
        f"{threads['members']} members of the body model for a year, one and two threads in turns, "
        f"{threads['rounds']} rounds, load {threads['load_before']:.1f} on {threads['cores']} cores before: "
        f"one thread {_seconds(threads['one_s'])}; two threads {threads['two_threads_speedup']:.2f} times as "
        f"fast (best of each: {threads['two_threads_best']:.2f}); two processes with half the members each "
        f"{threads['two_processes_speedup']:.2f} times: what the machine had to give.",
        "",
        "| what is kept | memory per member beyond its outputs |",
        "|---|---|",
    ]
    lines += [
        f"| {name} | {found['bytes_per_member'] / 1000:.2f} kB |" for name, found in machine["memory"].items()
    ]
    return "\n".join(lines)


def render(results: dict, machine: dict | None) -> str:
    """Return the page."""
    page = (HERE / "peers_page.md").read_text(encoding="utf-8")
    here, cases = results["machine"], results["cases"]
    where = (
        f"{results['when']}, {here['processor']}, {here['cores']} cores, load {here['load'][0]:.1f} "
        "when it began; "
        + ", ".join(f"{k} {v}" for k, v in results["versions"].items())
        + (" (short)" if results["short"] else "")
    )
    start = "\n".join(
        f"| {name} | {found['wall_s']:.2f} s | {found['processor_s']:.2f} s |"
        for name, found in results["start"].items()
    )
    goals = "\n".join(f"| {goal} | {found} |" for goal, found in _goals(cases, machine, results["start"]))
    for mark, text in (
        ("errors", _other_errors(cases)),
        ("where", where),
        ("cases", "\n".join(line for name, case in cases.items() for line in _case_lines(name, case))),
        ("start", start),
        ("machine", _machine_lines(machine)),
        ("goals", goals),
    ):
        page = page.replace(f"<!-- {mark} -->", text)
    return page


if __name__ == "__main__":
    folder = HERE / "results"
    found = json.loads((folder / "peers.json").read_text(encoding="utf-8"))
    path = folder / "machine.json"
    machine = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    (DOCS / "benchmarks.md").write_text(render(found, machine), encoding="utf-8")
    shutil.copy(folder / "peers.png", DOCS / "images" / "benchmarks.png")
