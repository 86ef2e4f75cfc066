"""A result as the vocabulary understands it, with the arms it belongs to. The model is not asked here."""

from __future__ import annotations

from dataclasses import dataclass

from osseo.errors import InputError
from osseo.evidence import Record, Result

__all__ = ["ArmFact", "Cannot", "Fact"]


class Cannot(InputError):
    """A result cannot be expressed; the text says why, `stage` how far it came."""

    def __init__(self, reason: str, stage: str = "model") -> None:
        super().__init__(reason)
        self.stage = stage


@dataclass(frozen=True)
class ArmFact:
    """An arm in words of the vocabulary; empty or None is not said.

    site, material, additive : of a graft. detail, fixation, levels, adjuncts : of the site and the graft.
    covariates : pairs of a covariate and the share or value its people have, see `express/people.py`.
     salt : of magnesium, `none` for a placebo.
    daily_mmol, single_mmol : [mmol] elemental dose. per_day, duration_d : how often, how long.
    with_meal : whether a single dose is taken with food. meal_mmol, phytate_mmol, oxalate_mmol : of a test
        meal. diet_mmol : [mmol/d] stated food of a regimen. drug : another drug.
    added : whether the dose was added to a meal whose own magnesium is not said.
    dosed : whether a dose is stated, even if it is no number. notes : how its words were read.
    subjects : stated means of its people, as the vocabulary names them.
    route : `oral` or `iv`. infusion_d : [d] its duration.
    """

    name: str
    n: int | None = None
    site: str = ""
    material: str = ""
    additive: str = ""
    salt: str = ""
    daily_mmol: float | None = None
    single_mmol: float | None = None
    per_day: int = 1
    duration_d: float | None = None
    with_meal: bool | None = None
    meal_mmol: float | None = None
    diet_mmol: float | None = None
    phytate_mmol: float = 0.0
    oxalate_mmol: float = 0.0
    added: bool = False
    dosed: bool = False
    subjects: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    route: str = "oral"
    infusion_d: float | None = None
    drug: str = ""
    why_not: str = ""
    detail: str = ""
    fixation: str = ""
    levels: int | None = None
    adjuncts: tuple[str, ...] = ()
    covariates: tuple[tuple[str, float], ...] = ()

    @property
    def treatment(self) -> str:
        """Return the material or the salt, with what is added."""
        return "+".join(part for part in (self.material or self.salt, self.additive) if part)

    @property
    def substance(self) -> tuple[object, ...]:
        """Return all that is done to the arm, without its name and size."""
        words = (self.site, self.material, self.additive, self.salt, self.drug, self.route, self.fixation)
        words = (*words, self.levels, self.adjuncts, self.covariates)
        return (*words, self.daily_mmol, self.single_mmol, self.meal_mmol, self.phytate_mmol, self.with_meal)


@dataclass(frozen=True)
class Fact:
    """One numeric result: value, spread and time in the unit of its endpoint.

    form : `level`, `change`, `percent_change`. effect : for contrasts `difference`, `percent_difference` or
    `log_ratio` (of odds, risks, hazards or means: value and error are natural logarithms; ratio_kind says
    which). arms : one for a level, two for a contrast (first minus second).
    kind : `level`, `contrast`, or `course`: a level less that of day `from_d` in the same arm.
    baseline_d : [d] from which a change counts. group : of the endpoint. is_share : share of patients.
    """

    record: Record
    result: Result
    endpoint: str
    unit: str
    form: str
    kind: str
    effect: str
    value: float
    sd: float | None
    se: float | None
    se_from: str
    n: int | None
    time_d: float | None
    arms: tuple[ArmFact, ...]
    group: str = ""
    is_share: bool = False
    baseline_d: float | None = None
    from_d: float | None = None
    single_dose: bool = False
    derived: bool = False
    note: str = ""
    ratio_kind: str = ""

    @property
    def label(self) -> str:
        """Return the arm or contrast as written."""
        if self.kind == "course":
            return f"{self.arms[0].name}, day {self.from_d:g} to {self.time_d:g}"
        return self.result.label if not self.derived else f"{self.arms[0].name} - {self.arms[1].name}"

    @property
    def is_meta(self) -> bool:
        """Return whether the value is already pooled over studies."""
        return self.record.kind == "meta-analysis"
