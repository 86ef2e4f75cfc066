"""A whole archive: every case judged, and the tables of what is right, refused and wrong."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from osseo.verify.archive import Case, open_archive
from osseo.verify.judge import REFUSED, RIGHT, WRONG, Verdict, judge

__all__ = ["SuiteReport", "run_archive"]

#: told how many of how many cases are done
Progress = Callable[[int, int], None]
#: below this many cases a second process costs more than it saves
WORTH_A_PROCESS = 100


@dataclass(frozen=True)
class SuiteReport:
    """The verdicts of an archive, in the order of its cases."""

    archive: str
    verdicts: tuple[Verdict, ...]

    def count(self, verdict: str) -> int:
        """Return how many cases have this verdict."""
        return sum(v.verdict == verdict for v in self.verdicts)

    @property
    def wrong(self) -> tuple[Verdict, ...]:
        """Return the wrong ones."""
        return tuple(v for v in self.verdicts if v.verdict == WRONG)

    def refusals(self) -> list[tuple[str, int]]:
        """Return (construct, cases refused for it), most frequent first; a case may name several."""
        counts = Counter(c for v in self.verdicts if v.verdict == REFUSED for c in v.constructs)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def by_tag(self) -> list[tuple[str, int, int, int]]:
        """Return (tag, right, refused, wrong), by tag."""
        rows = []
        for tag in sorted({tag for v in self.verdicts for tag in v.tags}):
            own = Counter(v.verdict for v in self.verdicts if tag in v.tags)
            rows.append((tag, own[RIGHT], own[REFUSED], own[WRONG]))
        return rows

    def markdown(self) -> str:
        """Return the tables as Markdown: by construct refused, and by tag."""
        total = len(self.verdicts)
        counts = ", ".join(f"{self.count(name)} {name}" for name in (RIGHT, REFUSED, WRONG))
        lines = [f"{total} cases: {counts}.", "", "| refused for | cases |", "|---|---|"]
        lines += [f"| {construct} | {count} |" for construct, count in self.refusals()]
        lines += ["", "| tag | right | refused | wrong |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(str, row))} |" for row in self.by_tag()]
        return "\n".join(lines) + "\n"

    def record(self) -> dict[str, object]:
        """Return everything as plain data."""
        return {
            "archive": self.archive,
            "cases": len(self.verdicts),
            **{name: self.count(name) for name in (RIGHT, REFUSED, WRONG)},
            "refused_by_construct": dict(self.refusals()),
            "by_tag": {tag: [right, refused, wrong] for tag, right, refused, wrong in self.by_tag()},
            "verdicts": [asdict(v) for v in self.verdicts],
        }


def run_archive(
    path: str | Path,
    *,
    names: Sequence[str] | None = None,
    progress: Progress | None = None,
    n_processes: int | None = None,
) -> SuiteReport:
    """Judge every case of an archive.

    Parameters
    ----------
    path : a zip file.
    names : only these cases.
    progress : told how far it is.
    n_processes : default one for each processor where there are many cases.

    Raises
    ------
    InputError : the archive or a case in it cannot be read.
    """
    archive = open_archive(path)
    cases = archive.cases(names)
    total = len(archive) if names is None else len(names)
    n = n_processes or (min(os.cpu_count() or 1, 8) if total >= WORTH_A_PROCESS else 1)
    found = []
    for verdict in _verdicts(cases, n):
        found.append(verdict)
        if progress is not None:
            progress(len(found), total)
    return SuiteReport(Path(path).name, tuple(found))


def _verdicts(cases: Iterable[Case], n: int) -> Iterable[Verdict]:
    if n == 1:
        yield from map(judge, cases)
        return
    with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as pool:
        yield from pool.map(judge, list(cases), chunksize=8)
