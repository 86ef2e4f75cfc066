"""Random-effects pooling: its equation, its floor, its intervals, and what it may use."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.errors import EvidenceError, NameUnknown
from osseo.evidence import load_record, record_role
from osseo.evidence.pooling import FEW, Cell, StudyValue, leave_out, make_typical, pool, spread_share
from osseo.evidence.pooling_typical import leave_one_out, pool_cell, typical_of
from osseo.evidence.pooling_values import check_poolable, find_cells, pooled_cells, window_of

CELL = Cell("new_bone_pct", "%", "sinus_lift", "dbbm", "4.5-9 months")
SHARE = Cell("fusion_pct", "%", "spinal_fusion", "autograft", "9-18 months", scale="logit")


def studies(values, sd=8.0, n=16):
    return [StudyValue(f"s{i}", "", v, sd=sd, n=n) for i, v in enumerate(values)]


def test_between_study_sd_solves_paule_mandel():
    found = pool(CELL, studies([20.0, 30.0, 25.0, 45.0, 12.0]))
    weights = 1 / (found.errors**2 + found.between_sd**2)
    assert found.between_sd > 0
    assert weights @ (found.effects - found.mean) ** 2 == pytest.approx(
        found.k - 1, rel=1e-4
    )  # its iteration stops at 1e-5


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), min_size=2, max_size=15))
def test_statsmodels_finds_the_same(rows):
    from statsmodels.stats.meta_analysis import combine_effects

    values = [StudyValue(f"s{i}", "", y, se=e) for i, (y, e) in enumerate(rows)]
    found = pool(CELL, values)
    with np.errstate(all="ignore"):  # its I2 of equal studies is 1 - 1/0
        twin = combine_effects(found.effects, found.errors**2, method_re="iterated", use_t=False)
    assert found.between_sd**2 == pytest.approx(max(0.0, twin.tau2), rel=1e-3, abs=1e-3)
    assert found.q == pytest.approx(twin.q, rel=1e-9, abs=1e-9)
    if twin.tau2 > 0:
        assert found.mean == pytest.approx(twin.mean_effect_re, rel=1e-3, abs=1e-3)
        assert found.error == pytest.approx(twin.sd_eff_w_re, rel=1e-3)


def test_equal_studies_do_not_differ():
    found = pool(CELL, studies([25.0, 25.0, 25.0, 25.0]))
    assert found.between_sd == 0
    assert found.error == pytest.approx(8.0 / math.sqrt(16 * 4))


@given(st.lists(st.floats(1, 99), min_size=1, max_size=12))
def test_mean_lies_between_the_studies(values):
    found = pool(CELL, studies(values))
    assert min(values) - 1e-9 <= found.mean <= max(values) + 1e-9
    mean, low, high = found.predict(20)
    assert low <= mean <= high


def test_few_studies_get_the_spread_of_other_cells():
    other = Cell("new_bone_pct", "%", "sinus_lift", "fdba", "4.5-9 months")
    cells = {CELL: studies([20.0, 24.0]), other: studies([10.0, 30.0, 50.0, 25.0])}
    typical = make_typical(cells)
    few = pool(CELL, cells[CELL], typical)
    assert few.k < FEW
    assert few.floored
    assert few.between_sd == pytest.approx(typical.between_sd)
    assert few.own_between_sd < few.between_sd
    many = pool(other, cells[other], typical)
    assert not many.floored
    assert many.between_sd == many.own_between_sd


def test_interval_narrows_with_subjects_but_not_below_the_spread_between_studies():
    found = pool(CELL, studies([20.0, 30.0, 25.0, 45.0, 12.0]))
    small, large = (found.predict(n) for n in (5, 10_000))
    assert large[2] - large[1] < small[2] - small[1]
    assert found.predictive_sd(10_000) >= found.between_sd


def test_shares_stay_between_0_and_100():
    rows = [
        StudyValue("a", "", 100.0, n=20),
        StudyValue("b", "", 90.0, n=40),
        StudyValue("c", "", 97.0, n=30),
    ]
    mean, low, high = pool(SHARE, rows).predict(20)
    assert 0 < low < mean < high < 100


def test_a_study_without_spread_takes_that_of_the_others_and_says_so():
    rows = [*studies([20.0, 30.0]), StudyValue("bare", "", 25.0)]
    found = pool(CELL, rows)
    assert "bare" in found.studies
    assert any("bare" in text and "SD not given" in text for text in found.assumed)


def test_nothing_to_pool_is_an_error():
    with pytest.raises(EvidenceError, match="no study gives a spread"):
        pool(CELL, [StudyValue("bare", "", 25.0, n=10)])


def test_several_values_of_one_study_are_one_study():
    rows = [StudyValue("a", "x", 20.0, sd=8, n=16), StudyValue("a", "y", 30.0, sd=8, n=16), *studies([26.0])]
    found = pool(CELL, rows)
    assert found.k == 2
    assert found.effects[0] == pytest.approx(25.0)
    assert found.errors[0] == pytest.approx(2.0)  # two values of one laboratory are no more precise than one


def test_left_out_study_does_not_predict_itself():
    rows = studies([20.0, 22.0, 21.0, 19.0, 80.0])
    without = leave_out(CELL, rows, "s4", None)
    moved = leave_out(CELL, [*rows[:4], StudyValue("s4", "", 5.0, sd=8, n=16)], "s4", None)
    assert without.predicted == moved.predicted
    assert not without.inside


def test_spread_share_is_relative_to_subjects():
    cells = {CELL: studies([10.0, 30.0, 20.0], sd=4.0)}
    share, df, n = spread_share(cells)
    found = pool(CELL, cells[CELL])
    assert share == pytest.approx(found.between_sd / 4.0)
    assert (df, n) == (2, 1)


def test_windows():
    assert window_of("graft site", 183.0) == "4.5-9 months"
    assert window_of("magnesium", 168.0) == "12-28 weeks"
    assert window_of("magnesium", None) == "time not given"
    assert window_of("magnesium", None, single=True) == "one dose"


def test_only_calibration_studies_of_people_are_pooled():
    ids = {value.record.partition(":")[0] for values in pooled_cells().values() for value in values}
    assert {record_role(i) for i in ids} == {"calibration"}
    assert all(load_record(i).kind not in ("animal", "in-vitro", "meta-analysis") for i in ids)
    assert "rude1998" not in ids
    assert "only calibration" in check_poolable(load_record("joi2013_biooss20"))


def test_no_recalled_number_is_pooled():
    for values in pooled_cells().values():
        for value in values:
            record = load_record(value.record.partition(":")[0])
            rows = [r for r in record.results if r.label == value.label and r.number == value.value]
            assert not rows or not all(r.is_recalled for r in rows)


def test_dbbm_cell_is_that_of_the_digest():
    """The prototype's DBBM cell at 6 months: mean 25.7 with its own choice of studies, between SD 11.8."""
    (cell,) = find_cells(
        endpoint="new_bone_pct", site="sinus_lift", material="dbbm", window="4.5-9 months", against=""
    )[:1]
    found = pool_cell(cell)
    assert found.k >= FEW
    assert 20 < found.mean < 40
    assert 5 < found.between_sd < 15
    rows = leave_one_out(cell)
    assert len(rows) == found.k
    assert sum(r.inside for r in rows) >= found.k - 1


def test_left_out_study_does_not_set_its_own_spread():
    cell = find_cells(endpoint="new_bone_pct", site="sinus_lift", material="dbbm", window="4.5-9 months")[0]
    study = pool_cell(cell).studies[0]
    assert study not in pool_cell(cell, without=study).studies
    assert typical_of(cell, without=study) != typical_of(cell)
    assert typical_of(cell, without="no such study") == typical_of(cell)


def test_unknown_words_offer_near_ones():
    with pytest.raises(NameUnknown, match="new_bone_pct"):
        find_cells(endpoint="new_bone")


def test_reported_se_is_used_as_it_is():
    found = pool(CELL, [StudyValue("a", "", 1.0, se=0.5), StudyValue("b", "", 2.0, se=0.5)])
    np.testing.assert_allclose(found.errors, 0.5)
