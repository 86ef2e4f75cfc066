"""Targets come from calibration records only, and their value from the record."""

from dataclasses import replace

import pytest

from osseo.calibrate.target import check_targets, make_target
from osseo.errors import CalibrationError, NameUnknown
from osseo.evidence import load_record, load_records, record_role
from osseo.units import MG_MOLAR_MASS


def entry(**changes):
    base = {
        "record": "fucentese2019",
        "arm": "autograft",
        "measure": "ct_gap_healing_pct",
        "time_d": 91,
        "endpoint": "gap_fill",
        "sd": 8.0,
        "reason": "reading error",
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def bare(record, result):
    """An entry that selects a result by its place alone."""
    return {"record": record, "result": result, "endpoint": "x", "sd": 1.0, "reason": "test"}


def test_the_value_is_the_record_s():
    target = make_target(entry())
    result = load_record("fucentese2019").results[target.index]
    assert (target.value, target.unit, target.time_d, target.n) == (result.number, "%", 91.0, 15)


def test_units_are_converted_and_complements_taken():
    assert make_target(entry(unit="1", sd=0.08)).value == pytest.approx(0.401)
    assert make_target(entry(complement=True)).value == pytest.approx(59.9)
    exchangeable = {**bare("avioli1966", 0), "unit": "mmol/kg", "substance": "magnesium"}
    assert make_target(exchangeable).value == pytest.approx(3.54 / 2)
    intake = {**bare("ford2003", 0), "unit": "mmol/d", "substance": "magnesium"}
    assert make_target(intake).value == pytest.approx(352 / MG_MOLAR_MASS)


def test_a_change_is_one_result_less_another_of_the_same_record():
    row = {
        "record": "park_jds2020_allograft",
        "arm": "MCBA",
        "measure": "augmented_height_mm",
        "time_d": 0,
        "minus": {"time_d": 183},
        "at_d": 183,
        "endpoint": "height_loss_mm",
        "sd": 1.0,
        "reason": "test",
    }
    target = make_target(row)
    assert target.value == pytest.approx(13.99 - 11.83)
    assert target.time_d == 183
    check_targets([target])
    with pytest.raises(CalibrationError, match="no results fit"):
        make_target({**row, "minus": {"time_d": 99}})
    with pytest.raises(CalibrationError, match="takes the selectors of another result"):
        make_target({**row, "minus": 11.83})


def test_the_time_in_the_model_may_differ_from_the_printed_one():
    assert make_target(entry(at_d=100)).time_d == 100.0
    assert make_target(bare("fucentese2019", 0)).time_d == 91.0


def test_between_study_sd_adds_to_the_record_s_own_error():
    row = {**bare("acdf_qct2025", 0), "between_sd": 3.0}
    del row["sd"]
    se = load_record("acdf_qct2025").results[0].standard_error
    assert make_target(row).sd == pytest.approx((9 + se**2) ** 0.5)
    no_error = {key: value for key, value in entry(between_sd=3.0).items() if key != "sd"}
    with pytest.raises(CalibrationError, match="needs a standard error in the record"):
        make_target(no_error)


@pytest.mark.parametrize("role", ["validation", "prior", "reference"])
def test_every_record_of_another_role_is_refused(role):
    for record in load_records(use=role):
        for result in record.results[:1]:
            with pytest.raises(CalibrationError, match=f"its role is '{role}'"):
                make_target(bare(record.id, result.index))


def test_every_recalled_number_is_refused_inside_calibration_records_too():
    rows = [
        (record.id, result.index)
        for record in load_records(use="calibration")
        for result in record.results
        if result.is_recalled
    ]
    assert ("bohn2004b", 1) in rows and len(rows) >= 3
    for record_id, index in rows:
        assert record_role(record_id) == "calibration"
        with pytest.raises(CalibrationError, match="recalled, not read"):
            make_target(bare(record_id, index))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"measure": "ct_gap_healing"}, "did you mean 'ct_gap_healing_pct'"),
        ({"time_d": None}, "2 results fit"),
        ({"arm": "allograft"}, r"no results fit .* candidates: \[0\] autograft"),
        ({"unit": "mm"}, "read_as"),
        ({"sd": 0.0}, "expected above 0"),
        ({"complement": True, "unit": "1/100", "read_as": "1/100"}, "needs a target unit"),
    ],
)
def test_what_cannot_be_a_target_is_refused(changes, expected):
    with pytest.raises(CalibrationError, match=expected):
        make_target(entry(**changes))


def test_text_is_no_target():
    with pytest.raises(CalibrationError, match="is not one number"):
        make_target(bare("bohn2004b", 0))


def test_a_log_target_needs_a_positive_value():
    row = {**bare("klijn2010", 1), "scale": "log", "at_d": 180}
    with pytest.raises(CalibrationError, match="above 0, got -18"):
        make_target(row)


def test_unknown_record():
    with pytest.raises(NameUnknown, match="fucentese2019"):
        make_target(entry(record="fucentese2018"))


def test_a_typed_or_changed_target_is_found():
    good = make_target(entry())
    check_targets([good])
    typed = replace(good, value=42.0)
    orphan = replace(good, recipe=())
    with pytest.raises(CalibrationError, match="2 problems") as caught:
        check_targets([good, typed, orphan])
    assert "differs from what its record says" in str(caught.value)
    assert "was not made from a record" in str(caught.value)


def test_a_recipe_that_points_to_a_validation_record_is_found():
    good = make_target(entry())
    record = load_records(use="validation")[0]
    bad = replace(good, recipe=tuple(bare(record.id, 0).items()))
    with pytest.raises(CalibrationError, match="'validation'"):
        check_targets([bad])
