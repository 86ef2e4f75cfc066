"""Every bad scenario is refused at the door, with its place, what was got, and what to do."""

from __future__ import annotations

import copy

import pytest

from osseo.errors import InputError
from osseo.scenario.door import parse_scenario, read_scenario

GOOD = {
    "person": {"age": "58 y", "sex": "female", "kidney_disease": "no"},
    "procedure": {"site": "sinus_lift", "graft": {"material": "dbbm", "height": "10 mm"}},
    "regimen": [{"salt": "glycinate", "dose": "400 mg", "as": "elemental", "from": "-56 d", "to": "180 d"}],
}


def changed(path: str, value: object) -> dict:
    """Return the good document with one place replaced, or removed if the value is None."""
    document = copy.deepcopy(GOOD)
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    target = document
    for key in parents:
        target = target[key]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return document


BAD = [
    ("quastion", "x", r'quastion +unknown key "quastion"; did you mean question\?'),
    ("person.egrf", "82", r'person\.egrf +unknown key "egrf"; did you mean egfr\?'),
    ("regimen.0.times", "2", r'regimen\[0\]\.times +unknown key "times"'),
    ("procedure.graft.heigth", "9 mm", r"did you mean height\?"),
    ("person.age", "58 mg", r'person\.age +got "58 mg"; expected a time, e\.g\. 58 y'),
    ("person.age", "58", r'person\.age +got "58"; expected a time'),
    ("person.age", "150 y", r"expected from 0 to 120 y"),
    ("person.age", None, r"person\.age +missing; add  age"),
    ("person.sex", None, r"person\.sex +missing"),
    ("person.sex", "femal", r'unknown sex "femal"; did you mean female'),
    ("person.kidney_disease", None, r"person\.kidney_disease +missing"),
    ("person.kidney_disease", "maybe", r'got "maybe"; expected yes, no or unknown'),
    ("person.egfr", "0 mL/min/1.73m2", r"person\.egfr .*expected from 1 to 200"),
    ("person.egfr", "500 mL/min/1.73m2", r"person\.egfr .*expected from 1 to 200"),
    ("person.egfr", "82 mL/min", r"e\.g\. 82 mL/min/1\.73m2"),
    ("person.egfr", "22 mL/min/1.73m2", r"person\.kidney_disease +got no, but an egfr of 22"),
    ("person.weight", "70", r"expected a mass, e\.g\. 70 kg"),
    ("person.weight", "-70 kg", r"expected from 2 to 350 kg"),
    ("person.serum_mg", "0.8 mmol", r"expected a concentration of magnesium"),
    ("person.serum_mg", "8 mmol/L", r"expected from 0\.2 to 5 mmol/L"),
    ("person.mg_intake", "300 mg", r"expected magnesium from food a day"),
    ("person.smoker", "sometimes", r"person\.smoker +got \"sometimes\"; expected yes or no"),
    ("person", "a woman", r"person +got \"a woman\"; expected keys such as age"),
    ("procedure.site", "sinuslift", r"unknown site \"sinuslift\"; did you mean sinus_lift"),
    ("procedure.site", None, r"procedure\.site +missing"),
    ("procedure.graft.material", "dbb", r'unknown material "dbb"; did you mean dbbm or dbm\?'),
    ("procedure.graft.material", None, r"procedure\.graft\.material +missing"),
    ("procedure.graft", None, r"procedure\.graft +missing"),
    ("procedure.graft.height", "10 d", r"expected a length, e\.g\. 10 mm"),
    ("procedure.graft.height", "100 mm", r"expected from 4 to 16 mm"),
    ("procedure.graft.opening", "9 mm", r"the size is given twice"),
    ("regimen", None, r"regimen +missing"),
    ("regimen", [], r"regimen +expected a list of dose rules"),
    ("regimen.0.salt", None, r"regimen\[0\]\.salt +missing"),
    ("regimen.0.salt", "glicinate", r"did you mean glycinate"),
    ("regimen.0.dose", None, r"regimen\[0\]\.dose +missing"),
    ("regimen.0.dose", "-400 mg", r"regimen\[0\]\.dose .*expected above 0"),
    ("regimen.0.dose", "0 mg", r"expected above 0"),
    ("regimen.0.dose", "nan mg", r'got "nan mg"; expected a dose'),
    ("regimen.0.dose", "1e400 mg", r"expected above 0 and at most 20 g"),
    ("regimen.0.dose", "400 mL", r'got "400 mL"; expected a dose'),
    ("regimen.0.dose", "400", r'got "400"; expected a dose'),
    ("regimen.0.dose", "300-500 mg", r'got the range "300-500 mg"; expected one value'),
    ("regimen.0.as", "pure", r'unknown reading "pure"; known: elemental, salt'),
    ("regimen.0.from", "-200 d", r"regimen\[0\]\.from .*from -180 d"),
    ("regimen.0.from", "200 d", r"starts on day 200 and ends on day 180"),
    ("regimen.0.to", "-56 d", r"starts on day -56 and ends on day -56"),
    ("regimen.0.times_per_day", "2.5", r"expected a whole number from 1 to 12"),
    ("regimen.0.times_per_day", "0", r"expected a whole number from 1 to 12"),
    ("regimen.0.with_meals", "often", r"expected yes or no"),
    ("regimen.0.at", "0 d", r"a single dose has no from"),
    ("regimen.0.duration", "2 h", r"only an iv dose has a duration"),
    ("regimen.0.route", "iv", r"an iv dose is an infusion and needs its length"),
    ("regimen.0.route", "nasal", r'unknown route "nasal"'),
    ("compare_with", "placebo", r'got "placebo"; expected none or a list of dose rules'),
    ("compare_with", [{"salt": "food"}], r"compare_with\[0\]\.dose +missing"),
    ("visits", ["60 mg"], r"visits\[0\] +got \"60 mg\"; expected a day after surgery"),
    ("visits", ["-3 d"], r"visits\[0\] .*expected from 1 to 3653 d"),
    ("visits", [], r"the list of visits is empty"),
    ("visits", ["60 d", "60 d"], r"a visit is listed twice"),
    ("endpoints", ["gap_fill_pct"], r'sinus_lift has no endpoint "gap_fill_pct"'),
    ("endpoints", ["new_bone"], r"did you mean new_bone_pct\?"),
    ("margins", {"gap_fill_pct": "5"}, r'sinus_lift has no endpoint "gap_fill_pct"'),
    ("margins", {"new_bone_pct": "-1"}, r"expected a number above 0"),
    ("margins", "4", r"expected a margin per endpoint"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD, ids=[f"{p}={v}" for p, v, _ in BAD])
def test_bad_value_is_refused_with_place_and_remedy(path, value, message):
    with pytest.raises(InputError, match=message):
        parse_scenario(changed(path, value))


def test_the_good_document_is_good():
    assert parse_scenario(GOOD).regimen


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"salt": "glycinate", "dose": "12 mmol", "as": "salt"}, "a dose in mmol is of magnesium"),
        ({"salt": "food", "dose": "100 mg", "as": "salt"}, "food is of magnesium"),
        ({"salt": "citrate", "dose": "12 mmol", "single": "yes"}, "a single dose needs its time"),
        ({"salt": "citrate", "dose": "12 mmol", "single": "no", "at": "0 d"}, "remove  single: no"),
    ],
)
def test_contradictory_rule_is_refused(rule, message):
    with pytest.raises(InputError, match=message):
        parse_scenario(changed("regimen", [rule]))


def test_all_problems_at_once_in_the_order_of_the_document():
    text = """person:
  age: 58 mg
  sex: female
  kidney_disease: no
procedure:
  site: sinus_lift
  graft: {material: dbb, height: 10 mm}
regimen:
  - {salt: glycinate, dose: -400 mg, as: elemental}
"""
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "my.yaml")
    lines = str(caught.value).splitlines()
    assert lines[0] == "my.yaml: 3 problems, nothing was run"
    assert [line.split()[:3] for line in lines[1:]] == [
        ["line", "2", "person.age"],
        ["line", "7", "procedure.graft.material"],
        ["line", "9", "regimen[0].dose"],
    ]
    assert len(caught.value.issues) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("person: {age: 58 y", "line 1 .*not YAML"),
        ("person:\n\t- x", "line 2 .*not YAML"),
        ("--- a\n--- b\n", "not YAML"),
        ("just a sentence", "expected keys such as question, person"),
        ("- a\n- b\n", "got a list of 2; expected keys"),
        ("person: {age: 1 y}\nperson: {age: 2 y}\n", r"line 2 +person +given twice .first on line 1"),
        ("person: &a {age: 58 y}\nprocedure: *a\n", "anchors and aliases are not read"),
        ("person: &a [*a]\n", "anchors and aliases are not read"),
        ("? [a, b]\n: c\n", "a key must be one word"),
        ("person: \x00\n", "not YAML"),
    ],
)
def test_text_that_is_no_scenario_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_scenario(text)


def test_missing_file_says_where_it_looked(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: 1 problem, .*\n +file +does not exist"):
        read_scenario(tmp_path / "none.yaml")


def test_folder_and_binary_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_scenario(tmp_path)
    binary = tmp_path / "image.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_scenario(binary)


def test_huge_file_is_refused(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_text("# x\n" * 300_000)
    with pytest.raises(InputError, match="is larger than 1 MB"):
        read_scenario(path)
