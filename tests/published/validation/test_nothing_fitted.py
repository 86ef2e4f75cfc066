"""Nothing that decides a number of the model touches a validation record, and in-sample rows say so."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from osseo.answer.predict.study import is_fitted, predict_study
from osseo.answer.predict.types import LEFT_OUT, NAMED
from osseo.answer.predict.validation import SCORED, make_table
from osseo.calibrate.reading import TARGETS, load_targets, target_names
from osseo.evidence import load_record, load_records, record_ids, record_role
from osseo.evidence.pooling_values import pooled_cells
from osseo.parameters import load_parameters
from osseo.population.cohort import load_cohorts
from osseo.report.validation.lines import SAMPLE_WORDS, study_lines
from osseo.report.validation.page import validation_page
from osseo.site import adjunct_names, load_adjunct, load_material, load_site, material_names, site_names
from osseo.site.covariates import load_covariates

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


def every_row():
    """Return (name, text) of every number: rows of tables, sites, grafts, adjuncts, covariates."""
    places = [*map(load_site, site_names()), *map(load_material, material_names())]
    places += map(load_adjunct, adjunct_names())
    held = [row for site in map(load_site, site_names()) for f in site.fixations for row in f.parameters]
    rows = [*load_parameters().values(), *(row for place in places for row in place.parameters), *held]
    found = [(row.name, f"{row.source} {row.reason}") for row in rows]
    found += [(site.name, f"{site.size.source} {site.size.reason}") for site in map(load_site, site_names())]
    for covariate in load_covariates().values():
        found += [(covariate.name, f"{' '.join(e.source)} {e.reason}") for e in covariate.effects]
    return found


def told(text):
    """Return the validation records a text names."""
    words = set(re.findall(r"[A-Za-z0-9_]+", text))
    return {word for word in words & set(record_ids()) if record_role(word) == "validation"}


def test_no_reason_of_a_number_leans_on_a_validation_record():
    """Also the prose beside a number: a judgement from a validation study is a fit of one."""
    rows = every_row()
    assert len(rows) > 200
    assert {name: told(text) for name, text in rows if told(text)} == {}


def test_no_cohort_or_domain_of_the_fit_leans_on_a_validation_record():
    for cohort in load_cohorts().values():
        assert not told(f"{' '.join(cohort.records)} {getattr(cohort, 'reason', '')}"), cohort
    for path in [*TARGETS.rglob("*.yaml"), Path(str(files("osseo.population"))) / "cohorts.yaml"]:
        assert not told(path.read_text(encoding="utf-8")), path.name


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
    assert all(load_records(use=use) for use in ("validation", "calibration"))
    assert {"validation", "calibration", LEFT_OUT, NAMED} == set(SCORED)


def test_targets_name_their_role_in_the_split_only():
    """The role of a record stands in the split; a targets file cannot overrule it."""
    for path in TARGETS.rglob("*.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("targets", ()):
            assert "use" not in entry
            assert record_role(entry["record"]) == "calibration"
