from __future__ import annotations

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app
from osseo.errors import OsseoError

BAD_RECORD = "id: nobody2000\ntitle: 7\nuse: guessing\n"


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_list_filters_and_writes_json():
    done = run("evidence", "list", "--folder", "clinical", "--use", "prior", "--json", "-")
    rows = json.loads(done.stdout)
    assert done.exit_code == 0 and len(rows) > 0
    assert {(r["folder"], r["use"]) for r in rows} == {("clinical", "prior")}


def test_list_prints_a_table_and_its_size():
    done = run("evidence", "list", "--folder", "mg-pk")
    assert "fine1991" in done.stdout
    n_rows = len(json.loads(run("evidence", "list", "--folder", "mg-pk", "--json", "-").stdout))
    assert f"{n_rows} records" in done.stdout


def test_list_writes_csv_and_json_into_a_new_folder(tmp_path):
    out = tmp_path / "new" / "folder"
    done = run("evidence", "list", "--folder", "mg-pk", "--out", str(out), "--quiet")
    assert (done.exit_code, done.stdout) == (0, "")
    assert sorted(p.name for p in out.iterdir()) == ["evidence.csv", "evidence.json"]
    table = (out / "evidence.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [r["id"] for r in rows] == [r["id"] for r in json.loads((out / "evidence.json").read_text())]


def test_search_and_show():
    assert "fine1991" in run("evidence", "search", "fordtran", "absorption").stdout
    shown = run("evidence", "show", "joris2016").stdout
    assert "grade" in shown and "0.02 mmol/L" in shown and "95 %" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_search_without_a_hit_says_so():
    done = run("evidence", "search", "zzzqqq")
    assert done.exit_code == 0 and "no record matches" in done.stdout


def test_show_as_json_has_grade_and_results():
    data = json.loads(run("evidence", "show", "fine1991", "--json", "-").stdout)
    assert data["id"] == "fine1991" and data["grade"] == "moderate" and data["results"]


def test_a_near_name_is_offered_in_one_paragraph_without_traceback():
    done = run("evidence", "show", "joris216")
    assert done.exit_code == 2
    assert "joris2016" in done.stderr and "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_debug_shows_the_traceback():
    done = run("--debug", "evidence", "show", "joris216")
    assert done.exit_code != 0 and isinstance(done.exception, OsseoError)


def test_lint_of_a_bad_record_fails_the_check(tmp_path):
    path = tmp_path / "nobody2000.yaml"
    path.write_text(BAD_RECORD, encoding="utf-8")
    done = run("evidence", "lint", str(path))
    assert done.exit_code == 1
    assert done.stdout.count("error:") >= 2 and "nobody2000.yaml" in done.stdout


def test_claims_are_all_listed_and_one_is_shown_in_full():
    assert len(json.loads(run("claims", "--json", "-").stdout)) == 43
    assert "43 claims" in run("claims").stdout
    one = run("claims", "C01").stdout
    assert "verdict" in one and "unsupported" in one


@pytest.mark.parametrize("arguments", [["claims", "C99"], ["claims", "--verdict", "suported"]])
def test_unknown_claim_or_verdict(arguments):
    done = run(*arguments)
    assert done.exit_code == 2 and done.stdout == ""


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_a_place_that_cannot_be_written_is_refused(tmp_path, option):
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    place = tmp_path / "file" / "inside" / ("x.json" if option == "--json" else "")
    done = run("evidence", "list", option, str(place))
    assert done.exit_code == 2 and done.stdout == "" and "cannot write" in done.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"
