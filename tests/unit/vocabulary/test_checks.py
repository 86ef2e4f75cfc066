"""A user's own study: every problem is told at once, with file, line and remedy."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.errors import EvidenceError
from osseo.evidence import lint_records, read_record
from osseo.evidence.index import record_paths
from osseo.evidence.reading import check_record

HEAD = """\
id: {id}
title: t
citation: c
where: x
seen: fulltext
kind: rct
domain: graft-outcome
species: human
population: p
design: d
use: validation
arms:
  - {{name: DBBM, n: 20, regimen: {{site: sinus, graft: xenograft DBBM}}}}
  - {{name: auto, n: 20, regimen: {{site: sinus, graft: autograft}}}}
results:
  - {{arm: DBBM, measure: new_bone_pct, time_d: 183, value: 28.0, unit: "%", sd: 9.0}}
"""
LINE = 17  # of a row added below HEAD


def study(folder, row="", name="mine", head=HEAD):
    path = folder / f"{name}.yaml"
    path.write_text(head.format(id=name) + (f"  - {{{row}}}\n" if row else ""), encoding="utf-8")
    return path


def found(path, severity="error"):
    return [i for i in lint_records([path]) if i.severity == severity]


def test_a_good_study_has_no_issue(tmp_path):
    assert lint_records([study(tmp_path)]) == []


@pytest.mark.parametrize(
    ("row", "message", "remedy"),
    [
        ('arm: DBBM, measure: new_bone_pct, value: 28, unit: "%", sd: -9', "-9", "not below 0"),
        (
            'arm: DBBM, measure: new_bone_pct, value: 28, unit: "%", ci95: [30, 40]',
            "outside its ci95",
            "mistyped",
        ),
        (
            'arm: DBBM, measure: new_bone_pct, value: 28, unit: "%", range: [3, 20]',
            "outside its range",
            "mistyped",
        ),
        ('arm: DBBM, measure: new_bone_pct, value: 128, unit: "%"', "128", "between 0 and 100"),
        ("arm: DBBM, measure: serum_mg, value: -0.8, unit: mmol/L", "-0.8", "is it a change"),
        ('arm: DBMB, measure: new_bone_pct, value: 28, unit: "%"', "not among the arms", "did you mean DBBM"),
        (
            'arm: zzz, measure: new_bone_pct, value: 28, unit: "%"',
            "not among the arms",
            "'DBBM', 'auto'|DBBM, auto",
        ),
        ("arm: DBBM, measure: serum_mg, value: 0.8, unit: mmoll/L", "unknown unit", "did you mean mmol/L"),
        ("arm: DBBM, measure: serum_mg, value: 0.8, unit: furlong", "unknown unit", "read in mmol/L"),
        (
            "arm: DBBM, measure: serum_mg, value: 0.8, unit: mm",
            "cannot be read as mmol/L",
            "correct the unit",
        ),
        ("arm: DBBM, measure: serum_mg, value: 0.8", "without a unit", "write the unit"),
        (
            'contrast: blue eyes, measure: new_bone_pct, effect: 2, unit: "%"',
            "names no two arms",
            "'DBBM - auto'",
        ),
        (
            'contrast: auto - DBMB, measure: new_bone_pct, effect: 2, unit: "%"',
            "names no two arms",
            "mean DBBM",
        ),
        (
            'contrast: main, contrast_arms: [auto, xeno], measure: new_bone_pct, effect: 2, unit: "%"',
            "'xeno' is not among",
            "DBBM, auto|'DBBM', 'auto'",
        ),
        ('arm: DBBM, measure: new_bone_pct, value: "28,5", unit: "%"', "text, not a number", "decimal point"),
        (
            'arm: DBBM, measure: new_bone_pct, time_d: "183", value: 28, unit: "%"',
            "text, not",
            "plain number",
        ),
    ],
)
def test_each_problem_is_told_with_line_and_remedy(tmp_path, row, message, remedy):
    path = study(tmp_path, row)
    issues = found(path)
    assert issues, "no error was found"
    text = " | ".join(map(str, issues))
    assert message in text and re.search(remedy, text), text
    assert all(i.where.startswith(f"{path}:{LINE} results[1]") for i in issues), text
    with pytest.raises(EvidenceError, match=f"mine.yaml:{LINE}"):
        read_record(path)


def test_arms_given_twice_and_negative_doses_are_told(tmp_path):
    extra = "  - {{name: auto, n: 9, regimen: {{salt: citrate, elemental_mg_per_day: -3}}}}\nresults:"
    path = study(tmp_path, head=HEAD.replace("results:", extra, 1))
    text = " | ".join(map(str, found(path)))
    assert f"{path}:15 arms[2].name: arm 'auto' is given twice" in text and "not negative" in text


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("graft: autograft", "graft: autografd", "did you mean autograft"),
        ("site: sinus, graft: autograft", "site: sinuss, graft: autograft", "did you mean sinus"),
        ("graft: autograft", "salt: citrat", "did you mean citrate"),
        ("graft: autograft", "elemental_mg_per_dy: 3", "did you mean elemental_mg_per_day"),
        ("measure: new_bone_pct", "measure: new_bon_pct", "did you mean new_bone_pct"),
    ],
)
def test_an_unknown_word_is_a_warning_with_near_words(tmp_path, old, new, near):
    path = study(tmp_path, head=HEAD.replace(old, new, 1))
    (issue,) = found(path, "warning")
    assert near in issue.remedy and re.match(rf"{path}:\d+ ", issue.where)
    assert read_record(path).id == "mine"


def test_all_problems_come_at_once(tmp_path):
    rows = [
        'arm: x, measure: new_bone_pct, value: 28, unit: "%", sd: -1',
        "arm: DBBM, measure: serum_mg, value: 1",
    ]
    path = study(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8") + "".join(f"  - {{{r}}}\n" for r in rows), encoding="utf-8"
    )
    assert {i.where.split(" ")[0] for i in found(path)} == {f"{path}:17", f"{path}:18"}
    assert len(found(path)) == 3


def test_ids_are_unique_over_files_and_differ_from_shipped_ones(tmp_path):
    (tmp_path / "sub").mkdir()
    first, second = study(tmp_path), study(tmp_path / "sub")
    (issue,) = lint_records([first, second])
    assert "is that of" in issue.message and issue.severity == "error"
    (warning,) = lint_records([study(tmp_path, name="joris2016")])
    assert "shipped record" in warning.message and warning.severity == "warning"


def test_the_same_file_twice_is_no_clash(tmp_path):
    path = study(tmp_path)
    assert lint_records([path, path]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just a text\n", "expected the fields of a record"),
        ("- a\n", "expected the fields of a record"),
        ("", "got nothing"),
        ("a: [1, 2\nb: 3", "not readable as YAML"),
        ("a: &a [*a]\n", "an anchor holds itself"),
        ("id: 2020-13-45\n", "not readable as YAML"),
        ("? [a, b]\n: c\n", "not readable as YAML"),
        ("id: a\n---\nid: b\n", "not readable as YAML"),
    ],
)
def test_a_yaml_that_is_none_is_told(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    record, issues = check_record(path)
    assert record is None and message in " ".join(map(str, issues))
    assert all(str(path) in i.where and i.remedy for i in issues)


def test_shipped_files_are_not_read_as_a_users_study():
    path = next(p for p in record_paths() if p.stem == "dimai1998")
    assert [i for i in lint_records([path]) if i.severity == "error"] == []


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("DBBM"), st.just("%")
)
KEYS = st.sampled_from(
    ["id", "arms", "results", "arm", "contrast", "measure", "unit", "value", "effect", "sd", "ci95", "n",
     "regimen", "name", "site", "graft", "salt", "elemental_mg_per_day", "subjects", "range", "contrast_arms"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner))
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=st.dictionaries(KEYS, TREES, max_size=8))
def test_no_tree_breaks_the_lint(tmp_path, tree):
    import yaml

    path = tmp_path / "fuzz.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    issues = lint_records([path])
    assert any(i.severity == "error" for i in issues)
    assert all(i.message for i in issues)
