"""The `drugs` of a profile: names, times of day, years. A name that looks misspelt is asked back."""

from __future__ import annotations

import re
from difflib import get_close_matches

from osseo.nutrition.drugs import drug_classes, fits, minerals, sort_drugs
from osseo.scenario._document import Node
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.profile.dates import read_clock
from osseo.scenario.profile.types import DrugTaken

__all__ = ["read_drugs"]

_KEYS = ("name", "at", "years", "sure")
_YEARS = Quantity("how long it has been taken", "4 y", (("y", 1.0),), 0.0, 80.0, "from 0 to 80 y")
#: how alike two words must be for a misspelling [1]; assumed: one wrong letter in a word of eight or more
_ALIKE = 0.85


def read_drugs(reader: Reader, node: Node | None) -> tuple[DrugTaken, ...]:
    """Return the drugs as named.

    A name close to a known one is a problem, unless `sure: yes`. A name close to none is kept: the page
    says that no rule knows it.
    """
    if node is None or node.value == "none":
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    found = [_read_drug(reader, child) for child in nodes]
    kept = [drug for drug in found if drug is not None]
    seen: set[str] = set()
    for drug in kept:
        if drug.name in seen:
            reader.problem(
                Node(None, drug.line, node.path),
                f'"{drug.name}" is listed twice',
                "keep one, with all its times",
            )
        seen.add(drug.name)
    return tuple(kept)


def _read_drug(reader: Reader, node: Node) -> DrugTaken | None:
    if isinstance(node.value, str):
        node = Node({"name": Node(node.value, node.line, node.path)}, node.line, node.path)
    parts = reader.mapping(node, _KEYS, required=("name",))
    name = reader.text(parts.get("name"))
    sure = reader.yes_no(parts.get("sure"))
    times = _read_times(reader, parts.get("at"))
    years = reader.quantity(parts.get("years"), _YEARS) if "years" in parts else None
    if name is None:
        return None
    name = " ".join(name.lower().replace("_", " ").split())
    near = [] if sure else _misspelt(name)
    if near:
        hint = f"did you mean {' or '.join(near)}? If the name is right, add  sure: yes"
        reader.problem(parts["name"], f'no rule knows the drug "{name}"', hint)
    known, _ = sort_drugs([name])
    if any(drug.mineral == "magnesium" for drug in known):
        reader.problem(parts["name"], f'"{name}" is magnesium, which this page plans', "move it to  product:")
    return DrugTaken(name, times, years, parts["name"].line)


def _read_times(reader: Reader, node: Node | None) -> tuple[float, ...]:
    if node is None:
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    clocks = [read_clock(reader, child) for child in nodes]
    return tuple(sorted({clock for clock in clocks if clock is not None}))


def _misspelt(name: str) -> list[str]:
    """Return known wordings that an unknown name nearly spells, best first."""
    known = [word for rows in (drug_classes(), minerals()) for wordings in rows.values() for word in wordings]
    if fits(name, known):
        return []
    tokens = sorted(t for t in re.findall(r"[a-z]+", name) if len(t) > 4)
    found = [near for text in (name, *tokens) for near in get_close_matches(text, known, n=2, cutoff=_ALIKE)]
    return list(dict.fromkeys(found))[:2]
