"""Reducers: what is kept of a course when the course itself is not.

They look at every accepted step through its own interpolation, not only at the requested times, and at
both sides of every jump.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from osseo.engine.kernel import Kernel
from osseo.errors import Issue
from osseo.names import suggest

__all__ = ["FIRST_SERIES", "KINDS", "Reducer", "pack_reducers"]

#: in the order of the numbers that the loop knows
KINDS = ("final", "max", "min", "area", "first_above", "first_below", "cumulative", "value")
#: kinds from here on have a number for every requested time
FIRST_SERIES = KINDS.index("cumulative")


@dataclass(frozen=True)
class Reducer:
    """One number per member, over the whole run; of some kinds also one at every requested time.

    Parameters
    ----------
    kind : `final` value; `max`, `min`; `area` under the curve [unit d]; `first_above`, `first_below`: the
        first time [d] at which `level` is reached, infinite if it never is; `cumulative`: the area from
        the start up to every requested time; `value` at every requested time. The last two are
        columns of `BatchResult.series`; in `reduced` stands their last number.
    output, state : index of the one that is looked at; give one of the two.
    level : of `first_above` and `first_below`.
    """

    kind: str
    output: int = -1
    state: int = -1
    level: float = math.nan


def pack_reducers(reducers: Sequence[Reducer], kernel: Kernel) -> tuple[dict[str, np.ndarray], list[Issue]]:
    """Return the arrays the loop reads, and what is wrong."""
    issues: list[Issue] = []
    for i, reducer in enumerate(reducers):
        issues += [Issue(f"reducers[{i}]", text, remedy) for text, remedy in _problems(reducer, kernel)]
    good = () if issues else reducers
    return {
        "reduce_kind": np.array([KINDS.index(r.kind) for r in good], dtype=np.int64),
        "reduce_source": np.array(
            [r.output if r.output >= 0 else kernel.n_outputs + r.state for r in good], dtype=np.int64
        ),
        "reduce_level": np.array([r.level for r in good], dtype=np.float64),
    }, issues


def _problems(reducer: Reducer, kernel: Kernel) -> list[tuple[str, str]]:
    found = []
    if reducer.kind not in KINDS:
        found.append((f"got kind {reducer.kind!r}", suggest(reducer.kind, KINDS)))
    if (reducer.output >= 0) == (reducer.state >= 0):
        found.append((f"got output {reducer.output}, state {reducer.state}", "give one of the two"))
    if reducer.output >= kernel.n_outputs or reducer.state >= kernel.n_states:
        sizes = f"{kernel.n_outputs} outputs and {kernel.n_states} states"
        found.append((f"got output {reducer.output}, state {reducer.state}; the model has {sizes}", ""))
    if reducer.kind.startswith("first_") and not math.isfinite(reducer.level):
        found.append((f"got level {reducer.level}", "give the level to be reached"))
    return found
