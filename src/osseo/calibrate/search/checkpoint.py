"""The best point of a fit that is still running, so that one that was stopped goes on from there.

Kept in the cache folder under a key of everything the fit depends on: a fit of another model, other numbers
or other targets never meets it. It only decides where the search starts, not what is fitted.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from osseo.cache import make_key, read_entry, write_entry
from osseo.calibrate.problem import FitProblem, hash_of
from osseo.calibrate.search.minimise import FitOptions

__all__ = ["Checkpoint", "checkpoint_of"]

Array = NDArray[np.float64]

_KIND = "fits"


@dataclass
class Checkpoint:
    """Reads and writes the best point (k,) of one fit in standard space."""

    key: str
    n_free: int
    best: float = field(default=float("inf"))

    def read(self) -> Array | None:
        """Return the kept point, or None if there is none that fits."""
        content = read_entry(_KIND, self.key)
        z = json.loads(content) if content else None
        return np.array(z, dtype=np.float64) if z and len(z) == self.n_free else None

    def save(self, z: Array, cost: float) -> None:
        """Keep a point if it is better than all before it."""
        if np.isfinite(cost) and cost < self.best:
            self.best = cost
            write_entry(_KIND, self.key, json.dumps([float(x) for x in z]).encode())

    def clear(self) -> None:
        """Forget the point: the fit is finished."""
        write_entry(_KIND, self.key, b"")


def checkpoint_of(problem: FitProblem, options: FitOptions) -> Checkpoint:
    """Return the checkpoint of a fit, named by the hash of the problem and its options."""
    key = make_key(hash_of(problem.fingerprint()), repr(sorted(asdict(options).items())))
    return Checkpoint(key, len(problem.free))
