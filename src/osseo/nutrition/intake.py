"""From foods and grams to nutrients a day, with how much of each rests on imputed values, and what hinders.

A total is the plain sum of the table's values: nothing is rounded, guessed or left out silently. Phytate and
oxalate go by class of food, assumed (inhibitors.yaml): phytate becomes an amount in a meal for the absorption
model, oxalate is only remarked on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from osseo.errors import InputError, Issue
from osseo.evidence import load_record
from osseo.files import parse_yaml
from osseo.nutrition.food import NUTRIENTS, Food

__all__ = [
    "PER",
    "PHOSPHORUS_MOLAR_MASS",
    "Amount",
    "Entry",
    "Inhibitor",
    "Intake",
    "Phytate",
    "intake",
    "oxalate_class",
    "phytate_class",
    "phytate_mmol",
    "phytate_of",
]

#: how often a portion is eaten -> times a day
PER: Mapping[str, float] = MappingProxyType({"day": 1.0, "week": 1.0 / 7.0})
#: meals over which food without a meal is spread, as in the dosing model
_MEALS_A_DAY = 3
#: [mg/mmol] molar mass of phosphorus
PHOSPHORUS_MOLAR_MASS = 30.974
_ATOMS = 6  # phosphorus atoms in one phytic acid, C6H18O24P6


@dataclass(frozen=True)
class Entry:
    """One portion of one food.

    Parameters
    ----------
    food : what.
    grams : [g] of it, each time.
    per : `day` or `week`.
    times : how often in that time.
    meal : name of the meal, or empty.
    """

    food: Food
    grams: float
    per: str = "day"
    times: float = 1.0
    meal: str = ""

    @property
    def grams_per_day(self) -> float:
        """Grams a day, on average [g/d]."""
        return self.grams * self.times * PER[self.per]


@dataclass(frozen=True)
class Amount:
    """One nutrient of a day or a meal.

    Parameters
    ----------
    nutrient : name in `NUTRIENTS`.
    value : [unit a day] sum over the foods that report it.
    unit : of `value`.
    imputed : [unit a day] the part from foods with no analysis behind the value.
    unknown : [unit a day] the part from foods of which that is not known.
    missing : names of foods for which the table has no value; they count as nothing.
    """

    nutrient: str
    value: float
    unit: str
    imputed: float
    unknown: float
    missing: tuple[str, ...]

    @property
    def imputed_share(self) -> float:
        """Part of the value [0-1] that rests on imputed values; 0 if there is nothing."""
        return self.imputed / self.value if self.value else 0.0


@dataclass(frozen=True)
class Inhibitor:
    """A food with something that lowers the absorbed part; kind `phytate` or `oxalate`; assumed."""

    food: Food
    kind: str
    level: str


@dataclass(frozen=True)
class Intake:
    """What the entries supply a day.

    Parameters
    ----------
    totals : by nutrient.
    meals : by meal name, then by nutrient; the empty name holds what was given without a meal.
    phytate : by meal name; in an average meal of that name [mmol]; assumed. What has no meal counts as
        spread over three.
    inhibitors : foods that carry phytate or oxalate.
    entries : what it was made of.
    """

    totals: Mapping[str, Amount]
    meals: Mapping[str, Mapping[str, Amount]]
    phytate: Mapping[str, Phytate]
    inhibitors: tuple[Inhibitor, ...]
    entries: tuple[Entry, ...]

    @property
    def meal_phytate(self) -> float:
        """Phytate of a meal [mmol], mean over meals by their magnesium; what the dosing model takes."""
        weights = {name: meal["magnesium"].value for name, meal in self.meals.items()}
        total = math.fsum(weights.values())
        parts = (weights[name] * phytate.value for name, phytate in self.phytate.items())
        return math.fsum(parts) / total if total else 0.0


@dataclass(frozen=True)
class Phytate:
    """Phytate of a meal [mmol]: value, assumed range, and whether the tested range ended the count.

    Parameters
    ----------
    value, low, high : [mmol] in one meal, at most the highest amount a record tested.
    is_capped : whether `value` before the cap was more than any tested meal.
    """

    value: float
    low: float
    high: float
    is_capped: bool


@cache
def _classes() -> Mapping[str, Any]:
    return parse_yaml((Path(__file__).parent / "inhibitors.yaml").read_text(encoding="utf-8"))


def _fits(rule: Mapping[str, Any], food: Food) -> bool:
    name = f" {food.name.lower().replace(',', ' ')} "
    if "groups" in rule and food.group not in rule["groups"]:
        return False
    if "begins" in rule and not any(food.name.lower().startswith(word) for word in rule["begins"]):
        return False
    if "words" in rule and not any(f" {word}" in name for word in rule["words"]):
        return False
    return not any(f" {word}" in name for word in rule.get("unless", ()))


def _class_of(kind: str, food: Food) -> str:
    return next(rule["class"] for rule in _classes()[kind]["rules"] if _fits(rule, food))


def phytate_class(food: Food) -> str:
    """Return none, some or high; assumed by food group and name.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> phytate_class(load_food(16015)), phytate_class(load_food(11458))
    ('high', 'none')
    """
    return _class_of("phytate", food)


def oxalate_class(food: Food) -> str:
    """Return none or high; assumed, and only to be remarked on.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> oxalate_class(load_food(11458)), oxalate_class(load_food(11234))
    ('high', 'none')
    """
    return _class_of("oxalate", food)


def phytate_of(food: Food, grams: float) -> tuple[float, float, float]:
    """Return phytate [mmol] in a portion: value and assumed range.

    phytate = share * P / (M_P * 6), with the share of phosphorus assumed by class.

    Parameters
    ----------
    grams : () [g] portion.
    """
    phosphorus = food.amount("phosphorus", grams) or 0.0
    shares = _classes()["phytate"]["share_of_phosphorus"][phytate_class(food)]
    value, low, high = (share * phosphorus / (PHOSPHORUS_MOLAR_MASS * _ATOMS) for share in shares)
    return value, low, high


@cache
def _highest_tested() -> float:
    """Return the largest amount of phytate [mmol] in a meal that bohn2004a tested."""
    arms = load_record("bohn2004a").arms
    return max(float(arm.regimen["phytate_mmol"]) for arm in arms)


def phytate_mmol(portions: Iterable[tuple[Food, float]]) -> Phytate:
    """Return the phytate of one meal from its portions (food, grams).

    Sources: bohn2004a (highest meal tested; what phytate does). Valid for: an order of magnitude.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> phytate_mmol([(load_food(11458), 180.0)]).value
    0.0
    """
    sums = [0.0, 0.0, 0.0]
    for food, grams in portions:
        sums = [total + part for total, part in zip(sums, phytate_of(food, grams), strict=True)]
    cap = _highest_tested()
    value, low, high = (min(total, cap) for total in sums)
    return Phytate(value, low, high, sums[0] > cap)


def _total(nutrient: str, entries: Iterable[Entry]) -> Amount:
    sums: dict[bool | None, list[float]] = {True: [], False: [], None: []}
    missing: dict[str, None] = {}
    for entry in entries:
        amount = entry.food.amount(nutrient, entry.grams_per_day)
        if amount is None:
            missing[entry.food.name] = None
        else:
            sums[entry.food.is_imputed(nutrient)].append(amount)
    value = math.fsum([*sums[True], *sums[False], *sums[None]])
    unit = NUTRIENTS[nutrient].unit
    return Amount(nutrient, value, unit, math.fsum(sums[True]), math.fsum(sums[None]), tuple(missing))


def _totals(entries: Sequence[Entry]) -> Mapping[str, Amount]:
    return MappingProxyType({name: _total(name, entries) for name in NUTRIENTS})


def _inhibitors(entries: Sequence[Entry]) -> tuple[Inhibitor, ...]:
    found = {}
    for food in {entry.food.id: entry.food for entry in entries}.values():
        for kind, class_of in (("phytate", phytate_class), ("oxalate", oxalate_class)):
            if class_of(food) != "none":
                found[food.id, kind] = Inhibitor(food, kind, class_of(food))
    return tuple(found.values())


def _phytate(meal: str, entries: Sequence[Entry]) -> Phytate:
    n_meals = 1 if meal else _MEALS_A_DAY
    return phytate_mmol((entry.food, entry.grams_per_day / n_meals) for entry in entries)


def _issues(entries: Sequence[Entry]) -> Iterable[Issue]:
    for i, entry in enumerate(entries):
        where = f"foods[{i}] {entry.food.name}"
        if entry.per not in PER:
            yield Issue(where, f"per {entry.per!r}; expected one of {', '.join(PER)}")
        for what, value in (("grams", entry.grams), ("times", entry.times)):
            if not (math.isfinite(value) and value >= 0):
                yield Issue(where, f"{what} is {value}; expected 0 or more")


def _as_entry(entry: Entry | tuple[Any, ...]) -> Entry:
    if isinstance(entry, Entry):
        return entry
    if not 2 <= len(entry) <= 4:
        raise InputError(f"foods: got {len(entry)} values; expected food, grams, day or week, meal")
    food, grams, *rest = entry
    return Entry(food, grams, *rest[:1], meal=rest[1] if len(rest) > 1 else "")


def intake(entries: Iterable[Entry | tuple[Any, ...]]) -> Intake:
    """Return the nutrients a day that the entries supply.

    total = sum over entries of (value per 100 g) * grams * times a day / 100

    Parameters
    ----------
    entries : `Entry`, or (food, grams), (food, grams, per), (food, grams, per, meal).

    Raises
    ------
    InputError : a negative or endless portion, a word other than day or week; lists all of them.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> round(intake([(load_food(11458), 180.0)]).totals["magnesium"].value, 6)
    156.6
    """
    rows = tuple(map(_as_entry, entries))
    issues = list(_issues(rows))
    if issues:
        raise InputError.from_issues("foods", issues, done="nothing was added up")
    names = tuple(dict.fromkeys(row.meal for row in rows))
    by_meal = {name: [row for row in rows if row.meal == name] for name in names}
    return Intake(
        totals=_totals(rows),
        meals=MappingProxyType({name: _totals(part) for name, part in by_meal.items()}),
        phytate=MappingProxyType({name: _phytate(name, part) for name, part in by_meal.items()}),
        inhibitors=_inhibitors(rows),
        entries=rows,
    )
