"""Graph: expressions as hash-consed nodes, so that equal subexpressions are one node, computed once.

A node is a plain tuple: `("num", value)`, `("sym", vector, index)` with vector one of
y p u t a (a = arguments of an exported function), or `(operation, node, ...)`. It knows no names.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["COMPARISONS", "LOGIC", "Graph", "Node"]

Node = tuple
COMPARISONS = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))
LOGIC = frozenset(("and", "or", "not"))


class Graph:
    """A growing table of nodes; a node is known by its index, its operands come before it."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._index: dict[Node, int] = {}

    def add_node(self, node: Node) -> int:
        """Return the index of a node, adding it if it is new."""
        found = self._index.get(node)
        if found is None:
            found = self._index[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def number(self, value: float) -> int:
        """Return the node of a literal."""
        return self.add_node(("num", float(value) + 0.0))  # + 0.0: -0.0 is 0.0

    def symbol(self, vector: str, index: int) -> int:
        """Return the node of an element of y, p, u, t or a."""
        return self.add_node(("sym", vector, index))

    def is_number(self, i: int, value: float | None = None) -> bool:
        """Return whether a node is a literal, and this one if `value` is given."""
        node = self.nodes[i]
        return node[0] == "num" and (value is None or node[1] == value)

    def is_truth(self, i: int) -> bool:
        """Return whether a node is a truth value."""
        return self.nodes[i][0] in COMPARISONS or self.nodes[i][0] in LOGIC

    def operands(self, i: int) -> tuple[int, ...]:
        """Return the operands of a node; leaves have none."""
        node = self.nodes[i]
        return () if node[0] in ("num", "sym") else node[1:]

    def order(self, roots: Iterable[int]) -> list[int]:
        """Return every node the roots need, operands first."""
        needed: set[int] = set()
        stack = list(roots)
        while stack:
            i = stack.pop()
            if i not in needed:
                needed.add(i)
                stack.extend(self.operands(i))
        return sorted(needed)

    def leaves(self, roots: Iterable[int], vector: str) -> set[int]:
        """Return the indices of the elements of one vector that the roots depend on."""
        nodes = (self.nodes[i] for i in self.order(roots))
        return {node[2] for node in nodes if node[0] == "sym" and node[1] == vector}
