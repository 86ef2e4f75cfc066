"""The `procedure` of a profile: an operation in a person's words, its graft, and the day or days until it.

Where osseo has no calibrated site or graft, that is not an error here: the page then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from osseo.files import parse_yaml
from osseo.names import suggest
from osseo.scenario import _sites
from osseo.scenario._document import Node
from osseo.scenario._procedure import read_procedure
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.profile.dates import read_date
from osseo.scenario.profile.types import Operation

__all__ = ["load_operations", "read_operation"]

_KEYS = ("site", "graft", "date", "in")
_UNTIL = Quantity(
    "the time until surgery",
    "8 wk or 56 d",
    (("d", 1.0),),
    0.0,
    730.0,
    "a time to come, at most 730 d (2 years)",
)
_UNSAID = ("unknown", "not known", "do not know", "don't know")


@cache
def load_operations() -> Mapping[str, Mapping[str, Any]]:
    """Return every operation people may name -> its label and aliases."""
    text = files("osseo.scenario.profile").joinpath("operations.yaml").read_text(encoding="utf-8")
    return parse_yaml(text)


def _words() -> dict[str, str]:
    """Return every word for an operation, in lower case, -> its name."""
    words = {alias: name for name, entry in load_operations().items() for alias in entry["aliases"]}
    words |= {name: name for name in load_operations()}
    words |= {name.replace("_", " "): name for name in load_operations()}
    return words | _sites.site_words()


def read_operation(reader: Reader, node: Node | None, today: date, dates: str) -> Operation | None:
    """Return the operation, or None if it could not be read."""
    if node is None:
        return None
    parts = reader.mapping(node, _KEYS, required=("site",))
    days, day = _read_day(reader, parts, today, dates)
    name = _read_name(reader, parts.get("site"))
    if name is None:
        return None
    entry = load_operations()[name]
    found = replace(_answered(reader, name, parts), label=entry["label"])
    return replace(found, days_until=days, day=day)


def _read_name(reader: Reader, node: Node | None) -> str | None:
    word = reader.text(node)
    if node is None or word is None:
        return None
    words = _words()
    key = " ".join(word.lower().replace("_", " ").split())
    if key in words:
        return words[key]
    if word.lower() in words:
        return words[word.lower()]
    hint = suggest(word, words) or f"known: {', '.join(sorted(load_operations()))}"
    reader.problem(node, f'unknown operation "{word}"', hint)
    return None


def _answered(reader: Reader, name: str, parts: Mapping[str, Node]) -> Operation:
    """Return the operation with the procedure osseo can answer for, or why it cannot."""
    base = Operation(name, "", None)
    if name not in set(_sites.site_words().values()):
        return replace(base, why_not="this operation")
    graft = parts.get("graft")
    if graft is None or _is_unsaid(graft):
        return replace(base, why_not="an operation whose graft is not known")
    if not _is_calibrated(reader, name, graft):
        return replace(base, why_not="this graft material")
    site = Node(
        {"site": Node(name, parts["site"].line, parts["site"].path), "graft": graft}, graft.line, "procedure"
    )
    procedure, found = read_procedure(reader, site)
    if procedure is not None and found is not None and not found.is_calibrated(procedure.material):
        return replace(base, why_not="this graft material")
    return replace(base, procedure=procedure)


def _is_unsaid(graft: Node) -> bool:
    material = graft.value.get("material") if isinstance(graft.value, dict) else graft
    return material is not None and isinstance(material.value, str) and material.value.lower() in _UNSAID


def _is_calibrated(reader: Reader, name: str, graft: Node) -> bool:
    """Whether a material that exists is one the site has data for; what does not exist is read on."""
    material = graft.value.get("material") if isinstance(graft.value, dict) else graft
    word = material.value.lower() if material is not None and isinstance(material.value, str) else ""
    site = _sites.find_site(name)
    every = _sites.material_words(None) | _sites.material_words(site)
    return word not in every or _sites.material_words(site).get(word, every[word]) in site.materials


def _read_day(reader: Reader, parts: Mapping[str, Node], today: date, dates: str) -> tuple[float | None, str]:
    """Return the days until surgery and its date; saying both ways must agree."""
    given = read_date(reader, parts.get("date"), dates)
    until = reader.quantity(parts.get("in"), _UNTIL)
    if given is None:
        return until, ""
    days = float((given - today).days)
    if days < 0:
        message = f"got {given.isoformat()}, {-days:.0f} days ago; expected a date to come"
        reader.problem(parts["date"], message, "this page plans ahead: give the coming date, or leave it out")
        return None, ""
    if until is not None and abs(until - days) > 3:
        message = f"the date is in {days:g} d and  in  says {until:g} d; they contradict each other"
        reader.problem(parts["in"], message, "keep one of date and in")
    return days, given.isoformat()
