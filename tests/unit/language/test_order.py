"""Dependency order and cycles."""

from hypothesis import given
from hypothesis import strategies as st

from osseo.language.order import find_cycles, reach, sort_by_need

NAMES = [f"n{i}" for i in range(8)]
# each name may need earlier ones only, so there is no cycle
ACYCLIC = st.tuples(*(st.sets(st.sampled_from(NAMES[:i] or ["outside"])) for i in range(8)))


@given(ACYCLIC, st.permutations(NAMES))
def test_every_name_comes_after_what_it_needs(needs, order):
    graph = {name: needs[NAMES.index(name)] for name in order}
    placed = sort_by_need(graph)
    assert sorted(placed) == sorted(NAMES)
    for name in placed:
        assert all(placed.index(n) < placed.index(name) for n in graph[name] if n in graph)
    assert find_cycles(graph) == []


def test_order_of_independent_names_is_kept():
    assert sort_by_need({"c": set(), "a": set(), "b": {"a"}}) == ["c", "a", "b"]


def test_cycles_are_named_once_each():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"d"}, "e": {"a", "d"}}
    assert find_cycles(graph) == [["a", "b", "c", "a"], ["d", "d"]]


def test_reach_includes_the_start_and_what_has_no_entry():
    assert reach(["a"], {"a": {"b"}, "b": {"p"}, "z": {"q"}}) == {"a", "b", "p"}
