"""What a day's schedule is made of: the person's day, drugs and supplements, sittings, rules, collisions.

Times are minutes after midnight; `clock` writes them. Only data and the reading of times; no rule lives here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from osseo.errors import InputError, Issue

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
    "check_day",
    "clock",
    "make_day",
    "minutes",
]

#: [min] of one day; every distance is taken around the clock, because the plan repeats daily
DAY = 1440
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})\s*(am|pm)?|(\d{1,2})\s*(am|pm)", re.IGNORECASE)


@dataclass(frozen=True)
class Meal:
    """A meal and when it is eaten [min after midnight]."""

    name: str
    minute: int


@dataclass(frozen=True)
class Day:
    """A person's day: rising, meals and bed [min after midnight]. Bed may lie past midnight."""

    wake: int = 7 * 60
    bed: int = 22 * 60 + 30
    meals: tuple[Meal, ...] = (
        Meal("breakfast", 8 * 60),
        Meal("lunch", 12 * 60 + 30),
        Meal("dinner", 18 * 60 + 30),
    )


@dataclass(frozen=True)
class DrugDose:
    """A drug as taken today.

    Parameters
    ----------
    name : as written; more words (strength, how long) do no harm.
    times_per_day : doses a day; a weekly drug is planned for its day.
    fixed_times : [min] of doses the prescriber has fixed; as many as doses, or none.
    """

    name: str
    times_per_day: int = 1
    fixed_times: tuple[int, ...] = ()


@dataclass(frozen=True)
class Supplement:
    """`magnesium`, `calcium` or `iron`, and in how many sittings a day it is wanted."""

    name: str = "magnesium"
    sittings: int = 1


@dataclass(frozen=True)
class Taken:
    """One thing swallowed at a sitting: its name as given, and `drug` or the mineral it is."""

    name: str
    kind: str


@dataclass(frozen=True)
class Sitting:
    """All that is swallowed at one time [min after midnight]; `meal` is empty away from meals."""

    minute: int
    taken: tuple[Taken, ...]
    meal: str = ""

    @property
    def clock(self) -> str:
        """The time as written, 24 hours."""
        return clock(self.minute)


@dataclass(frozen=True)
class Rule:
    """A rule the day keeps, or one that collides.

    Parameters
    ----------
    id : of `separations.yaml` or `drug_taking.yaml`, or `fixed_times`, `doses_apart`.
    text : for a person. records : evidence ids, none where assumed. grade : of the numbers.
    """

    id: str
    text: str
    records: tuple[str, ...] = ()
    grade: str = "assumed"


@dataclass(frozen=True)
class Schedule:
    """A day that keeps every rule, in the fewest sittings.

    Parameters
    ----------
    sittings : by time from rising. rules : all that were kept. notes : what to know, for a person.
    magnesium_off_meals : [min] of the magnesium sittings that could not be put on a meal.
    drugs, supplements, day : what was asked.
    """

    sittings: tuple[Sitting, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    magnesium_off_meals: tuple[int, ...]
    drugs: tuple[DrugDose, ...]
    supplements: tuple[Supplement, ...]
    day: Day


@dataclass(frozen=True)
class Remedy:
    """A change after which a day exists (it was tried), or advice (`tried` is false)."""

    text: str
    tried: bool


@dataclass(frozen=True)
class Collision:
    """No day exists.

    Parameters
    ----------
    rules : a smallest set that cannot hold together; without any one of them a day exists.
    sentence : for a person. remedies : what would resolve it, tried ones first.
    """

    rules: tuple[Rule, ...]
    sentence: str
    remedies: tuple[Remedy, ...]
    drugs: tuple[DrugDose, ...]
    supplements: tuple[Supplement, ...]
    day: Day


def clock(minute: int) -> str:
    """Return a time as written.

    Examples
    --------
    >>> clock(450), clock(1470)
    ('07:30', '00:30')
    """
    hour, rest = divmod(minute % DAY, 60)
    return f"{hour:02d}:{rest:02d}"


def minutes(text: str) -> int:
    """Return minutes after midnight of a written time: `7:30`, `07.30`, `6 pm`.

    Raises
    ------
    InputError : no time of day.

    Examples
    --------
    >>> minutes("7:30"), minutes("6 pm"), minutes("12:15 am")
    (450, 1080, 15)
    """
    match = _CLOCK.fullmatch(str(text).strip())
    hour = int(match.group(1) or match.group(4)) if match else -1
    minute = int(match.group(2) or 0) if match else 0
    half = ((match.group(3) or match.group(5)) if match else None) or ""
    if match is None or minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise InputError(f"{text!r} is no time of day; write 7:30 or 18:00")
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return hour * 60 + minute


def make_day(wake: str = "7:00", bed: str = "22:30", meals: Mapping[str, str] | None = None) -> Day:
    """Return a day from written times.

    Raises
    ------
    InputError : all wrong times at once, a meal outside the waking day, two meals at one time.
    """
    named = {"breakfast": "8:00", "lunch": "12:30", "dinner": "18:30"} if meals is None else dict(meals)
    issues: list[Issue] = []

    def read(where: str, text: str) -> int:
        try:
            return minutes(text)
        except InputError as error:
            issues.append(Issue(where, str(error)))
            return 0

    day = Day(
        read("wake", wake),
        read("bed", bed),
        tuple(Meal(name, read(name, text)) for name, text in named.items()),
    )
    issues = issues or check_day(day)
    if issues:
        raise InputError.from_issues("day", issues)
    return Day(day.wake, day.bed, tuple(sorted(day.meals, key=lambda m: (m.minute - day.wake) % DAY)))


def check_day(day: Day) -> list[Issue]:
    """Return what is wrong with a day."""
    issues = []
    awake = (day.bed - day.wake) % DAY
    if awake < 8 * 60:
        issues.append(Issue("day", f"only {awake / 60:g} h between rising and bed; expected at least 8 h"))
    for meal in day.meals:
        if (meal.minute - day.wake) % DAY > awake:
            issues.append(Issue(meal.name, f"{clock(meal.minute)} lies outside the waking day"))
    if len({meal.minute for meal in day.meals}) < len(day.meals):
        issues.append(Issue("meals", "two meals at one time", "give each its own time"))
    return issues
