"""The day's schedule of a plan: its sittings, the person's drugs and meals, through `osseo.nutrition`."""

from __future__ import annotations

from osseo.answer.patient.types import Plan
from osseo.nutrition.day import Collision, Day, DrugDose, Meal, Schedule, Supplement
from osseo.nutrition.drugs import sort_drugs
from osseo.nutrition.schedule import plan_day
from osseo.scenario.profile.types import DrugTaken, Profile

__all__ = ["person_day", "schedule_of", "unplaced_drugs"]

_MIN_PER_H = 60
#: [min] rising before the first meal or drug, bed after the last; assumed
_BEFORE, _AFTER = 60, 240


def _known(profile: Profile) -> list[DrugTaken]:
    known, _ = sort_drugs([drug.name for drug in profile.drugs])
    names = {drug.text for drug in known}
    return [drug for drug in profile.drugs if drug.name in names]


def unplaced_drugs(profile: Profile) -> tuple[str, ...]:
    """Return the drugs the schedule cannot place, because no rule knows them."""
    known = {drug.name for drug in _known(profile)}
    return tuple(drug.name for drug in profile.drugs if drug.name not in known)


def person_day(profile: Profile) -> Day:
    """Return the day of a person: their own meal times where they were said, else the usual ones."""
    usual = {meal.name: meal.minute for meal in Day().meals}
    said = {name: round(hour * _MIN_PER_H) for name, hour in profile.diet.meals.items()}
    meals = sorted((usual | said).items(), key=lambda pair: pair[1])
    fixed = [round(hour * _MIN_PER_H) for drug in profile.drugs for hour in drug.at_h]
    wake = min(Day().wake, meals[0][1] - _BEFORE, *(fixed or [Day().wake]))
    bed = max(Day().bed, meals[-1][1] + _AFTER, *(fixed or [Day().bed]))
    return Day(max(0, wake), bed, tuple(Meal(name, minute) for name, minute in meals))


def schedule_of(profile: Profile, plan: Plan) -> tuple[Schedule | Collision | None, bool]:
    """Return a day that keeps every separation, or the rules that collide, and whether times were kept.

    The times a person takes their drugs at now are kept if a day exists with them; if not, a day with other
    times is looked for. None if nothing is taken.
    """
    dose = plan.dose or plan.without_food
    if dose is None:
        return None, True
    supplements = (Supplement("magnesium", dose.split.times),)
    day = person_day(profile)
    kept = plan_day(_doses(profile, is_fixed=True), supplements, day)
    if not isinstance(kept, Collision):
        return kept, True
    return plan_day(_doses(profile, is_fixed=False), supplements, day), False


def _doses(profile: Profile, *, is_fixed: bool) -> list[DrugDose]:
    return [
        DrugDose(
            drug.name,
            max(1, len(drug.at_h)),
            tuple(round(h * _MIN_PER_H) for h in drug.at_h) if is_fixed else (),
        )
        for drug in _known(profile)
    ]
