"""Messages of the evidence door: place, what was got, what to do, all at once."""

import pytest

from osseo.errors import EvidenceError, NameUnknown
from osseo.evidence import load_record, read_record

BROKEN = """\
id: broken1999
title: ""
citation: none
where: null
seen: heard
kind: rct
domain: mg-pk
species: human
population: x
design: y
arms: [{name: a, n: many, regimen: {}}]
results:
  - {arm: a, measure: m, value: 1, unit: "%", ci95: [3, 1]}
use: calibration
"""


def test_all_faults_of_a_file_are_listed_at_once(tmp_path):
    path = tmp_path / "broken1998.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_record(path)
    text = str(caught.value)
    assert "6 problems, the record was not read" in text
    assert f"{path}:5 seen: got 'heard', expected one of fulltext, abstract" in text
    assert f"{path}:11 arms[0].n: got 'many', expected a number" in text
    assert f"{path}:13 results[0].ci95: got [3, 1]" in text
    assert "name the file broken1999.yaml or change the id" in text
    assert "field `title` is empty" in text
    assert len(caught.value.issues) == 6


def test_an_unknown_record_offers_near_ids():
    with pytest.raises(NameUnknown, match=r"unknown evidence record 'jorris2016'; did you mean joris"):
        load_record("jorris2016")
