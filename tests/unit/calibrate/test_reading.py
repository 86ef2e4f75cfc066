"""Targets files: all problems at once, with line and remedy."""

import pytest
import yaml

from osseo.calibrate.reading import load_targets, read_targets, target_names
from osseo.errors import CalibrationError, NameUnknown
from osseo.evidence import load_record, record_role


def write(tmp_path, entries, **top):
    path = tmp_path / "targets.yaml"
    path.write_text(yaml.safe_dump({"targets": entries, **top}, sort_keys=False), encoding="utf-8")
    return path


def test_good_entries_are_read_in_order(tmp_path, entries):
    targets = read_targets(write(tmp_path, entries, name="x", note="y"))
    assert [t.value for t in targets] == pytest.approx([0.401, 0.915, 0.108, 0.591])
    assert targets[0].key == "fucentese2019[0] autograft.gap_fill_frac@91d"


def test_all_problems_are_listed(tmp_path, entries):
    entries[0]["weigth"] = 2
    del entries[1]["reason"]
    entries[2]["record"] = "yazd2013"
    entries[3]["sd"] = "wide"
    path = write(tmp_path, [*entries, "x"], targts=[])
    with pytest.raises(CalibrationError, match=r"unknown key 'targts'; did you mean targets"):
        read_targets(path)
    path = write(tmp_path, [*entries, "x"])
    with pytest.raises(CalibrationError) as caught:
        read_targets(path)
    text = str(caught.value)
    for part in (
        "unknown key 'weigth'",
        "`reason` is missing",
        "yazd2013: no results fit",
        "`sd`: got 'wide', expected a number",
        "got str, expected a mapping",
        "nothing was fitted",
    ):
        assert part in text
    assert f"{path}:2: unknown key" in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"between_sd": 1.0}, "exactly one of `sd`"),
        ({"sd": None}, "got None, expected a number"),
        ({"scale": "probit"}, "known: identity, log, logit"),
        ({"scale": "logit"}, "needs a rate in %"),
        ({"domain": "nowhere"}, "unknown domain"),
        ({"compare": "times"}, "known: difference, ratio, change_pct"),
        ({"at_d": "later"}, "`at_d`: got 'later'"),
        ({"record": "bohn2004b", "result": 1, "arm": "spinach", "measure": "fractional_absorption",
          "time_d": None}, "never calibrates"),
    ],
)  # fmt: skip
def test_each_fault(tmp_path, entries, changes, expected):
    with pytest.raises(CalibrationError, match=expected):
        read_targets(write(tmp_path, [{**entries[0], **changes}]))


def test_one_result_cannot_count_double(tmp_path, entries):
    with pytest.raises(CalibrationError, match="used twice"):
        read_targets(write(tmp_path, [entries[0], {**entries[0], "at_d": 100}]))


@pytest.mark.parametrize("text", ["", "targets: []", "- a", "targets: {a: 1}", "targets: [", "x: 1"])
def test_broken_files(tmp_path, text):
    path = tmp_path / "targets.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationError, match=r"targets\.yaml"):
        read_targets(path)


def test_missing_file_and_unknown_fit(tmp_path):
    with pytest.raises(CalibrationError, match="no such file"):
        read_targets(tmp_path / "none.yaml")
    with pytest.raises(NameUnknown, match="targets file"):
        load_targets("no_such_fit")


@pytest.mark.parametrize("name", target_names())
def test_shipped_targets_come_from_read_calibration_records(name):
    targets = load_targets(name)
    assert targets
    for target in targets:
        record = load_record(target.record)
        assert record_role(target.record) == record.use == "calibration"
        assert record.seen != "recalled" and not record.results[target.index].is_recalled
        assert target.reason
