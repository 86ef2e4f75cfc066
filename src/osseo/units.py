"""House units, and the only place where a unit written by a person becomes a plain float.

Inside osseo every number is a float in house units: d, mmol (cytokines, hormones pmol), L, mm, g,
mmol/L. pint is imported on first use, because `osseo --help` must stay fast.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from osseo.errors import UnitError

__all__ = [
    "HOUSE_UNITS",
    "MG_MOLAR_MASS",
    "convert",
    "is_same_dimension",
    "parse_quantity",
    "registry",
]

HOUSE_UNITS = {
    "time": "d",
    "amount": "mmol",
    "volume": "L",
    "length": "mm",
    "mass": "g",
    "concentration": "mmol/L",
    "dimensionless": "1",
}

#: molar mass of magnesium [mg/mmol] (digest mg-pk: 1 mmol = 24.305 mg)
MG_MOLAR_MASS = 24.305

_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


@cache
def registry() -> Any:
    """Return the one pint registry, with the few names people write that pint lacks."""
    import pint

    ureg = pint.UnitRegistry()
    ureg.define("y = 365.25 * day")
    ureg.define("wk = 7 * day")
    ureg.define("mo = 30.4375 * day")
    return ureg


def _unit(text: str) -> Any:
    text = text.strip()
    if text in {"", "1", "-", "dimensionless"}:
        return registry().dimensionless
    if text == "%":
        return registry().percent
    try:
        return registry().Unit(text)
    except Exception as error:  # pint raises several unrelated classes here
        raise UnitError(f"unknown unit {text!r}; write e.g. mg, mmol/L, d, mL/min") from error


def is_same_dimension(unit: str, other: str) -> bool:
    """Return whether two units measure the same thing.

    Examples
    --------
    >>> is_same_dimension("mmol/h", "mmol/d"), is_same_dimension("mg", "mmol")
    (True, False)
    """
    return _unit(unit).dimensionality == _unit(other).dimensionality


def convert(value: float, unit: str, to: str) -> float:
    """Convert a value between units of the same dimension.

    Raises
    ------
    UnitError : if the dimensions differ.

    Examples
    --------
    >>> round(convert(1.0, "mmol/h", "mmol/d"), 9)
    24.0
    """
    a, b = _unit(unit), _unit(to)
    if a.dimensionality != b.dimensionality:
        raise UnitError(f"got {unit!r}, expected a unit like {to!r}")
    return float(registry().Quantity(value, a).to(b).magnitude)


def parse_quantity(text: object, to: str, example: str = "") -> float:
    """Read a quantity as people write it, `58 y` or `400 mg`, and return it in unit `to`.

    A bare number is refused unless `to` is dimensionless: the unit is part of what was said.

    Raises
    ------
    UnitError : no number, no unit, or a unit of another dimension.

    Examples
    --------
    >>> parse_quantity("2 wk", "d")
    14.0
    """
    hint = f", e.g. {example}" if example else ""
    match = _NUMBER.match(str(text))
    if match is None:
        raise UnitError(f"got {text!r}; expected a number with a unit like {to}{hint}")
    number, unit = match.groups()
    if unit == "" and to not in {"", "1", "dimensionless"}:
        raise UnitError(f"got {text!r} without a unit; expected a unit like {to}{hint}")
    try:
        return convert(float(number), unit, to)
    except UnitError:
        raise UnitError(f"got {text!r}; expected a unit like {to}{hint}") from None
