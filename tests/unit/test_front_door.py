"""`import osseo` offers the same as the command line, and stays light until it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

import osseo

HEADLINE = Path(__file__).resolve().parents[2] / "examples" / "sinus-xenograft.yaml"


def test_the_doors_open():
    scenario = osseo.read_scenario(HEADLINE)
    (course,) = osseo.simulate_scenario(scenario, n_draws=4)
    assert course.scenario.hash == scenario.hash and course.n_failed == 0
    assert course.grafts[0].times_d[-1] >= 365
    (answer,) = osseo.answer_scenario(scenario, n_draws=40)
    assert answer.sentence and answer.version == osseo.__version__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'anser'"):
        osseo.anser  # noqa: B018
