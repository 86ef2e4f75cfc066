"""Food first: which small changes of a day's food close the gap, within likes, dislikes and allergies.

Candidates are data (`foods.yaml`); what they hold comes from the food table. All sets of up to three
changes are compared, so the choice is the best of its kind and not the first that fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

from osseo.answer.patient.settings import setting
from osseo.answer.patient.types import FoodStep
from osseo.files import parse_yaml
from osseo.nutrition.drugs import sort_drugs
from osseo.nutrition.table import load_food, measures
from osseo.scenario.profile.types import Diet, Profile

__all__ = ["candidate_grams", "candidates", "choose_foods", "possible_steps", "vitamin_k_drug"]

_RANK = {"any": 0, "vegetarian": 1, "vegan": 2}
#: worth of a liked food, and cost of each change, in mg of gap left; assumed: they only order equal plans
_LIKED_MG, _STEP_MG, _ENERGY_MG_PER_KCAL = 25.0, 20.0, 0.06


@cache
def candidates() -> Mapping[str, Any]:
    """Return the foods a plan may suggest, and the notes that go with them."""
    text = files("osseo.answer.patient").joinpath("foods.yaml").read_text(encoding="utf-8")
    return parse_yaml(text)


def candidate_grams(entry: Mapping[str, Any]) -> float:
    """Return what the portion of a food to add weighs [g], by the table's own measure."""
    found = [m for m in measures(entry["food"]) if m.text == entry["measure"]]
    return found[0].grams / found[0].amount * float(entry["times"])


def _hits(entry: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Whether any word of a person means this food, in singular or plural."""
    own = {word.removesuffix("s") for word in [*entry["words"], entry["name"].lower()]}
    return any(word.lower().removesuffix("s") in own for word in words)


def _is_allowed(entry: Mapping[str, Any], diet: Diet) -> bool:
    if _RANK[entry["diet"]] < _RANK[diet.kind]:
        return False
    return not _hits(entry, (*diet.allergies, *diet.dislikes))


def _gain(food: int, grams: float) -> float:
    return load_food(food).amount("magnesium", grams) or 0.0


def possible_steps(profile: Profile) -> tuple[FoodStep, ...]:
    """Return every change this person could make, with what it gains [mg/d]."""
    diet = profile.diet
    eaten = {line.food for line in diet.eaten}
    steps = [
        _addition(entry, profile)
        for entry in candidates()["add"]
        if _is_allowed(entry, diet)
        and str(entry["food"]) not in eaten
        and not _has_too_much_k(entry, profile)
    ]
    for line in diet.eaten:
        for entry in candidates()["swap"]:
            name = load_food(line.food).name.lower()
            if _is_allowed(entry, diet) and all(word in name for word in entry["from"]):
                steps.append(_swap(entry, line, diet))
    return tuple(step for step in steps if step.mg >= setting("small_step_mg"))


def vitamin_k_drug(profile: Profile) -> str:
    """Return the first drug that vitamin K works against, or nothing."""
    known, _ = sort_drugs([drug.name for drug in profile.drugs])
    return next((drug.text for drug in known if "vitamin_k_antagonist" in drug.classes), "")


def _has_too_much_k(entry: Mapping[str, Any], profile: Profile) -> bool:
    if not vitamin_k_drug(profile):
        return False
    amount = load_food(entry["food"]).amount("vitamin_k1", candidate_grams(entry))
    if amount is None:  # greens whose vitamin K nobody measured are greens all the same
        return "greens" in entry["words"]
    return amount > setting("vitamin_k_most_ug")


def _addition(entry: Mapping[str, Any], profile: Profile) -> FoodStep:
    grams = candidate_grams(entry)
    portion = entry["us"] if profile.style == "american" else entry["eu"]
    return FoodStep(
        food=entry["name"],
        portion=portion,
        grams=grams,
        mg=_gain(entry["food"], grams),
        liked=_hits(entry, profile.diet.likes),
        note=_note(entry),
    )


def _swap(entry: Mapping[str, Any], line: Any, diet: Diet) -> FoodStep:
    per_day = line.grams * line.per_day
    gained = _gain(entry["food"], per_day) - _gain(line.food, per_day)
    return FoodStep(
        food=entry["name"],
        portion="the same amount",
        grams=line.grams,
        mg=gained,
        instead_of=line.text,
        liked=_hits(entry, diet.likes),
        note=_note(entry),
    )


def _note(entry: Mapping[str, Any]) -> str:
    return candidates()["notes"].get(entry.get("absorbs_less", ""), "")


def choose_foods(profile: Profile, shortfall: float) -> tuple[FoodStep, ...]:
    """Return the changes that close a shortfall [mg/d] best; none if there is none.

    The sum of what is left, what is too much (a third), and a price for each change and its energy is
    least; liked foods cost less.
    """
    if shortfall <= 0:
        return ()
    steps = possible_steps(profile)
    most = int(setting("food_steps"))
    sets = [chosen for n in range(1, most + 1) for chosen in combinations(steps, n)]
    allowed = [chosen for chosen in sets if _fits_together(chosen)]
    best = min(allowed, key=lambda chosen: _cost(chosen, shortfall), default=())
    return tuple(sorted(best, key=lambda step: -step.mg))


def _fits_together(chosen: Sequence[FoodStep]) -> bool:
    """Not two changes of one line, and not two fish or two handfuls of seeds a day."""
    lines = [step.instead_of for step in chosen if step.instead_of]
    kinds = [_kind(step.food) for step in chosen]
    return len(set(lines)) == len(lines) and len(set(kinds)) == len(kinds)


def _kind(name: str) -> str:
    for kind in ("seeds", "beans", "greens", "fish"):
        entry = next((e for e in candidates()["add"] if e["name"] == name), None)
        if entry is not None and kind in entry["words"]:
            return kind
    return name


def _cost(chosen: Sequence[FoodStep], shortfall: float) -> float:
    gained = sum(step.mg for step in chosen)
    left = max(0.0, shortfall - gained)
    over = max(0.0, gained - shortfall) / 3.0
    liked = sum(_LIKED_MG for step in chosen if step.liked)
    kcal = sum(_energy(step) for step in chosen)
    return left + over + _STEP_MG * len(chosen) + _ENERGY_MG_PER_KCAL * kcal - liked


def _energy(step: FoodStep) -> float:
    """Return the energy a change adds [kcal]; a swap adds next to none."""
    if step.instead_of:
        return 0.0
    entry = next(e for e in candidates()["add"] if e["name"] == step.food)
    return load_food(entry["food"]).amount("energy", step.grams) or 0.0
