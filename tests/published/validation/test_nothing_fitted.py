"""Nothing that decides a number of the model touches a validation record, and in-sample rows say so."""

from __future__ import annotations

import pytest
import yaml

from osseo.answer.predict.study import is_fitted, predict_study
from osseo.answer.predict.validation import SCORED, make_table
from osseo.calibrate.reading import load_targets, target_names
from osseo.evidence import load_record, load_records, record_ids, record_role
from osseo.evidence.pooling_values import pooled_cells
from osseo.parameters import load_parameters
from osseo.population.cohort import load_cohorts
from osseo.report.validation.lines import SAMPLE_WORDS, study_lines
from osseo.report.validation.page import validation_page
from osseo.site import load_material, load_site, material_names, site_names

CHOSEN = ("joris2016", "zhan2020", "nielsen2007", "joi2013_biooss20", "comertkilic2017", "fine1991")


def named(source):
    return {word.strip() for word in source.split(";")} & set(record_ids())


def test_no_fit_target_is_a_validation_record():
    targets = [t for name in target_names() for t in load_targets(name)]
    assert targets
    assert {record_role(t.record) for t in targets} == {"calibration"}
    assert not any(load_record(t.record).results[t.index].is_recalled for t in targets)


def test_no_parameter_of_model_site_or_cohort_rests_on_a_validation_record():
    places = [*map(load_site, site_names()), *map(load_material, material_names())]
    rows = [*load_parameters().values(), *(row for place in places for row in place.parameters)]
    used = {record for row in rows for record in named(row.source)}
    used |= {record for cohort in load_cohorts().values() for record in cohort.records}
    assert used
    assert not {record for record in used if record_role(record) == "validation"}


def test_no_pooled_mean_rests_on_a_validation_record():
    used = {value.record.partition(":")[0] for values in pooled_cells().values() for value in values}
    assert not {record for record in used if record_role(record) == "validation"}


@pytest.fixture(scope="module")
def table():
    studies = [predict_study(load_record(record)) for record in CHOSEN]
    return studies, make_table(studies, 0, "model")


def test_in_sample_rows_are_labelled(table):
    studies, made = table
    for row in made.rows:
        assert row.sample == record_role(row.record)
        assert row.in_sample == (row.sample == "calibration")
    for study in studies:
        assert SAMPLE_WORDS[study.sample] in "\n".join(study_lines(study))


def test_no_validation_row_is_marked_fitted(table):
    assert not any(row.fitted for row in table[1].rows if row.sample == "validation")
    assert any(row.fitted for row in table[1].rows if row.sample == "calibration")
    assert is_fitted.__doc__


def test_scores_are_of_one_sample_each(table):
    for line in table[1].domains:
        rows = [row for row in table[1].rows if (row.sample, row.domain) == (line.sample, line.domain)]
        n = len({(r.record, r.label, r.endpoint, r.kind, r.time_d) for r in rows if r.mechanism})
        assert (line.mechanism.n if line.mechanism else 0) == n


def test_page_keeps_samples_apart_and_marks_misses(table):
    page = validation_page(table[1])
    out, _, inside = page.partition("In sample")
    assert "Out of sample" in out
    assert "joris2016" in inside
    assert "joris2016" not in out
    assert "nielsen2007" in out
    assert "nielsen2007" not in inside
    misses = sum(not row.mechanism.inside for row in table[1].rows if row.mechanism)
    assert misses > 0
    assert page.count(" MISS</td>") == misses
    assert 'class="miss"' in page


def test_page_is_offline(table):
    page = validation_page(table[1])
    assert "http" not in page.replace("http-equiv", "")
    assert page.startswith("<!doctype html>")


def test_split_has_both_samples():
    assert all(load_records(use=use) for use in SCORED)


def test_targets_name_their_role_in_the_split_only():
    """The role of a record stands in the split; a targets file cannot overrule it."""
    from osseo.calibrate.reading import TARGETS

    for path in TARGETS.glob("*.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["targets"]:
            assert "use" not in entry
            assert record_role(entry["record"]) == "calibration"
