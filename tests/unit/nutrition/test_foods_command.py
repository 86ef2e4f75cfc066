"""`osseo foods`: the list, one food, JSON, and what happens when nothing fits."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app


def run(*words: str):
    return CliRunner().invoke(app, ["foods", *words], env={"COLUMNS": "80"})


def test_the_list_shows_measure_and_magnesium():
    done = run("spinach", "boiled", "--limit", "1")
    assert done.exit_code == 0
    assert "11458" in done.output
    assert "1 cup" in done.output
    assert "156.6" in done.output


def test_json_holds_every_column():
    done = run("pumpkin", "seeds", "--limit", "2", "--json", "-")
    rows = json.loads(done.output)
    assert [row["id"] for row in rows] == [12014, 12016]
    assert rows[0]["magnesium_mg"] == pytest.approx(592 * 0.2835, abs=0.006)
    assert rows[0]["checked"] == "analysed"


def test_one_food_in_full(tmp_path):
    done = run("show", "11458", "--out", str(tmp_path))
    assert done.exit_code == 0
    assert "Spinach, cooked, boiled" in done.output
    assert "oxalate high" in done.output
    data = json.loads((tmp_path / "food-11458.json").read_text())
    assert {row["nutrient"]: row["per_100_g"] for row in data["nutrients"]}["magnesium"] == 87.0


def test_a_typo_is_corrected_in_the_open():
    done = run("spinich", "boiled", "--limit", "1")
    assert "showing: spinach boiled" in done.output


def test_nothing_found_is_no_error():
    done = run("qqqzzz", "--json", "-")
    assert done.exit_code == 0
    assert json.loads(done.output) == []


@pytest.mark.parametrize("words", [["show", "99999999"], ["spinach", "--limit", "0"]])
def test_bad_input_ends_with_two(words):
    assert run(*words).exit_code == 2
