"""The grade of every record comes from one table and reasoned downgrades."""

from dataclasses import replace

import pytest

from osseo.errors import InputError, NameUnknown
from osseo.evidence import grade, load_record, load_records, record_ids, weakest
from osseo.evidence.grading import GRADES, downgrades, grade_steps, species_class
from osseo.evidence.record import KINDS, SEEN


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("species", ["human", "rat", "human cells"])
def test_the_table_is_complete_and_never_rises_as_sight_worsens(kind, species):
    record = replace(load_record("fine1991"), kind=kind, species=species, folder="")
    ranks = [GRADES.index(grade(replace(record, seen=seen))) for seen in SEEN]
    assert ranks == sorted(ranks)
    assert ranks[-1] == GRADES.index("very-low")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seen", SEEN)
def test_animals_and_cells_never_rank_above_humans(kind, seen):
    record = replace(load_record("fine1991"), kind=kind, seen=seen, folder="")
    human, animal, cells = (
        GRADES.index(grade(replace(record, species=s))) for s in ("human", "sheep", "mouse cells")
    )
    assert human <= animal <= cells
    assert animal >= GRADES.index("low")


def test_every_shipped_record_has_a_grade_and_recalled_ones_the_lowest():
    for record in load_records():
        assert grade(record) in GRADES
        if record.seen == "recalled":
            assert grade(record) == "very-low"


def test_every_downgrade_names_a_record_a_reason_and_matters():
    assert 50 < len(downgrades()) < 200
    for item in downgrades().values():
        assert item.record in record_ids()
        assert item.reason and item.steps >= 1
        start, _ = grade_steps(item.record)
        assert GRADES.index(start) + item.steps < len(GRADES), f"{item.record}: cannot fall so far"


def test_a_downgrade_lowers_and_belongs_to_the_shipped_record_only():
    record = load_record("yazd2013")
    start, item = grade_steps(record)
    assert item is not None
    assert GRADES.index(grade(record)) == GRADES.index(start) + item.steps
    assert grade(replace(record, folder="")) == start


def test_weakest():
    assert weakest(["moderate", "assumed", "very-low"]) == "assumed"
    with pytest.raises(NameUnknown, match="moderate"):
        weakest(["moderat"])
    with pytest.raises(InputError, match="no grades"):
        weakest([])


def test_a_kind_outside_the_table_is_refused():
    with pytest.raises(InputError, match=r"grades\.csv"):
        grade(replace(load_record("fine1991"), kind="opinion"))


def test_every_species_text_of_the_records_is_classed():
    classes = {r.species: species_class(r.species) for r in load_records()}
    assert classes["animal and human"] == "animal"
    assert classes["mouse + cells"] == "cells"
    assert {c for s, c in classes.items() if s != "human"} == {"animal", "cells"}
