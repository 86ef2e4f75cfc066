"""Unit algebra, and that `units.ant` means to Antimony what its house texts mean to pint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.errors import ModelError, UnitError
from osseo.language.library import unit_table
from osseo.language.unit_algebra import Unit, describe, parse_unit, read_unit_table

UNITS = sorted(unit_table().items())
TEXTS = sorted({line.text for line in unit_table().values()})


def from_sbml(unit_id: str, definition: str) -> Unit:
    """Compose the unit from what libSBML says about it."""
    import antimony
    import libsbml

    antimony.clearPreviousLoads()
    text = f"model m\n unit {unit_id} = {definition}\n const a; a has {unit_id}; x := a\nend\n"
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    model = libsbml.readSBMLFromString(antimony.getSBMLString("m")).getModel()
    result = parse_unit("1")
    for part in model.getUnitDefinition(unit_id).getListOfUnits():
        kind = parse_unit(libsbml.UnitKind_toString(part.getKind()))
        scale = part.getMultiplier() * 10.0 ** part.getScale()
        result = result * Unit(kind.factor * scale, kind.dims) ** part.getExponentAsDouble()
    return result


@pytest.mark.parametrize(("unit_id", "line"), [u for u in UNITS if u[1].antimony])
def test_house_text_is_what_antimony_understands(unit_id, line):
    assert from_sbml(unit_id, line.antimony).is_same(parse_unit(line.text))


def test_same_dimension_with_another_factor_is_not_the_same():
    for one, other in [("mmol/h", "mmol/d"), ("L", "mm^3"), ("pmol", "mmol"), ("mg", "g")]:
        assert parse_unit(one).dims == parse_unit(other).dims
        assert not parse_unit(one).is_same(parse_unit(other))


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_product_and_quotient_undo_each_other(one, other):
    a, b = parse_unit(one), parse_unit(other)
    assert ((a * b) / b).is_same(a)
    assert (a / a).is_one


@given(st.sampled_from(TEXTS), st.integers(-3, 3))
def test_powers_are_repeated_products(text, exponent):
    unit = parse_unit(text)
    product = parse_unit("1")
    for _ in range(abs(exponent)):
        product = product * unit if exponent > 0 else product / unit
    assert (unit**exponent).is_same(product)


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_a_spelt_unit_reads_back(one, other):
    unit = parse_unit(one) * parse_unit(other)
    number, _, spelt = describe(unit).rpartition(" ")
    back = parse_unit(spelt)
    assert Unit(back.factor * float(number or 1), back.dims).dims == unit.dims
    assert back.factor * float(number or 1) == pytest.approx(unit.factor, rel=1e-5)


def test_unknown_unit_text_is_refused():
    with pytest.raises(UnitError, match="unknown unit 'mmolll'"):
        parse_unit("mmolll")


def test_unit_lines_without_house_text_or_given_twice_are_all_refused():
    source = "unit d = 86400 second\nunit mm = 1e-3 metre // mm\nunit mm = metre // m\nmodel x\n"
    with pytest.raises(ModelError) as caught:
        read_unit_table(source)
    assert [i.where for i in caught.value.issues] == ["units.ant:1", "units.ant:3", "units.ant:4"]
