from __future__ import annotations

import json

from typer.testing import CliRunner

from osseo.cli.app import app


def run(*arguments: str):
    return CliRunner().invoke(app, ["interactions", *arguments])


def test_it_tells_distance_loss_record_and_grade():
    done = run("dolutegravir 50 mg")
    assert done.exit_code == 0
    assert "take magnesium at least 2 hours after dolutegravir 50 mg" in done.stdout
    assert "lost if together 74 %, at the distance still 26 %; records interactions; grade low" in done.stdout
    assert "Not medical advice" in done.stdout


def test_unknown_drugs_are_told_all_at_once():
    done = run("levothyroxin", "gabapentine", "dolutegravir", "--wake", "25:00")
    assert done.exit_code == 2
    assert "did you mean levothyroxine" in done.stderr and "did you mean gabapentin" in done.stderr
    assert "'25:00' is no time of day" in done.stderr
    assert done.stdout == ""


def test_schedule_prints_a_day():
    done = run(
        "alendronate", "--schedule", "--magnesium", "2", "--meal", "lunch=12:00", "--meal", "dinner=6 pm"
    )
    assert done.exit_code == 0
    assert "07:00  alendronate" in done.stdout and "18:00  magnesium (with dinner)" in done.stdout


def test_collision_names_the_rules_and_exits_with_one():
    done = run("raltegravir", "--schedule")
    assert done.exit_code == 1
    assert "No day can be planned" in done.stdout and "Leave out magnesium" in done.stdout


def test_doses_and_times_can_be_written_with_the_name():
    done = run("ciprofloxacin:2", "levothyroxine@6:30", "--schedule", "--json", "-", "--wake", "6:30")
    data = json.loads(done.stdout)
    assert data["schedule"]["kind"] == "schedule"
    clocks = {s["clock"]: [t["name"] for t in s["taken"]] for s in data["schedule"]["sittings"]}
    assert "levothyroxine" in clocks["06:30"]
    assert sum(names.count("ciprofloxacin") for names in clocks.values()) == 2
    assert data["drugs"][0]["separations"][0]["records"] == ["interactions"]


def test_json_and_folder_hold_the_same(tmp_path):
    done = run("gabapentin", "--out", str(tmp_path / "new"), "--json", str(tmp_path / "a.json"), "--quiet")
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "a.json").read_text() == (tmp_path / "new" / "interactions.json").read_text()


def test_what_cannot_be_read_is_refused():
    done = run(":2", "--meal", "lunch", "--schedule")
    assert done.exit_code == 2
    assert "write NAME, NAME:2" in done.stderr and "write NAME=TIME" in done.stderr


def test_a_bad_request_for_a_day_is_refused():
    done = run("digoxin:9", "--schedule")
    assert done.exit_code == 2 and "expected 1 to 6" in done.stderr
