"""Units as a factor and a dimension, on pint's dimension algebra.

House texts like `mmol/L` and the unit ids of model text like `mmol_per_L` meet here. The ids and their
house texts are declared once, in `biology/units.ant`: `unit mmol_per_L = 1e-3 mole / litre // mmol/L`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from osseo.errors import Issue, ModelError
from osseo.units import is_same_dimension, registry

__all__ = ["Unit", "UnitLine", "describe", "parse_unit", "read_unit_table"]

_LINE = re.compile(r"^unit\s+(?P<id>\w+)\s*=\s*(?P<antimony>.+)$")
#: house units in which a derived unit is spelt out
_HOUSE = (("mole", "mmol"), ("meter", "mm"), ("second", "d"), ("kilogram", "g"))


@dataclass(frozen=True)
class Unit:
    """A factor to root units and their exponents (a pint UnitsContainer)."""

    factor: float
    dims: Any

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.factor * other.factor, self.dims * other.dims)

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.factor / other.factor, self.dims / other.dims)

    def __pow__(self, exponent: float) -> Unit:
        if exponent == 0:
            return parse_unit("1")  # pint would keep `meter^0`, which differs from nothing
        return Unit(self.factor**exponent, self.dims**exponent)

    def is_same(self, other: Unit) -> bool:
        """Return whether dimension and factor agree (factors to rounding)."""
        return self.dims == other.dims and math.isclose(self.factor, other.factor, rel_tol=1e-9)

    @property
    def is_one(self) -> bool:
        """Return whether this is the plain number 1."""
        return self.is_same(parse_unit("1"))


@cache
def parse_unit(text: str) -> Unit:
    """Return the unit that a house text names.

    Raises
    ------
    UnitError : if the text is no unit.

    Examples
    --------
    >>> parse_unit("mmol/h").is_same(parse_unit("mmol/d"))
    False
    >>> (parse_unit("mmol/L") * parse_unit("L")).is_same(parse_unit("mmol"))
    True
    """
    is_same_dimension(text, "1")  # raises UnitError with the house message
    ureg = registry()
    factor, roots = ureg.get_base_units(ureg.dimensionless if text == "1" else ureg.Unit(text))
    return Unit(float(factor), roots._units)


def _spell(unit: Unit) -> str:
    """Spell a unit in house base units, volume as litres where it comes in whole cubes."""
    dims = dict(unit.dims)
    parts: list[tuple[str, float]] = []
    length = dims.get("meter", 0)
    if length and length % 3 == 0 and "mole" in dims:
        parts.append(("L", length / 3))
        dims.pop("meter")
    parts = [(text, dims[root]) for root, text in _HOUSE if root in dims] + parts
    up = [(t, e) for t, e in parts if e > 0]
    down = [(t, -e) for t, e in parts if e < 0]
    over = "*".join(t if e == 1 else f"{t}^{e:g}" for t, e in up) or "1"
    under = "".join(f"/{t}" if e == 1 else f"/{t}^{e:g}" for t, e in down)
    return over + under


def describe(unit: Unit, known: Iterable[str] = ()) -> str:
    """Return a short text for a unit: a known name if one fits, else spelt in house units.

    Examples
    --------
    >>> describe(parse_unit("mmol/L") * parse_unit("L/d"))
    'mmol/d'
    >>> describe(parse_unit("mmol/h"))
    '24 mmol/d'
    """
    for text in known:
        if parse_unit(text).is_same(unit):
            return text
    spelt = _spell(unit)
    ratio = unit.factor / parse_unit(spelt).factor
    return spelt if math.isclose(ratio, 1.0, rel_tol=1e-9) else f"{ratio:.6g} {spelt}"


@dataclass(frozen=True)
class UnitLine:
    """One unit of model text: its id, its Antimony definition and its house text."""

    id: str
    antimony: str
    text: str


def _read_line(line: str, where: str) -> UnitLine | Issue | None:
    code, _, comment = line.partition("//")
    if not code.strip():
        return None
    match = _LINE.match(code.strip())
    if match is None or not comment.strip():
        return Issue(where, f"got {line.strip()!r}", "write: unit ID = DEFINITION   // HOUSE TEXT")
    return UnitLine(match["id"], match["antimony"].strip(), comment.split()[0])


def read_unit_table(source: str, file: str = "units.ant") -> dict[str, UnitLine]:
    """Read the shared unit definitions; `dimensionless` needs none.

    Raises
    ------
    ModelError : with every line that is not a unit definition with a house text.
    """
    table = {"dimensionless": UnitLine("dimensionless", "", "1")}
    issues: list[Issue] = []
    for i_line, line in enumerate(source.splitlines(), start=1):
        found = _read_line(line, f"{file}:{i_line}")
        if isinstance(found, UnitLine):
            if found.id in table:
                issues.append(Issue(f"{file}:{i_line}", f"unit {found.id} is defined twice"))
            table[found.id] = found
        elif found is not None:
            issues.append(found)
    if issues:
        raise ModelError.from_issues(file, issues, "no model was loaded")
    return table
