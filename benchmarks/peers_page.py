"""docs/benchmarks.md from benchmarks/results/peers.json, so that the page says what was measured.

python benchmarks/peers_page.py
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _case_lines(name: str, case: dict) -> list[str]:
    lines = [
        f"### {name}: {case['meaning']}",
        f"{case['states']} states, {case['members']} members, {case['times']} output times.",
        "",
        "| solver | tolerance | error | per member | members/s/core | time relative to osseo | ready |",
        "|---|---|---|---|---|---|---|",
    ]
    for solver, found in case["solvers"].items():
        best = found["best"]
        label = f"{solver} {found.get('version', '')}".strip()
        if best is None:
            reason = found.get("failure") or "no run within the wanted error"
            lines.append(f"| {label} | {reason} | | | | | |")
            continue
        ratio = case["ratios"].get(solver)
        ready = found.get("ready_s", best.get("ready_s"))
        lines.append(
            f"| {label} | {best['rtol']:g} | {best['error']:.1e} | {_seconds(best['per_member_s'])} | "
            f"{1 / best['per_member_s']:.0f} | {f'{ratio:.1f}' if ratio else '1'} | "
            f"{_seconds(ready) if ready else '-'} |"
        )
    return [*lines, ""]


def _cheapest(rows: list[dict], error: float) -> float | None:
    good = [row["per_member_s"] for row in rows if row["error"] <= error and not row["failed"]]
    return min(good) if good else None


def _other_errors(cases: dict) -> str:
    """Time of libRoadRunner over that of osseo at several errors."""
    errors = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    lines = ["| case | " + " | ".join(f"{e:g}" for e in errors) + " |", "|---" * (len(errors) + 1) + "|"]
    for name, case in cases.items():
        ours, theirs = (case["solvers"][s].get("rows", []) for s in ("osseo", "libroadrunner"))
        cells = []
        for error in errors:
            a, b = _cheapest(ours, error), _cheapest(theirs, error)
            cells.append(f"{b / a:.1f}" if a and b else "-")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def render(results: dict) -> str:
    """Return the page."""
    page = (HERE / "peers_page.md").read_text(encoding="utf-8")
    machine, cold = results["machine"], results["cold"]
    cases = "\n".join(line for name, case in results["cases"].items() for line in _case_lines(name, case))
    start = "\n".join(
        f"| {name} | {found['wall_s']:.2f} s | {found['processor_s']:.2f} s |" for name, found in cold.items()
    )
    threads = "\n".join(
        f"| {name} | {_seconds(case['threads']['wall_1_s'])} | {_seconds(case['threads']['wall_2_s'])} | "
        f"{case['threads']['speedup']:.2f} | {case['threads']['load_before']:.1f} |"
        for name, case in results["cases"].items()
    )
    where = (
        f"{results['when']}, {machine['processor']}, {machine['cores']} cores, "
        f"load {machine['load'][0]:.1f} when it began; "
        + ", ".join(f"{k} {v}" for k, v in results["versions"].items())
    )
    for mark, text in (
        ("errors", _other_errors(results["cases"])),
        ("where", where),
        ("cases", cases),
        ("start", start),
        ("threads", threads),
    ):
        page = page.replace(f"<!-- {mark} -->", text)
    return page


if __name__ == "__main__":
    found = json.loads((HERE / "results" / "peers.json").read_text(encoding="utf-8"))
    (DOCS / "benchmarks.md").write_text(render(found), encoding="utf-8")
    shutil.copy(HERE / "results" / "peers.png", DOCS / "images" / "benchmarks.png")
