"""A model and its table: missing rows, unit clashes, unused rows, unknown sources."""

from dataclasses import replace

import pytest

from osseo.errors import EvidenceError, ModelError
from osseo.language import load_model
from osseo.parameters import ParameterSet, check_parameters, check_sources, load_parameters


@pytest.fixture
def teaching():
    return load_model("teaching"), load_parameters("teaching")


def test_the_shipped_pair_fits(teaching):
    check_parameters(*teaching)


def test_missing_row_names_file_line_and_near_row(teaching):
    ir, pset = teaching
    rows = [replace(p, name=p.name.replace(".CL", ".CLR")) for p in pset.values()]
    with pytest.raises(ModelError) as caught:
        check_parameters(ir, ParameterSet(rows))
    first, second = caught.value.issues
    line = ir.quantity("teaching_magnesium.CL").line
    assert first.where == f"teaching_magnesium.ant:{line}"
    assert "teaching_magnesium.CL has no row" in first.message
    assert "did you mean teaching_magnesium.CLR" in first.remedy
    assert "teaching_magnesium.CLR is used by no model" in second.message


@pytest.mark.parametrize("unit", ["L/h", "mL/d", "mmol/d", "1"])
def test_unit_clash_shows_both_units_and_both_places(teaching, unit):
    ir, pset = teaching
    name = "teaching_magnesium.CL"
    rows = [replace(p, unit=unit) if p.name == name else p for p in pset.values()]
    with pytest.raises(ModelError) as caught:
        check_parameters(ir, ParameterSet(rows))
    (issue,) = caught.value.issues
    assert f"{name} is L/d here and {unit} in {pset[name].where}" in issue.message


def test_another_spelling_of_the_same_unit_is_no_clash(teaching):
    ir, pset = teaching
    name = "teaching_magnesium.k_gut_plasma"
    rows = [replace(p, unit="d^-1") if p.name == name else p for p in pset.values()]
    check_parameters(ir, ParameterSet(rows))


def test_rows_of_other_models_are_left_alone(teaching):
    ir, pset = teaching
    other = replace(pset["teaching_magnesium.CL"], name="elsewhere.CL")
    check_parameters(ir, pset.union(ParameterSet([other])))


def test_unknown_source_is_named_with_near_ids(teaching):
    _, pset = teaching
    check_sources(pset)
    bad = replace(pset["teaching_magnesium.uptake_max"], source="fine1991; fine1919")
    with pytest.raises(EvidenceError, match=r"teaching\.csv:2: .*unknown source 'fine1919'; did you"):
        check_sources(ParameterSet([bad]))
