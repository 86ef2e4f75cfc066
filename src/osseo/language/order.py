"""Dependency order of assignments, and the names on a cycle where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

__all__ = ["find_cycles", "reach", "sort_by_need"]


def sort_by_need(needs: Mapping[str, Set[str]]) -> list[str]:
    """Return the names so that each comes after all it needs; order is otherwise kept.

    Names that are needed but have no entry of their own are taken as given. On a cycle the order is
    arbitrary: ask `find_cycles` first.

    Examples
    --------
    >>> sort_by_need({"a": {"b"}, "b": set(), "c": {"a"}})
    ['b', 'a', 'c']
    """
    done: dict[str, None] = {}
    for name in needs:
        _visit(name, needs, done, set())
    return list(done)


def _visit(name: str, needs: Mapping[str, Set[str]], done: dict[str, None], path: set[str]) -> None:
    if name in done or name in path:
        return
    path.add(name)
    for need in (n for n in needs if n in needs[name]):
        _visit(need, needs, done, path)
    done[name] = None


def find_cycles(needs: Mapping[str, Set[str]]) -> list[list[str]]:
    """Return each cycle as the list of its names, first name repeated at the end.

    Examples
    --------
    >>> find_cycles({"a": {"b"}, "b": {"a"}, "c": {"a"}})
    [['a', 'b', 'a']]
    """
    cycles: list[list[str]] = []
    on_cycle: set[str] = set()
    for name in needs:
        if name not in on_cycle:
            path = _path_back(name, needs)
            if path:
                cycles.append(path)
                on_cycle.update(path)
    return cycles


def _path_back(start: str, needs: Mapping[str, Set[str]]) -> list[str]:
    """Return the shortest way from `start` to itself, or nothing."""
    front = [[start]]
    seen: set[str] = set()
    while front:
        path = front.pop(0)
        for need in sorted(needs.get(path[-1], ())):
            if need == start:
                return [*path, start]
            if need in needs and need not in seen:
                seen.add(need)
                front.append([*path, need])
    return []


def reach(start: Iterable[str], needs: Mapping[str, Set[str]]) -> set[str]:
    """Return every name needed by `start`, directly or not, `start` included."""
    found: set[str] = set()
    front = list(start)
    while front:
        name = front.pop()
        if name not in found:
            found.add(name)
            front.extend(needs.get(name, ()))
    return found
