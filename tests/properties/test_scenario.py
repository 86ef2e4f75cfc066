"""Properties of the scenario door: it never fails but by InputError, and units do not matter."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osseo.errors import InputError
from osseo.scenario.content import with_dose_zero
from osseo.scenario.door import parse_scenario, readings

BASE = {
    "person": {"age": "58 y", "sex": "female", "kidney_disease": "no"},
    "procedure": {"site": "sinus_lift", "graft": {"material": "dbbm", "height": "10 mm"}},
    "regimen": [{"salt": "glycinate", "dose": "400 mg", "as": "elemental"}],
}
words = st.text(max_size=20)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
)


def with_rule(**rule: str) -> dict:
    document = copy.deepcopy(BASE)
    document["regimen"] = [rule]
    return document


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused_cleanly(text):
    with pytest.raises(InputError):
        parse_scenario(text)


@settings(max_examples=60, deadline=None)
@given(part=st.sampled_from(["person", "procedure", "regimen", "visits", "margins"]), value=anything)
def test_anything_in_any_place_is_read_or_refused_cleanly(part, value):
    document = copy.deepcopy(BASE)
    document[part] = value
    try:
        scenario = parse_scenario(document)
    except InputError as error:
        assert error.issues
    else:
        assert scenario.hash


@settings(max_examples=40, deadline=None)
@given(mg=st.floats(min_value=1.0, max_value=2000.0))
def test_a_dose_is_the_same_in_mg_g_and_mmol(mg):
    doses = [
        parse_scenario(with_rule(**{"salt": "citrate", "dose": text, "as": "elemental"}))
        for text in (f"{mg!r} mg", f"{mg / 1000!r} g", f"{mg / 24.305!r} mmol")
    ]
    amounts = [s.regimen[0].daily_mmol for s in doses]
    assert amounts == pytest.approx([amounts[0]] * 3, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    mg=st.floats(min_value=1.0, max_value=2000.0),
    salt=st.sampled_from(["glycinate", "citrate", "oxide", "sulfate", "chloride"]),
)
def test_salt_mass_never_holds_more_magnesium_than_its_mass(mg, salt):
    elemental, as_salt = readings(with_rule(salt=salt, dose=f"{mg!r} mg"))
    assert 0 < as_salt.regimen[0].daily_mmol < elemental.regimen[0].daily_mmol


@settings(max_examples=40, deadline=None)
@given(doses=st.lists(st.floats(min_value=1.0, max_value=2000.0), min_size=2, max_size=2, unique=True))
def test_another_dose_has_another_hash_and_the_same_placebo(doses):
    one, two = (
        parse_scenario(with_rule(**{"salt": "oxide", "dose": f"{mg!r} mg", "as": "elemental"}))
        for mg in doses
    )
    if one.regimen[0].daily_mmol != two.regimen[0].daily_mmol:
        assert one.hash != two.hash
    assert with_dose_zero(one).hash == with_dose_zero(two).hash
