"""What a patient page says, as data. Every figure was computed; nothing is formatted for a page yet."""

from __future__ import annotations

from dataclasses import dataclass

from osseo.answer.result import EndpointRow, Finding, Interval, LadderRung
from osseo.nutrition.day import Collision, Schedule
from osseo.nutrition.others import NutrientGap
from osseo.scenario.profile.types import Profile
from osseo.scenario.types import Scenario

__all__ = [
    "Change",
    "Crowd",
    "Dose",
    "Eating",
    "FoodStep",
    "LabelReading",
    "OtherNutrient",
    "Partner",
    "PatientPage",
    "Plan",
    "Split",
]


@dataclass(frozen=True)
class OtherNutrient:
    """A nutrient of the diary that is only told, a day: amount and imputed part."""

    label: str
    unit: str
    amount: float
    imputed_frac: float


@dataclass(frozen=True)
class Eating:
    """Magnesium eaten and needed [mg/d].

    usual : best guess of habitual intake, between `low` and `high` (90 %); diary : the sum of what was
    written, None without one; target : what to aim at, `kind` (RDA or AI) says which; limit : upper level
    for supplements; imputed_frac : share of the diary that rests on values nobody measured; missing :
    (5 %, median, 95 %) from usual to target; days : of the diary; lines : (as written, food of the table,
    mg a day); others : nutrients that are only told; gaps : calcium, vitamins D and K1 against
    their needs; phytate_mmol : in an average meal, None if not
    known; source : whose intake it is.
    """

    usual: float
    low: float
    high: float
    target: float
    kind: str
    limit: float
    records: tuple[str, ...]
    missing: tuple[float, float, float]
    diary: float | None = None
    imputed_frac: float = 0.0
    days: int = 0
    lines: tuple[tuple[str, str, float], ...] = ()
    others: tuple[OtherNutrient, ...] = ()
    gaps: tuple[NutrientGap, ...] = ()
    phytate_mmol: float | None = None
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_cohort(self) -> bool:
        """Whether this is what people of the same sex eat, for want of anything said."""
        return self.diary is None and self.low < self.high

    @property
    def shortfall(self) -> float:
        """Return what is missing a day [mg], best guess, 0 if nothing."""
        return self.missing[1]


@dataclass(frozen=True)
class FoodStep:
    """One change of food a day: a portion added, or one food in place of another.

    food : plain name; portion : in household words; grams [g]; mg : magnesium gained [mg/d]; instead_of :
    the diary line it replaces, or empty; liked : the person said so; note : what else to know.
    """

    food: str
    portion: str
    grams: float
    mg: float
    instead_of: str = ""
    liked: bool = False
    note: str = ""


@dataclass(frozen=True)
class Split:
    """A day's supplement taken in `times` sittings: what of it the model lets in [mg/d], as mean."""

    times: int
    with_meals: bool
    absorbed_mg: float


@dataclass(frozen=True)
class Dose:
    """A supplement in plain units.

    units_at : capsules at each sitting, first the largest; unit_mg, unit_salt_mg : magnesium and salt in
    one; daily_mg : magnesium a day; split : the split chosen; others : the splits compared; left_mg :
    still missing a day; above_limit : whether the daily dose passes the upper level.
    """

    salt: str
    unit: str
    unit_mg: float
    unit_salt_mg: float
    units_at: tuple[int, ...]
    daily_mg: float
    split: Split
    others: tuple[Split, ...]
    left_mg: float
    above_limit: bool = False

    @property
    def units_a_day(self) -> int:
        """Return the capsules a day."""
        return sum(self.units_at)


@dataclass(frozen=True)
class LabelReading:
    """One reading of a label: magnesium and salt in one capsule [mg], and what that would mean.

    text : the label in plain words; verdict : what follows from it; now_mg : what the person takes a day
    under it [mg]; too_much : one capsule alone passes the upper level.
    """

    reading: str
    unit: str
    unit_mg: float
    unit_salt_mg: float
    text: str
    verdict: str
    now_mg: float = 0.0
    too_much: bool = False


@dataclass(frozen=True)
class Plan:
    """What to eat and what to take.

    kind : `nothing`, `food`, `food and supplement`, `supplement` or `ask first`. Days are relative to
    surgery: start_d today; pause_d to resume_d no supplement; stop_d ask again. without_food : the dose
    for somebody who cannot make the changes of food.
    """

    kind: str
    foods: tuple[FoodStep, ...] = ()
    food_mg: float = 0.0
    dose: Dose | None = None
    without_food: Dose | None = None
    start_d: float = 0.0
    pause_d: float = 0.0
    resume_d: float = 0.0
    stop_d: float = 0.0
    hold: str = ""
    conditions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partner:
    """Calcium, vitamin D or K2: what to do, what evidence says, how it meets magnesium."""

    name: str
    do: str
    evidence: str
    together: str
    grade: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class Crowd:
    """Of 100 people like this one: how many gain, lose, or see no difference that matters."""

    better: int
    worse: int
    same: int
    label: str
    unit: str
    visit_d: float | None
    margin: float


@dataclass(frozen=True)
class Change:
    """What the plan could change.

    regimen : in words; is_what_if : the plan is to take nothing and this shows a supplement at the upper
    level instead; rows : graft rows that matter, empty where osseo cannot answer (`why_not`); serum and
    urine : on the day of surgery and later; days_to_reach : [d] from the start until serum has made nine
    tenths of its change, None if it hardly changes.
    """

    regimen: str
    is_what_if: bool
    serum: tuple[EndpointRow, ...] = ()
    urine: tuple[EndpointRow, ...] = ()
    serum_change: Interval | None = None
    days_to_reach: float | None = None
    rows: tuple[EndpointRow, ...] = ()
    sentence: str = ""
    crowds: tuple[Crowd, ...] = ()
    why_not: str = ""
    grade: str = ""
    ladder: tuple[LadderRung, ...] = ()
    n_draws: int = 0
    n_failed: int = 0
    scenario: Scenario | None = None


@dataclass(frozen=True)
class PatientPage:
    """One page: safety first; where it is stopped there is no plan, no schedule and no change."""

    profile: Profile
    safety: tuple[Finding, ...]
    stopped: bool
    readings: tuple[LabelReading, ...] = ()
    eating: Eating | None = None
    plan: Plan | None = None
    schedule: Schedule | Collision | None = None
    times_kept: bool = True
    unplaced: tuple[str, ...] = ()
    partners: tuple[Partner, ...] = ()
    change: Change | None = None
    questions: tuple[str, ...] = ()
    stop_rules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    evidence: tuple[str, ...] = ()
    seed: int = 1
    version: str = ""
