"""What a scenario is, once it has been read and checked: plain frozen data in house units.

`door.py` makes these from YAML; study records and Python make them directly. Nothing here simulates.
Day 0 is surgery. Magnesium amounts are elemental.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["DoseRule", "Person", "Procedure", "Scenario"]


@dataclass(frozen=True)
class Person:
    """What is known of the person; None is a blank, to be drawn from its cohort.

    age_y [y]; sex `female` or `male`; kidney_disease `yes`, `no` or `unknown`; egfr [mL/min/1.73m2];
    weight_kg [kg]; serum_mg [mmol/L], total, habitual; mg_intake [mmol/d], from food;
    urine_mg [mmol/d]; vitamin_d [nmol/L] of 25-hydroxyvitamin D. `conditions` and `drugs` are words as
    written; the safety rules know most of them.
    """

    age_y: float
    sex: str
    kidney_disease: str = "unknown"
    egfr: float | None = None
    weight_kg: float | None = None
    serum_mg: float | None = None
    mg_intake: float | None = None
    urine_mg: float | None = None
    vitamin_d: float | None = None
    smoker: bool | None = None
    diabetes: bool | None = None
    conditions: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """The operation: a site known to `osseo.site`, a graft material or `none`, and its size.

    size_mm [mm]: what the site calls its size, e.g. graft height of a sinus lift; None takes the site's own.
    adjuncts are names of what is added to the graft; fixation is a named way to hold the site, empty for its
    default; levels is the number of levels (of the spine) or segments treated at once.
    """

    site: str
    material: str
    size_mm: float | None = None
    adjuncts: tuple[str, ...] = ()
    fixation: str = ""
    levels: int = 1

    def __post_init__(self) -> None:
        # a list of adjuncts would make procedures that cannot be looked up
        given = (self.adjuncts,) if isinstance(self.adjuncts, str) else tuple(self.adjuncts)
        object.__setattr__(self, "adjuncts", given)


@dataclass(frozen=True)
class DoseRule:
    """One line of a regimen.

    Parameters
    ----------
    salt : `glycinate`, `citrate`, `oxide`, `sulfate`, `chloride` or `food`.
    daily_mmol : [mmol/d] elemental magnesium a day, split over `times_per_day`; for a single dose
        (`single`) or an infusion the whole dose [mmol].
    with_meals : the doses ride on the meals; otherwise each is a sitting of its own.
    start_d, stop_d : [d], stop is exclusive; a single dose is given at start_d.
    route : `oral` or `iv`; iv is an infusion over `duration_d`.
    written : the dose as the user wrote it, for reports.
    """

    salt: str
    daily_mmol: float
    times_per_day: int = 1
    with_meals: bool = True
    start_d: float = 0.0
    stop_d: float = 0.0
    single: bool = False
    route: str = "oral"
    duration_d: float = 0.0
    written: str = ""


@dataclass(frozen=True)
class Scenario:
    """A question ready to be simulated.

    `reading` says how an ambiguous dose was read (`elemental`, `salt` or empty when it was said).
    `raw` is the document as read, for reports; `hash` changes whenever anything that moves a number does.
    """

    question: str
    person: Person
    procedure: Procedure
    regimen: tuple[DoseRule, ...]
    comparator: tuple[DoseRule, ...] = ()
    visits_d: tuple[float, ...] = ()
    endpoints: tuple[str, ...] = ()
    margins: Mapping[str, float] = field(default_factory=dict)
    reading: str = ""
    source: str = ""
    raw: Mapping[str, object] = field(default_factory=dict)
    hash: str = ""
