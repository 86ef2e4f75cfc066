"""The plan: food first, then a supplement for what food leaves open, or nothing at all.

Safety decides first: a finding of `plan.yaml: hold` keeps the supplement back until a doctor has answered.
Days are relative to surgery; the supplement pauses before it and is asked about again after the length of
the longest trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from osseo.answer.patient.dose import choose_dose, salt_mass
from osseo.answer.patient.foods import choose_foods, vitamin_k_drug
from osseo.answer.patient.settings import load_plan_file, setting
from osseo.answer.patient.types import Dose, Eating, FoodStep, LabelReading, Plan
from osseo.answer.result import Finding
from osseo.scenario.profile.types import Profile
from osseo.scenario.types import DoseRule
from osseo.units import MG_MOLAR_MASS

__all__ = ["GENERIC", "make_plan", "plan_rules", "supplement_rules", "what_if_rules"]

GENERIC = "glycinate"
_EARLIEST_D = -180.0
_NO_DATE_D = -56.0
_NO_DIARY = "No food was written down. Write down a day of food, and this plan becomes your own."
#: kidney disease is an eGFR below this (hip_gfr499) [mL/min/1.73m2]
_KIDNEY_EGFR = 60.0


def make_plan(
    profile: Profile,
    eating: Eating,
    findings: Sequence[Finding],
    readings: Sequence[LabelReading],
    seed: int = 1,
) -> Plan:
    """Return the plan of a person whom safety did not stop."""
    days = _days(profile)
    near = setting("close_enough_frac") * eating.target
    if eating.shortfall <= near:
        return replace(days, notes=_notes_of_nothing(eating, readings))
    foods = choose_foods(profile, eating.shortfall)
    gained = sum(step.mg for step in foods)
    left = eating.shortfall - gained
    hold, conditions = _medical(findings)
    needed = left > near
    dose = None if hold or not needed else _dose(profile, eating, readings, left, seed)
    instead = None if hold or needed else _dose(profile, eating, readings, eating.shortfall, seed)
    return replace(
        days,
        kind=_kind(foods, dose, hold if needed else ""),
        foods=foods,
        food_mg=gained,
        dose=dose,
        without_food=instead if foods else None,
        hold=hold,
        conditions=conditions,
        notes=_notes(profile, eating, readings, dose),
    )


def _days(profile: Profile) -> Plan:
    """Return an empty plan with its days: start, pause, resume and stop [d], 0 is surgery."""
    until = profile.operation.days_until
    start = max(_EARLIEST_D, _NO_DATE_D if until is None else -until)
    return Plan(
        "nothing",
        start_d=start,
        pause_d=-setting("pause_before_d"),
        resume_d=setting("resume_after_d"),
        stop_d=start + setting("trial_length_d"),
    )


def _kind(foods: Sequence[FoodStep], dose: Dose | None, hold: str) -> str:
    if hold and not foods:
        return "ask first"
    if foods and dose is not None:
        return "food and supplement"
    if dose is not None:
        return "supplement"
    return "food" if foods else "ask first"


def _medical(findings: Sequence[Finding]) -> tuple[str, tuple[str, ...]]:
    """Return until when the supplement waits, and the conditions it stands under."""
    rules = [finding.rule for finding in findings]
    held, asked = load_plan_file()["hold"], load_plan_file()["condition"]
    waits = [held[rule] for rule in rules if rule in held]
    return "; and ".join(waits), tuple(asked[rule] for rule in rules if rule in asked)


def usable_reading(readings: Sequence[LabelReading]) -> LabelReading | None:
    """Return the reading a dose can be built on: only one that is sure and below the upper level."""
    if len(readings) == 1 and not readings[0].too_much:
        return readings[0]
    return None


def _dose(
    profile: Profile, eating: Eating, readings: Sequence[LabelReading], wanted: float, seed: int
) -> Dose | None:
    reading = usable_reading(readings)
    if reading is not None:
        salt, unit = profile.products[0].salt, reading.unit
        unit_mg, unit_salt = reading.unit_mg, reading.unit_salt_mg
    else:
        salt, unit, unit_mg = GENERIC, "capsule", setting("generic_unit_mg")
        unit_salt = salt_mass(unit_mg, salt)
    return choose_dose(
        profile.person,
        salt=salt,
        unit=unit,
        unit_mg=unit_mg,
        unit_salt_mg=unit_salt,
        wanted_mg=wanted,
        limit_mg=eating.limit,
        seed=seed,
    )


def _notes_of_nothing(eating: Eating, readings: Sequence[LabelReading]) -> tuple[str, ...]:
    if eating.is_cohort:
        notes = ["There is nothing to take as far as is known.", _NO_DIARY]
    else:
        notes = ["There is nothing to take, and nothing to change."]
    if readings:
        notes.append("You do not need the product in your hand for your magnesium.")
    return tuple(notes)


def _notes(
    profile: Profile, eating: Eating, readings: Sequence[LabelReading], dose: Dose | None
) -> tuple[str, ...]:
    notes = _notes_on_food(profile)
    if len(readings) > 1:
        notes.append(
            'Your label can be read in two ways, so no dose is built on it. Look for the words "of which '
            'magnesium" or "elemental" on the back, or ask your pharmacist.'
        )
    elif readings and readings[0].too_much:
        notes.append(
            f"One {readings[0].unit} of your product is above the limit of {eating.limit:.0f} mg a day, "
            "so it is not used here."
        )
    if dose is not None and usable_reading(readings) is None:
        notes.append(
            f"The dose below is for any product whose {dose.unit} holds {dose.unit_mg:.0f} mg of magnesium; "
            "read the label before you buy."
        )
    if dose is not None and dose.left_mg > setting("close_enough_frac") * eating.target:
        notes.append(
            f"This still leaves about {dose.left_mg:.0f} mg a day open, because a supplement should not pass "
            f"{eating.limit:.0f} mg a day. A dietitian can help with the rest."
        )
    if eating.is_cohort:
        notes.append(_NO_DIARY)
    return tuple(notes)


def _notes_on_food(profile: Profile) -> list[str]:
    """Return what to know before food is changed, because of kidneys or a blood thinner."""
    notes = []
    person = profile.person
    if person.kidney_disease == "yes" or (person.egfr is not None and person.egfr < _KIDNEY_EGFR):
        notes.append(
            "Foods rich in magnesium are often rich in potassium too. With your kidneys, ask your doctor "
            "or a dietitian before you change your food."
        )
    thinner = vitamin_k_drug(profile)
    if thinner:
        notes.append(f"Greens are left out: they hold vitamin K, which works against {thinner}.")
    return notes


def supplement_rules(plan: Plan, dose: Dose) -> tuple[DoseRule, ...]:
    """Return a supplement as rules of a scenario: until the pause, and from after it until the end."""
    spans = [(plan.start_d, plan.pause_d), (max(plan.resume_d, plan.start_d), plan.stop_d)]
    return tuple(
        DoseRule(
            salt=dose.salt,
            daily_mmol=dose.daily_mg / MG_MOLAR_MASS,
            times_per_day=dose.split.times,
            with_meals=dose.split.with_meals,
            start_d=start,
            stop_d=stop,
        )
        for start, stop in spans
        if start < stop
    )


def plan_rules(plan: Plan) -> tuple[DoseRule, ...]:
    """Return the plan as a regimen: the change of food all along, the supplement with its pause."""
    rules = supplement_rules(plan, plan.dose) if plan.dose is not None else ()
    if plan.food_mg <= 0:
        return rules
    food = DoseRule("food", plan.food_mg / MG_MOLAR_MASS, 3, True, plan.start_d, setting("food_until_d"))
    return (food, *rules)


def what_if_rules(plan: Plan, limit_mg: float) -> tuple[DoseRule, ...]:
    """Return a supplement at the upper level, for a person who needs none and wonders."""
    daily = limit_mg / MG_MOLAR_MASS
    rule = DoseRule(GENERIC, daily, int(setting("least_sittings")), True, plan.start_d, plan.stop_d)
    return (rule,)
