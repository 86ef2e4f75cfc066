"""A day's schedule that keeps every separation at once, or the rules that collide.

The search is exact (decision 0310): a Collision means that no day on the quarter-hour grid exists. The
checker (`is_valid`) shares no code with the search. Nothing here is medical advice.
"""

from __future__ import annotations

from collections.abc import Sequence

from osseo.nutrition.day import (
    DAY,
    Collision,
    Day,
    DrugDose,
    Schedule,
    Sitting,
    Supplement,
    Taken,
    clock,
)
from osseo.nutrition.drugs import fits
from osseo.nutrition.schedule.collide import explain
from osseo.nutrition.schedule.problem import Problem, build_problem, rules_kept
from osseo.nutrition.schedule.search import Times, best_day
from osseo.nutrition.separations import taking_of

__all__ = ["plan_day"]


def plan_day(
    drugs: Sequence[DrugDose], supplements: Sequence[Supplement] = (Supplement(),), day: Day | None = None
) -> Schedule | Collision:
    """Return a day that keeps every separation, or the rules that collide; the same input, the same day.

    First magnesium stands on as many meals as possible, then the sittings are the fewest, then the
    magnesium sittings stand as far apart as possible.

    Parameters
    ----------
    drugs : by mouth, as the person names them. supplements : minerals to place. day : meals stay where
        they are.

    Raises
    ------
    InputError : every unknown drug (with near names) and every impossible request at once.

    Examples
    --------
    >>> day = plan_day([DrugDose("alendronate 70 mg weekly")], [Supplement("magnesium", 2)])
    >>> [(s.clock, [t.name for t in s.taken]) for s in day.sittings]
    [('07:00', ['alendronate 70 mg weekly']), ('12:30', ['magnesium']), ('18:30', ['magnesium'])]
    """
    problem = build_problem(tuple(drugs), tuple(supplements), day or Day())
    times = best_day(problem)
    return explain(problem) if times is None else _write(problem, times)


def _write(problem: Problem, times: Times) -> Schedule:
    """Return the sittings of a solution, with the rules kept and what the person should know."""
    at: dict[int, list[Taken]] = {}
    for (i, _), slot in zip(problem.doses, times, strict=True):
        item = problem.items[i]
        at.setdefault(slot, []).append(Taken(item.label, item.kind))
    meals = {meal.minute: meal.name for meal in problem.day.meals}
    order = sorted(at, key=lambda t: (t - problem.day.wake) % DAY)
    sittings = tuple(Sitting(t, tuple(at[t]), meals.get(t, "")) for t in order)
    off = tuple(
        s.minute for s in sittings if not s.meal and any(taken.kind == "magnesium" for taken in s.taken)
    )
    return Schedule(
        sittings=sittings,
        rules=rules_kept(problem),
        notes=_notes(problem, off),
        magnesium_off_meals=off,
        drugs=problem.drugs,
        supplements=problem.supplements,
        day=problem.day,
    )


def _notes(problem: Problem, off: Sequence[int]) -> tuple[str, ...]:
    why = _why_off(problem, len(off)) if off else ""
    notes = [
        # sabatier2002: 14 % more with a meal; fine1991: the meal's own magnesium competes
        f"Magnesium at {clock(t)} is not with a meal, because {why}. A meal is easier on the gut. Whether it "
        "helps your body take magnesium up is not settled."
        for t in off
    ]
    if any(i.kind == "drug" and i.n == 1 and fits(i.label, ("weekly", "monthly")) for i in problem.items):
        notes.append("Keep this plan on all days, also when a weekly or monthly drug is not due.")
    free = [
        i for i in problem.items if i.kind == "drug" and not i.fixed and (i.n > 1 or not taking_of(i.drug))
    ]
    if free:
        names = ", ".join(item.label for item in free)
        notes.append(f"The times of {names} are a proposal: what the label or your doctor says comes first.")
    notes.append("Show this plan to your pharmacist before you use it.")
    return tuple(notes)


def _why_off(problem: Problem, n_off: int) -> str:
    """Return whether drugs or meals keep magnesium off the meals; solved without the drugs."""
    alone = tuple(s for s in problem.supplements if s.name == "magnesium")
    free = build_problem((), alone, problem.day)
    times = best_day(free) or ()
    meals = {meal.minute for meal in problem.day.meals}
    is_meals = sum(t not in meals for t in times) >= n_off
    return (
        "there are too few meals far enough apart" if is_meals else "a drug or another mineral is in the way"
    )
