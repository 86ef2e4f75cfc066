"""The figure of the benchmarks: error against time, one panel for each case."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["draw"]

_COLOURS = {
    "osseo": "#b5651d",
    "scikit-sundae": "#7a7a7a",
    "libroadrunner": "#1f6f8b",
    "amici": "#5b8c5a",
    "pydiffsol": "#8e5ea2",
    "diffrax": "#c0504d",
}


def draw(results: dict, path: Path) -> None:
    """Draw error against processor time per member; a dotted line marks the error that is compared at."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    cases = results["cases"]
    figure, axes = plt.subplots(1, len(cases), figsize=(3.6 * len(cases), 3.6), layout="constrained")
    for axis, (name, case) in zip(np.atleast_1d(axes), cases.items(), strict=True):
        for solver, found in case["solvers"].items():
            rows = [r for r in found.get("rows", []) if np.isfinite(r["error"])]
            if rows:
                seconds = [r["per_member_s"] for r in rows]
                errors = [max(r["error"], 1e-13) for r in rows]
                axis.loglog(seconds, errors, "o-", ms=4, label=solver, color=_COLOURS.get(solver))
        axis.axhline(case["wanted_error"], color="grey", lw=0.8, ls=":")
        axis.set(title=f"{name} ({case['states']} states)", xlabel="processor time per member [s]")
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("largest error / scale")
    handles = {
        label: h for a in np.atleast_1d(axes) for h, label in zip(*a.get_legend_handles_labels(), strict=True)
    }
    first.legend(handles.values(), handles.keys(), fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)
