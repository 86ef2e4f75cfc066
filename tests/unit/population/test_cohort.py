from __future__ import annotations

import numpy as np
import pytest

from osseo.evidence import load_record, record_role
from osseo.population.cohort import check_entry, correlation, load_cohorts

NAMES = ("mg_intake", "urine_mg", "serum_mg")


@pytest.mark.parametrize("name", sorted(load_cohorts()))
def test_cohort_rests_on_records_that_exist_or_says_why_it_is_assumed(name):
    cohort = load_cohorts()[name]
    for record in cohort.records:
        assert load_record(record).id == record
        assert record_role(record) != "validation"
    assert cohort.reason
    assert cohort.records or cohort.grade == "assumed"


@pytest.mark.parametrize("name", [*NAMES, "weight_kg"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_score_and_value_are_inverse(name, sex):
    cohort = load_cohorts()[name]
    scores = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(cohort.score(cohort.value(scores, sex), sex), scores, atol=1e-12)


def test_truncated_law_fills_its_limits_and_not_more():
    cohort = load_cohorts()["egfr_kidney_disease"]
    values = cohort.truncated(np.array([1e-12, 0.5, 1 - 1e-12]), cohort.numbers["mean"])
    assert values[0] == pytest.approx(10, abs=0.01)
    assert values[2] == pytest.approx(60, abs=0.01)
    assert 40 < values[1] < 50


def test_correlations_are_a_possible_matrix():
    matrix = correlation(NAMES)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0.1


def test_entry_without_source_or_reason_is_refused():
    entry = {"label": "x", "unit": "1", "distribution": "normal", "drawn_from": "y", "grade": "best"}
    messages = [str(issue) for issue in check_entry("x", entry)]
    assert len(messages) == 3
    assert any("has no records" in m for m in messages)
    assert any("has no reason" in m for m in messages)
    assert any("got grade 'best'" in m for m in messages)
