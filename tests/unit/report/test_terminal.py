from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from osseo.report.terminal import WIDTH, answer_lines, render_answers


def text_of(results, **options) -> str:
    return "\n".join(line.plain for line in answer_lines(results, **options))


@pytest.mark.parametrize("explain", [True, False])
def test_nothing_is_wider_than_the_terminal(sample, explain):
    for results in ([sample.answer()], sample.two_readings(), [sample.stopped_answer()]):
        lines = [line.plain for line in answer_lines(results, explain=explain, report="out/report.html")]
        assert [line for line in lines if len(line) > WIDTH] == []


def test_sections_stand_in_the_order_of_the_layout(sample):
    text = text_of([sample.answer()], explain=True)
    heads = ["SAFETY", "IN SHORT", "difference", "WHAT MATTERS MORE", "HOW SURE", "WHY", "THE CHAIN",
             "Not medical advice"]  # fmt: skip
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_hard_stop_prints_safety_and_the_reason_only(sample):
    text = text_of([sample.stopped_answer()], report="out/report.html")
    assert text.startswith("SAFETY")
    assert "Discuss magnesium with your doctor" in text
    assert "%" not in text and "seed" not in text and "report" not in text


def test_probabilities_come_in_the_fixed_order_with_any_gain_last(sample):
    odd = sample.row(p_too_small=0.11, p_gain=0.22, p_loss=0.33, share_gain=0.44, p_positive=0.55)
    text = text_of([sample.answer(rows=(odd,))])
    line = next(x for x in text.splitlines() if x.startswith("  day 180"))
    assert line.split()[-10:] == ["11", "%", "22", "%", "33", "%", "44", "%", "55", "%"]


def test_body_quantities_show_no_probability(sample):
    line = next(x for x in text_of([sample.answer()]).splitlines() if x.startswith("  day 0"))
    assert "%" not in line and "n/a" not in line


def test_two_readings_are_labelled_and_asked(sample):
    text = text_of(sample.two_readings())
    assert text.startswith("TWO READINGS")
    first, second = text.index("--- reading 1: the dose read as elemental"), text.index("--- reading 2:")
    assert first < second
    assert text.count("IN SHORT") == 2


def test_one_stopped_reading_keeps_the_other(sample):
    stopped = sample.stopped_answer()
    text = text_of([stopped, sample.answer(reading="salt")])
    assert "Discuss magnesium with your doctor" in text and text.count("IN SHORT") == 1


def test_failed_draws_are_said_and_no_nan_is_shown(sample):
    text = text_of([sample.failed_answer()], explain=True)
    assert "200 failed" in text and not re.search(r"\bnan\b", text)


def test_colour_only_on_a_terminal(sample):
    plain, coloured = io.StringIO(), io.StringIO()
    render_answers([sample.answer()], Console(file=plain, width=WIDTH))
    render_answers([sample.answer()], Console(file=coloured, width=WIDTH, force_terminal=True,
                                              color_system="standard"))  # fmt: skip
    assert "\x1b[" not in plain.getvalue()
    assert "\x1b[" in coloured.getvalue()


def test_evidence_ids_are_not_eaten_as_markup(sample):
    out = io.StringIO()
    render_answers([sample.answer()], Console(file=out, width=WIDTH))
    assert "[iom1997_ul]" in out.getvalue() and "[%]" in out.getvalue()


def test_prior_sets_of_a_withheld_row_show_no_probability_and_stay_apart(sample):
    wide = sample.row(margin=None, withheld="x", difference=sample.interval(-0.004, 0.0031))
    result = sample.answer(rows=(wide,), prior_sets={n: (wide,) for n in ("sceptical", "neutral", "other")})
    text = "\n".join(line.plain for line in answer_lines([result]))
    assert "too small n/a" not in text
    assert re.search(r"\)[-+\d]", text) is None
    assert "share of patients" in text


def test_the_worked_chain_says_whose_it_is(sample):
    text = " ".join("\n".join(line.plain for line in answer_lines([sample.answer()])).split())
    assert "WHY one typical patient at central values" in text
