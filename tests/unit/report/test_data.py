from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from osseo.report import answer_to_dict, answers_to_dict, write_answer_json
from osseo.report.data import plain, rows_to_csv, to_csv, to_json

HEAD = {"format", "notice", "question", "headline", "reading", "stopped", "safety"}
PROVENANCE = {
    "n_draws", "n_failed", "seed", "model_hash", "scenario_hash", "version", "command", "scenario",
}  # fmt: skip
EFFECTS = {
    "sentence", "endpoints", "body", "margin_note", "prior_sets", "prior_sets_note",
    "status_time_constant", "dominates", "blanks", "weakest", "matters_more", "chain", "not_informed",
    "study_points", "evidence", "notes",
}  # fmt: skip


def test_keys_of_decision_0250(sample):
    assert set(answer_to_dict(sample.answer())) == HEAD | EFFECTS | PROVENANCE


def test_endpoint_carries_both_arms_difference_and_probabilities(sample):
    row = answer_to_dict(sample.answer())["endpoints"][0]
    assert {"without", "with", "difference", "p_too_small", "p_gain", "p_loss", "p_positive"} <= set(row)
    assert row["difference"] == {
        "median": 0.3,
        "low50": pytest.approx(0.3 - 0.48),
        "high50": pytest.approx(0.3 + 0.48),
        "low90": pytest.approx(-0.9),
        "high90": pytest.approx(1.5),
        "layer": "parameter and patient",
    }


def test_hard_stop_holds_no_effect_at_all(sample):
    stopped = answer_to_dict(sample.answer(stopped=True))
    assert stopped["stopped"] is True
    assert set(stopped) == HEAD | PROVENANCE | {"stop_reason"}


def test_nan_becomes_null_and_the_text_is_strict_json(sample, tmp_path):
    path = write_answer_json([sample.failed_answer()], tmp_path / "deep" / "answer.json")

    def refuse(name):
        raise AssertionError(name)

    data = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert data["answers"][0]["endpoints"][0]["difference"]["median"] is None
    assert [p.name for p in path.parent.iterdir()] == ["answer.json"]


def test_two_readings_ask_which_one(sample):
    data = answers_to_dict(sample.two_readings())
    assert "Which one is it?" in data["ask"]
    assert [a["reading"] for a in data["answers"]] == ["elemental", "salt"]
    assert answers_to_dict([sample.answer()])["ask"] is None


def test_csv_has_one_line_per_row_and_prior_set(sample):
    lines = list(csv.DictReader(io.StringIO(rows_to_csv([sample.answer()]))))
    assert len(lines) == 6 + 3
    assert {line["prior_set"] for line in lines} == {"reported", "sceptical", "neutral", "as_advertised"}
    serum = next(line for line in lines if line["endpoint"] == "serum_mg")
    assert serum["margin"] == "" and serum["p_gain"] == ""


def test_stopped_reading_adds_no_csv_line(sample):
    assert rows_to_csv([sample.answer(stopped=True)]).count("\n") == 1


def test_plain_takes_arrays_and_numpy_numbers():
    value = {"a": np.array([1.0, np.nan]), "b": np.float64("inf"), "c": (np.int64(2), True, None)}
    assert plain(value) == {"a": [1.0, None], "b": None, "c": [2, True, None]}


def test_cells_with_commas_survive():
    assert list(csv.reader(io.StringIO(to_csv(["a"], [["x, y"], [float("nan")]])))) == [
        ["a"],
        ["x, y"],
        [""],
    ]


def test_json_keeps_letters_and_order():
    assert to_json({"b": "grösser", "a": 1}) == '{\n  "b": "grösser",\n  "a": 1\n}\n'


def test_a_table_says_what_may_not_be_concluded(sample):
    kept = sample.answer(rows=(sample.row(margin=None, withheld="no record"),), prior_sets={})
    table = list(csv.DictReader(io.StringIO(rows_to_csv([kept]))))
    assert {row["withheld"] for row in table if row["endpoint"] == "new_bone_frac"} == {"no record"}
    assert {row["withheld"] for row in table if row["endpoint"] != "new_bone_frac"} <= {""}
