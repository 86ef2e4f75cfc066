"""What a person eats and needs: the diary through `osseo.nutrition`, or what people like them eat."""

from __future__ import annotations

from osseo.answer.patient.types import Eating, OtherNutrient
from osseo.nutrition.food import NUTRIENTS
from osseo.nutrition.gap import gap, usual_intake
from osseo.nutrition.intake import Entry, Intake, intake
from osseo.nutrition.needs import Needs, needs
from osseo.nutrition.others import OTHERS, NutrientGap, other_gap
from osseo.nutrition.table import load_food
from osseo.scenario.profile.types import Profile
from osseo.units import MG_MOLAR_MASS

__all__ = ["eating_of", "magnesium_limit"]

_TOLD = ("phosphorus", "potassium")
_MEALS_A_DAY = 3
_BREAST = ("breast-feeding", "breastfeeding", "lactating")


def _needs_of(profile: Profile) -> Needs:
    person = profile.person
    feeding = any(word in text for text in person.conditions for word in _BREAST)
    return needs(person.age_y, person.sex, profile.region, breastfeeding=feeding and person.sex == "female")


def magnesium_limit(profile: Profile) -> float:
    """Return the upper level for magnesium in supplements where the person lives [mg/d]."""
    return float(_needs_of(profile).value("magnesium", "UL_supplemental") or 0.0)


def eating_of(profile: Profile) -> Eating:
    """Return what a person eats and needs of magnesium, and what is missing, with its uncertainty.

    Without a diary a stated intake is taken as it is; without that, what people of this sex eat.
    """
    needed = _needs_of(profile)
    if profile.diet.eaten:
        return _from_diary(profile, needed)
    target = needed.target("magnesium")
    said = profile.person.mg_intake
    if said is not None:
        low = usual = high = said * MG_MOLAR_MASS
        source = "the intake you gave"
    else:
        law = usual_intake(0.0, profile.person.sex, 1.0)
        low, usual, high = (law.quantile(p) for p in (0.05, 0.5, 0.95))
        source = "no food was written down, so this is what people of your sex eat"
    aim = float(target.value or 0.0)
    return Eating(
        usual=usual,
        low=low,
        high=high,
        target=aim,
        kind=target.kind,
        limit=magnesium_limit(profile),
        records=_records(needed),
        missing=(max(0.0, aim - high), max(0.0, aim - usual), max(0.0, aim - low)),
        source=source,
        gaps=_gaps(None, needed, 1.0),
    )


def _gaps(eaten: Intake | None, needed: Needs, n_days: float) -> tuple[NutrientGap, ...]:
    return tuple(other_gap(name, eaten, needed, n_days) for name in OTHERS)


def _records(needed: Needs) -> tuple[str, ...]:
    rows = [row for row in needed.rows if row.value is not None]
    return tuple(dict.fromkeys(row.record for row in rows if row.record))


def _entries(profile: Profile) -> list[Entry]:
    return [
        Entry(load_food(line.food), line.grams, "day", line.per_day, line.meal) for line in profile.diet.eaten
    ]


def _from_diary(profile: Profile, needed: Needs) -> Eating:
    eaten = intake(_entries(profile))
    found = gap(eaten, needed, float(profile.diet.days))
    total = eaten.totals["magnesium"]
    low, usual, high = found.usual
    return Eating(
        usual=usual,
        low=low,
        high=high,
        target=float(found.target.value or 0.0),
        kind=found.target.kind,
        limit=magnesium_limit(profile),
        records=_records(needed),
        missing=found.missing or (0.0, 0.0, 0.0),
        diary=found.reported,
        imputed_frac=total.imputed_share,
        days=profile.diet.days,
        lines=_lines(profile),
        others=tuple(_told(name, eaten) for name in _TOLD),
        gaps=_gaps(eaten, needed, float(profile.diet.days)),
        phytate_mmol=sum(part.value for part in eaten.phytate.values()) / _MEALS_A_DAY,
        source="your diary, drawn towards what people of your sex eat because it is short",
        notes=found.notes,
    )


def _lines(profile: Profile) -> tuple[tuple[str, str, float], ...]:
    rows = []
    for line in profile.diet.eaten:
        food = load_food(line.food)
        rows.append((line.text, food.name, food.amount("magnesium", line.grams * line.per_day) or 0.0))
    return tuple(rows)


def _told(name: str, eaten: Intake) -> OtherNutrient:
    total = eaten.totals[name]
    return OtherNutrient(NUTRIENTS[name].label, total.unit, total.value, total.imputed_share)
