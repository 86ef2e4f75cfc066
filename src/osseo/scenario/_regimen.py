"""The regimen of a scenario: dose rules, and the two readings of a dose that does not say which.

"300 mg magnesium glycinate" may be 300 mg of magnesium or 300 mg of the salt. Where the scenario
does not say, both are answered; a dose in mmol and food are always elemental.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from osseo.scenario._document import Node
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.dosing import SALTS, elemental_mmol
from osseo.scenario.types import DoseRule
from osseo.units import MG_MOLAR_MASS

__all__ = ["READINGS", "RULE_KEYS", "ReadRegimen", "read_regimen"]

#: how an ambiguous dose may be read
READINGS = ("elemental", "salt")
RULE_KEYS = (
    "salt", "dose", "as", "times_per_day", "with_meals", "from", "to", "single", "at", "route",
    "duration",
)  # fmt: skip

#: a regimen may start this early [d]
_EARLIEST_D = -180.0
_LATEST_D = 3653.0
_SPAN = "from -180 d (half a year before surgery) to 3653 d (10 years)"
_DAY = Quantity("a day, 0 is surgery", "-56 d", (("d", 1.0),), _EARLIEST_D, _LATEST_D, _SPAN)
#: largest dose believed to be meant, 20 g of magnesium or of salt; far above any safe one
_DOSE = Quantity(
    "a dose a day of mass or amount, above 0",
    "400 mg or 16 mmol",
    (("mg", 1.0), ("mmol", 1.0)),
    1e-6,
    20000.0,
    "above 0 and at most 20 g",
    drop=r"\s*(/|per)\s*(d|day)",
)
_DURATION = Quantity("a time", "20 min", (("d", 1.0),), 1e-6, 7.0, "above 0 and at most 7 d")


@dataclass(frozen=True)
class ReadRegimen:
    """Dose rules under each reading; `ambiguous` if the readings differ."""

    rules: dict[str, tuple[DoseRule, ...]]
    ambiguous: bool


def read_regimen(reader: Reader, node: Node | None, last_d: float) -> ReadRegimen:
    """Return the rules of a regimen; `last_d` [d] ends a rule that does not say when it ends."""
    empty = ReadRegimen(dict.fromkeys(READINGS, ()), ambiguous=False)
    if node is None:
        return empty
    if not isinstance(node.value, list) or not node.value:
        reader.problem(node, "expected a list of dose rules", "begin each with  - {salt: .., dose: ..}")
        return empty
    pairs = [_read_rule(reader, child, last_d) for child in node.value]
    rules = {reading: tuple(pair[reading] for pair in pairs if pair is not None) for reading in READINGS}
    return ReadRegimen(rules, ambiguous=rules["elemental"] != rules["salt"])


def _read_rule(reader: Reader, node: Node, last_d: float) -> dict[str, DoseRule] | None:
    before = len(reader.issues)
    parts = reader.mapping(node, RULE_KEYS, required=("salt", "dose"))
    salt = reader.choice(parts.get("salt"), SALTS, "salt")
    route = reader.choice(parts.get("route"), ("oral", "iv"), "route") or "oral"
    amounts = _read_amounts(reader, parts, salt)
    timing = _read_timing(reader, node, parts, last_d)
    duration = _read_duration(reader, node, parts, route)
    if len(reader.issues) > before or salt is None or amounts is None or timing is None:
        return None
    written = _written(parts)
    rule = replace(timing, salt=salt, route=route, duration_d=duration, written=written)
    return {reading: replace(rule, daily_mmol=amounts[reading]) for reading in READINGS}


def _written(parts: dict[str, Node]) -> str:
    words = [str(parts[key].value) for key in ("dose", "as", "salt") if key in parts]
    return " ".join(words)


def _read_amounts(reader: Reader, parts: dict[str, Node], salt: str | None) -> dict[str, float] | None:
    """Return elemental mmol under each reading; they are equal when the document says which."""
    said = reader.choice(parts.get("as"), READINGS, "reading")
    found = reader.quantity_in(parts.get("dose"), _DOSE)
    if found is None or salt is None:
        return None
    value, unit = found
    if unit == "mmol" or salt == "food":
        if said == "salt":
            what = "food" if salt == "food" else "a dose in mmol"
            reader.problem(parts["as"], f"{what} is of magnesium", "remove  as: salt")
        elemental = value if unit == "mmol" else value / MG_MOLAR_MASS
        return dict.fromkeys(READINGS, elemental)
    both = {"elemental": value / MG_MOLAR_MASS, "salt": elemental_mmol(value, salt, "salt")}
    return both if said is None else dict.fromkeys(READINGS, both[said])


def _read_timing(reader: Reader, node: Node, parts: dict[str, Node], last_d: float) -> DoseRule | None:
    """Return a rule that holds only its timing."""
    single = reader.yes_no(parts.get("single"))
    if "at" in parts or single:
        return _read_single(reader, node, parts, single)
    start = reader.quantity(parts.get("from"), _DAY) if "from" in parts else 0.0
    stop = reader.quantity(parts.get("to"), _DAY) if "to" in parts else last_d
    times = reader.integer(parts.get("times_per_day"), 1, 12)
    with_meals = reader.yes_no(parts.get("with_meals"))
    if start is None or stop is None:
        return None
    if start >= stop:
        place = parts.get("to") or parts.get("from") or node
        message = f"starts on day {start:g} and ends on day {stop:g}; expected from before to"
        reader.problem(place, message, "change from or to")
        return None
    return DoseRule(
        salt="",
        daily_mmol=0.0,
        times_per_day=1 if times is None else times,
        with_meals=True if with_meals is None else with_meals,
        start_d=start,
        stop_d=stop,
    )


def _read_single(reader: Reader, node: Node, parts: dict[str, Node], single: bool | None) -> DoseRule | None:
    if single is False:
        reader.problem(parts["at"], "a dose at one time is single", "remove  single: no  or use from and to")
    for key in ("from", "to", "times_per_day"):
        if key in parts:
            reader.problem(parts[key], f"a single dose has no {key}", "give  at: ..  alone")
    if "at" not in parts:
        reader.problem(node, "a single dose needs its time", "add  at: 0 d")
        return None
    at = reader.quantity(parts["at"], _DAY)
    with_meals = reader.yes_no(parts.get("with_meals"))
    if at is None:
        return None
    return DoseRule("", 0.0, with_meals=bool(with_meals), start_d=at, stop_d=at, single=True)


def _read_duration(reader: Reader, node: Node, parts: dict[str, Node], route: str) -> float:
    given = reader.quantity(parts.get("duration"), _DURATION)
    if route == "iv":
        if "duration" not in parts:
            reader.problem(node, "an iv dose is an infusion and needs its length", "add  duration: 20 min")
        if "at" not in parts:
            reader.problem(node, "an iv dose needs its time", "add  at: 0 d")
    elif "duration" in parts:
        reader.problem(parts["duration"], "only an iv dose has a duration", "remove it or add  route: iv")
    return given or 0.0
