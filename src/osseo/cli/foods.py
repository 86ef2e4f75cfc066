"""`osseo foods`: what is in a food, by the words people use for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Listing, Output
from osseo.errors import InputError

if TYPE_CHECKING:
    from osseo.nutrition.food import Food

__all__ = ["foods"]

COLUMNS = ("id", "food", "group", "portion", "grams", "magnesium_mg", "per_100_g_mg", "checked")
SHOWN = ("id", "food", "portion", "grams", "magnesium_mg", "checked")
NUTRIENT_COLUMNS = ("nutrient", "unit", "per_100_g", "per_portion", "checked")
NOTE = "magnesium of the portion; imputed = not measured, calculated or borrowed; osseo foods show ID"
NUTRIENT_NOTE = "empty = the table has no value, which is not zero; imputed = not measured"


def _checked(food: Food, nutrient: str) -> str:
    """Return whether the amount was measured, in a word; empty where there is none or it is not known."""
    if food.nutrients[nutrient] is None:
        return ""
    return {True: "imputed", False: "analysed", None: ""}[food.is_imputed(nutrient)]


def _amount(food: Food, nutrient: str, grams: float) -> float | None:
    amount = food.amount(nutrient, grams)
    return None if amount is None else round(amount, 2)


def _row(food: Food) -> list[object]:
    from osseo.nutrition.portion import usual_portion

    portion = usual_portion(food)
    magnesium = _amount(food, "magnesium", portion.grams)
    per_100_g = food.nutrients["magnesium"]
    return [
        food.id,
        food.name,
        food.group,
        portion.text,
        portion.grams,
        magnesium,
        per_100_g,
        _checked(food, "magnesium"),
    ]


def _nutrient_rows(food: Food, grams: float) -> list[list[object]]:
    from osseo.nutrition.food import KEPT

    return [
        [n.name, n.unit, food.nutrients[n.name], _amount(food, n.name, grams), _checked(food, n.name)]
        for n in KEPT
    ]


def _data(food: Food) -> dict[str, Any]:
    """Return all that the table says of one food; phytate and oxalate are assumed classes."""
    from osseo.nutrition.intake import oxalate_class, phytate_class
    from osseo.nutrition.portion import usual_portion
    from osseo.nutrition.table import measures

    portion = usual_portion(food)
    rows = _nutrient_rows(food, portion.grams)
    return {
        "id": food.id,
        "food": food.name,
        "common": food.common,
        "group": food.group,
        "portion": portion.text,
        "grams": portion.grams,
        "nutrients": [dict(zip(NUTRIENT_COLUMNS, row, strict=True)) for row in rows],
        "measures": [asdict(m) | {"label": m.label} for m in measures(food)],
        "phytate_assumed": phytate_class(food),
        "oxalate_assumed": oxalate_class(food),
    }


def _show(food_id: str, places: Output) -> None:
    """Show one food: its nutrients, its household measures, what is assumed of it."""
    from osseo.nutrition.table import load_food

    food = load_food(food_id)
    data = _data(food)
    places.write_json(data)
    if places.out is not None:
        Output(str(places.out / f"food-{food.id}.json"), quiet=True).write_json(data)
    if not places.talks:
        return
    places.say(f"{food.id}  {food.name}")
    places.say(f"{food.group}" + (f"; also: {food.common}" if food.common else ""))
    places.say(f"portion: {data['portion']} ({data['grams']:g} g)\n")
    rows = _nutrient_rows(food, data["grams"])
    Output().show_listing(Listing("nutrients", NUTRIENT_COLUMNS, rows, NUTRIENT_NOTE))
    known = ", ".join(f"{m['label']} = {m['grams']:g} g" for m in data["measures"])
    places.say(f"measures: {known or 'none'}")
    assumed = f"phytate {data['phytate_assumed']}, oxalate {data['oxalate_assumed']}"
    places.say(f"{assumed} (assumed by kind of food)")


def foods(
    words: Annotated[
        list[str], typer.Argument(metavar="SEARCH", help="A food, e.g. spinach boiled; or: show NUMBER")
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many foods.")] = 10,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Find a food, its household measure and the magnesium in it; `foods show NUMBER` for all of one."""
    places = Output.checked(json, out, quiet)
    if len(words) == 2 and words[0] == "show":
        _show(words[1], places)
        return
    from osseo.nutrition.search import find_foods

    asked = " ".join(words).strip()
    if not asked:
        raise InputError("foods: no food was named; type e.g.  osseo foods spinach boiled")
    found = find_foods(asked, limit)
    rows = [_row(food) for food in found.foods]
    if not rows:
        places.write_json([])
        places.say("no food matches; try fewer or simpler words, e.g. osseo foods spinach")
        return
    if found.corrected:
        places.say(f"not in the table as typed; showing: {found.corrected}")
    elif not found.has_all:
        places.say("no food has all of these words; showing foods that have some")
    places.show_listing(Listing("foods", COLUMNS, rows, NOTE, SHOWN))
