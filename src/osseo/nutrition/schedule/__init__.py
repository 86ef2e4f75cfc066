"""A day's schedule that keeps every separation at once, or the rules that collide (decision 0310).

`plan.py` is the door; `problem.py` states the rules, `search.py` finds the best day, `collide.py` explains
why there is none, and `check.py` judges a day without any of their code.
"""

from osseo.nutrition.day import (
    DAY,
    Collision,
    Day,
    DrugDose,
    Meal,
    Remedy,
    Rule,
    Schedule,
    Sitting,
    Supplement,
    Taken,
    clock,
    make_day,
    minutes,
)
from osseo.nutrition.schedule.check import is_valid, violations
from osseo.nutrition.schedule.plan import plan_day

__all__ = [
    "DAY",
    "Collision",
    "Day",
    "DrugDose",
    "Meal",
    "Remedy",
    "Rule",
    "Schedule",
    "Sitting",
    "Supplement",
    "Taken",
    "clock",
    "is_valid",
    "make_day",
    "minutes",
    "plan_day",
    "violations",
]
