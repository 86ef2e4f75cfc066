"""No safety finding is lost between the model and the page: HTML, terminal and JSON, every rule there is."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from osseo.answer.patient.types import PatientPage
from osseo.answer.result import Finding
from osseo.answer.safety import LEVELS, load_rules
from osseo.report.patient.page import render_patient
from osseo.report.patient.text import patient_lines, patient_to_dict

RULES, _ = load_rules()


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def words_of(page_html: str) -> str:
    """Return the text a reader sees."""
    body = page_html.partition("<body")[2].partition(">")[2]
    return squeeze(html.unescape(re.sub(r"<[^>]*>", "", body)))


def lost(findings, shown: str) -> list[str]:
    """Return the rules of findings whose text, figure or records do not stand in what is shown."""
    return [
        f.rule
        for f in findings
        if squeeze(f.text) not in shown
        or squeeze(f.number[:1].upper() + f.number[1:]) not in shown
        or any(record not in shown for record in f.records)
    ]


def test_every_finding_of_an_example_is_on_its_page(example):
    assert example.safety
    assert lost(example.safety, words_of(render_patient(example))) == []
    assert lost(example.safety, squeeze(" ".join(patient_lines(example)))) == []
    assert len(patient_to_dict(example)["safety"]) == len(example.safety)


def test_a_finding_left_out_would_be_noticed(example):
    for gone in example.safety:
        shorter = replace(example, safety=tuple(f for f in example.safety if f is not gone))
        assert gone.rule in lost(example.safety, words_of(render_patient(shorter)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("name", ["dialysis", "healthy-34"])
def test_every_rule_there_is_reaches_both_kinds_of_page(rule, name, page_of):
    finding = Finding(rule.level, rule.id, rule.text, rule.number, rule.records)
    page = replace(page_of(name), safety=(finding,))
    assert lost([finding], words_of(render_patient(page))) == []
    assert lost([finding], squeeze(" ".join(patient_lines(page)))) == []


def test_safety_stands_before_everything_else(example):
    shown = words_of(render_patient(example))
    first = shown.index(squeeze(example.safety[0].text))
    for later in ("In short", "Your plan", "What it could change", "Questions to ask"):
        if later in shown:
            assert first < shown.index(later)


def test_stops_come_first_and_hide_every_plan(page_of):
    page: PatientPage = page_of("ckd-stage-4")
    assert page.safety[0].level == LEVELS[0] == "stop"
    shown = words_of(render_patient(page))
    for absent in ("Your plan", "Your day", "What it could change", "Take 1"):
        assert absent not in shown


def test_the_medical_notice_is_on_every_page(example):
    assert "Not medical advice." in words_of(render_patient(example))
    assert "Not medical advice." in " ".join(patient_lines(example))
