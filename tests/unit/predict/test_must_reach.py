"""The rows of issue 6: every one names a procedure, a day and what it is held to."""

from __future__ import annotations

from osseo.answer.predict.must_reach import Reached, load_rows
from osseo.evidence import load_record, record_role
from osseo.observe.endpoint import load_endpoint
from osseo.scenario.types import Procedure
from osseo.simulate.site_parameters import load_procedure


def test_rows_name_what_exists():
    rows = load_rows()
    assert len(rows) >= 30
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        for read in (row["read"], row.get("less")):
            if read is not None:
                load_endpoint(read["endpoint"])
                adjuncts = tuple(read.get("adjuncts", ()))
                size = read.get("size_mm")
                load_procedure(
                    Procedure(read["site"], read["material"], size, adjuncts, read.get("fixation", ""))
                )


def test_observed_numbers_come_from_records_that_are_not_kept_for_validation():
    for row in load_rows():
        assert ("seen" in row) != ("between" in row), row["name"]
        if "seen" in row:
            record, index = row["seen"]
            assert load_record(record).results[index].number is not None
            assert record_role(record) == "calibration"


def test_a_row_is_met_inside_its_range_only():
    row = Reached("x", "%", 5.0, (4.0, 6.0), None, 4.5, 5.5, "", "")
    assert row.met
    assert not Reached("x", "%", 5.6, (4.0, 6.0), None, 4.5, 5.5, "", "").met
