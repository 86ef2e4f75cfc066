"""Many studies: bad files are listed whole, good ones predicted, finished ones not computed again."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from osseo.answer.predict.cache import PredictionCache, study_from_dict, study_hash, study_to_dict
from osseo.answer.predict.many import find_studies, predict_many
from osseo.answer.predict.study import model_hash
from osseo.cli.app import app
from osseo.evidence import load_record


def test_good_studies_survive_bad_ones(write_study, tmp_path):
    good, bad = write_study(), write_study("second2026", sd=-3)
    odd = tmp_path / "odd.yaml"
    odd.write_text("a: [1\n", encoding="utf-8")
    asked = find_studies([str(good), str(bad), str(odd), "joris2016", "joris2017", str(tmp_path / "no.yaml")])
    assert [(r.id, len(r.results)) for r in asked.records][:2] == [("mine2026", 3), ("second2026", 2)]
    assert [r.id for r in asked.records][2:] == ["joris2016"]  # the row with the negative SD is left out
    text = "\n".join(map(str, asked.issues))
    assert "second2026.yaml:" in text
    assert "-3" in text
    assert "odd.yaml" in text
    assert "joris2016" in text  # the near name of joris2017
    assert "no such file" in text


def test_an_arm_that_is_not_in_arms_is_an_issue(write_study):
    asked = find_studies([str(write_study(arm="nobody"))])
    assert [r.index for r in asked.records[0].results] == [0, 2]
    assert "mine2026.yaml:16" in str(asked.issues[0])
    assert "'nobody'" in str(asked.issues[0])


def test_a_study_given_twice_is_an_issue(write_study):
    path = str(write_study())
    asked = find_studies([path, path])
    assert len(asked.records) == 1
    assert "given twice" in str(asked.issues[0])


def test_a_folder_holds_studies(write_study, tmp_path):
    write_study("one2026")
    write_study("two2026")
    assert [r.id for r in find_studies([str(tmp_path)]).records] == ["one2026", "two2026"]


def test_finished_studies_are_kept(tmp_path):
    cache = tmp_path / "kept.jsonl"
    records = [load_record("joris2016"), load_record("schutten_cortisol2020")]
    first = list(predict_many(records[:1], cache=cache))
    assert len(cache.read_text(encoding="utf-8").splitlines()) == 1
    again = list(predict_many(records, cache=cache))
    assert again[0] == first[0]  # seconds too: it was not computed again
    assert len(cache.read_text(encoding="utf-8").splitlines()) == 2


def test_a_line_cut_off_is_computed_again(tmp_path):
    cache = tmp_path / "kept.jsonl"
    list(predict_many([load_record("joris2016")], cache=cache))
    cache.write_text(cache.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert PredictionCache(cache, model_hash()).get(study_hash(load_record("joris2016"))) is None


def test_another_seed_or_model_is_not_taken(tmp_path):
    cache = tmp_path / "kept.jsonl"
    list(predict_many([load_record("joris2016")], cache=cache))
    key = study_hash(load_record("joris2016"))
    assert PredictionCache(cache, model_hash(1)).get(key) is not None
    assert PredictionCache(cache, model_hash(2)).get(key) is None


def test_predictions_survive_the_file():
    (study,) = predict_many([load_record("joris2016")])
    assert study_from_dict(json.loads(json.dumps(study_to_dict(study)))) == study


def test_progress_is_told():
    told = []
    list(predict_many([load_record("joris2016")], progress=lambda what, share: told.append((what, share))))
    assert told == [("1/1 joris2016", 0.0)]


@pytest.fixture(scope="module")
def run():
    return lambda *words: CliRunner().invoke(app, list(words), env={"COLUMNS": "100"})


def test_predict_command_shows_misses_and_exits_0(run):
    done = run("predict", "nielsen2007", "joris2016")
    assert done.exit_code == 0
    assert "MISS" in done.stdout
    assert "out of sample" in done.stdout
    assert "IN SAMPLE" in done.stdout
    assert "not expressed" in done.stdout


def test_predict_command_exits_2_on_bad_input_and_still_predicts(run, write_study):
    done = run("predict", str(write_study("bad2026", sd=-1)), "joris2016")
    assert done.exit_code == 2
    assert "bad2026.yaml:" in done.stderr
    assert "citrate - placebo" in done.stdout


def test_predict_command_writes_files(run, tmp_path):
    out = tmp_path / "out"
    done = run("predict", "joris2016", "--out", str(out), "--json", str(tmp_path / "p.json"), "--quiet")
    assert done.exit_code == 0
    assert not done.stdout
    rows = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert {row["endpoint"] for row in rows} == {"serum_total", "urine_24h"}
    data = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert data["studies"][0]["record"] == "joris2016"
    assert (out / "predictions.jsonl").exists()


def test_pool_command(run, tmp_path):
    words = ("new_bone_pct", "--site", "sinus_lift", "--material", "dbbm", "--window", "4.5-9 months")
    done = run("evidence", "pool", *words, "--out", str(tmp_path))
    assert done.exit_code == 0
    assert "between" in done.stdout
    pictures = sorted(tmp_path.glob("*.png"))
    assert pictures
    assert pictures[0].read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / f"{pictures[0].stem}.html").read_text(encoding="utf-8")
    assert "a new study of 20" in page
    assert run("evidence", "pool", "new_bone").exit_code == 2
