"""The questions a door asks of a node - a quantity, a choice, yes or no - and the problems it keeps.

Nothing is raised here: every answer that cannot be given is None and one more `Issue`, so that a
user sees all problems of a document at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from osseo.errors import InputError, Issue, UnitError
from osseo.names import near_names, suggest
from osseo.scenario._document import Node
from osseo.units import parse_quantity

__all__ = ["Quantity", "Reader", "scenario_error"]

_YES = {"yes", "true"}
_NO = {"no", "false"}
_RANGE = re.compile(r"^\s*[\d.]+\s*(?:-|–|to)\s*[\d.]+")
_WIDTH = 96


@dataclass(frozen=True)
class Quantity:
    """What a quantity must be.

    Parameters
    ----------
    what : in words, `a time`.
    example : as people write it, `58 y`.
    units : (unit, factor) pairs tried in order; the value in `unit` times `factor` is the result.
    low, high : limits of what is believed, inclusive, in the result's unit.
    limits : the limits in words, shown when they are crossed.
    drop : a regular expression removed from the end first (`/1.73m2`, `/d`).
    """

    what: str
    example: str
    units: tuple[tuple[str, float], ...]
    low: float
    high: float
    limits: str
    drop: str = ""


def scenario_error(source: str, issues: Iterable[Issue]) -> InputError:
    """Return the error that lists every problem in aligned columns, in the order of the document.

    Examples
    --------
    >>> print(scenario_error("a.yaml", [Issue("line 4  person.age", "missing", "add it")]))
    a.yaml: 1 problem, nothing was run
      line 4  person.age  missing; add it
    """
    issues = tuple(sorted(issues, key=_line_of))
    places = [issue.where.partition("  ") for issue in issues]
    first = max((len(line) for line, gap, _ in places if gap), default=0)
    wheres = [f"{a:<{first}}  {b}" if gap else a for a, gap, b in places]
    width = max((len(where) for where in wheres), default=0)
    lines = [
        line for where, issue in zip(wheres, issues, strict=True)
        for line in _lines_of(f"  {where:<{width}}  ", issue)
    ]  # fmt: skip
    n = len(issues)
    title = f"{source}: {n} problem{'s' if n != 1 else ''}, nothing was run"
    return InputError("\n".join([title, *lines]), issues)


def _line_of(issue: Issue) -> int:
    found = re.match(r"line (\d+)  ", issue.where)
    return int(found.group(1)) if found else 0


def _lines_of(head: str, issue: Issue) -> list[str]:
    """Return a problem on one line, or the remedy under it if that would be too long."""
    line = head + issue.message
    if not issue.remedy:
        return [line]
    if len(line) + len(issue.remedy) + 2 <= _WIDTH:
        return [f"{line}; {issue.remedy}"]
    return [line, " " * len(head) + issue.remedy]


class Reader:
    """Reads nodes and collects issues."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues

    def problem(self, node: Node, message: str, remedy: str = "") -> None:
        """Keep one problem at the place of a node."""
        self.issues.append(Issue(node.where, message, remedy))

    def mapping(
        self,
        node: Node | None,
        known: Iterable[str],
        required: Iterable[str] = (),
        hints: Mapping[str, str] | None = None,
    ) -> dict[str, Node]:
        """Return the children of a mapping; unknown and missing keys are problems.

        `hints` say where something belongs that is no key here.
        """
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            known_text = ", ".join(known)
            self.problem(node, f"got {shown(node)}; expected keys such as {known_text}")
            return {}
        known = list(known)
        for key, child in node.value.items():
            if key not in known:
                near = near_names(key, known)
                hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
                hint = (hints or {}).get(key.lower().replace("_", " "), hint)
                self.problem(child, f'unknown key "{key}"; {hint}')
        for key in required:
            if key not in node.value or node.value[key].value is None:
                place = f"{node.path}.{key}" if node.path else key
                self.problem(Node(None, node.line, place), "missing", f"add  {key}: ..")
        return {k: v for k, v in node.value.items() if k in known and v.value is not None}

    def text(self, node: Node | None) -> str | None:
        """Return the text of a scalar."""
        if node is None:
            return None
        if isinstance(node.value, str) and node.value.strip():
            return node.value.strip()
        self.problem(node, f"got {shown(node)}; expected a word or a sentence")
        return None

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """Return a list of words; one word alone is a list of one."""
        if node is None:
            return ()
        nodes = node.value if isinstance(node.value, list) else [node]
        return tuple(t for t in (self.text(n) for n in nodes) if t is not None)

    def choice(self, node: Node | None, known: Iterable[str], what: str) -> str | None:
        """Return a word that must be one of `known`."""
        word = self.text(node)
        if node is None or word is None:
            return None
        known = list(known)
        if word.lower() in known:
            return word.lower()
        hint = suggest(word, known) or f"known: {', '.join(sorted(known))}"
        self.problem(node, f'unknown {what} "{word}"', hint)
        return None

    def yes_no(self, node: Node | None) -> bool | None:
        """Return whether the word says yes."""
        word = self.text(node)
        if node is None or word is None:
            return None
        if word.lower() in _YES | _NO:
            return word.lower() in _YES
        self.problem(node, f'got "{word}"; expected yes or no')
        return None

    def integer(self, node: Node | None, low: int, high: int) -> int | None:
        """Return a whole number between two limits."""
        word = self.text(node)
        if node is None or word is None:
            return None
        if re.fullmatch(r"\d{1,6}", word) and low <= int(word) <= high:
            return int(word)
        self.problem(node, f'got "{word}"; expected a whole number from {low} to {high}')
        return None

    def quantity(self, node: Node | None, spec: Quantity) -> float | None:
        """Return a quantity in the unit of its specification."""
        found = self.quantity_in(node, spec)
        return None if found is None else found[0]

    def quantity_in(self, node: Node | None, spec: Quantity) -> tuple[float, str] | None:
        """Return a quantity and which of the specified units it was written in the dimension of."""
        word = self.text(node)
        if node is None or word is None:
            return None
        if _RANGE.match(word):
            self.problem(node, f'got the range "{word}"; expected one value, e.g. {spec.example}')
            return None
        bare = re.sub(spec.drop + r"\s*$", "", word) if spec.drop else word
        found = _first_that_fits(bare, spec.units)
        if found is None:
            self.problem(node, f'got "{word}"; expected {spec.what}, e.g. {spec.example}')
            return None
        if not spec.low <= found[0] <= spec.high:
            self.problem(node, f'got "{word}"; expected {spec.limits}')
            return None
        return found


def shown(node: Node) -> str:
    """Return what was got, for a message."""
    if node.value is None:
        return "nothing"
    if isinstance(node.value, Mapping):
        return f"keys {', '.join(node.value)}" if node.value else "an empty mapping"
    if isinstance(node.value, list):
        return f"a list of {len(node.value)}"
    return f'"{node.value}"'


def _first_that_fits(word: str, units: tuple[tuple[str, float], ...]) -> tuple[float, str] | None:
    for unit, factor in units:
        try:
            return parse_quantity(word, unit) * factor, unit
        except UnitError:
            continue
    return None
