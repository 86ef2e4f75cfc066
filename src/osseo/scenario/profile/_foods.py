"""One line of a diary: which food of the table it is, and what the portion weighs.

`oatmeal, 1 cup`, `1 cup of oatmeal` and `150 g spinach` are understood; nothing is guessed silently.
"""

from __future__ import annotations

import re

from osseo.errors import InputError
from osseo.nutrition.portion import parse_portion
from osseo.nutrition.search import resolve_food
from osseo.scenario._document import Node
from osseo.scenario._reader import Reader

__all__ = ["split_line", "weigh"]

_COUNT = r"(?:\d+\s+\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[½¼¾]|an?|one|two|three|four|half)"
_PORTION = re.compile(rf"^{_COUNT}(?:\s*[½¼¾])?\b", re.IGNORECASE)
_UNIT = r"(?:a\s+)?(?:fl\s+)?[A-Za-z]+"
_FIRST = re.compile(rf"^({_COUNT}\s*{_UNIT})\s+(?:of\s+)?(.+)$", re.IGNORECASE)


def split_line(text: str) -> tuple[str, str] | None:
    """Return (food, portion) of a line, or None if it has no portion.

    Examples
    --------
    >>> split_line("oatmeal, 1 cup"), split_line("150 g spinach boiled"), split_line("bread, white, 2 slices")
    (('oatmeal', '1 cup'), ('spinach boiled', '150 g'), ('bread, white', '2 slices'))
    """
    for comma in re.finditer(r"[,:]", text):
        rest = text[comma.end() :].strip()
        if text[: comma.start()].strip() and _PORTION.match(rest):
            return text[: comma.start()].strip(), rest
    first = _FIRST.match(text.strip())
    return (first.group(2).strip(), first.group(1).strip()) if first else None


def weigh(reader: Reader, node: Node, text: str) -> tuple[str, float] | None:
    """Return (id of the food, grams) of a line, or keep the problem and return None."""
    parts = split_line(text)
    if parts is None:
        reader.problem(node, f'"{text}" has no portion', "write e.g.  oatmeal, 1 cup  or  oatmeal, 230 g")
        return None
    try:
        food = resolve_food(parts[0])
        grams = parse_portion(parts[1], food)
    except InputError as error:
        message, _, remedy = str(error).partition("; ")
        reader.problem(node, message, remedy)
        return None
    return str(food.id), grams
