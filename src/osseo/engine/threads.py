"""Members on threads: chunks of a batch run side by side; the answer does not depend on how."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from osseo.engine.native.machine import lane_width
from osseo.errors import Issue

__all__ = ["WIDTHS", "check_width", "choose_width", "count_threads", "run_chunks"]

#: members side by side that code can be made for
WIDTHS = (1, 2, 4, 8)
_CHUNKS_PER_THREAD = 4
#: members that one call of machine code computes; Ctrl-C is heard between calls
_MOST_AT_ONCE = 4096


def check_width(width: int | None) -> list[Issue]:
    """Return what is wrong with the number of members side by side."""
    if width is None or width in WIDTHS:
        return []
    return [Issue("width", f"got {width!r}; expected one of {', '.join(map(str, WIDTHS))}")]


def choose_width(n: int, width: int | None = None) -> int:
    """Return how many of n members go side by side: as wished, else what pays on this processor."""
    if width is not None:
        return width
    if n < 2:
        return 1
    return min(lane_width(), 4) if n <= 4 else lane_width()


def count_threads(n_threads: int | None = None) -> int:
    """Return the wished number of threads, or the number of processors this process may use."""
    if n_threads is not None:
        return max(1, int(n_threads))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_chunks(
    run: Callable[[int, int], None],
    n: int,
    n_threads: int | None = None,
    *,
    width: int = 1,
    fills: int = 1,
) -> None:
    """Call `run(first, last)` over chunks of range(n); the first error of a chunk is raised.

    Parameters
    ----------
    run : computes members first..last-1.
    n : members.
    n_threads : threads wished.
    width : members computed side by side; a chunk is a multiple of it.
    fills : multiples of the width below which a chunk is not cut, unless threads would have nothing to do.
    """
    wished, most = count_threads(n_threads), _rounded_up(_MOST_AT_ONCE, width)
    if wished == 1 or n < 2:
        for i in range(0, max(n, 1), most):
            run(i, min(n, i + most))
        return
    fine, coarse = -(-n // (wished * _CHUNKS_PER_THREAD)), -(-n // wished)
    size = min(_rounded_up(max(fine, 1), width * fills), _rounded_up(coarse, width), most)
    pool = ThreadPoolExecutor(wished)
    try:
        jobs = [pool.submit(run, i, min(n, i + size)) for i in range(0, n, size)]
        for job in jobs:
            job.result()
    finally:  # after Ctrl-C only what has begun is waited for
        pool.shutdown(cancel_futures=True)


def _rounded_up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
