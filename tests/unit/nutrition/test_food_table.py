"""The shipped food table: complete, equal to the evidence read from the same source, made again the same."""

from __future__ import annotations

import duckdb
import pytest

from osseo.errors import InputError, NameUnknown
from osseo.evidence import load_record
from osseo.nutrition.food import NUTRIENTS
from osseo.nutrition.table import DATA, all_foods, build_tables, load_food, measures

COLUMNS = {
    "mg_mg": "magnesium",
    "ca_mg": "calcium",
    "p_mg": "phosphorus",
    "k_mg": "potassium",
    "vit_k1_ug": "vitamin_k1",
    "menaquinone4_ug": "menaquinone4",
    "vit_d_ug": "vitamin_d",
    "protein_g": "protein",
    "fibre_g": "fibre",
    "energy_kcal": "energy",
}
RECORDED = [item for items in load_record("foods").extra["foods"].values() for item in items]


def test_the_whole_table_is_there():
    assert len(all_foods()) == 8463
    assert sum(len(measures(food)) for food in all_foods().values()) == 15137
    assert sum(food.nutrients["magnesium"] is None for food in all_foods().values()) == 726


def test_the_shipped_files_are_small():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 500_000


@pytest.mark.parametrize("item", RECORDED, ids=[item["sr26_id"] for item in RECORDED])
def test_a_food_equals_its_evidence_record(item):
    food = load_food(item["sr26_id"])
    assert food.name == item["name"]
    for column, name in COLUMNS.items():
        assert food.nutrients[name] == item["per_100g"][column], name
    assert food.points["magnesium"] == item["per_100g"]["mg_n"]
    grams = {(m.label, m.grams) for m in measures(food)}
    for serving in item["servings"]:
        number, unit = serving["household"].split(" ", 1)
        assert any(
            abs(float(label.split()[0]) - float(number)) < 0.01
            and label.endswith(unit)
            and g == serving["grams"]
            for label, g in grams
        ), serving
        # the record rounds to 0.1 mg
        assert food.amount("magnesium", serving["grams"]) == pytest.approx(serving["mg_mg"], abs=0.051)


def test_analyses_are_counted_for_every_mineral_and_vitamin_that_is_reported():
    for food in all_foods().values():
        for name, points in food.points.items():
            assert (points is None) == (food.nutrients[name] is None)
            assert food.is_imputed(name) == (None if points is None else points == 0)
    assert load_food(11458).is_imputed("vitamin_k1")
    assert not load_food(11458).is_imputed("magnesium")
    assert load_food(11458).is_imputed("energy") is None


def test_no_value_is_negative_and_every_measure_weighs_something():
    for food in all_foods().values():
        assert set(food.nutrients) == set(NUTRIENTS)
        assert all(value is None or value >= 0 for value in food.nutrients.values())
        assert all(m.grams > 0 and m.amount > 0 for m in measures(food))


def test_tables_are_made_again_from_csv(tmp_path):
    counted = ", ".join(f"{n}_n" for n in load_food(11458).points if n != "magnesium")
    foods, servings = tmp_path / "foods-sr26.csv.gz", tmp_path / "servings-sr26.csv.gz"
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(DATA / "foods.parquet"))
        table.project(f"* exclude ({counted})").write_csv(str(foods), compression="gzip")
        table = connection.read_parquet(str(DATA / "measures.parquet"))
        table = table.project("food_id, amount, measure as household_measure, grams")
        table.write_csv(str(servings), compression="gzip")
        for made in build_tables(tmp_path, tmp_path / "made"):
            new = connection.read_parquet(str(made)).fetchall()
            assert new == connection.read_parquet(str(DATA / made.name)).fetchall()
            assert len(new) > 8000


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no foods-sr26\.csv\.gz and no servings-sr26\.csv\.gz"):
        build_tables(tmp_path, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [0, -1, "", "1145a", "9" * 5000, "\u0661\u0662", "11458; drop table foods"])
def test_a_food_that_does_not_exist_is_refused(wrong):
    with pytest.raises(NameUnknown, match="no food has the number"):
        load_food(wrong)


def test_near_numbers_are_offered_and_leading_zeros_allowed():
    with pytest.raises(NameUnknown, match="did you mean"):
        load_food("114588")
    assert load_food("08121") is load_food(8121)
