"""`osseo verify`: the proof on this machine, or an archive of foreign SBML cases against expected results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.doors import FAILED
from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Listing, Output
from osseo.files import write_text

__all__ = ["verify"]

RECORD = "osseo-verify.json"


def verify(
    sbml: Annotated[
        Path | None,
        typer.Option("--sbml", metavar="ZIP", help="Judge these SBML cases instead: right, refused, wrong."),
    ] = None,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Prove the numerics on this machine: twins, classics, order, conservation, threads.

    The record goes to osseo-verify.json, or where --json or --out say; with --sbml, --out gets the
    tables as Markdown too. Exit code 1: a check failed, or a case is wrong.
    """
    if sbml is not None:
        _judge(sbml, Output.checked(json, out, quiet))
    elif json or out is None:
        _prove(Output.checked(json or RECORD, out, quiet))
    else:
        _prove(Output.checked(str(out / RECORD), out, quiet))


def _judge(path: Path, places: Output) -> None:
    from osseo.report.data import to_json
    from osseo.verify.suite import run_archive

    with places.progress(f"judging {path.name}") as report:
        found = run_archive(path, progress=lambda done, of: report(f"case {done} of {of}", done / of))
    places.write_json(found.record())
    if places.out is not None:
        write_text(places.out / "sbml-cases.json", to_json(found.record()))
        write_text(places.out / "sbml-tables.md", found.markdown())
    if places.talks:
        rows = [[count, construct] for construct, count in found.refusals()]
        Output().show_listing(Listing("refused", ("cases", "refused_for"), rows))
        for verdict in found.wrong:
            places.say(f"WRONG {verdict.case}: {verdict.detail}")
    counts = ", ".join(f"{found.count(name)} {name}" for name in ("right", "refused", "wrong"))
    places.say(f"{len(found.verdicts)} cases: {counts}")
    if found.wrong:
        raise typer.Exit(FAILED)


def _prove(places: Output) -> None:
    from osseo.verify.proof import run_proof

    with places.progress("proof") as report:
        proof = run_proof(progress=report)
    places.write_json(proof.record())
    if places.talks:
        rows = [
            ["pass" if c.passed else "FAIL", c.name, f"{c.measured:.2g}", f"{c.bound:.2g}"]
            for c in proof.checks
        ]
        Output().show_listing(Listing("proof", ("", "check", "measured", "bound"), rows))
    passed, total = sum(c.passed for c in proof.checks), len(proof.checks)
    places.say(f"{passed} of {total} checks passed in {proof.seconds:.1f} s; record: {places.json}")
    if not proof.passed:
        raise typer.Exit(FAILED)
