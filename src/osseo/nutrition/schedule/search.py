"""Exact search for a day: times as bits, forward checking, least sittings by deepening.

A variable is one dose; its domain is a bit mask over the slots of the problem. Deterministic: no clock, no
random order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise

from osseo.nutrition.day import DAY
from osseo.nutrition.schedule.problem import Constraint, Problem

__all__ = ["Times", "best_day", "exists", "is_apart"]

#: [min] of each dose, in the order of `Problem.doses`
Times = tuple[int, ...]


@dataclass(frozen=True)
class _Grid:
    """A problem compiled to bits.

    Parameters
    ----------
    domains : slots of each dose. links : per dose v, (w, allowed slots of w for each slot of v).
    shared : slots at which v and w may stand together. series : doses of one item, and [min] apart.
    magnesium : its doses. hubs : doses on which the others' rules hang. meals : slots of meals.
    order : in which slots are tried.
    """

    slots: tuple[int, ...]
    domains: tuple[int, ...]
    links: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]
    shared: tuple[tuple[int, ...], ...]
    magnesium: frozenset[int]
    hubs: frozenset[int]
    series: tuple[tuple[tuple[int, ...], int], ...]
    meals: int
    order: tuple[int, ...]


@dataclass(frozen=True)
class _Limit:
    """At most so many sittings, and so many magnesium doses away from meals."""

    times: int
    off_meals: int


def is_apart(a: int, b: int, after: int, before: int) -> bool:
    """Return whether b stands at least `after` after a and `before` before the next a [min].

    The clock goes round: the plan repeats daily.

    Examples
    --------
    >>> is_apart(420, 540, 120, 360), is_apart(420, 500, 120, 360), is_apart(420, 120, 120, 360)
    (True, False, False)
    """
    ahead = (b - a) % DAY
    if ahead == 0:
        return after == 0 and before == 0
    return ahead >= after and DAY - ahead >= before


def exists(problem: Problem, constraints: Iterable[Constraint]) -> bool:
    """Return whether some day keeps these constraints."""
    grid = _compile(problem, tuple(constraints))
    return _solve(grid, _Limit(len(grid.domains), len(grid.domains))) is not None


def best_day(problem: Problem) -> Times | None:
    """Return the best times, or None if no day keeps all constraints.

    Best: most magnesium on meals, then fewest sittings, then magnesium doses farthest apart.
    """
    grid = _compile(problem, problem.constraints)
    n = len(grid.domains)
    if _solve(grid, _Limit(n, n)) is None:
        return None
    off = next(m for m in range(n + 1) if _solve(grid, _Limit(n, m)) is not None)
    limit = next(limit for k in range(min(n, 1), n + 1) if _solve(grid, limit := _Limit(k, off)) is not None)
    found = _solve(_spread_out(grid, limit), limit)
    return None if found is None else tuple(grid.slots[i] for i in found)


def _spread_out(grid: _Grid, limit: _Limit) -> _Grid:
    """Return the grid with magnesium doses forced as far apart as the limit lets them be."""
    doses = sorted(grid.magnesium)
    if len(doses) < 2:
        return grid
    for apart in range(DAY // len(doses), 0, -30):
        masks = _pair_masks(grid.slots, apart, apart)
        wider = _linked(grid, [(v, w, masks) for v, w in combinations(doses, 2)])
        if _solve(wider, limit) is not None:
            return wider
    return grid


def _compile(problem: Problem, constraints: Sequence[Constraint]) -> _Grid:
    slots = problem.slots
    awake = (problem.day.bed - problem.day.wake) % DAY
    meal_times = {meal.minute for meal in problem.day.meals}
    every = _mask(slots, lambda t: (t - problem.day.wake) % DAY <= awake)
    domains = [every] * len(problem.doses)
    of = [[v for v, (i, _) in enumerate(problem.doses) if i == item] for item in range(len(problem.items))]
    links: list[tuple[int, int, tuple[int, ...]]] = []
    for c in constraints:
        for k, v in enumerate(of[c.a]):
            domains[v] = _unary(c, k, problem, domains[v])
        links += _binary(c, of, slots)
    for doses in of:  # doses of one item are alike: keep them in order
        later = tuple(sum(1 << j for j in range(i + 1, len(slots))) for i in range(len(slots)))
        links += [(v, w, later) for v, w in pairwise(doses)]
    anchors = {problem.day.wake: 1, **dict.fromkeys(meal_times, 0)}
    order = sorted(range(len(slots)), key=lambda i: (anchors.get(slots[i], 2), i))
    magnesium = [v for v, (i, _) in enumerate(problem.doses) if problem.items[i].kind == "magnesium"]
    gaps = [c for c in constraints if c.kind in ("gap", "never")]
    middle = {c.b for c in gaps if problem.items[c.b].kind != "drug"}
    middle |= {c.a for c in gaps if problem.items[c.b].kind == "drug"}
    hubs = [v for v, (i, _) in enumerate(problem.doses) if i in middle]
    apart = {c.a: c.after for c in constraints if c.kind == "apart"}
    bare = _Grid(
        slots=slots,
        domains=tuple(domains),
        links=((),) * len(domains),
        shared=(),
        magnesium=frozenset(magnesium),
        hubs=frozenset(hubs),
        series=tuple((tuple(doses), apart.get(i, 1)) for i, doses in enumerate(of)),
        meals=_mask(slots, lambda t: t in meal_times),
        order=tuple(order),
    )
    return _linked(bare, links)


def _mask(slots: Sequence[int], holds) -> int:
    return sum(1 << i for i, t in enumerate(slots) if holds(t))


def _unary(c: Constraint, k: int, problem: Problem, domain: int) -> int:
    """Return the domain of the k-th dose of `c.a` under one constraint."""
    slots, meals = problem.slots, [meal.minute for meal in problem.day.meals]
    if c.kind == "fixed":
        times = sorted(problem.items[c.a].fixed, key=slots.index)
        return 1 << slots.index(times[k])
    if c.kind == "wake":
        return domain & _mask(slots, lambda t: t == problem.day.wake)
    if c.kind == "meal":
        return domain & _mask(slots, lambda t: t in meals)
    if c.kind == "food":
        return domain & _mask(slots, lambda t: all(is_apart(t, m, c.after, c.before) for m in meals))
    return domain


def _binary(
    c: Constraint, of: list[list[int]], slots: Sequence[int]
) -> list[tuple[int, int, tuple[int, ...]]]:
    if c.kind == "never":
        return [(v, w, (0,) * len(slots)) for v in of[c.a] for w in of[c.b]]
    if c.kind == "gap":
        masks = _pair_masks(slots, c.after, c.before)
        return [(v, w, masks) for v in of[c.a] for w in of[c.b]]
    if c.kind == "apart":
        masks = _pair_masks(slots, c.after, c.after)
        return [(v, w, masks) for v, w in combinations(of[c.a], 2)]
    return []


@lru_cache(maxsize=4096)
def _pair_masks(slots: tuple[int, ...], after: int, before: int) -> tuple[int, ...]:
    return tuple(_mask(slots, lambda b, a=a: is_apart(a, b, after, before)) for a in slots)


def _linked(grid: _Grid, links: Iterable[tuple[int, int, tuple[int, ...]]]) -> _Grid:
    """Return the grid with more links, merged per pair and kept in both directions."""
    merged: dict[tuple[int, int], tuple[int, ...]] = {
        (v, w): masks for v, row in enumerate(grid.links) for w, masks in row
    }
    n = len(grid.slots)
    for v, w, masks in links:
        for pair, new in (((v, w), masks), ((w, v), _turned(masks))):
            old = merged.get(pair)
            merged[pair] = new if old is None else tuple(x & y for x, y in zip(old, new, strict=True))
    n_doses = range(len(grid.domains))
    full = (1 << n) - 1
    rows = tuple(tuple((w, m) for (a, w), m in sorted(merged.items()) if a == v) for v in n_doses)
    together = {pair: sum(1 << i for i in range(n) if m[i] >> i & 1) for pair, m in merged.items()}
    shared = tuple(tuple(together.get((v, w), full) for w in n_doses) for v in n_doses)
    return replace(grid, links=rows, shared=shared)


@lru_cache(maxsize=4096)
def _turned(masks: tuple[int, ...]) -> tuple[int, ...]:
    """Return slots of v per slot of w, from slots of w per slot of v."""
    n = range(len(masks))
    return tuple(sum(1 << i for i in n if masks[i] >> j & 1) for j in n)


def _solve(grid: _Grid, limit: _Limit) -> tuple[int, ...] | None:
    """Return the slot of every dose, or None."""
    placed = _place(grid, limit, list(grid.domains), {}, 0, 0)
    return None if placed is None else tuple(placed[v] for v in range(len(grid.domains)))


def _place(
    grid: _Grid, limit: _Limit, domains: list[int], placed: dict[int, int], used: int, off: int
) -> dict[int, int] | None:
    """Place one dose, then the rest; None if there is no way."""
    open_doses = [v for v in range(len(domains)) if v not in placed]
    if not open_doses:
        return placed
    left = limit.times - used.bit_count()
    if left == 0:
        for v in open_doses:
            domains[v] &= used
    if off == limit.off_meals:
        for v in grid.magnesium.intersection(open_doses):
            domains[v] &= grid.meals
    if _is_dead(grid, domains, open_doses, used, left):
        return None
    v = min(open_doses, key=lambda w: _urgency(grid, domains, w))
    choices = [i for i in grid.order if domains[v] >> i & 1]
    choices.sort(key=lambda i: not used >> i & 1)
    for i in choices:
        narrowed = list(domains)
        for w, masks in grid.links[v]:
            narrowed[w] &= masks[i]
        away = v in grid.magnesium and not grid.meals >> i & 1
        found = _place(grid, limit, narrowed, {**placed, v: i}, used | 1 << i, off + away)
        if found is not None:
            return found
    return None


def _urgency(grid: _Grid, domains: Sequence[int], v: int) -> tuple[bool, int, int]:
    """Return what orders the doses: forced ones, then hubs, then the tight."""
    size = domains[v].bit_count()
    return (size > 1 and v not in grid.hubs, size, v)


def _is_dead(grid: _Grid, domains: Sequence[int], open_doses: Sequence[int], used: int, left: int) -> bool:
    """Return whether a cheap bound shows that the open doses cannot all be placed."""
    if any(not domains[v] for v in open_doses):
        return True
    waiting = set(open_doses)
    for doses, apart in grid.series:
        still = [v for v in doses if v in waiting]
        if not still:
            continue
        common = 0
        for v in still:
            common |= domains[v]
        if len(still) - (common & used).bit_count() > left:
            return True
        if len(still) > 1 and not _has_room(grid.slots, common, len(still), apart):
            return True
    fresh = sorted((v for v in open_doses if not domains[v] & used), key=lambda v: domains[v].bit_count())
    chosen: list[int] = []
    for v in fresh:
        if all(not domains[v] & domains[w] & grid.shared[v][w] for w in chosen):
            chosen.append(v)
    return len(chosen) > left


@lru_cache(maxsize=200_000)
def _has_room(slots: tuple[int, ...], domain: int, n: int, apart: int) -> bool:
    """Return whether n slots of a domain stand `apart` minutes from each other, around the clock."""
    times = [t for i, t in enumerate(slots) if domain >> i & 1]
    for start, first in enumerate(times):
        count, last = 1, first
        for t in times[start + 1 :]:
            if (t - last) % DAY >= apart and (first - t) % DAY >= apart:
                count, last = count + 1, t
                if count == n:
                    return True
    return n <= min(1, len(times))
