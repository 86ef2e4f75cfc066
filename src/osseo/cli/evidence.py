"""`osseo evidence` and `osseo claims`: what was read, how much it is trusted, what articles claim."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.doors import FAILED, OsseoGroup
from osseo.cli.evidence_new import new_study, show_coverage
from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Listing, Output

__all__ = ["claims", "evidence_app"]

evidence_app = typer.Typer(
    cls=OsseoGroup, no_args_is_help=True, help="Search and check the studies behind every number."
)
evidence_app.command("new")(new_study)
evidence_app.command("coverage")(show_coverage)

Folder = Annotated[str, typer.Option("--folder", help="mg-pk, mg-bone, graft or clinical.")]
Use = Annotated[str, typer.Option("--use", help="calibration, validation, prior or reference.")]
Kind = Annotated[str, typer.Option("--kind", help="Study design, e.g. rct, cohort, animal.")]
Seen = Annotated[str, typer.Option("--seen", help="fulltext, abstract, secondary or recalled.")]
SHOWN = ("id", "kind", "grade", "use", "title")


def _list_records(records, places: Output, name: str) -> None:
    """Show records: few columns in the terminal, all of them in files."""
    from osseo.evidence import evidence_rows

    rows = evidence_rows(records)
    if not rows:
        places.write_json([])
        places.say("no record matches; try fewer words or filters")
        return
    names = tuple(f.name for f in fields(rows[0]))
    table = [[getattr(row, name) for name in names] for row in rows]
    places.show_listing(Listing(name, names, table, f"{len(rows)} records", SHOWN))


@evidence_app.command("list")
def list_records(
    folder: Folder = "",
    use: Use = "",
    kind: Kind = "",
    seen: Seen = "",
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """List the shipped studies with their computed grade."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence import load_records

    found = load_records(folder=folder or None, use=use or None, kind=kind or None, seen=seen or None)
    _list_records(found, places, "evidence")


@evidence_app.command("search")
def search_records(
    words: Annotated[list[str], typer.Argument(help="Words that must all occur, in any order.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many records.")] = 25,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Find studies in which all words occur, best match first."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence import search

    _list_records(search(" ".join(words), limit=limit), places, "evidence-search")


@evidence_app.command("show")
def show_record(
    record: Annotated[str, typer.Argument(help="An evidence id, e.g. joris2016.")],
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Show all that was read in one study, and why it has its grade."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence import record_view
    from osseo.report.records import record_lines, record_to_dict

    view = record_view(record)
    data = record_to_dict(view)
    places.write_json(data)
    if out is not None:
        Output(str(out / f"{record}.json"), quiet=True).write_json(data)
    for line in record_lines(view):
        places.say(line)


@evidence_app.command("lint")
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Your own record files; none = the shipped studies.")
    ] = None,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Check study records against the schema; exit code 1 if one must not be used."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence import lint_records

    issues = lint_records(paths or None)
    errors = [i for i in issues if i.severity == "error"]
    places.write_json([asdict(i) for i in issues])
    if out is not None:
        Output(str(out / "lint.json"), quiet=True).write_json([asdict(i) for i in issues])
    for issue in issues:
        places.say(f"{issue.severity}: {issue}")
    places.say(f"{len(errors)} errors, {len(issues) - len(errors)} warnings")
    if errors:
        raise typer.Exit(FAILED)


def claims(
    claim: Annotated[str, typer.Argument(help="One claim, e.g. C01; none = all.")] = "",
    verdict: Annotated[
        str, typer.Option("--verdict", help="supported, partly, contested, unsupported, untraceable.")
    ] = "",
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """What articles claim about magnesium and bone grafts, and what the evidence says."""
    places = Output.checked(json, out, quiet)
    from osseo.report.records import claim_lines, claim_listing, find_claims

    found = find_claims(claim, verdict)
    names, rows = claim_listing(found)
    Output(places.json, places.out, quiet=True).show_listing(Listing("claims", names, rows))
    for line in claim_lines(found):
        places.say(line)
