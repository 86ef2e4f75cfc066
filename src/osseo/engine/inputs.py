"""InputTable: what acts on a model from outside, in time, as numbers the loops can read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osseo.errors import Issue

__all__ = ["InputTable", "pack_inputs"]


@dataclass(frozen=True)
class InputTable:
    """Inputs u(t) given at knots; before the first and after the last knot the ends are held.

    Parameters
    ----------
    times : (n_knots,) [d] strictly increasing.
    values : (n or 1, n_knots, n_inputs); one row serves all members.
    kind : `linear` between knots, or `step` (a value holds from its knot on).
    """

    times: np.ndarray
    values: np.ndarray
    kind: str = "linear"


def pack_inputs(
    table: InputTable | None, n: int, n_inputs: int
) -> tuple[np.ndarray, np.ndarray, int, list[Issue]]:
    """Return knots (n_knots,), values (n or 1, n_knots, n_inputs), 1 if linear, and what is wrong."""
    if table is None:
        issues = [_no_table(n_inputs)] if n_inputs else []
        return np.zeros(0), np.zeros((1, 0, max(n_inputs, 0))), 0, issues
    knots = np.array(table.times, dtype=np.float64, order="C")
    values = np.array(table.values, dtype=np.float64, order="C")
    issues = []
    if table.kind not in ("linear", "step"):
        issues.append(Issue("u.kind", f"got {table.kind!r}; expected linear or step"))
    if knots.ndim != 1 or not knots.size or not np.all(np.isfinite(knots)):
        issues.append(Issue("u.times", f"got shape {knots.shape}; expected finite times (n_knots,)"))
    elif np.any(np.diff(knots) <= 0):
        issues.append(Issue("u.times", "the knots do not increase", "sort them, drop repeats"))
    expected = (knots.size, n_inputs)
    if values.ndim != 3 or values.shape[0] not in (1, n) or values.shape[1:] != expected:
        want = f"(1 or {n}, {expected[0]}, {expected[1]})"
        issues.append(Issue("u.values", f"got shape {values.shape}; expected {want}"))
    return knots, values, int(table.kind == "linear"), issues


def _no_table(n_inputs: int) -> Issue:
    """Tell that the model wants inputs and got none."""
    return Issue("u", f"got none; the model has {n_inputs} inputs", "pass an InputTable")
