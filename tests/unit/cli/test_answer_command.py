"""`osseo answer` and `osseo simulate` on real scenarios: what is printed, written and refused."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app

EXAMPLES = Path(__file__).parents[3] / "examples"
HEADLINE = str(EXAMPLES / "sinus-xenograft.yaml")
STOPPED = str(EXAMPLES / "ckd-stage-4.yaml")
LEAST = ("--draws", "100")


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    out = tmp_path_factory.mktemp("answer") / "made" / "by-osseo"
    return run("answer", HEADLINE, *LEAST, "--seed", "3", "--out", str(out)), out


def test_the_folder_holds_page_data_and_table(answered):
    done, out = answered
    assert done.exit_code == 0, done.stderr
    assert sorted(p.name for p in out.iterdir()) == ["answer.json", "endpoints.csv", "report.html"]


def test_the_terminal_is_80_columns_with_safety_first(answered):
    done, out = answered
    lines = done.stdout.splitlines()
    assert [x for x in lines if len(x) > 80 and str(out) not in x] == []
    text = done.stdout
    heads = [text.index(h) for h in ("SAFETY", "IN SHORT", "HOW SURE", "WHY", "Not medical advice")]
    assert heads == sorted(heads)
    assert "report.html" in text and "seed 3" in text


def test_json_says_what_the_terminal_says(answered):
    done, out = answered
    data = json.loads((out / "answer.json").read_text(encoding="utf-8"))
    (answer,) = data["answers"]
    assert answer["stopped"] is False and answer["seed"] == 3 and answer["n_draws"] == 100
    words = " ".join(done.stdout.split())
    assert " ".join(answer["sentence"].split()) in words
    row = next(r for r in answer["endpoints"] if r["endpoint"] == "new_bone_pct" and r["visit_d"] == 180)
    assert f"{row['without']['median']:.1f}" in done.stdout
    assert row["p_too_small"] is not None and row["mean_effect"]["layer"] == "parameter"
    assert set(answer["prior_sets"]) == {"sceptical", "neutral", "as_advertised"}
    assert {f["level"] for f in answer["safety"]} >= {"warn"}


def test_the_command_in_the_answer_gives_it_again(answered):
    _, out = answered
    answer = json.loads((out / "answer.json").read_text(encoding="utf-8"))["answers"][0]
    words = answer["command"].split()
    assert words[0] == "osseo"
    again = run(*words[1:], "--json", "-")
    first = json.loads(again.stdout)["answers"][0]
    assert first["endpoints"] == answer["endpoints"]


def test_table_and_json_agree(answered):
    _, out = answered
    table = list(csv.DictReader(io.StringIO((out / "endpoints.csv").read_text(encoding="utf-8"))))
    answer = json.loads((out / "answer.json").read_text(encoding="utf-8"))["answers"][0]
    reported = [line for line in table if line["prior_set"] == "reported"]
    assert len(reported) == len(answer["endpoints"]) + len(answer["body"])
    assert float(reported[0]["difference"]) == answer["endpoints"][0]["difference"]["median"]


def test_the_page_draws_curves_maps_and_study_points(answered):
    _, out = answered
    html = (out / "report.html").read_text(encoding="utf-8")
    specs = json.loads(html.split('id="figure-specs">')[1].split("</script>")[0])
    named = [trace.get("name") for spec in specs.values() for trace in spec["data"]]
    assert named.count("with") == named.count("without") >= 4
    stills = html.split('<svg class="still"')
    assert sum("data:image/png;base64," in part for part in stills) > 20
    assert "Tissue in the site, without" in html and "Osteoblasts, with minus without" in html
    assert "study, calibration" in html and "pooled mean of" in html


@pytest.mark.parametrize("command", ["answer", "simulate"])
def test_a_hard_stop_shows_safety_only_and_is_done(command, tmp_path):
    done = run(command, STOPPED, "--out", str(tmp_path / command))
    assert done.exit_code == 0
    assert done.stdout.startswith("SAFETY") and "doctor" in done.stdout
    assert "IN SHORT" not in done.stdout and "new bone" not in done.stdout


def test_a_hard_stop_as_data(tmp_path):
    data = json.loads(run("answer", STOPPED, "--json", "-").stdout)
    assert data["answers"][0]["stopped"] is True and "endpoints" not in data["answers"][0]


def test_the_folder_is_refused_before_anything_is_computed(tmp_path, monkeypatch):
    for name in ("osseo.answer.answer", "osseo.answer"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it would now fail
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    done = run("answer", HEADLINE, "--out", str(tmp_path / "file" / "inside"))
    assert done.exit_code == 2 and "cannot write" in done.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_bad_scenarios_list_every_problem_and_write_nothing(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "person: {age: 58 mg, sex: female, kidney_disease: no}\n"
        "procedure: {site: sinus_lift, graft: {material: dbb}}\n"
        "regimen: [{salt: glycinate, dose: 400 mg, as: elemental, to: 90 d}]\ncolour: red\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    done = run("answer", str(bad), "--out", str(out))
    assert done.exit_code == 2 and done.stdout == ""
    assert "3 problems" in done.stderr and "dbbm" in done.stderr and "Traceback" not in done.stderr
    assert not out.exists() or list(out.iterdir()) == []


def test_a_missing_file_is_bad_input(tmp_path):
    done = run("answer", str(tmp_path / "nowhere.yaml"))
    assert done.exit_code == 2 and "nowhere.yaml" in done.stderr


def test_simulate_writes_table_picture_and_page(tmp_path):
    done = run("simulate", HEADLINE, "--draws", "8", "--out", str(tmp_path / "course"))
    assert done.exit_code == 0, done.stderr
    names = sorted(p.name for p in (tmp_path / "course").iterdir())
    assert names == ["course.csv", "course.png", "fields.parquet", "report.html"]
    assert (tmp_path / "course" / "course.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    table = (tmp_path / "course" / "course.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {"serum_total", "urine_24h", "new_bone_pct"} <= {r["quantity"] for r in rows}
    early = {r["arm"]: float(r["median"]) for r in rows
             if r["quantity"] == "serum_total" and float(r["time_d"]) < -60}  # fmt: skip
    assert early["with"] == early["without"]


def test_simulate_as_data_only(tmp_path):
    out = str(tmp_path / "course")
    done = run("simulate", HEADLINE, "--draws", "4", "--json", "-", "--out", out)
    (course,) = json.loads(done.stdout)["courses"]
    assert course["n_draws"] == 4 and len(course["series"]) >= 5
    series = course["series"][0]
    assert len(series["time_d"]) == len(series["with"]["median"]) == len(series["without"]["high90"])


def test_simulate_of_an_unclear_dose_keeps_both_readings_apart(tmp_path):
    done = run("simulate", str(EXAMPLES / "article-300mg.yaml"), "--draws", "3", "--out", str(tmp_path))
    assert done.exit_code == 0, done.stderr
    names = {p.name for p in tmp_path.iterdir()}
    assert {"course-elemental.csv", "course-salt.csv", "fields-salt.parquet", "report.html"} <= names
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Which one is it?" in page
    ids = [part.split('"')[0] for part in page.split('<div class="plot" id="')[1:]]
    assert len(ids) == len(set(ids)) >= 8
