"""A graft that no calibration record informs: simulated and shown, but nothing is concluded from it."""

from pathlib import Path

import numpy as np
import pytest

from osseo.answer import answer_scenario
from osseo.report import course_to_dict, view_course
from osseo.report.data import answer_to_dict
from osseo.simulate.course import simulate

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture(scope="module")
def result():
    (answer,) = answer_scenario(EXAMPLES / "osteotomy-beta-tcp.yaml", n_draws=100)
    return answer


def test_the_sentence_refuses_and_says_why(result):
    assert "not calibrated" in result.sentence and "kraal2008" in result.sentence
    assert "difference to your graft" not in result.sentence


def test_figures_are_shown_without_margin_or_probability(result):
    rows = [row for table in (result.rows, *result.prior_sets.values()) for row in table]
    assert rows
    for row in rows:
        assert row.withheld and row.margin is None
        assert np.isfinite(row.without.median) or row.n_failed
        assert np.isnan([row.p_too_small, row.p_gain, row.p_loss, row.share_gain, row.p_positive]).all()
    assert result.rows[0].without.low90 < result.rows[0].without.high90


def test_the_data_say_it_too(result):
    data = answer_to_dict(result)
    assert all(row["withheld"] for row in data["endpoints"])
    assert not any(row["withheld"] for row in data["body"])


def test_nothing_that_matters_more_is_simulated_from_it(result):
    assert not [rung for rung in result.matters_more if rung.kind == "model"]


def test_a_course_says_it_too():
    views = [view_course(c) for c in simulate(EXAMPLES / "osteotomy-beta-tcp.yaml", n_draws=4)]
    assert "not calibrated" in views[0].page.answer.headline
    (course,) = course_to_dict(views)["courses"]
    assert "kraal2008" in course["notes"][0]
