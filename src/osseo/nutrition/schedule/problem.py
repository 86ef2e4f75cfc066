"""A request as items and constraints: what is placed, where it may stand, how far apart.

Every constraint carries the rule it comes from, so that a collision can be named. No search here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from math import gcd

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.nutrition.day import DAY, Day, DrugDose, Rule, Supplement, check_day, clock
from osseo.nutrition.drugs import KnownDrug, minerals, sort_drugs
from osseo.nutrition.separations import Source, Taking, hours, separation_between, taking_of

__all__ = ["APART_H", "STEP", "Constraint", "Item", "Problem", "build_problem", "rules_kept"]

#: [min] of the grid
STEP = 15
_MOST = 6
#: doses a day -> least hours between two doses of a drug, of a mineral. Assumed: no source was sought; wide
#: enough that two doses are not one, narrow enough to leave the label's own times possible (decision 0311).
APART_H = {
    "drug": {2: 8.0, 3: 5.0, 4: 4.0, 5: 3.0, 6: 2.0},
    "mineral": {2: 4.0, 3: 3.0, 4: 3.0, 5: 2.0, 6: 2.0},
}


@dataclass(frozen=True)
class Item:
    """One drug or mineral: `kind` is `drug` or the mineral; `n` doses a day."""

    label: str
    kind: str
    drug: KnownDrug
    n: int
    fixed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Constraint:
    """One demand on the times of item `a`, or of `a` and `b`.

    `kind`: `gap` (b at least `after` min after a, or `before` min before it), `never`, `meal` (a at a meal),
    `food` (as gap, between a and every meal), `wake` (a at rising), `apart` (doses of a at least `after`
    apart), `fixed` (a at its fixed times). `shorter` is what the mildest source asks (after, before).
    """

    rule: Rule
    kind: str
    a: int
    b: int = -1
    after: int = 0
    before: int = 0
    shorter: tuple[int, int] | None = None


@dataclass(frozen=True)
class Problem:
    """What is to be placed; `doses` lists (item, which dose of it)."""

    items: tuple[Item, ...]
    constraints: tuple[Constraint, ...]
    day: Day
    drugs: tuple[DrugDose, ...]
    supplements: tuple[Supplement, ...]
    doses: tuple[tuple[int, int], ...] = field(default=())

    @property
    def slots(self) -> tuple[int, ...]:
        """Times at which something may stand: the grid while awake, meals, bed and fixed times."""
        awake = (self.day.bed - self.day.wake) % DAY
        grid = {(self.day.wake + step) % DAY for step in range(0, awake + 1, self.step)}
        grid |= {meal.minute for meal in self.day.meals} | {self.day.bed % DAY}
        grid |= {t for item in self.items for t in item.fixed}
        return tuple(sorted(grid, key=lambda t: (t - self.day.wake) % DAY))

    @property
    def step(self) -> int:
        """Width of the grid [min]: as coarse as loses nothing.

        If all anchors (rising, meals, fixed times) and all distances are multiples of one step, then a day
        with its times rounded down to the step keeps every rule and has no more sittings (decision 0310).
        """
        anchors = [m.minute for m in self.day.meals] + [t for item in self.items for t in item.fixed]
        spans = [t - self.day.wake for t in anchors] + [DAY]
        spans += [
            span
            for c in self.constraints
            for pair in (c.shorter or (0, 0), (c.after, c.before))
            for span in pair
        ]
        common = gcd(*spans)
        return common if common >= STEP else STEP


def build_problem(drugs: tuple[DrugDose, ...], supplements: tuple[Supplement, ...], day: Day) -> Problem:
    """Return the items and constraints of a request.

    Raises
    ------
    InputError : all that is wrong with it at once.
    """
    known, issues = sort_drugs(dose.name for dose in drugs)
    issues = [*issues, *_check_doses(drugs), *_check_supplements(supplements), *check_day(day)]
    issues += [
        Issue("drug", f"{k.text!r} is magnesium", "name it under supplements")
        for k in known
        if k.mineral == "magnesium"
    ]
    twice = {k.mineral for k in known} & {s.name for s in supplements}
    issues += [Issue(name, "named as a drug and as a supplement", "name it once") for name in sorted(twice)]
    if issues:
        raise InputError.from_issues("schedule", issues, "no day was planned")
    items = tuple(
        Item(dose.name, k.mineral or "drug", k, dose.times_per_day, tuple(t % DAY for t in dose.fixed_times))
        for dose, k in zip(drugs, known, strict=True)
    )
    items += tuple(Item(s.name, s.name, _as_drug(s.name), s.sittings) for s in supplements if s.sittings)
    doses = tuple((i, k) for i, item in enumerate(items) for k in range(item.n))
    return Problem(items, tuple(_constraints(items, day)), day, drugs, supplements, doses)


def _as_drug(mineral: str) -> KnownDrug:
    if mineral == "magnesium":
        return KnownDrug(mineral, (), mineral)
    (known,), _ = sort_drugs([mineral])
    return known


def _check_doses(drugs: tuple[DrugDose, ...]) -> list[Issue]:
    issues = []
    for dose in drugs:
        n, times = dose.times_per_day, dose.fixed_times
        if not 1 <= n <= _MOST:
            issues.append(Issue(dose.name, f"got {n} doses a day; expected 1 to {_MOST}"))
        if times and len(times) != n:
            issues.append(Issue(dose.name, f"got {len(times)} fixed times for {n} doses a day"))
        if len(set(times)) < len(times):
            issues.append(Issue(dose.name, "the same fixed time twice"))
        issues += [Issue(dose.name, f"got the time {t} min") for t in times if not 0 <= t < DAY]
    names = [dose.name.strip().lower() for dose in drugs]
    issues += [
        Issue(n, "named twice", "give doses a day once")
        for n in sorted({n for n in names if names.count(n) > 1})
    ]
    return issues


def _check_supplements(supplements: tuple[Supplement, ...]) -> list[Issue]:
    issues = []
    names = [s.name for s in supplements]
    for s in supplements:
        if s.name not in minerals():
            issues.append(Issue("supplement", f"unknown mineral {s.name!r}", suggest(s.name, minerals())))
        if not 0 <= s.sittings <= _MOST:
            issues.append(Issue(s.name, f"got {s.sittings} sittings a day; expected 0 to {_MOST}"))
    issues += [
        Issue(n, "named twice", "name it once") for n in sorted({n for n in names if names.count(n) > 1})
    ]
    return issues


def _constraints(items: tuple[Item, ...], day: Day) -> list[Constraint]:
    found: list[Constraint] = []
    for a, item in enumerate(items):
        found += _own(a, item, day)
        taking = taking_of(item.drug)
        if taking is not None:
            found += _takings(a, item, taking)
    for a, b in permutations(range(len(items)), 2):
        found += _pair(a, b, items)
    return found


def _own(a: int, item: Item, day: Day) -> list[Constraint]:
    if item.fixed:
        text = f"{item.label}: fixed at {' and '.join(clock(t) for t in item.fixed)}."
        return [Constraint(Rule("fixed_times", text), "fixed", a)]
    if item.n < 2:
        return []
    apart = APART_H["drug" if item.kind == "drug" else "mineral"][item.n]
    text = (
        f"{item.label}: {item.n} times a day, at least {hours(apart)} between two doses, while you are awake."
    )
    return [Constraint(Rule("doses_apart", text), "apart", a, after=_min(apart))]


def _takings(a: int, item: Item, taking: Taking) -> list[Constraint]:
    found = []
    if taking.on_waking:
        rule = _rule(taking, f"{item.label}: take it when you get up.", "on_waking")
        found.append(Constraint(rule, "wake", a))
    if taking.with_food:
        found.append(Constraint(_rule(taking, f"{item.label}: take it with a meal.", "with_food"), "meal", a))
    if taking.food_after_h or taking.food_before_h:
        text = _food_text(item.label, taking)
        after, before = _min(taking.food_after_h), _min(taking.food_before_h)
        found.append(Constraint(_rule(taking, text, "food"), "food", a, after=after, before=before))
    return found


def _food_text(label: str, taking: Taking) -> str:
    sides = ((taking.food_after_h, "after"), (taking.food_before_h, "before"))
    parts = [f"no food for {hours(h)} {word} it" for h, word in sides if h]
    return f"{label}: {' and '.join(parts)}."


def _pair(a: int, b: int, items: tuple[Item, ...]) -> list[Constraint]:
    """Return the constraints of item `a` (as the drug) on item `b`."""
    drug, other = items[a], items[b]
    found = []
    taking = taking_of(drug.drug)
    if taking is not None and (taking.others_after_h or taking.others_before_h):
        sides = ((taking.others_after_h, "after"), (taking.others_before_h, "before"))
        parts = [f"{hours(h)} {word} it" for h, word in sides if h]
        rule = _rule(taking, f"{drug.label}: nothing else by mouth for {' and '.join(parts)}.", "others")
        after, before = _min(taking.others_after_h), _min(taking.others_before_h)
        found.append(Constraint(rule, "gap", a, b, after, before))
    gap = separation_between(drug.drug, other.kind) if other.kind != "drug" else None
    if gap is not None:
        short = gap.shortest
        found.append(
            Constraint(
                Rule(gap.id, gap.text(drug.label), _records(gap.sources), gap.grade),
                "never" if gap.never else "gap",
                a,
                b,
                _min(gap.after_h),
                _min(gap.before_h),
                (_min(short[0]), _min(short[1])),
            )
        )
    return found


def rules_kept(problem: Problem) -> tuple[Rule, ...]:
    """Return the rules of a request as told to a person: separations first, then how drugs are taken."""
    gaps = [c.rule for c in problem.constraints if c.kind in ("gap", "never") and "." not in c.rule.id]
    takings = [
        Rule(taking.id, taking.text(item.label), _records(taking.sources), taking.grade)
        for item in problem.items
        if (taking := taking_of(item.drug)) is not None
    ]
    own = [c.rule for c in problem.constraints if c.kind in ("apart", "fixed")]
    return tuple(dict.fromkeys([*gaps, *takings, *own]))


def _rule(taking: Taking, text: str, part: str) -> Rule:
    return Rule(f"{taking.id}.{part}", text, _records(taking.sources), taking.grade)


def _records(sources: tuple[Source, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.record for s in sources))


def _min(value: float) -> int:
    return round(value * 60)
