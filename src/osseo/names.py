"""Did-you-mean for every name a user can type."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from osseo.errors import NameUnknown

__all__ = ["check_name", "near_names", "suggest"]


def near_names(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return up to `n` known names that look like `name`, nearest first.

    Examples
    --------
    >>> near_names("glicinate", ["chloride", "glycinate", "oxide"])
    ['glycinate']
    """
    lowered = {k.lower(): k for k in known}
    return [lowered[m] for m in get_close_matches(str(name).lower(), lowered, n=n, cutoff=0.6)]


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the sentence that follows an unknown name: near names, or all of them if few."""
    known = sorted(known)
    near = near_names(name, known)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def check_name(name: str, known: Iterable[str], what: str, where: str = "") -> str:
    """Return `name` if it is known, else raise.

    Raises
    ------
    NameUnknown : with up to three near names.
    """
    known = list(known)
    if name in known:
        return name
    hint = suggest(name, known)
    head = f"{where}: " if where else ""
    raise NameUnknown(f"{head}unknown {what} {name!r}" + (f"; {hint}" if hint else ""))
