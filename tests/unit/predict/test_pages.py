"""What people see: lines of a study and of scores, forest plots, and the plateau under each candidate."""

from __future__ import annotations

import pytest

from osseo.answer.predict.plateau import CANDIDATES, plateau_weeks
from osseo.answer.predict.study import predict_study
from osseo.answer.predict.validation import make_table
from osseo.evidence import load_record
from osseo.evidence.pooling_values import find_cells
from osseo.parameters import load_parameters
from osseo.report.validation.forest import forest_html, forest_png
from osseo.report.validation.lines import (
    ROW_COLUMNS,
    SCORE_COLUMNS,
    prediction_rows,
    score_lines,
    score_table,
    study_lines,
)
from osseo.report.validation.pools import POOL_COLUMNS, pool_lines, pool_listing, pool_page, pooled_view


@pytest.fixture(scope="module")
def studies():
    return [predict_study(load_record(r)) for r in ("joris2016", "nielsen2007", "comertkilic2017")]


@pytest.fixture(scope="module")
def view():
    cells = find_cells(endpoint="new_bone_pct", site="sinus_lift", material="dbbm", window="4.5-9 months")
    return pooled_view(next(c for c in cells if not c.against), 20)


def test_rows_fit_their_columns(studies):
    rows = prediction_rows([p for s in studies for p in s.predictions])
    assert {len(row) for row in rows} == {len(ROW_COLUMNS)}
    table = score_table(make_table(studies, 0, "m").domains, "validation")
    assert {len(row) for row in table} == {len(SCORE_COLUMNS)}


def test_lines_show_both_methods_and_every_miss(studies):
    text = "\n".join(line for s in studies for line in study_lines(s))
    shown = [e for s in studies for p in s.predictions for e in (p.mechanism, p.baseline) if e]
    assert text.count("MISS") == sum(not e.inside for e in shown)
    assert "pooled mean" in text
    assert "not in the model:" in text or "not calibrated:" in text


def test_score_lines_fit_80_columns_and_mark_failures(studies):
    lines = list(score_lines(make_table(studies, 0, "m").domains, "validation"))
    assert max(len(text) for text, _ in lines) <= 80
    failed = "\n".join(text for text, is_failure in lines if is_failure)
    assert "magnesium balance" in failed
    assert "COVERAGE BELOW 85 %" in failed
    assert "graft tissue" not in failed


def test_forest_plot_shows_every_study(view):
    page = forest_html(view.pooled, view.n, view.left_out)
    assert forest_png(view.pooled, view.n).startswith(b"\x89PNG")
    for study in view.pooled.studies:
        assert study in page
    assert 'src="data:image/png;base64' in page
    assert "http" not in page


def test_pool_lines_and_listing_agree(view):
    (row,) = pool_listing([view])
    assert len(row) == len(POOL_COLUMNS)
    line = list(pool_lines([view]))[1]
    assert row[POOL_COLUMNS.index("mean")] in line
    assert row[POOL_COLUMNS.index("left_out_inside")] in line
    assert sum("without" in text for text in pool_page(view)) == len(view.left_out)


def test_candidates_move_parameters_to_the_ends_of_their_ranges():
    table = load_parameters()
    for moves in CANDIDATES.values():
        assert all(getattr(table[name], end) is not None for name, end in moves.items())


def test_no_candidate_reaches_both_plateaus():
    """zhang2016: 20 weeks for serum, 40 for urine; here they flatten together, within weeks."""
    found = [plateau_weeks(name) for name in ("as shipped", "all of these at once")]
    assert found[0].serum_90 <= 4
    assert all(abs(f.serum_99 - f.urine_99) <= 4 for f in found)
    assert all(f.urine_99 < 40 for f in found)
