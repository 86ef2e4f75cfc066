"""What every command shares: exit codes, the two global switches and errors as one paragraph.

Kept free of the library, so that help stays fast.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from osseo.errors import CalibrationError, OsseoError, SolveError

__all__ = ["BAD_INPUT", "FAILED", "OsseoGroup", "exit_code"]

FAILED = 1
BAD_INPUT = 2


def exit_code(error: OsseoError) -> int:
    """Return 1 where the numbers failed, 2 where something given was wrong."""
    return FAILED if isinstance(error, SolveError | CalibrationError) else BAD_INPUT


class OsseoGroup(TyperGroup):
    """A command group that shows an error as a paragraph; the traceback only with `--debug`."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; turn an OsseoError into its message and exit code."""
        try:
            return super().invoke(ctx)
        except OsseoError as error:
            if ctx.find_root().params.get("debug"):
                raise
            sys.stderr.write(f"{error}\n")
            raise typer.Exit(exit_code(error)) from None
