"""The `diet` of a profile: a day by meals or a week of portions, and what may be suggested.

Every line is found in the food table and its portion weighed here, so that a food that does not exist is
a problem of the document, on its line, and not a silent zero later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from osseo.nutrition.table import load_food
from osseo.scenario._document import Node
from osseo.scenario._reader import Reader
from osseo.scenario.profile._foods import weigh
from osseo.scenario.profile.dates import read_clock
from osseo.scenario.profile.types import Diet, Eaten

__all__ = ["read_diet"]

_KEYS = ("kind", "likes", "dislikes", "allergies", "day", "week", "meals")
KINDS = ("any", "vegetarian", "vegan")
_MEALS = (
    "breakfast",
    "morning snack",
    "lunch",
    "afternoon snack",
    "dinner",
    "evening snack",
    "drinks",
    "snacks",
)
_MAIN = ("breakfast", "lunch", "dinner")
_MEAT = (
    "Beef Products",
    "Finfish and Shellfish Products",
    "Lamb, Veal, and Game Products",
    "Pork Products",
    "Poultry Products",
    "Sausages and Luncheon Meats",
)
#: food groups of the table that a kind of diet leaves out
_NOT_IN = {"any": (), "vegetarian": _MEAT, "vegan": (*_MEAT, "Dairy and Egg Products")}
_TIMES = re.compile(r"^(\d{1,2})(?:\s*(?:x|times))?(?:\s*a\s*week)?$")
_DAYS_IN_WEEK = 7


def read_diet(reader: Reader, node: Node | None) -> Diet:
    """Return the diet; none is an empty one, and the intake is then drawn from the person's cohort."""
    if node is None:
        return Diet()
    parts = reader.mapping(node, _KEYS)
    words = {key: _words(reader, parts.get(key)) for key in ("likes", "dislikes", "allergies")}
    _check_contradictions(reader, parts, words)
    kind = reader.choice(parts.get("kind"), KINDS, "kind of diet") or "any"
    if "day" in parts and "week" in parts:
        reader.problem(parts["week"], "a day and a week are both given", "keep the one that says more")
    before = len(reader.issues)
    eaten = _read_day(reader, parts.get("day")) + _read_week(reader, parts.get("week"))
    days = 1 if "day" in parts else _DAYS_IN_WEEK if "week" in parts else 0
    if len(reader.issues) == before:
        _check_eaten(reader, parts, eaten, words["allergies"], kind)
    return Diet(eaten, days, **words, kind=kind, meals=_read_meals(reader, parts.get("meals")))


def _words(reader: Reader, node: Node | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(word.lower().split()) for word in reader.texts(node)))


def _check_contradictions(
    reader: Reader, parts: Mapping[str, Node], words: Mapping[str, tuple[str, ...]]
) -> None:
    for key in ("dislikes", "allergies"):
        both = [word for word in words["likes"] if word in words[key]]
        if both:
            what = "an allergy" if key == "allergies" else "a dislike"
            reader.problem(parts["likes"], f"{', '.join(both)} is both liked and {what}", "keep one")


def _check_eaten(
    reader: Reader, parts: Mapping[str, Node], eaten: tuple[Eaten, ...], allergies: tuple[str, ...], kind: str
) -> None:
    """Find lines of the diary that contradict the allergies or the kind of diet."""
    path = parts["day"].path if "day" in parts else "diet"
    for line in eaten:
        place = Node(None, line.line, path)
        words = set(re.findall(r"[a-z]+", line.text.lower()))
        both = [word for word in allergies if set(word.split()) <= words]
        if both:
            reader.problem(
                place, f'"{line.text}" is eaten, and {both[0]} is an allergy', "correct one of them"
            )
        if load_food(line.food).group in _NOT_IN[kind]:
            reader.problem(place, f'"{line.text}" is not {kind}', "correct the line or  kind:")


def _read_meals(reader: Reader, node: Node | None) -> dict[str, float]:
    """Return when the main meals are [h]; those not said are the model's own."""
    if node is None:
        return {}
    parts = reader.mapping(node, _MAIN)
    clocks = {name: read_clock(reader, child) for name, child in parts.items()}
    found = {name: clock for name, clock in clocks.items() if clock is not None}
    order = [found[name] for name in _MAIN if name in found]
    if order != sorted(order) or len(set(order)) < len(order):
        reader.problem(node, "meals are not in the order of the day", "breakfast, then lunch, then dinner")
    return found


def _read_day(reader: Reader, node: Node | None) -> tuple[Eaten, ...]:
    if node is None:
        return ()
    if isinstance(node.value, list):
        node = Node({"snacks": node}, node.line, node.path)
    found: list[Eaten] = []
    for meal, child in reader.mapping(node, _MEALS).items():
        lines = child.value if isinstance(child.value, list) else [child]
        found += [e for line in lines if (e := _read_line(reader, line, meal)) is not None]
    return tuple(found)


def _read_line(reader: Reader, node: Node, meal: str, per_day: float = 1.0) -> Eaten | None:
    if isinstance(node.value, dict):
        parts = reader.mapping(node, ("food", "portion"), required=("food", "portion"))
        food, portion = reader.text(parts.get("food")), reader.text(parts.get("portion"))
        text = f"{food}, {portion}" if food and portion else None
    else:
        text = reader.text(node)
    if text is None:
        return None
    weighed = weigh(reader, node, text)
    if weighed is None:
        return None
    return Eaten(text, meal, per_day, node.line, weighed[1], weighed[0])


def _read_week(reader: Reader, node: Node | None) -> tuple[Eaten, ...]:
    """Return a week's portions, each with how many a week."""
    if node is None:
        return ()
    if not isinstance(node.value, list):
        reader.problem(
            node, "expected a list of portions", "begin each with  - {food: .., portion: .., times: 3}"
        )
        return ()
    found = []
    for child in node.value:
        parts = reader.mapping(child, ("food", "portion", "times"), required=("food", "portion", "times"))
        times = _read_times(reader, parts.get("times"))
        pair = {key: parts[key] for key in ("food", "portion") if key in parts}
        if len(pair) == 2 and times:
            line = _read_line(reader, Node(pair, child.line, child.path), "week", times / _DAYS_IN_WEEK)
            found += [line] if line is not None else []
    return tuple(found)


def _read_times(reader: Reader, node: Node | None) -> int | None:
    word = reader.text(node)
    if node is None or word is None:
        return None
    match = _TIMES.match(word)
    if match and 1 <= int(match.group(1)) <= 50:
        return int(match.group(1))
    reader.problem(node, f'got "{word}"; expected how many portions a week, 1 to 50')
    return None
