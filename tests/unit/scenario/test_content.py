from __future__ import annotations

from dataclasses import replace

import pytest

from osseo.scenario.content import scenario_hash, with_dose_zero
from osseo.scenario.door import parse_scenario


@pytest.fixture
def scenario(document):
    return parse_scenario(document)


def test_hash_is_of_the_content_and_stable(scenario, document):
    assert scenario.hash == scenario_hash(scenario)
    assert scenario.hash == parse_scenario(document).hash


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("person", "age", "59 y"),
        ("person", "serum_mg", "0.7 mmol/L"),
        ("person", "drugs", ["digoxin"]),
        ("regimen", "dose", "401 mg"),
        ("regimen", "from", "-57 d"),
        ("regimen", "with_meals", "no"),
        ("regimen", "salt", "citrate"),
    ],
)
def test_hash_moves_with_everything_that_moves_a_number(scenario, document, part, key, value):
    target = document[part][0] if part == "regimen" else document[part]
    target[key] = value
    assert parse_scenario(document).hash != scenario.hash


def test_hash_ignores_the_wording(scenario, document):
    document["question"] = "Otherwise?"
    document["regimen"][0]["dose"] = "0.4 g"
    assert parse_scenario(document, "elsewhere.yaml").hash == scenario.hash


def test_placebo_keeps_every_time_and_gives_nothing(scenario):
    placebo = with_dose_zero(scenario)
    assert [rule.daily_mmol for rule in placebo.regimen] == [0.0]
    for before, after in zip(scenario.regimen, placebo.regimen, strict=True):
        assert replace(after, daily_mmol=before.daily_mmol) == before
    assert placebo.person == scenario.person
    assert placebo.hash != scenario.hash
    assert with_dose_zero(placebo) == placebo
