"""Random drug sets: a day that an independent checker accepts, or a collision that brute force confirms.

The brute force reads the rules as data, tries every time of a quarter-hour grid for every dose, and knows
nothing of the search.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from osseo.nutrition.drugs import KnownDrug, sort_drugs
from osseo.nutrition.schedule import (
    Collision,
    Day,
    DrugDose,
    Meal,
    Schedule,
    Supplement,
    is_valid,
    plan_day,
    violations,
)
from osseo.nutrition.schedule.collide import smallest_clash
from osseo.nutrition.schedule.problem import APART_H, build_problem
from osseo.nutrition.schedule.search import exists
from osseo.nutrition.separations import load_separations, separation_between, taking_of

DRUGS = (
    "alendronate weekly",
    "ibandronate",
    "levothyroxine",
    "ciprofloxacin",
    "doxycycline",
    "dolutegravir",
    "juluca",
    "bictegravir",
    "elvitegravir",
    "raltegravir",
    "gabapentin",
    "nitrofurantoin",
    "penicillamine",
    "eltrombopag",
    "fluoride",
    "edetate",
    "captopril",
    "mycophenolate",
    "itraconazole",
    "atazanavir",
    "digoxin",
    "omeprazole",
    "prednisone",
)
doses = st.builds(DrugDose, st.sampled_from(DRUGS), st.sampled_from([1, 1, 1, 2, 3]))
drug_sets = st.lists(doses, max_size=6, unique_by=lambda dose: dose.name)
supplement_sets = st.builds(
    lambda mg, ca, fe: tuple(
        Supplement(name, n) for name, n in (("magnesium", mg), ("calcium", ca), ("iron", fe)) if n
    ),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(0, 1),
)


@st.composite
def days(draw) -> Day:
    wake = draw(st.integers(20, 40)) * 15
    gaps = draw(st.lists(st.integers(1, 20), min_size=1, max_size=4))
    times, t = [], wake
    for gap in gaps:
        t += gap * 15
        times.append(t)
    bed = min(max(times[-1], wake + 8 * 60) + draw(st.integers(0, 12)) * 15, wake + 20 * 60)
    meals = tuple(Meal(f"meal {i}", t % 1440) for i, t in enumerate(times) if t <= bed)
    return Day(wake, bed % 1440, meals)


@settings(max_examples=80, deadline=None)
@given(drug_sets, supplement_sets, days())
def test_every_answer_is_a_valid_day_or_a_smallest_collision(drugs, supplements, day):
    plan = plan_day(drugs, supplements, day)
    if isinstance(plan, Schedule):
        assert violations(plan) == ()
        assert len({s.minute for s in plan.sittings}) == len(plan.sittings)
        return
    problem = build_problem(tuple(drugs), tuple(supplements), day)
    clash = smallest_clash(problem)
    rules = set(plan.rules)
    assert rules == {c.rule for c in clash} and rules
    assert not exists(problem, clash)
    for rule in rules:
        assert exists(problem, [c for c in clash if c.rule != rule]), rule.id
    assert all(rule.text in plan.sentence for rule in plan.rules)


@settings(max_examples=30, deadline=None)
@given(drug_sets, supplement_sets, days())
def test_a_remedy_of_other_sittings_or_breakfast_was_really_tried(drugs, supplements, day):
    plan = plan_day(drugs, supplements, day)
    assume(isinstance(plan, Collision))
    for remedy in plan.remedies:
        words = remedy.text.split()
        if remedy.text.startswith(("Take", "Leave out")):
            name = words[1] if words[0] == "Take" else words[2]
            left = {"Leave": 0}.get(
                words[0], 1 if words[2] == "once" else int(words[2]) if words[2].isdigit() else 1
            )
            fewer = [replace(s, sittings=left) if s.name == name else s for s in supplements]
            assert isinstance(plan_day(drugs, fewer, day), Schedule), remedy.text
    assert not plan.remedies[-1].tried


# ---- brute force on small cases


def ahead(a: int, b: int) -> int:
    """Return minutes from a to the next b, a whole day at the same time."""
    return (b - a) % 1440 or 1440


@cache
def known(name: str) -> KnownDrug:
    if name == "magnesium":
        return KnownDrug(name, (), name)
    (drug,), _ = sort_drugs([name])
    return drug


def may_stand(name: str, t: int, day: Day) -> bool:
    taking = taking_of(known(name))
    if taking is None:
        return True
    meals = [m.minute for m in day.meals]
    if (taking.on_waking and t != day.wake) or (taking.with_food and t not in meals):
        return False
    if not taking.food_after_h and not taking.food_before_h:
        return True
    return all(
        t != m and ahead(t, m) >= taking.food_after_h * 60 and ahead(m, t) >= taking.food_before_h * 60
        for m in meals
    )


def may_pair(a: str, s: int, b: str, t: int, apart: int) -> bool:
    """Return whether a at s and b at t may both stand in one day."""
    if a == b:
        return s != t and ahead(s, t) >= apart and ahead(t, s) >= apart
    for (one, at), (other, when) in (((a, s), (b, t)), ((b, t), (a, s))):
        mineral = known(other).mineral
        gap = separation_between(known(one), mineral) if mineral else None
        if gap is not None:
            if gap.never or at == when:
                return False
            if ahead(at, when) < gap.after_h * 60 or ahead(when, at) < gap.before_h * 60:
                return False
        taking = taking_of(known(one))
        if taking is not None and (taking.others_after_h or taking.others_before_h):
            if at == when or ahead(at, when) < taking.others_after_h * 60:
                return False
            if ahead(when, at) < taking.others_before_h * 60:
                return False
    return True


def brute_force(drugs, supplements, day: Day, step: int) -> tuple[int, int] | None:
    """Return the least (magnesium off meals, sittings) over every day of a grid, or None."""
    names = [d.name for d in drugs for _ in range(d.times_per_day)]
    names += [s.name for s in supplements for _ in range(s.sittings)]
    counts = {d.name: ("drug", d.times_per_day) for d in drugs}
    counts |= {s.name: ("mineral", s.sittings) for s in supplements}
    meals = {m.minute for m in day.meals}
    awake = (day.bed - day.wake) % 1440
    grid = sorted({(day.wake + k) % 1440 for k in range(0, awake + 1, step)} | meals)
    choices = [[t for t in grid if may_stand(name, t, day)] for name in names]
    apart = [round(60 * APART_H[kind].get(n, 0)) for kind, n in (counts[name] for name in names)]
    pairs = {
        (i, j): {
            (s, t) for s in choices[i] for t in choices[j] if may_pair(names[i], s, names[j], t, apart[i])
        }
        for i, j in combinations(range(len(names)), 2)
    }
    costs = [
        (sum(n == "magnesium" and t not in meals for n, t in zip(names, times, strict=True)), len(set(times)))
        for times in product(*choices)
        if all((times[i], times[j]) in allowed for (i, j), allowed in pairs.items())
    ]
    return min(costs, default=None)


small_day = st.builds(
    lambda wake, first, span: Day(
        wake, wake + 600, (Meal("first", wake + first), Meal("second", wake + first + span))
    ),
    st.sampled_from([360, 420, 435]),
    st.sampled_from([15, 30, 60, 90]),
    st.sampled_from([180, 300, 345]),
)
small_sets = st.lists(
    st.builds(DrugDose, st.sampled_from(DRUGS), st.sampled_from([1, 1, 2])),
    max_size=2,
    unique_by=lambda dose: dose.name,
)


def cost(plan: Schedule) -> tuple[int, int]:
    return len(plan.magnesium_off_meals), len(plan.sittings)


@settings(max_examples=40, deadline=None)
@given(small_sets, st.integers(1, 2), small_day)
def test_brute_force_on_quarter_hours_agrees(drugs, n_magnesium, day):
    """Also proves the coarser grid of the search: it loses no day and no shorter one."""
    supplements = [Supplement("magnesium", n_magnesium)]
    n_doses = sum(d.times_per_day for d in drugs) + n_magnesium
    assume(n_doses <= 4)
    is_fine = n_doses <= 3
    best = brute_force(drugs, supplements, day, 15 if is_fine else 30)
    plan = plan_day(drugs, supplements, day)
    if best is not None:
        assert isinstance(plan, Schedule) and is_valid(plan) and cost(plan) <= best
    if is_fine:
        assert (best is None) == isinstance(plan, Collision)
        assert best is None or cost(plan) == best


def test_every_drug_class_with_a_rule_is_drawn():
    """A class added to the data must be added to this test."""
    drawn = {name for drug in DRUGS for name in known(drug).classes}
    assert {rule.drug_class for rule in load_separations()} <= drawn


def test_every_single_drug_alone_has_a_day_or_one_rule():
    for name in DRUGS:
        plan = plan_day([DrugDose(name)], [Supplement("magnesium", 1)])
        if isinstance(plan, Collision):
            assert [rule.id for rule in plan.rules] == ["magnesium_raltegravir"]
        else:
            assert is_valid(plan)
