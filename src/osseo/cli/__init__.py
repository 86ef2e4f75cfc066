"""The command line: parse, call the library, render. It holds no formula and imports nothing heavy."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run `osseo`; the exit code is 0 done, 1 a check or a run failed, 2 bad input."""
    from osseo.cli.app import app

    app(prog_name="osseo")
