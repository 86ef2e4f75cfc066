"""One row of the food table, and the nutrients that are kept of it.

Pure data: no file is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["KEPT", "NUTRIENTS", "Food", "Measure", "Nutrient"]


@dataclass(frozen=True)
class Nutrient:
    """A nutrient as the table gives it: name, unit of its amount, words for people."""

    name: str
    unit: str
    label: str


KEPT = (
    Nutrient("magnesium", "mg", "Magnesium"),
    Nutrient("calcium", "mg", "Calcium"),
    Nutrient("phosphorus", "mg", "Phosphorus"),
    Nutrient("potassium", "mg", "Potassium"),
    Nutrient("vitamin_d", "ug", "Vitamin D (D2 + D3)"),
    Nutrient("vitamin_k1", "ug", "Vitamin K1"),
    Nutrient("menaquinone4", "ug", "Vitamin K2 (menaquinone-4)"),
    Nutrient("energy", "kcal", "Energy"),
    Nutrient("protein", "g", "Protein"),
    Nutrient("fibre", "g", "Fibre"),
)
#: every nutrient of the table, by name
NUTRIENTS: Mapping[str, Nutrient] = MappingProxyType({n.name: n for n in KEPT})


@dataclass(frozen=True)
class Food:
    """One food, per 100 g edible portion.

    Parameters
    ----------
    id : its number in the table.
    name : as the table writes it, most general word first.
    common : other names; often empty.
    group : food group of the table.
    nutrients : by name of `NUTRIENTS`: amount per 100 g [unit of the nutrient], None = not reported.
    points : by name: number of laboratory analyses behind the amount; 0 = calculated or imputed, None =
        not known (energy, protein, fibre, and what is not reported).
    """

    id: int
    name: str
    common: str
    group: str
    nutrients: Mapping[str, float | None] = field(compare=False, repr=False)
    points: Mapping[str, int | None] = field(compare=False, repr=False)

    def amount(self, nutrient: str, grams: float) -> float | None:
        """Return the amount [unit of the nutrient] in `grams` of this food; None if not reported."""
        per_100_g = self.nutrients[nutrient]
        return None if per_100_g is None else per_100_g * grams / 100.0

    def is_imputed(self, nutrient: str) -> bool | None:
        """Return whether no analysis stands behind the amount; None if that is not known."""
        points = self.points.get(nutrient)
        return None if points is None else points == 0


@dataclass(frozen=True)
class Measure:
    """A household measure of one food.

    Parameters
    ----------
    food_id : the food.
    amount : how many of the measure, usually 1.
    text : the measure, e.g. `cup, chopped`.
    grams : [g] what `amount` of it weighs.
    """

    food_id: int
    amount: float
    text: str
    grams: float

    @property
    def label(self) -> str:
        """The measure as people write it, e.g. `0.5 cup`."""
        return f"{self.amount:g} {self.text}"
