"""BatchResult: the courses of a batch, with the ones that failed kept as rows that say why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from osseo.engine.failure import Failures, summarise_failures
from osseo.engine.status import Status
from osseo.errors import SolveError

__all__ = ["BatchResult"]


@dataclass(frozen=True)
class BatchResult:
    """Courses of n members.

    Parameters
    ----------
    times : (n_times,) [d].
    y : (n, n_times, n_states); at an event time the value after the jump; NaN from a failure on.
    out : (n, n_times, n_outputs) outputs of the model, likewise.
    status : (n,) Status values.
    fail_time : (n,) [d] last time reached by a member that failed, else NaN.
    n_steps : (n,) steps tried.
    reduced : (n, n_reducers) what the reducers found; NaN for members that failed.
    series : (n, n_times, n_series) of the reducers `cumulative` and `value`, in their order; NaN from
        a failure on.
    """

    times: np.ndarray
    y: np.ndarray
    out: np.ndarray
    status: np.ndarray
    fail_time: np.ndarray
    n_steps: np.ndarray
    failures: Failures = field(repr=False)
    reduced: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    series: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))

    @property
    def ok(self) -> np.ndarray:
        """Mask (n,) of the members that reached the end."""
        return self.status == Status.OK

    def raise_if_failed(self, names: Sequence[str] = (), units: Sequence[str] = ()) -> None:
        """Raise if any member failed.

        Raises
        ------
        SolveError : how many, the first reason, and the report of the member that failed first.
        """
        if not np.all(self.ok):
            raise SolveError(summarise_failures(self, names, units))
