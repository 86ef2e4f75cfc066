"""Why no day exists: a smallest set of rules that cannot hold together, and what would resolve it.

Every remedy marked as tried was solved for before it is offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from osseo.nutrition.day import DAY, Collision, Meal, Remedy, Rule, clock
from osseo.nutrition.schedule.problem import Constraint, Problem, build_problem
from osseo.nutrition.schedule.search import exists
from osseo.nutrition.separations import hours

__all__ = ["explain", "smallest_clash"]

#: kinds from hardest to softest: the softest are left out first when looking for a smaller set
_HARDEST_FIRST = ("never", "gap", "fixed", "food", "wake", "meal", "apart")


def explain(problem: Problem) -> Collision:
    """Return the collision of a problem that has no day."""
    clash = smallest_clash(problem)
    rules = tuple(dict.fromkeys(c.rule for c in clash))
    return Collision(
        rules=rules,
        sentence=_sentence(rules, problem),
        remedies=tuple(_remedies(problem, clash)),
        drugs=problem.drugs,
        supplements=problem.supplements,
        day=problem.day,
    )


def smallest_clash(problem: Problem) -> tuple[Constraint, ...]:
    """Return constraints that cannot hold together, while any proper part of their rules can.

    First whole drugs, then rules are left out one by one; what is still impossible without one does not
    need it.
    """
    kept = list(problem.constraints)
    for i in reversed(range(len(problem.items))):
        without = [c for c in kept if i not in (c.a, c.b)]
        if not exists(problem, without):
            kept = without
    rules = list(dict.fromkeys(c.rule for c in sorted(kept, key=_weight)))
    for rule in reversed(rules):
        without = [c for c in kept if c.rule != rule]
        if not exists(problem, without):
            kept = without
    return tuple(sorted(kept, key=_weight))


def _weight(c: Constraint) -> int:
    return _HARDEST_FIRST.index(c.kind)


def _sentence(rules: Sequence[Rule], problem: Problem) -> str:
    listed = " ".join(f"({i}) {rule.text}" for i, rule in enumerate(rules, 1))
    if len(rules) == 1:
        return f"No day can be planned, because of this rule: {rules[0].text}"
    awake = f"between {clock(problem.day.wake)} and {clock(problem.day.bed)}"
    return f"No day can be planned: {awake} these rules cannot all be kept. {listed}"


def _remedies(problem: Problem, clash: Sequence[Constraint]) -> Iterator[Remedy]:
    yield from _fewer_sittings(problem)
    yield from _later_breakfast(problem, clash)
    yield from _shorter_source(problem, clash)
    names = [
        problem.items[i].label
        for c in clash
        for i in (c.a, c.b)
        if i >= 0 and problem.items[i].kind == "drug"
    ]
    who = " and ".join(dict.fromkeys(names)) or "your drugs"
    yield Remedy(
        f"Ask your doctor or pharmacist about {who}: another time, fewer doses a day, or another drug. "
        "Do not change a prescribed drug on your own.",
        tried=False,
    )


def _fewer_sittings(problem: Problem) -> Iterator[Remedy]:
    """Yield, per mineral, the most sittings that fit."""
    for i, wanted in enumerate(problem.supplements):
        for n in range(wanted.sittings - 1, -1, -1):
            fewer = (*problem.supplements[:i], replace(wanted, sittings=n), *problem.supplements[i + 1 :])
            changed = build_problem(problem.drugs, fewer, problem.day)
            if exists(changed, changed.constraints):
                what = (
                    f"once a day instead of {wanted.sittings} times"
                    if n == 1
                    else f"{n} times a day instead of {wanted.sittings}"
                )
                text = (
                    f"Take {wanted.name} {what}."
                    if n
                    else f"Leave out {wanted.name} while these drugs are taken."
                )
                yield Remedy(text, tried=True)
                break


def _later_breakfast(problem: Problem, clash: Sequence[Constraint]) -> Iterator[Remedy]:
    """Yield the smallest shift of the first meal that helps, if a rule about food collides."""
    if not problem.day.meals or not any(c.kind in ("food", "meal", "wake") for c in clash):
        return
    first, *rest = problem.day.meals
    for shift in range(15, 121, 15):
        minute = (first.minute + shift) % DAY
        if any((minute - problem.day.wake) % DAY >= (m.minute - problem.day.wake) % DAY for m in rest):
            return
        day = replace(problem.day, meals=(Meal(first.name, minute), *rest))
        changed = build_problem(problem.drugs, problem.supplements, day)
        if exists(changed, changed.constraints):
            yield Remedy(
                f"Have {first.name} at {clock(minute)} instead of {clock(first.minute)}.", tried=True
            )
            return


def _shorter_source(problem: Problem, clash: Sequence[Constraint]) -> Iterator[Remedy]:
    """Yield separations for which a milder source would do."""
    for c in clash:
        if c.kind != "gap" or c.shorter is None or c.shorter == (c.after, c.before):
            continue
        after, before = c.shorter
        milder = [replace(o, after=after, before=before) if o is c else o for o in problem.constraints]
        if exists(problem, milder):
            drug, mineral = problem.items[c.a].label, problem.items[c.b].label
            yield Remedy(
                f"Some sources ask for less between {drug} and {mineral} ({hours(after / 60)} after "
                f"it, {hours(before / 60)} before it); with that a day "
                "exists. Ask your pharmacist if it is enough.",
                tried=True,
            )
