"""Reading a portion as people write it: a weight, or a household measure of that food, into grams.

Only the food's own measures are used. A volume in another unit (a spoon where the table has a cup) is
converted by geometry, which is stated in the portion.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import near_names
from osseo.nutrition.food import Food, Measure
from osseo.nutrition.table import measures

__all__ = ["MAX_PORTION_G", "Portion", "format_grams", "parse_portion", "read_portion", "usual_portion"]

#: [g] the largest portion that is taken for one eaten by one person; assumed, a guard against typing errors
MAX_PORTION_G = 2000.0

#: [g] international units of mass, exact by definition
_MASS = {"g": 1.0, "kg": 1000.0, "mg": 0.001, "oz": 28.349523125, "lb": 453.59237}
#: [mL] US customary volumes, exact by definition
_VOLUME = {"cup": 236.5882365, "tbsp": 14.78676478125, "tsp": 4.92892159375, "fl oz": 29.5735295625}
_VOLUME |= {"ml": 1.0, "l": 1000.0, "dl": 100.0}
_SAME = {
    "gram": "g",
    "gramme": "g",
    "gr": "g",
    "kilo": "kg",
    "kilogram": "kg",
    "milligram": "mg",
    "ounce": "oz",
    "pound": "lb",
    "tablespoon": "tbsp",
    "tablespoonful": "tbsp",
    "teaspoon": "tsp",
    "teaspoonful": "tsp",
    "cupful": "cup",
    "millilitre": "ml",
    "milliliter": "ml",
    "litre": "l",
    "liter": "l",
    "pc": "piece",
}
_COUNTS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half": 0.5}
_NUMBER = re.compile(r"^(\d+\s+\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|\.\d+)\s*(.*)$")


@dataclass(frozen=True)
class Portion:
    """A portion that was understood.

    Parameters
    ----------
    text : as typed.
    grams : [g] what it weighs.
    measure : the household measure used, or None for a weight.
    how : one phrase that says how the grams were found.
    """

    text: str
    grams: float
    measure: Measure | None
    how: str


def format_grams(grams: float) -> str:
    """Return grams as text that `parse_portion` reads back to the same number.

    Examples
    --------
    >>> format_grams(150.0)
    '150.0 g'
    """
    return f"{grams!r} g"


def _split_number(text: str) -> tuple[float, str] | None:
    """Return the number in front and what follows; None if there is no number."""
    flat = unicodedata.normalize("NFKC", text.replace("\u00bd", " 1/2").replace("\u00bc", " 1/4"))
    flat = flat.replace("\u00be", " 3/4").replace("\u2044", "/").strip().lower()
    match = _NUMBER.match(flat)
    if match is None:
        first, _, rest = flat.partition(" ")
        return (_COUNTS[first], rest.removeprefix("a ").strip()) if first in _COUNTS else None
    number, rest = match.groups()
    try:
        value = sum(Fraction(part.replace(",", ".")) for part in number.split())
        return float(value), rest.strip()
    except (ZeroDivisionError, OverflowError):
        return None


def _singular(word: str) -> str:
    word = word.rstrip(".")
    if word in _SAME:
        return _SAME[word]
    for end in ("es", "s"):
        if word.endswith(end) and (word.removesuffix(end) in _SAME or word.removesuffix(end) in _MASS):
            bare = word.removesuffix(end)
            return _SAME.get(bare, bare)
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _SAME.get(word, word)


def _words(text: str) -> tuple[str, ...]:
    found = re.findall(r"[^\s,()]+", text.lower())
    words = tuple(_singular(word) for word in found if word not in ("of", "a", "an"))
    return ("fl oz", *words[2:]) if words[:2] == ("fl", "oz") else words


def _fits(asked: tuple[str, ...], measure: Measure) -> int:
    """Return how well a measure fits: 3 the same, 2 it begins so, 1 all words occur, 0 not."""
    have = _words(measure.text)
    if have == asked:
        return 3
    if have[: len(asked)] == asked:
        return 2
    return 1 if set(asked) <= set(have) else 0


def _by_measure(number: float, rest: str, food: Food) -> tuple[float, Measure] | None:
    """Return grams by the measure that fits best; of equal ones the one written the same."""
    asked = _words(rest)
    best = max(measures(food), key=lambda m: (_fits(asked, m), m.text.lower() == rest), default=None)
    if best is None or not asked or not _fits(asked, best):
        return None
    return number * best.grams / best.amount, best


def _by_volume(number: float, asked: tuple[str, ...], food: Food) -> tuple[float, Measure] | None:
    """Return grams of a volume through another volume that the table has for this food."""
    if len(asked) != 1 or asked[0] not in _VOLUME:
        return None
    for measure in measures(food):
        have = _words(measure.text)
        if have and have[0] in _VOLUME:
            grams_per_ml = measure.grams / (measure.amount * _VOLUME[have[0]])
            return number * _VOLUME[asked[0]] * grams_per_ml, measure
    return None


def _by_name(number: float, asked: tuple[str, ...], food: Food) -> tuple[float, Measure] | None:
    """Return grams of a counted food, `1 banana`, through the table's medium one."""
    named = set(_words(food.name))
    if not asked or not set(asked) <= named:
        return None
    return _by_measure(number, "medium", food)


def _list_measures(food: Food) -> str:
    known = ", ".join(f"{m.label} ({m.grams:g} g)" for m in measures(food)[:12])
    return (
        f"known for {food.name}: {known}; or a weight, e.g. 150 g" if known else "write a weight, e.g. 150 g"
    )


def _refuse(text: str, food: Food, message: str, remedy: str) -> InputError:
    issue = Issue(f"portion {text[:40]!r} of {food.name}", message, remedy)
    return InputError(str(issue), [issue])


def _understand(text: str, food: Food) -> Portion:
    split = _split_number(text)
    if split is None:
        raise _refuse(text, food, "expected a number and a measure", _list_measures(food))
    number, rest = split
    asked = _words(rest)
    own = any(_words(m.text) == asked for m in measures(food))  # the table's ounce comes before the exact one
    if len(asked) == 1 and asked[0] in _MASS and not own:
        return Portion(text, number * _MASS[asked[0]], None, "by weight")
    found = _by_measure(number, rest, food)
    if found:
        return Portion(text, found[0], found[1], f"the table's {found[1].label} = {found[1].grams:g} g")
    found = _by_volume(number, asked, food)
    if found:
        how = f"by volume from the table's {found[1].label} = {found[1].grams:g} g"
        return Portion(text, found[0], found[1], how)
    found = _by_name(number, asked, food)
    if found:
        how = f"a medium one is taken: the table's {found[1].label} = {found[1].grams:g} g"
        return Portion(text, found[0], found[1], how)
    near = near_names(rest, [m.text for m in measures(food)], n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    what = f"unknown measure {rest[:40]!r}" if rest else "the measure is missing"
    raise _refuse(text, food, what, hint + _list_measures(food))


def read_portion(text: str, food: Food) -> Portion:
    """Return what a portion weighs and how that was found.

    Parameters
    ----------
    text : e.g. `150 g`, `1 cup`, `1/2 cup, chopped`, `2 tbsp`, `3 oz`; cups and spoons are US ones.
    food : the food, for its measures.

    Raises
    ------
    InputError : no number, an unknown measure (lists those of the food), nothing, or more than
        `MAX_PORTION_G`.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> read_portion("2 cups", load_food(11458)).grams
    360.0
    """
    portion = _understand(str(text), food)
    if portion.grams <= 0:
        raise _refuse(portion.text, food, "is nothing", "write a weight above 0 g, e.g. 150 g")
    if portion.grams > MAX_PORTION_G:
        message = f"weighs {portion.grams / 1000:.3g} kg; expected at most {MAX_PORTION_G / 1000:g} kg"
        raise _refuse(portion.text, food, message, "check number and unit; eaten often, enter it often")
    return portion


def parse_portion(text: str, food: Food) -> float:
    """Return the grams [g] of a portion; see `read_portion`.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> parse_portion("1/2 cup", load_food(11458))
    90.0
    """
    return read_portion(text, food).grams


@cache
def _helpings() -> Mapping[str, Any]:
    return parse_yaml((Path(__file__).parent / "helpings.yaml").read_text(encoding="utf-8"))


def _helping(food: Food) -> float:
    words = re.findall(r"[a-z]+", food.name.lower())
    by_name = next((grams for word, grams in _helpings()["names"].items() if word in words), None)
    return float(by_name or _helpings()["groups"].get(food.group, _helpings()["default"]))


def usual_portion(food: Food) -> Portion:
    """Return the household measure nearest an ordinary helping (assumed by food group), else that weight.

    Examples
    --------
    >>> from osseo.nutrition.table import load_food
    >>> usual_portion(load_food(12014)).text, usual_portion(load_food(11458)).text
    ('1 oz', '1 cup')
    """
    helping = _helping(food)
    shared = _helpings()["shared"]
    own = [m for m in measures(food) if not any(word in m.text.lower() for word in shared)]
    nearest = min(own or measures(food), key=lambda m: abs(math.log(m.grams / helping)), default=None)
    if nearest is None or not 0.15 <= nearest.grams / helping <= 5.0:
        return Portion(f"{helping:g} g", helping, None, "an ordinary helping, assumed by food group")
    return Portion(nearest.label, nearest.grams, nearest, "a household measure of the table")
