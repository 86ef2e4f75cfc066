"""Symbolic sparse LU of  shift*I - J : order, fill and the straight-line program, once per model.

Minimum degree on the symmetrised pattern; no pivoting, which is safe because the shift of a
Rosenbrock step dominates the diagonal when steps are accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["SparseLU", "minimum_degree", "plan_lu"]

Pattern = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class SparseLU:
    """The plan of a factorisation.

    Parameters
    ----------
    order : order[k] is the state eliminated at step k.
    slot : {(i, j) in elimination order: place in the lu vector}, fill included. The unit
        diagonal of L is not stored; the diagonal holds 1/pivot.
    rows, columns : for each k, the i > k with L(i, k), and the j > k with U(k, j).
    """

    order: tuple[int, ...]
    slot: dict[tuple[int, int], int]
    rows: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[int, ...], ...]

    @property
    def n_lu(self) -> int:
        """Return the number of stored entries."""
        return len(self.slot)

    @property
    def n_operations(self) -> int:
        """Return the number of products that one factorisation subtracts."""
        return sum(len(i) * len(j) for i, j in zip(self.rows, self.columns, strict=True))


def minimum_degree(pattern: Iterable[tuple[int, int]], n: int) -> tuple[int, ...]:
    """Return an elimination order: always the state with the fewest neighbours left.

    Examples
    --------
    >>> minimum_degree([(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)], 4)[-2:]
    (0, 3)
    """
    neighbours: list[set[int]] = [set() for _ in range(n)]
    for i, j in pattern:
        if i != j:
            neighbours[i].add(j)
            neighbours[j].add(i)
    left = set(range(n))
    order = []
    while left:
        k = min(left, key=lambda i: (len(neighbours[i]), i))
        left.remove(k)
        order.append(k)
        for i in neighbours[k]:
            neighbours[i] |= neighbours[k]
            neighbours[i] -= {i, k}
    return tuple(order)


def plan_lu(pattern: Iterable[tuple[int, int]], n: int) -> SparseLU:
    """Return the plan for a Jacobian pattern of (row, column) pairs."""
    pattern = list(pattern)
    order = minimum_degree(pattern, n)
    place = {state: k for k, state in enumerate(order)}
    filled = {(place[i], place[j]) for i, j in pattern} | {(k, k) for k in range(n)}
    rows, columns = [], []
    for k in range(n):
        below = tuple(i for i in range(k + 1, n) if (i, k) in filled)
        right = tuple(j for j in range(k + 1, n) if (k, j) in filled)
        filled.update((i, j) for i in below for j in right)
        rows.append(below)
        columns.append(right)
    slot = {entry: number for number, entry in enumerate(sorted(filled))}
    return SparseLU(order, slot, tuple(rows), tuple(columns))
