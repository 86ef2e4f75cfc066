"""Archives: what is wrong with one is said, all of it; and the command's three exits."""

from __future__ import annotations

import json
import zipfile

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app
from osseo.errors import InputError
from osseo.verify.archive import open_archive
from osseo.verify.classic import antimony_to_sbml
from osseo.verify.suite import run_archive

SETTINGS = (
    "start: 0\nduration: 2\nsteps: 2\nvariables: x\nabsolute: 1e-6\nrelative: 1e-4\namount:\nconcentration:\n"
)
TAGS = "componentTags: Parameter, RateRule\ntestTags: NonConstantParameter\ntestType: TimeCourse\n"
GROWS = "model m\n x = 1; x' = 2\nend\n"
DELAYED = "model m\n x = 1; x' = delay(x, 1)\nend\n"


@pytest.fixture
def archive(tmp_path):
    """Return archive({number: (model, results)}, leave out) -> path of a zip."""

    def make(cases, without=()):
        path = tmp_path / "cases.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name, (model, results) in cases.items():
                parts = {
                    "sbml-l3v1.xml": antimony_to_sbml(model, name),
                    "settings.txt": SETTINGS,
                    "results.csv": results,
                    "tags.txt": TAGS,
                }
                for part, text in parts.items():
                    if part not in without:
                        file.writestr(f"{name}/{name}-{part}", text)
        return path

    return make


RIGHT = (GROWS, "time,x\n0,1\n1,3\n2,5\n")
WRONG = (GROWS, "time,x\n0,1\n1,3\n2,6\n")
REFUSED = (DELAYED, "time,x\n0,1\n1,2\n2,3\n")


def test_verdicts_and_tables(archive):
    report = run_archive(archive({"00001": RIGHT, "00002": REFUSED, "00003": WRONG}))
    assert [v.verdict for v in report.verdicts] == ["right", "refused", "wrong"]
    assert report.refusals() == [("delay function", 1)]
    assert ("RateRule", 1, 1, 1) in report.by_tag()
    assert "x at t = 2: got 5, expected 6" in report.wrong[0].detail
    assert "| RateRule | 1 | 1 | 1 |" in report.markdown()


@pytest.mark.parametrize(("case", "code"), [(RIGHT, 0), (REFUSED, 0), (WRONG, 1)])
def test_exit_code_and_json(archive, tmp_path, case, code):
    record = tmp_path / "record.json"
    path, folder = archive({"00001": case}), tmp_path / "out"
    given = ["verify", "--sbml", str(path), "--json", str(record), "--out", str(folder)]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == code, done.output
    assert "1 cases" in done.output or "1 case" in done.output
    data = json.loads(record.read_text(encoding="utf-8"))
    assert data["cases"] == 1
    assert data["wrong"] == code
    assert json.loads((folder / "sbml-cases.json").read_text(encoding="utf-8")) == data
    assert "| tag | right |" in (folder / "sbml-tables.md").read_text(encoding="utf-8")


def test_not_an_archive(tmp_path):
    path = tmp_path / "cases.zip"
    path.write_text("no zip", encoding="utf-8")
    done = CliRunner().invoke(app, ["verify", "--sbml", str(path)])
    assert done.exit_code == 2
    with pytest.raises(InputError, match="not a zip archive"):
        open_archive(path)
    with pytest.raises(InputError, match="not a zip archive"):
        open_archive(tmp_path / "absent.zip")


def test_an_archive_without_cases(tmp_path):
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match="no test case"):
        open_archive(path)


def test_every_missing_file_is_named(archive):
    path = archive({"00001": RIGHT, "00002": RIGHT}, without=("tags.txt", "results.csv"))
    with pytest.raises(InputError, match="4 problems") as caught:
        open_archive(path)
    assert "00002-tags.txt" in str(caught.value)


def test_results_that_do_not_parse(archive):
    with pytest.raises(InputError, match="case 00001"):
        run_archive(archive({"00001": (GROWS, "time,x\n0,one\n")}))


def test_two_processes_say_the_same(archive):
    path = archive({"00001": RIGHT, "00002": WRONG, "00003": REFUSED})
    assert run_archive(path, n_processes=2).verdicts == run_archive(path, n_processes=1).verdicts
