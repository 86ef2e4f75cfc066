"""The options that mean the same in every command, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["JsonFile", "OutDir", "Quiet", "Seed"]

JsonFile = Annotated[
    str, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for the terminal.")
]
OutDir = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write files here; the folder is made.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no text; files only.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw; same seed, same answer.")]
