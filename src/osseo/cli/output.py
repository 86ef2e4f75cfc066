"""Where a command's output goes: the terminal, a JSON file, a folder. Places are checked before work.

Files are written whole or not at all (`osseo.files`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from osseo.files import check_writable_folder, write_text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Listing", "Output", "Progress"]

#: called with what is being done and the share that is done (None: not known)
Progress = Callable[[str, float | None], None]
STDOUT = "-"


@dataclass(frozen=True)
class Listing:
    """A table of text: what `list` commands show and write as CSV and JSON.

    `shown` names the columns that fit a terminal; none means all.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    note: str = ""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Output:
    """The places one command writes to; made (and checked) before anything is computed."""

    json: str = ""
    out: Path | None = None
    quiet: bool = False

    @classmethod
    def checked(cls, json: str = "", out: Path | None = None, quiet: bool = False) -> Output:
        """Return the places after making sure they can be written.

        Raises
        ------
        InputError : a folder cannot be made or written.
        """
        if out is not None:
            check_writable_folder(out)
        if json and json != STDOUT:
            check_writable_folder(Path(json).parent)
        return cls(json, out, quiet)

    @property
    def talks(self) -> bool:
        """Whether text for people goes to standard output."""
        return not self.quiet and self.json != STDOUT

    def console(self) -> Console:
        """Return a console 80 columns wide; it colours only a terminal."""
        from rich.console import Console

        return Console(width=80, highlight=False, soft_wrap=True)

    def say(self, text: str = "") -> None:
        """Print one line for people, unless quiet or JSON has the terminal."""
        if self.talks:
            sys.stdout.write(f"{text}\n")

    def write_json(self, data: object) -> None:
        """Write data to the JSON place, if there is one."""
        from osseo.report.data import to_json

        if self.json == STDOUT:
            sys.stdout.write(to_json(data))
        elif self.json:
            write_text(self.json, to_json(data))

    def show_listing(self, listing: Listing) -> None:
        """Print a table, and write it as CSV and JSON where asked."""
        from osseo.report.data import to_csv, to_json

        data = [dict(zip(listing.columns, row, strict=True)) for row in listing.rows]
        if self.out is not None:
            write_text(self.out / f"{listing.name}.csv", to_csv(listing.columns, listing.rows))
            write_text(self.out / f"{listing.name}.json", to_json(data))
        self.write_json(data)
        if self.talks:
            self._print_table(listing)

    def _print_table(self, listing: Listing) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        shown = listing.shown or listing.columns
        for name in shown:
            table.add_column(name.replace("_", " "), overflow="fold")
        for row in listing.rows:
            cells = dict(zip(listing.columns, row, strict=True))
            table.add_row(*("" if cells[name] is None else str(cells[name]) for name in shown))
        console = Console(highlight=False, markup=False)
        console.print(table)
        if listing.note:
            console.print(listing.note)

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Show progress on the error stream, only on a terminal; yields `report(stage, share)`."""
        if not self.talks or not sys.stderr.isatty():
            yield lambda stage, share: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=1.0)

            def report(stage: str, share: float | None) -> None:
                total = None if share is None else 1.0
                bar.update(task, description=stage, total=total, completed=share or 0.0)

            yield report
