"""The `product` of a profile: what a label says, and the two readings of one that does not say enough.

"magnesium glycinate 2,000 mg" may be 2,000 mg of magnesium or of the salt; both are kept and the page asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from osseo.scenario._document import Node
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario._regimen import READINGS
from osseo.scenario.dosing import SALTS, elemental_mmol
from osseo.scenario.profile.types import Product
from osseo.units import MG_MOLAR_MASS

__all__ = ["read_products"]

_KEYS = ("label", "serving", "as", "elemental", "salt", "taking")
_ALIASES = {
    "bisglycinate": "glycinate",
    "diglycinate": "glycinate",
    "sulphate": "sulfate",
    "epsom": "sulfate",
}
_AMOUNT = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(mg|milligrams?|grams?|g)\b", re.IGNORECASE
)
_OF_WHICH = re.compile(r"elemental|of which|provid|supply|equivalent|contain", re.IGNORECASE)
_SERVING = re.compile(r"^(?:(\d{1,2})\s+)?([A-Za-z][A-Za-z ]{1,20}?)$")
_ELEMENTAL = Quantity(
    "the magnesium in one serving", "100 mg", (("mg", 1.0),), 1.0, 5000.0, "from 1 to 5000 mg a serving"
)
#: no salt of magnesium holds a larger share than the oxide does
_MOST_CONTENT = 0.61
_MOST_MG = 20000.0


def read_products(reader: Reader, node: Node | None) -> tuple[Product, ...]:
    """Return the products; one alone need not be a list."""
    if node is None:
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    found = [_read_product(reader, child) for child in nodes]
    return tuple(product for product in found if product is not None)


def _read_product(reader: Reader, node: Node) -> Product | None:
    if isinstance(node.value, str):
        node = Node({"label": Node(node.value, node.line, node.path)}, node.line, node.path)
    parts = reader.mapping(node, _KEYS, required=("label",))
    label = reader.text(parts.get("label"))
    serving = _read_serving(reader, parts.get("serving"))
    taking = _read_taking(reader, parts.get("taking"))
    said = reader.choice(parts.get("as"), READINGS, "reading")
    elemental = reader.quantity(parts.get("elemental"), _ELEMENTAL)
    if label is None:
        return None
    salt = _read_salt(reader, parts, label)
    amounts = _label_amounts(reader, parts["label"], label, needed=elemental is None)
    if salt is None or serving is None or amounts is None:
        return None
    masses = _masses(reader, parts, amounts, salt=salt, said=said, elemental=elemental)
    if masses is None:
        return None
    return Product(label, salt, serving[1], serving[0], *masses, servings_a_day=taking)


def _read_serving(reader: Reader, node: Node | None) -> tuple[int, str] | None:
    if node is None:
        return 1, "capsule"
    word = reader.text(node)
    match = _SERVING.match(word) if word else None
    if match is None or int(match.group(1) or 1) < 1:
        if word:
            reader.problem(node, f'got "{word}"; expected how much the number is for, e.g. 2 capsules')
        return None
    name = match.group(2).strip().lower()
    return int(match.group(1) or 1), name.removesuffix("s") if len(name) > 3 else name


def _read_taking(reader: Reader, node: Node | None) -> float:
    word = reader.text(node)
    if node is None or word is None:
        return 0.0
    number = re.sub(r"\s*(servings?|times?)?\s*(a|per|/)?\s*(day|d)?\s*$", "", word)
    if number in ("no", "none"):
        return 0.0
    if re.fullmatch(r"\d{1,2}(\.\d+)?", number) and float(number) <= 12:
        return float(number)
    reader.problem(node, f'got "{word}"; expected how many servings a day you take now, 0 to 12')
    return 0.0


def _read_salt(reader: Reader, parts: Mapping[str, Node], label: str) -> str | None:
    """Return the salt the label names, or the one said; food is no salt."""
    salts = [salt for salt in SALTS if salt != "food"]
    words = re.findall(r"[a-z]+", label.lower())
    named = [_ALIASES.get(word, word) for word in words if _ALIASES.get(word, word) in salts]
    if "salt" in parts:
        word = reader.text(parts["salt"]) or ""
        node = Node(_ALIASES.get(word.lower(), word), parts["salt"].line, parts["salt"].path)
        said = reader.choice(node, salts, "salt")
        if said and named and said != named[0]:
            reader.problem(
                parts["salt"], f"the label says {named[0]} and you say {said}", "keep the one on the label"
            )
        return said
    kinds = list(dict.fromkeys(named))
    if len(kinds) == 1:
        return kinds[0]
    got = (
        f"the label names {' and '.join(map(str, kinds))}" if kinds else "the label names no salt osseo knows"
    )
    reader.problem(parts["label"], got, f"add  salt: ..  ({', '.join(salts)})")
    return None


def _label_amounts(reader: Reader, node: Node, label: str, *, needed: bool) -> list[float] | None:
    """Return the amounts [mg] on the label, at most two."""
    found = [
        float(number.replace(",", "")) * (1.0 if unit.lower().startswith("m") else 1000.0)
        for number, unit in _AMOUNT.findall(label)
    ]
    if not found and needed:
        reader.problem(node, f'"{label}" says no amount', "write the label with its number, e.g. 2,000 mg")
        return None
    if len(found) > 2 or any(not 0 < amount <= _MOST_MG for amount in found):
        reader.problem(
            node, f'"{label}": expected one or two amounts above 0 and at most 20 g', "copy one serving"
        )
        return None
    return found


def _masses(
    reader: Reader,
    parts: Mapping[str, Node],
    amounts: list[float],
    *,
    salt: str,
    said: str | None,
    elemental: float | None,
) -> tuple[dict[str, float], dict[str, float]] | None:
    """Return magnesium and salt [mg] of a serving under each reading the label leaves open."""
    content = elemental_mmol(1.0, salt, "salt") * MG_MOLAR_MASS
    label = str(parts["label"].value)
    if elemental is None and len(amounts) == 2:
        elemental = min(amounts)
    if elemental is not None:
        whole = max(amounts) if amounts and max(amounts) > elemental else elemental / content
        if elemental > _MOST_CONTENT * whole:
            message = f"{whole:g} mg of a salt cannot hold {elemental:g} mg of magnesium"
            reader.problem(
                parts.get("elemental") or parts["label"], message, "check both numbers on the label"
            )
            return None
        if said == "salt" and amounts == [elemental]:
            reader.problem(
                parts["as"], "the label's number is the magnesium, and you say it is the salt", "keep one"
            )
            return None
        return {"elemental": elemental}, {"elemental": whole}
    if said is None and _OF_WHICH.search(label):
        said = "elemental"
    amount = amounts[0]
    both = {"elemental": amount, "salt": amount * content}
    whole = {"elemental": amount / content, "salt": amount}
    if said is None:
        return both, whole
    return {said: both[said]}, {said: whole[said]}
