"""Units: what people write, house units, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osseo.errors import UnitError
from osseo.units import HOUSE_UNITS, convert, is_same_dimension, parse_quantity

PAIRS = (
    ("mmol/h", "mmol/d"),
    ("mL/min", "L/d"),
    ("mg", "g"),
    ("y", "d"),
    ("wk", "d"),
    ("mo", "d"),
    ("cm", "mm"),
    ("umol/L", "mmol/L"),
    ("%", "1"),
)
numbers = st.floats(1e-9, 1e9)


@given(value=numbers, pair=st.sampled_from(PAIRS))
def test_a_round_trip_gives_the_number_back(value, pair):
    unit, house = pair
    assert convert(convert(value, unit, house), house, unit) == pytest.approx(value, rel=1e-12)


@given(value=numbers, pair=st.sampled_from(PAIRS))
def test_what_is_written_reads_as_it_converts(value, pair):
    unit, house = pair
    assert parse_quantity(f"{value!r} {unit}", house) == pytest.approx(convert(value, unit, house), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("58 y", "d", 58 * 365.25), ("2 wk", "d", 14.0), ("-56 d", "d", -56.0), ("1.5e2 mg", "g", 0.15)],
)
def test_known_quantities(text, unit, expected):
    assert parse_quantity(text, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("58 mg", "d", "got '58 mg'; expected a unit like d"),
        ("58", "d", "without a unit"),
        ("much", "d", "expected a number with a unit"),
        ("3 blorp", "d", "expected a unit like d"),
    ],
)
def test_what_cannot_be_read_says_so(text, unit, message):
    with pytest.raises(UnitError, match=message):
        parse_quantity(text, unit, "58 y")


def test_factor_matters_dimension_decides():
    assert is_same_dimension("mmol/h", "mmol/d") and not is_same_dimension("mg", "mmol")
    with pytest.raises(UnitError, match="expected a unit like"):
        convert(1.0, "mg", "mmol")


def test_every_house_unit_is_a_unit():
    assert all(convert(1.0, unit, unit) == 1.0 for unit in HOUSE_UNITS.values())
