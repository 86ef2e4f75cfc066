"""Members on threads: chunks of a batch run side by side; the answer does not depend on how."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["count_threads", "run_chunks"]

_CHUNKS_PER_THREAD = 4


def count_threads(n_threads: int | None = None) -> int:
    """Return the wished number of threads, or the number of processors this process may use."""
    if n_threads is not None:
        return max(1, int(n_threads))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_chunks(run: Callable[[int, int], None], n: int, n_threads: int | None = None) -> None:
    """Call `run(first, last)` over chunks of range(n); the first error of a chunk is raised."""
    wished = count_threads(n_threads)
    if wished == 1 or n < 2:
        run(0, n)
        return
    size = max(1, -(-n // (wished * _CHUNKS_PER_THREAD)))
    with ThreadPoolExecutor(wished) as pool:
        jobs = [pool.submit(run, i, min(n, i + size)) for i in range(0, n, size)]
        for job in jobs:
            job.result()
