"""The shipped table of foods: making it from its sources, and reading it once per process.

Parquet is read and written by DuckDB. See `data/README.md` for the sources and their licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from osseo.errors import InputError, NameUnknown
from osseo.files import check_writable_folder
from osseo.names import suggest
from osseo.nutrition.food import NUTRIENTS, Food, Measure

__all__ = ["DATA", "all_foods", "build_tables", "food_ids", "load_food", "measures"]

#: folder of the shipped tables
DATA = Path(__file__).parent / "data"
_FOODS, _MEASURES = "foods.parquet", "measures.parquet"
_SOURCES = ("foods-sr26.csv.gz", "servings-sr26.csv.gz")
_POINTS = "points-sr26.csv.gz"
_COUNTED = ("magnesium", "calcium", "phosphorus", "potassium", "vitamin_d", "vitamin_k1", "menaquinone4")

_BUILD_FOODS = """
copy (
    select f.*, p.* exclude (food_id)
    from read_csv(?, all_varchar=false) f left join read_csv(?) p using (food_id)
    order by food_id
) to '{target}' (format parquet, compression zstd)
"""
_BUILD_MEASURES = """
copy (
    select food_id, amount, household_measure as measure, grams from (
        select *, row_number() over () as line from read_csv(?)
    ) order by food_id, line
) to '{target}' (format parquet, compression zstd)
"""


def _connect() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 1")
    return connection


def build_tables(source: str | Path, target: str | Path = DATA) -> tuple[Path, Path]:
    """Write `foods.parquet` and `measures.parquet` anew from the CSV sources.

    Parameters
    ----------
    source : folder with `foods-sr26.csv.gz` and `servings-sr26.csv.gz`. The numbers of analyses
        (`points-sr26.csv.gz`) are taken from there, or from the shipped copy.
    target : folder to write to.

    Returns
    -------
    paths : the two files.

    Raises
    ------
    InputError : a source is missing.
    """
    source, target = Path(source), check_writable_folder(target)
    missing = [name for name in _SOURCES if not (source / name).is_file()]
    if missing:
        raise InputError(f"{source}: no {' and no '.join(missing)}; see data/README.md for the sources")
    points = next(p for p in (source / _POINTS, DATA / _POINTS) if p.is_file())
    paths = target / _FOODS, target / _MEASURES
    quoted = [str(path).replace("'", "''") for path in paths]
    with _connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute(_BUILD_FOODS.format(target=quoted[0]), [str(source / _SOURCES[0]), str(points)])
        connection.execute(_BUILD_MEASURES.format(target=quoted[1]), [str(source / _SOURCES[1])])
    return paths


def _column(nutrient: str) -> str:
    return f"{nutrient}_{NUTRIENTS[nutrient].unit}"


def _make_food(row: dict[str, Any]) -> Food:
    nutrients = {name: row[_column(name)] for name in NUTRIENTS}
    counts = {name: row[f"{name}_n"] for name in _COUNTED}
    return Food(
        id=int(row["food_id"]),
        name=row["food"],
        common=row["common"] or "",
        group=row["group"],
        nutrients=MappingProxyType(nutrients),
        points=MappingProxyType({k: None if n is None else int(n) for k, n in counts.items()}),
    )


def _rows(name: str) -> list[dict[str, Any]]:
    with _connect() as connection:
        cursor = connection.execute("select * from read_parquet(?)", [str(DATA / name)])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@cache
def all_foods() -> Mapping[int, Food]:
    """Return every food by id, in the order of the table.

    Examples
    --------
    >>> len(all_foods())
    8463
    """
    return MappingProxyType({food.id: food for food in map(_make_food, _rows(_FOODS))})


@cache
def food_ids() -> tuple[int, ...]:
    """Return the ids of all foods."""
    return tuple(all_foods())


@cache
def _all_measures() -> Mapping[int, tuple[Measure, ...]]:
    found: dict[int, list[Measure]] = {}
    for row in _rows(_MEASURES):
        measure = Measure(int(row["food_id"]), row["amount"], row["measure"], row["grams"])
        found.setdefault(measure.food_id, []).append(measure)
    return MappingProxyType({key: tuple(rows) for key, rows in found.items()})


def load_food(food_id: int | str) -> Food:
    """Return one food by its number.

    Raises
    ------
    NameUnknown : no food has this number; offers near numbers.

    Examples
    --------
    >>> load_food(11458).nutrients["magnesium"]
    87.0
    """
    text = str(food_id).strip()
    # the table drops leading zeros; a person may copy them from elsewhere
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    if number not in all_foods():
        hint = suggest(text[:40], map(str, food_ids()))
        hint = hint or "search by name: osseo foods NAME"
        raise NameUnknown(f"no food has the number {text[:40]!r}; {hint}")
    return all_foods()[number]


def measures(food: int | str | Food) -> tuple[Measure, ...]:
    """Return the household measures of a food, in the order of the table; may be empty.

    Examples
    --------
    >>> [m.label for m in measures(12014)]
    ['1 cup', '1 oz']
    """
    food = food if isinstance(food, Food) else load_food(food)
    return _all_measures().get(food.id, ())
