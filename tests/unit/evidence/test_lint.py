"""Lint: shipped records are sound; what is wrong with a record or with the split is found."""

import shutil

import pytest
import yaml

from osseo.errors import EvidenceError
from osseo.evidence import lint_records, read_record
from osseo.evidence.index import DATA, record_paths
from osseo.evidence.lint import lint_folder

GOOD = {
    "id": "mine2026",
    "title": "A title",
    "citation": "Me 2026",
    "doi": None,
    "pmid": None,
    "where": "https://example.org",
    "seen": "fulltext",
    "kind": "rct",
    "domain": "graft-outcome",
    "species": "human",
    "population": "40 adults",
    "design": "parallel",
    "arms": [{"name": "a", "n": 20, "regimen": {"graft": "autograft"}}],
    "results": [
        {"arm": "a", "measure": "new_bone_pct", "time_d": 180, "value": 30.0, "unit": "%", "sd": 8.0}
    ],
    "use": "reference",
    "quality": "",
}


def write(folder, **changes):
    record = {**GOOD, **changes}
    record = {key: value for key, value in record.items() if value != "DROP"}
    path = folder / "mine2026.yaml"
    path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    return path


def errors(path):
    return [i for i in lint_records([path]) if i.severity == "error"]


def test_shipped_records_have_no_errors():
    found = lint_records()
    assert [str(i) for i in found if i.severity == "error"] == []
    assert any("undocumented key 'where_more'" in i.message for i in found)


def test_a_good_record_is_read(tmp_path):
    path = write(tmp_path)
    assert lint_records([path]) == []
    record = read_record(path)
    assert record.results[0].number == 30.0 and record.results[0].seen == "fulltext"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": "other2026"}, "differs from the file name"),
        ({"id": "DROP"}, "`id` is missing"),
        ({"results": "DROP"}, "`results` is missing"),
        ({"kind": "randomised"}, "expected one of rct"),
        ({"seen": "full"}, "expected one of fulltext"),
        ({"use": "calibrate"}, "did you mean calibration"),
        ({"use": "calibration", "seen": "recalled"}, "recalled, not read"),
        ({"arms": {"a": 1}}, "expected a list"),
        ({"arms": [{"name": "a", "n": -3, "regimen": {}}]}, "not below 0"),
        ({"arms": [{"name": "a", "n": 2.5, "regimen": {}}]}, "whole number"),
        ({"arms": [{"n": 3, "regimen": {}}]}, "arm without a name"),
        ({"arms": [{"name": "a", "n": 3, "regimen": "x"}]}, "expected a mapping"),
        ({"results": ["x"]}, "expected a mapping"),
        ({"results": [{"measure": "m", "unit": "%"}]}, "without `value` or `effect`"),
        ({"results": [{"value": 1, "unit": "%"}]}, "without a measure"),
        ({"results": [{"measure": "m", "value": 1, "unit": "%", "sd": -1}]}, "not below 0"),
        ({"results": [{"measure": "m", "value": 1, "unit": "%", "sd": "big"}]}, "not below 0"),
        ({"results": [{"measure": "m", "value": 1, "unit": "%", "ci95": [2, 1]}]}, "low end"),
        ({"results": [{"measure": "m", "value": 1, "unit": "%", "ci95": [1]}]}, r"\[low, high\]"),
        ({"results": [{"measure": "m", "value": 1, "unit": "%", "seen": "x"}]}, "expected one of"),
        (
            {"results": [{"measure": "m", "value": 1, "unit": "1", "arm": "a", "contrast": "b"}]},
            "both `arm` and `contrast`",
        ),
    ],
)
def test_each_fault_is_an_error_with_file_and_reason(tmp_path, changes, expected):
    path = write(tmp_path, **changes)
    with pytest.raises(EvidenceError, match=expected):
        read_record(path)
    assert all(str(path) in issue.where for issue in errors(path))


def test_faults_carry_their_line(tmp_path):
    path = write(tmp_path, kind="randomised")
    line = path.read_text(encoding="utf-8").splitlines().index("kind: randomised") + 1
    assert errors(path)[0].where == f"{path}:{line} kind"


def test_unknown_keys_are_warnings_and_kept(tmp_path):
    path = write(tmp_path, measuer="x")
    (issue,) = lint_records([path])
    assert issue.severity == "warning" and "measuer" in issue.message
    assert read_record(path).extra == {"measuer": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: [1, 2\ntitle: x", "not readable as YAML"),
        ("", "expected the fields"),
        ("- a\n- b\n", "expected the fields"),
        ("id: a\nid: b\n", "given twice"),
    ],
)
def test_corrupt_files_are_refused(tmp_path, text, expected):
    path = tmp_path / "mine2026.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=expected):
        read_record(path)


def test_binary_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "mine2026.yaml"
    path.write_bytes(b"id: \xff\xfe")
    with pytest.raises(EvidenceError, match="UTF-8"):
        read_record(path)
    with pytest.raises(EvidenceError, match="no such file"):
        read_record(tmp_path / "none.yaml")


def test_an_empty_folder_is_reported(tmp_path):
    assert "no .yaml file" in lint_records([tmp_path])[0].message


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "graft").mkdir()
    for name in ("klijn2010", "acdf_qct2025"):
        source = next(path for path in record_paths() if path.stem == name)
        shutil.copy(source, tmp_path / "graft")
    rows = (DATA / "SPLIT.csv").read_text(encoding="utf-8").splitlines()
    keep = [row for row in rows if row.split(",")[0] in {"record", "klijn2010", "acdf_qct2025"}]
    (tmp_path / "SPLIT.csv").write_text("\n".join(keep) + "\n", encoding="utf-8")
    return tmp_path


def messages(folder):
    return [str(i) for i in lint_folder(folder) if i.severity == "error"]


def test_a_sound_folder_passes(folder):
    assert messages(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("klijn2010,graft,calibration", "klijn2010,graft,validation", "SPLIT.csv says 'validation'"),
        ("klijn2010,graft,calibration", "klijn2010,mg-pk,calibration", "SPLIT.csv says 'mg-pk'"),
        ("klijn2010,graft,calibration\n", "", "is not in SPLIT.csv"),
        ("klijn2010,graft,calibration", "klijn2010,graft,fitting", "role 'fitting'"),
        ("klijn2010,graft,calibration", "klijn2010,graft", "expected record,folder,role"),
        ("record,folder,role\n", "record,folder,role\nghost1999,graft,prior\n", "has no file"),
        ("record,folder,role\n", "record,folder,role\nklijn2010,graft,prior\n", "listed twice"),
    ],
)
def test_a_split_that_disagrees_is_found(folder, old, new, expected):
    path = folder / "SPLIT.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(expected in message for message in messages(folder))
