"""The rules as data: every one cites records that exist, and a wrong one is refused."""

from __future__ import annotations

from dataclasses import replace
from string import Formatter

import pytest

from osseo.answer.safety import SafetyRule, check_rule, load_rules
from osseo.evidence import load_record

RULES, WORDS = load_rules()
FIGURES = {"age", "egfr", "serum", "supplement_mg", "largest_dose_mg", "drug"}
GOOD = SafetyRule("x", "warn", "Text.", {"age_below": 20})


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_rule_cites_records_that_exist_and_fills_only_known_figures(rule):
    for record in rule.records:
        assert load_record(record).id == record
    named = {name for _, name, _, _ in Formatter().parse(rule.text) if name}
    assert named <= FIGURES
    assert rule.text.endswith(".")


@pytest.mark.parametrize("rule", [r for r in RULES if r.level != "note"], ids=lambda r: r.id)
def test_rule_that_asks_for_something_rests_on_a_record(rule):
    assert rule.records


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_kidney_figure_is_only_named_where_it_is_known(rule):
    if "{egfr" in rule.text:
        assert {"egfr_below", "egfr_from"} & set(rule.when)
    if "{serum" in rule.text:
        assert {"serum_below", "serum_from"} & set(rule.when)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "panic"}, "got level 'panic'"),
        ({"when": {"age_under": 3}}, "unknown predicate 'age_under'"),
        ({"when": {"drug_class": ["digoxine"]}}, "did you mean digoxin"),
        ({"when": {"condition": ["dialisis"]}}, "did you mean dialysis"),
        ({"unless": ("later",)}, "no earlier rule 'later'"),
        ({"when": {}}, "would always apply"),
    ],
)
def test_wrong_rule_is_refused(change, message):
    assert not check_rule(GOOD, [], WORDS)
    (issue,) = check_rule(replace(GOOD, **change), [], WORDS)
    assert message in str(issue)


def test_rule_id_is_used_once():
    assert "used twice" in str(check_rule(GOOD, [GOOD], WORDS)[0])
