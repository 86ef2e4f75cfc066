"""The `osseo` command: its groups, its global switches. Help must stay fast: import nothing heavy here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from osseo import __version__
from osseo.cli.answer import answer, simulate
from osseo.cli.doors import OsseoGroup
from osseo.cli.evidence import claims, evidence_app
from osseo.cli.foods import foods
from osseo.cli.interactions import interactions
from osseo.cli.look import model_app, step
from osseo.cli.patient import patient
from osseo.cli.predict import pool, predict, validate
from osseo.cli.refit import calibrate
from osseo.cli.verify import verify

__all__ = ["app"]

ANSWER = "Answer a question"
EVIDENCE = "Look at evidence"
INSIDE = "Look inside"
REFIT = "Refit"

app = typer.Typer(
    cls=OsseoGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a check or a run failed, 2 bad input. Not medical advice.",
)


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"osseo {__version__}\n")
        raise typer.Exit


@app.callback()
def _switches(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Does oral magnesium change how fast and how well a bone graft heals?

    Start with:  osseo answer examples/sinus-xenograft.yaml
    """


app.command(rich_help_panel=ANSWER)(answer)
app.command(rich_help_panel=ANSWER)(simulate)
app.command(rich_help_panel=ANSWER)(patient)
evidence_app.command("pool")(pool)
app.add_typer(evidence_app, name="evidence", rich_help_panel=EVIDENCE)
app.command(rich_help_panel=EVIDENCE)(claims)
app.command(rich_help_panel=EVIDENCE)(predict)
app.command(rich_help_panel=EVIDENCE)(validate)
app.command(rich_help_panel=EVIDENCE)(foods)
app.command(rich_help_panel=EVIDENCE)(interactions)
app.command(rich_help_panel=INSIDE)(step)
app.add_typer(model_app, name="model", rich_help_panel=INSIDE)
app.command(rich_help_panel=REFIT)(calibrate)
app.command(rich_help_panel=INSIDE)(verify)
