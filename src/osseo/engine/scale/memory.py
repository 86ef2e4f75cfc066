"""What a run needs, said before it starts; what cannot fit is refused with the estimate."""

from __future__ import annotations

import os
from pathlib import Path

from osseo.errors import InputError

__all__ = ["check_memory", "machine_memory", "words_of_size"]

_SHARE = 0.8
_LEAST = 1 << 20


def machine_memory() -> int:
    """Return the memory this process may use [bytes]; 0 if the system does not tell."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    try:
        text = limit.read_text().strip()
    except OSError:
        return whole
    return min(whole, int(text)) if text.isdigit() else whole


def words_of_size(n_bytes: float) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> words_of_size(1.5e9), words_of_size(2000)
    ('1.5 GB', '2 kB')
    """
    for unit, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.3g} {unit}"
    return f"{n_bytes:.0f} B"


def check_memory(where: str, n_bytes: int, what: str, instead: str = "") -> None:
    """Refuse results that would not fit into this machine's memory.

    Raises
    ------
    InputError : with the estimate and what to do.
    """
    has = machine_memory()
    if n_bytes > _LEAST and has and n_bytes > _SHARE * has:
        less = instead or "store, reducers"
        raise InputError(
            f"{where}: {what} need {words_of_size(n_bytes)}; this machine has {words_of_size(has)}. "
            f"Keep less ({less}), ask for fewer times, or run in chunks (run_chunked)"
        )
