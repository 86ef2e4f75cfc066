"""`osseo calibrate`: fit a shipped problem to its evidence again, or check that its posterior is current."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.doors import FAILED
from osseo.cli.options import JsonFile, OutDir, Quiet, Seed
from osseo.cli.output import Listing, Output

__all__ = ["calibrate"]

NARROWED = ("name", "unit", "prior", "value", "lower", "upper", "sd_ratio")
SHOWN = ("name", "prior", "value", "90 %", "sd_ratio", "informed by data")
MET = ("target", "observed", "predicted", "unit", "sd", "z")


def calibrate(
    fit: Annotated[str, typer.Argument(help="The fit, e.g. graft.")] = "graft",
    check: Annotated[
        bool, typer.Option("--check", help="Fit nothing; exit 1 if the shipped posterior is stale.")
    ] = False,
    ablations: Annotated[
        bool,
        typer.Option("--ablations", help="Fit the graft column without each of its fields; write nothing."),
    ] = False,
    draws: Annotated[int, typer.Option("--draws", min=2, help="Posterior draws to write.")] = 400,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Fit the model to the calibration records again and write its posterior draws.

    Without --out the draws that osseo answer reads are replaced.
    """
    places = Output.checked(json, out, quiet)
    if check:
        _check(fit, places)
        return
    if ablations:
        _ablate(places)
        return
    from osseo.calibrate.shipped import refit

    path = out / f"{fit}.csv" if out is not None else None
    with places.progress(f"fitting {fit}") as report:
        result, written = refit(fit, n=draws, seed=seed, path=path, progress=_reporter(report))
    _show(result, written, places)


def _check(fit: str, places: Output) -> None:
    from osseo.calibrate.shipped import posterior_issues

    issues = posterior_issues(fit)
    places.write_json({"fit": fit, "current": not issues, "issues": issues})
    for issue in issues:
        places.say(issue)
    places.say(f"the posterior of {fit} is {'out of date' if issues else 'current'}")
    if issues:
        raise typer.Exit(FAILED)


def _ablate(places: Output) -> None:
    from dataclasses import asdict

    from osseo.biology.ablations import ablation_names
    from osseo.calibrate.apart.ablate import ablated_fit, ablation_lines
    from osseo.calibrate.apart.linear import read_linear
    from osseo.site.posterior import graft_posterior

    mode, rows = read_linear(graft_posterior().meta["linear"]).mode, []
    for name in ("", *ablation_names()):
        with places.progress(f"without {name}" if name else "the whole model") as report:
            rows.append(
                ablated_fit(name, mode, progress=lambda cost, say=report: say(f"cost {cost:.4g}", None))
            )
    places.write_json({"ablations": [asdict(row) for row in rows]})
    for line in ablation_lines(rows):
        places.say(line)


def _reporter(report):
    def progress(runs: int, cost: float, start: int) -> None:
        report(f"start {start}: {runs} runs, cost {cost:.4g}", None)

    return progress


def _informed(row) -> str:
    return "yes" if row.is_informed else "no: prior"


def _show(result, written: Path, places: Output) -> None:
    narrowed = [[getattr(row, name) for name in NARROWED] for row in result.narrowing]
    met = [
        [r.target.key, r.target.value, r.predicted, r.target.unit, r.target.total_sd, r.z]
        for r in result.residuals
    ]
    places.write_json(
        {
            "fit": result.problem.name,
            "draws": str(written),
            "rms_z": result.rms_z,
            "parameters": [dict(zip(NARROWED, row, strict=True)) for row in narrowed],
            "targets": [dict(zip(MET, row, strict=True)) for row in met],
        }
    )
    if not places.talks:
        return
    table = [
        [
            r.name,
            f"{r.prior:.4g}",
            f"{r.value:.4g}",
            f"{r.lower:.4g} to {r.upper:.4g}",
            f"{r.sd_ratio:.2f}",
            _informed(r),
        ]
        for r in result.narrowing
    ]
    Output().show_listing(Listing("parameters", SHOWN, table, "sd_ratio 1 = not informed by data"))
    rows = [[r[0], f"{r[1]:.4g}", f"{r[2]:.4g}", r[3], f"{r[5]:+.1f}"] for r in met]
    Output().show_listing(Listing("targets", ("target", "observed", "predicted", "unit", "z"), rows))
    places.say(f"root mean square of the residuals {result.rms_z:.2f} SD; draws: {written}")
