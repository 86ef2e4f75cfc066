"""Magnesium results as people under a regimen: arms and time -> draws of the study mean.

Both arms of a contrast hold the same virtual people, so the difference is that of the regimen alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from osseo.answer.predict.express.body_run import BODY_READINGS, BodyArm, Meal
from osseo.answer.predict.express.expressed import KIND_WORDS, Expressed
from osseo.answer.predict.express.subjects import Subjects, read_subjects
from osseo.answer.predict.fact import ArmFact, Cannot, Fact
from osseo.observe.noise import BodyError, body_error
from osseo.observe.serum import observed_serum
from osseo.parameters import load_parameters
from osseo.population.cohort import load_cohorts
from osseo.scenario.dosing import SALTS
from osseo.scenario.types import DoseRule
from osseo.units import MG_MOLAR_MASS

__all__ = ["BODY_ENDPOINTS", "express_body"]

#: endpoint of the vocabulary -> reading of `BODY_READINGS` by form, factor from its unit to the endpoint's
BODY_ENDPOINTS: dict[str, dict[str, tuple[str, float]]] = {
    "serum_total": {"level": ("serum_total", 1.0)},
    "serum_ionised": {"level": ("serum_ionised", 1.0)},
    "urine_24h": {"level": ("urine_24h", 1.0), "percent_change": ("urine_gain_pct", 1.0)},
    "fractional_absorption": {"level": ("fractional_absorption", 1.0)},
    "serum_peak": {"level": ("serum_peak", 1.0)},
    "serum_ionised_peak": {"level": ("ionised_peak", 1.0)},
    "serum_peak_rise": {
        "level": ("serum_peak_rise", 1.0),
        "change": ("serum_peak_rise", 1.0),
        "percent_change": ("serum_peak_rise_pct", 1.0),
    },
    "serum_auc_rise": {
        "level": ("serum_area_rise_6h", 24.0),
        "percent_change": ("serum_mean_rise_12h_pct", 1.0),
    },
    "serum_ionised_auc": {"level": ("ionised_area_rise", 24.0)},
    "mg_balance": {"level": ("mg_balance", 1.0)},
    "tubular_maximum": {"level": ("tubular_maximum", 1.0)},
}
#: readings that need one dose at time 0
_ONE_DOSE = (
    "fractional_absorption",
    "serum_peak",
    "ionised_peak",
    "serum_peak_rise",
    "serum_peak_rise_pct",
    "serum_area_rise_6h",
    "ionised_area_rise",
    "serum_mean_rise_12h_pct",
)
#: highest values and areas over noisy samples: noise lifts them, a placebo arm takes that out again
_LIFTED = ("serum_peak", "serum_ionised_peak", "serum_peak_rise", "serum_auc_rise", "serum_ionised_auc")
#: absorption read off the increment of urine, which misses what is retained
_BY_URINE = "fractional_absorption_urinary_increment"
#: salts the model has no factor for, and what they are read as
_READ_AS = {
    **dict.fromkeys(
        ("acetate", "lactate", "aspartate", "gluconate", "pidolate", "glycerophosphate"), "chloride"
    ),
    **dict.fromkeys(("mineral_water", "isotope_solution"), "chloride"),
    "oxide_effervescent": "citrate",
    "hydroxide": "oxide",
    "hydroxide_slow_release": "oxide",
    "sulfate_iv": "sulfate",
}
_UNKNOWN_SALT = "chloride"
#: [mmol] test meal of a dose that was added to a meal whose own magnesium is not said: the meal with which
#: magnesium_gut.absorption_half was chosen (decision 0182)
_TEST_MEAL = 1.48
#: [d] length of an injection by vein whose length is not said
_INJECTION = 5 / 1440
_ENOUGH = 28.0
_MEALS = 3
_PERCENT = 100.0


def _salt(arm: ArmFact, notes: list[str]) -> str:
    if arm.salt in SALTS:
        return arm.salt
    if arm.salt in _READ_AS:
        notes.append(f"{arm.salt} read as {_READ_AS[arm.salt]}")
        return _READ_AS[arm.salt]
    if arm.salt:
        raise Cannot(f"the model has no salt {arm.salt}")
    notes.append(f"salt of {arm.name or 'the arm'} not said or mixed: a soluble one taken ({_UNKNOWN_SALT})")
    return _UNKNOWN_SALT


def _habitual(subjects: Subjects) -> float:
    """Return the mean habitual intake [mmol/d] of the cohort, by sex share."""
    if subjects.mg_intake is not None:
        return subjects.mg_intake
    law = load_cohorts()["mg_intake"].by_sex
    share = 0.5 if subjects.male_share is None else subjects.male_share
    return (share * law["male"][0] + (1 - share) * law["female"][0]) / MG_MOLAR_MASS


def _single(arm: ArmFact, notes: list[str], subjects: Subjects) -> tuple[tuple[DoseRule, ...], Meal | None]:
    """Return the rules of one dose and the meal it is taken with (None: fasting)."""
    dose = arm.single_mmol or 0.0
    meal = Meal(arm.meal_mmol or 0.0, arm.phytate_mmol) if arm.meal_mmol else None
    if arm.added:
        notes.append(f"magnesium of the test meal not said, {_TEST_MEAL} mmol taken (decision 0182)")
        meal = Meal(_TEST_MEAL)
    elif meal is None and arm.with_meal:
        notes.append("magnesium of the meal not said: a third of the day's food")
        meal = Meal(_habitual(subjects) / _MEALS)
    if meal is None and arm.with_meal is None:
        notes.append("not said whether with food: fasting")
    if dose == 0.0:
        return (), meal
    rule = DoseRule(_salt(arm, notes), dose, single=True, with_meals=bool(meal))
    return (rule,), meal


def _no_dose(arm: ArmFact) -> str:
    why = f" ({arm.why_not})" if arm.why_not else ""
    return f"the dose of {arm.name or 'the arm'} is not said as one amount{why}"


def _by_vein(arm: ArmFact, notes: list[str]) -> tuple[DoseRule, ...]:
    if arm.single_mmol is None:
        raise Cannot("the dose by vein is not one number", "arm")
    if arm.infusion_d is None:
        notes.append("length of the injection not said, 5 minutes taken")
    length = arm.infusion_d or _INJECTION
    return (DoseRule("sulfate", arm.single_mmol, single=True, route="iv", duration_d=length),)


def _daily(arm: ArmFact, stop: float, notes: list[str], subjects: Subjects) -> tuple[DoseRule, ...]:
    """Return the rules of a daily dose; a stated amount of food replaces the habitual diet."""
    if arm.salt == "none" or arm.daily_mmol == 0:
        return ()
    if arm.daily_mmol is None:
        if arm.salt in ("", "food") and not arm.dosed:
            return ()
        raise Cannot(_no_dose(arm), "arm")
    if arm.salt != "food":
        n = arm.per_day
        return (DoseRule(_salt(arm, notes), arm.daily_mmol, n, True, 0.0, stop),)
    return (DoseRule("food", arm.daily_mmol - _habitual(subjects), 3, True, 0.0, stop),)


def _diet_rules(arm: ArmFact, stop: float, subjects: Subjects) -> tuple[DoseRule, ...]:
    """Return what replaces the habitual diet where the record states the food beside a supplement."""
    if arm.diet_mmol is None:
        return ()
    return (DoseRule("food", arm.diet_mmol - _habitual(subjects), 3, True, 0.0, stop),)


def _arm(fact: Fact, arm: ArmFact, reading: str, day: float, notes: list[str], seed: int) -> BodyArm:
    subjects = read_subjects(fact.record, arm.name, dict(arm.subjects))
    if subjects.refused:
        raise Cannot(subjects.refused)
    if arm.drug:
        raise Cannot(f"{arm.drug} has no mechanism in the model")
    if arm.oxalate_mmol:
        raise Cannot("oxalate of a meal has no mechanism in the model")
    if reading == "tubular_maximum" or (fact.time_d is not None and fact.time_d <= 0):
        return BodyArm(subjects, (), None, seed)  # habitual life, before any dose
    if arm.route == "iv":
        return BodyArm(subjects, _by_vein(arm, notes), None, seed)
    one_dose = reading in _ONE_DOSE or arm.single_mmol is not None
    if one_dose:
        if arm.single_mmol is None and arm.salt not in ("none",) and not arm.meal_mmol:
            raise Cannot(_no_dose(arm), "arm")
        rules, meal = _single(arm, notes, subjects)
        return BodyArm(subjects, rules, meal, seed)
    stop = max(day, arm.duration_d or 0.0) + 1.0
    if arm.diet_mmol is not None or (arm.salt == "food" and arm.daily_mmol):
        subjects = replace(subjects, mg_intake=None)  # what is stated is the study's diet, not their habit
    rules = _daily(arm, stop, notes, subjects) + _diet_rules(arm, stop, subjects)
    if any(rule.salt == "food" for rule in rules):
        notes.append("the stated diet replaces the cohort's mean intake")
        subjects = replace(subjects, mg_intake=_habitual(subjects))
    return BodyArm(subjects, rules, None, seed)


def _day(fact: Fact, notes: list[str]) -> float:
    if fact.time_d is not None:
        return max(fact.time_d, 0.0)
    spans = [arm.duration_d for arm in fact.arms if arm.duration_d]
    if spans:
        return max(spans)
    if fact.single_dose:
        return 1.0
    if any(arm.daily_mmol for arm in fact.arms):
        notes.append(f"time not given, day {_ENOUGH:g} taken")
        return _ENOUGH
    return 0.0


def _check_lifted(fact: Fact) -> None:
    names = {str(arm.regimen.get("salt", "")) for arm in fact.record.arms}
    if fact.endpoint in _LIFTED and fact.kind == "level" and "none" in names:
        raise Cannot("a highest value or area over samples is lifted by noise; only its contrast is read")


def _change(values: list[np.ndarray], fact: Fact, base: Callable[[int], np.ndarray]) -> list[np.ndarray]:
    """Return levels as changes from the people's own habitual level, where the result is one."""
    if fact.form == "level" or fact.endpoint not in ("serum_total", "serum_ionised", "urine_24h"):
        return values
    changed = [v - base(i) for i, v in enumerate(values)]
    if fact.form == "percent_change":
        changed = [_PERCENT * c / base(i) for i, c in enumerate(changed)]
    return changed


def express_body(fact: Fact, seed: int) -> Expressed:
    """Return draws of what the model expects of a magnesium result.

    Raises
    ------
    Cannot : the people, the dose or the measurement is not in the model, or not said.
    """
    forms = BODY_ENDPOINTS[fact.endpoint]
    key = fact.form if fact.form in forms else "level"
    reading, factor = forms[key]
    if fact.result.measure == _BY_URINE:
        reading = "urine_gain_of_dose_pct"
    _check_lifted(fact)
    notes: list[str] = []
    day = _day(fact, notes)
    arms = [_arm(fact, arm, reading, day, notes, seed) for arm in fact.arms]
    if reading in _ONE_DOSE and not any(a.rules or a.meal for a in arms):
        raise Cannot("the arm has no dose", "arm")
    read = BODY_READINGS[reading][0]
    values = [_seen(fact, _value(read, arm, reading, day), reading, fact.time_d) * factor for arm in arms]
    if fact.kind == "course":
        before = _value(read, arms[0], reading, max(fact.from_d or 0.0, 0.0))
        values.append(_seen(fact, before, reading, fact.from_d) * factor)
    if key == "level":
        values = _change(values, fact, lambda i: read(replace(arms[i], rules=()), day))
    return _combined(fact, values, arms, tuple(dict.fromkeys(notes)))


def _seen(fact: Fact, values: np.ndarray, reading: str, day: float | None) -> np.ndarray:
    """Return what a laboratory reports around surgery: infused fluid dilutes serum for some days."""
    site = fact.arms[0].site
    if reading not in ("serum_total", "serum_ionised") or not site or day is None:
        return values
    if f"observe.dip_{site}" not in load_parameters("observe"):
        return values
    return observed_serum(values[..., None], np.array([day]), site, ionised=reading != "serum_total")[..., 0]


def _value(read, arm: BodyArm, reading: str, day: float) -> np.ndarray:
    """Return (n_draws, n_people); an arm without a dose has no rise."""
    if reading in ("serum_peak", "ionised_peak") and not arm.rules:
        name = "serum_total" if reading == "serum_peak" else "serum_ionised"
        return BODY_READINGS[name][0](arm, 0.0)
    if reading == "fractional_absorption" and not arm.rules and not (arm.meal and arm.meal.magnesium):
        raise Cannot("an arm without magnesium absorbs no share of it", "arm")
    if reading in _ONE_DOSE and reading != "fractional_absorption" and not arm.rules:
        return np.zeros((1, 1))
    return read(arm, day)


def _error_of(fact: Fact) -> BodyError:
    """Return the error of measuring; percent changes of levels are left without one."""
    relative = fact.form == "percent_change" or fact.effect == "percent_difference"
    return BodyError() if relative else body_error(fact.endpoint)


def _measured(spread: tuple[float, ...], values: list[np.ndarray], error: BodyError) -> tuple[float, ...]:
    """Return SDs between subjects as measured; a paired difference holds the error of both its values."""
    noise = [np.hypot(error.subject, error.subject_share * float(np.mean(v))) for v in values]
    if len(spread) < len(values):
        noise = [float(np.sqrt(np.sum(np.square(noise))))]
    return tuple(float(np.hypot(sd, n)) for sd, n in zip(spread, noise, strict=True))


def _shared(draws: np.ndarray, values: list[np.ndarray], error: BodyError) -> float:
    """Return what all subjects share: a scale multiplies differences too, an offset cancels in them."""
    offset = error.shared if len(values) == 1 else 0.0
    return float(np.hypot(offset, error.shared_share * np.mean(draws)))


def _combined(fact: Fact, values: list[np.ndarray], arms: list[BodyArm], notes: tuple[str, ...]) -> Expressed:
    paired = len(values) > 1 and fact.record.kind == "crossover"
    if fact.effect == "percent_difference" and len(values) > 1:
        draws = _PERCENT * (values[0].mean(axis=1) / values[1].mean(axis=1) - 1.0)
        spread = (float(_PERCENT * (values[0] / values[1] - 1.0).std(axis=1).mean()),)
    elif len(values) > 1:
        difference = values[0] - values[1]
        draws = difference.mean(axis=1)
        both = tuple(float(v.std(axis=1).mean()) for v in values)
        spread = (float(difference.std(axis=1).mean()),) if paired else both
    else:
        draws = values[0].mean(axis=1)
        spread = (float(values[0].std(axis=1).mean()),)
    error = _error_of(fact)
    return Expressed(
        draws=np.atleast_1d(draws),
        patient_sds=_measured(spread, values, error),
        domain=_domain(fact),
        notes=notes,
        paired=paired,
        people=_people(arms[0].subjects),
        fits_unit=fact.unit,
        true_sds=spread,
        shared_sd=_shared(np.asarray(draws), values, error),
    )


def _domain(fact: Fact) -> str:
    if fact.endpoint == "fractional_absorption":
        what = "magnesium absorption"
    elif fact.endpoint in _LIFTED or fact.single_dose:
        what = "magnesium, one dose"
    elif fact.endpoint == "mg_balance":
        what = "magnesium balance"
    else:
        what = "magnesium in serum and urine"
    return f"{what}, {KIND_WORDS[fact.kind]}"


def _people(subjects: Subjects) -> str:
    parts = []
    if subjects.age is not None:
        parts.append(f"age {subjects.age:.0f}")
    if subjects.male_share is not None:
        parts.append(f"{subjects.male_share:.0%} men")
    parts += [word for word in subjects.said if word not in ("age", "male_share")]
    said = ", ".join(parts) or "nothing said of them"
    return f"{said}; the rest drawn from cohorts"
