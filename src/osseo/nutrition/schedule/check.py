"""The independent checker of a day: reads the rules again and looks at every pair, without the search.

Nothing is imported from the search or from its constraints, so that both would have to be wrong alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from osseo.nutrition.day import Schedule
from osseo.nutrition.drugs import KnownDrug, sort_drugs
from osseo.nutrition.separations import Separation, Taking, separation_between, taking_of

__all__ = ["is_valid", "violations"]

#: [(time, name, drug)] of everything swallowed in a day
_Swallows = list[tuple[int, str, KnownDrug]]


def is_valid(schedule: Schedule) -> bool:
    """Return whether a day keeps every separation, every drug's own rule, and holds every dose."""
    return not violations(schedule)


def violations(schedule: Schedule) -> tuple[str, ...]:
    """Return every rule a day breaks, in words; empty if none."""
    swallows = [
        (sitting.minute, taken.name, _known(taken.name))
        for sitting in schedule.sittings
        for taken in sitting.taken
    ]
    return (
        *_missing(schedule),
        *_asleep(schedule),
        *_too_close(swallows),
        *_not_as_taken(schedule, swallows),
        *_meal_names(schedule),
    )


def _known(name: str) -> KnownDrug:
    known, _ = sort_drugs([name])
    return known[0] if known else KnownDrug(name, (), name if name == "magnesium" else "")


def _later(a: int, b: int) -> int:
    """Return minutes from a to the next b; a whole day if they are the same time."""
    return (b - a - 1) % 1440 + 1


def _missing(schedule: Schedule) -> Iterator[str]:
    wanted = Counter({d.name: d.times_per_day for d in schedule.drugs})
    wanted += Counter({s.name: s.sittings for s in schedule.supplements})
    given = Counter(t.name for s in schedule.sittings for t in s.taken)
    for name in sorted(wanted.keys() | given.keys()):
        if wanted[name] != given[name]:
            yield f"{name}: {given[name]} doses planned, {wanted[name]} wanted"
    for dose in schedule.drugs:
        times = sorted(s.minute for s in schedule.sittings if any(t.name == dose.name for t in s.taken))
        if dose.fixed_times and times != sorted(dose.fixed_times):
            yield f"{dose.name}: not at its fixed times"
    for sitting in schedule.sittings:
        if len({t.name for t in sitting.taken}) < len(sitting.taken):
            yield f"two doses of one thing at {sitting.clock}"


def _asleep(schedule: Schedule) -> Iterator[str]:
    fixed = {t for dose in schedule.drugs for t in dose.fixed_times}
    day = schedule.day
    for sitting in schedule.sittings:
        is_awake = (sitting.minute - day.wake) % 1440 <= (day.bed - day.wake) % 1440
        if not is_awake and sitting.minute not in fixed:
            yield f"{sitting.clock} lies outside the waking day"


def _too_close(swallows: _Swallows) -> Iterator[str]:
    for at, name, drug in swallows:
        for other_at, other_name, other in swallows:
            rule = separation_between(drug, other.mineral) if other.mineral else None
            if rule is not None and _breaks(rule, at, other_at):
                yield f"{name} at {at} and {other_name} at {other_at} min break {rule.id}"


def _breaks(rule: Separation, drug_at: int, mineral_at: int) -> bool:
    if rule.never or drug_at == mineral_at:
        return True
    after, before = _later(drug_at, mineral_at), _later(mineral_at, drug_at)
    return after < rule.after_h * 60 or before < rule.before_h * 60


def _not_as_taken(schedule: Schedule, swallows: _Swallows) -> Iterator[str]:
    meals = [meal.minute for meal in schedule.day.meals]
    for at, name, drug in swallows:
        taking = taking_of(drug)
        if taking is None:
            continue
        if taking.on_waking and at != schedule.day.wake:
            yield f"{name} at {at} min: not at rising"
        if taking.with_food and at not in meals:
            yield f"{name} at {at} min: not with a meal"
        for meal in meals:
            if _is_near(at, meal, taking.food_after_h, taking.food_before_h):
                yield f"{name} at {at} min: food at {meal}"
        others = [(t, n) for t, n, _ in swallows if n != name]
        yield from _others(at, name, taking, others)


def _others(at: int, name: str, taking: Taking, others: list[tuple[int, str]]) -> Iterator[str]:
    for other_at, other in others:
        if _is_near(at, other_at, taking.others_after_h, taking.others_before_h):
            yield f"{name} at {at} min: {other} at {other_at}"


def _is_near(at: int, other: int, after_h: float, before_h: float) -> bool:
    """Return whether something at `other` lies within the hours kept free after or before `at`."""
    if not after_h and not before_h:
        return False
    return at == other or _later(at, other) < after_h * 60 or _later(other, at) < before_h * 60


def _meal_names(schedule: Schedule) -> Iterator[str]:
    names = {meal.minute: meal.name for meal in schedule.day.meals}
    for sitting in schedule.sittings:
        if sitting.meal != names.get(sitting.minute, ""):
            yield f"{sitting.clock}: meal said to be {sitting.meal!r}"
