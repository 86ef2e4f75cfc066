"""What a profile is once it has been read and checked: plain frozen data.

Magnesium of a label is kept as it was written, because a label can often be read two ways; the two
readings are made here, in mg of elemental magnesium.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from osseo.scenario.types import Person, Procedure

__all__ = ["Diet", "DrugTaken", "Eaten", "Operation", "Product", "Profile"]


@dataclass(frozen=True)
class Operation:
    """The operation that is planned.

    name : osseo's word for it; label : in plain words; procedure : as a scenario has it, or None where
    osseo has no answer for this operation or graft; why_not : then, why; days_until [d] from today,
    None if no date is set; day : the date itself, ISO, or empty.
    """

    name: str
    label: str
    procedure: Procedure | None
    why_not: str = ""
    days_until: float | None = None
    day: str = ""

    @property
    def is_known(self) -> bool:
        """Whether osseo can answer for the graft."""
        return self.procedure is not None


@dataclass(frozen=True)
class Eaten:
    """One line of the diary: a food as written, and how often it is eaten [1/d].

    text : as written, `oatmeal, 1 cup`; meal : where it stands; line : in the document, 0 if unknown;
    grams : [g] a portion; food : the identity of the food in the table.
    """

    text: str
    meal: str
    per_day: float = 1.0
    line: int = 0
    grams: float = 0.0
    food: str = ""


@dataclass(frozen=True)
class Diet:
    """What is eaten and what may be suggested.

    eaten : the diary; days : [d] it covers (1 or 7), 0 without one; likes, dislikes, allergies : words;
    kind : `any`, `vegetarian` or `vegan`; meals : meal -> clock [h] where it was said.
    """

    eaten: tuple[Eaten, ...] = ()
    days: int = 0
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    kind: str = "any"
    meals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DrugTaken:
    """A drug: as named, the times of day it is taken [h], for how long [y], and where it was written."""

    name: str
    at_h: tuple[float, ...] = ()
    years: float | None = None
    line: int = 0

    @property
    def written(self) -> str:
        """Return the name with how long it has been taken, as the safety rules read it."""
        return self.name if self.years is None else f"{self.name} for {self.years:g} years"


@dataclass(frozen=True)
class Product:
    """A product in the hand.

    Parameters
    ----------
    label : as written on it, `magnesium glycinate 2,000 mg`.
    salt : of `osseo.scenario.dosing.SALTS`.
    serving, units : what the number is for: `capsule`, and how many of them.
    elemental_mg, salt_mg : (reading -> mg of magnesium, of salt) in one serving; two readings where the
        label does not say which, else one.
    servings_a_day : what the person takes now, 0 if nothing.
    """

    label: str
    salt: str
    serving: str
    units: int
    elemental_mg: dict[str, float]
    salt_mg: dict[str, float]
    servings_a_day: float = 0.0

    @property
    def is_ambiguous(self) -> bool:
        """Whether the label can be read two ways."""
        return len(self.elemental_mg) > 1

    def unit_mg(self, reading: str) -> float:
        """Return magnesium in one capsule [mg] under a reading."""
        return self.elemental_mg[reading] / self.units


@dataclass(frozen=True)
class Profile:
    """A person, as the patient page needs them.

    region : `EU` or `US`, whose limits hold; style : `british` or `american` units and dates; name : what
    they want to be called, may be empty; person : as in a scenario, drugs and intake filled in; today : ISO
    date the page is made.
    """

    person: Person
    operation: Operation
    diet: Diet
    drugs: tuple[DrugTaken, ...] = ()
    products: tuple[Product, ...] = ()
    region: str = "EU"
    style: str = "british"
    name: str = ""
    today: str = ""
    source: str = ""
