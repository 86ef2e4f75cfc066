"""NONMEM-style event tables: read, written, and everything wrong with one said at once."""

import numpy as np
import pytest

from osseo.engine import expand_events
from osseo.engine.dosing.nonmem import PersonEvents, read_event_table, write_event_table
from osseo.engine.events import EventRow
from osseo.errors import InputError

COMPARTMENTS = {1: "depot", 2: "central"}
STATES = {"depot": 0, "central": 1}


def read(tmp_path, text, **settings):
    path = tmp_path / "events.csv"
    path.write_text(text)
    return read_event_table(path, COMPARTMENTS, **settings)


def test_records_become_rules(tmp_path):
    text = """# a comment
ID,TIME,EVID,AMT,RATE,II,ADDL,SS,CMT,DV,MDV
a,0,1,100,0,24,6,1,1,.,1
a,12,0,0,0,0,0,0,2,3.1,0
a,24,2,.,.,.,.,.,.,.,.
a,48,4,50,25,0,0,0,2,.,1
b,0,1,0,10,0,0,1,2,.,1
b,10,3,0,0,0,0,0,1,.,1
b,11,1,60,-2,0,0,0,1,.,1
b,12,1,60,-1,0,0,0,2,.,1
"""
    a, b = read(
        tmp_path,
        text,
        time_unit="h",
        lag={1: 0.1},
        durations={("b", 1): 0.25},
        rates={("b", 2): 480.0},
    )
    assert a.observed == (0.5, 1.0)
    assert a.rows == (
        EventRow(0.0, "bolus", "depot", 100.0, lag=0.1, every=1.0, count=7, steady="replace"),
        EventRow(2.0, "reset", "*", 0.0),
        EventRow(2.0, "infusion", "central", 50.0, rate=600.0),
    )
    assert b.rows == (
        EventRow(0.0, "infusion", "central", 0.0, rate=240.0, steady="replace"),
        EventRow(10 / 24, "reset", "*", 0.0),
        EventRow(11 / 24, "infusion", "depot", 60.0, 0.25, lag=0.1),
        EventRow(12 / 24, "infusion", "central", 60.0, rate=480.0),
    )


def test_a_short_table_needs_only_id_time_amt(tmp_path):
    (person,) = read(tmp_path, "id,time,amt\n7,0,5\n7,1,\n")
    assert person == PersonEvents("7", (EventRow(0.0, "bolus", "depot", 5.0),), (1.0,))


def test_written_and_read_again(tmp_path):
    rows = (
        EventRow(0.1, "bolus", "depot", 1 / 3, lag=0.2, every=0.7, count=3, steady="add"),
        EventRow(0.3, "infusion", "central", 2.0, 0.5),
        EventRow(0.3, "reset", "*", 0.0),
        EventRow(0.3, "bolus", "depot", 4.0, lag=0.2),
        EventRow(1.0, "infusion", "central", 0.0, rate=2.5, steady="replace"),
    )
    people = [PersonEvents("x", rows, (0.3, 2.0)), PersonEvents("y", (), (1.0,))]
    path = write_event_table(tmp_path / "t.csv", people, COMPARTMENTS, lag={1: 0.2})
    again = read_event_table(path, COMPARTMENTS, lag={1: 0.2})
    assert [p.name for p in again] == ["x", "y"]
    assert again[0].observed == people[0].observed
    infusion = EventRow(0.3, "infusion", "central", 2.0, rate=4.0)
    assert again[0].rows == (rows[0], infusion, *rows[2:])
    plain = [expand_events([r], STATES) for r in (rows[1], infusion)]
    np.testing.assert_array_equal(plain[0].time, plain[1].time)
    np.testing.assert_array_equal(plain[0].rate, plain[1].rate)


def test_everything_wrong_is_said_at_once(tmp_path):
    text = """ID,TIME,EVID,AMT,RATE,II,ADDL,SS,CMT
a,0,7,1,0,0,0,0,1
a,1,1,-1,-3,0,2.5,4,9
a,0.5,1,1,0,0,2,0,1
a,x,1,1,0,0,0,0,1
a,2,0,5,0,0,0,0,1
a,3,1,0,5,0,0,0,1
a,4,1,5,0,0,0,1,1
a,5,1,5,-2,0,0,0,1
b,0,1,5
,1,1,5,0,0,0,0,1
b,0,1,0,5,0,3,1,2
a,9,0,0,0,0,0,0,1
"""
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    for line, words in {
        2: "EVID: got 7",
        3: "RATE: got -3",
        4: "TIME goes back",
        5: "TIME: got 'x'",
        6: "is no dose",
        7: "needs SS 1 or 2",
        8: "SS without II",
        9: "no positive value for person a",
        10: "got 4 cells",
        11: "ID is empty",
        12: "has no ADDL",
        13: "occurs again",
    }.items():
        assert any(f"line {line}" in row and words in row for row in message.splitlines()), (line, message)
    for words in ("ADDL: got 2.5", "SS: got 4", "AMT: got -1", "CMT: got 9", "ADDL without II"):
        assert words in message


def test_headers(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "ID,TIMES,AMT,AMT,WT\n", time_unit="hours")
    for words in ("TIMES", "TIME", "given twice", "WT", "time_unit"):
        assert words in str(caught.value)
    with pytest.raises(InputError, match="no records"):
        read(tmp_path, "ID,TIME,AMT,WT\n", passed=["wt"])
    with pytest.raises(InputError, match="cannot be read"):
        read_event_table(tmp_path / "none.csv", COMPARTMENTS)


def test_what_a_table_cannot_say_is_refused(tmp_path):
    rows = (
        EventRow(0, "reset", "central", 1.0),
        EventRow(0, "bolus", "peripheral", 1.0),
        EventRow(0, "bolus", "depot", 1.0, lag=0.3),
        EventRow(0, "infusion", "central", 0.0, 1.0),
    )
    path = tmp_path / "t.csv"
    with pytest.raises(InputError) as caught:
        write_event_table(path, [PersonEvents("x", rows, ())], COMPARTMENTS)
    for words in ("no EVID", "no CMT number", "lag 0.3", "amount 0"):
        assert words in str(caught.value)
    assert not path.exists()
