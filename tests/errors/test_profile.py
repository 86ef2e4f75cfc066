"""Bad profiles: every problem at once, each with its line, what was got, and what to do."""

from __future__ import annotations

from datetime import date

import pytest

from osseo.errors import InputError
from osseo.scenario.profile.door import parse_profile, profile_template, read_profile

TODAY = date(2026, 11, 24)
GOOD = """\
person: {age: 58 y, sex: female, kidney_disease: no}
procedure: {site: sinus_lift, graft: {material: dbbm}, in: 8 wk}
"""


def problems(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_profile(text, TODAY)
    return str(caught.value)


@pytest.mark.parametrize(
    ("added", "line", "place", "words"),
    [
        ('diet: {day: {lunch: ["unicorn steak, 1 cup"]}}', 3, "diet.day.lunch[0]", "does not exist"),
        ('diet: {day: {lunch: ["spinach boiled, 4 kg"]}}', 3, "diet.day.lunch[0]", "weighs 4 kg"),
        ('diet: {day: {lunch: ["oatmeal"]}}', 3, "diet.day.lunch[0]", "has no portion"),
        ("diet: {day: {brunch: []}}", 3, "diet.day.brunch", "did you mean lunch"),
        ("diet: {likes: [nuts], allergies: [nuts]}", 3, "diet.likes", "both liked and an allergy"),
        ("diet: {week: [{food: oatmeal, portion: 1 cup, times: 99}]}", 3, "diet.week[0].times", "1 to 50"),
        ("diet: {meals: {breakfast: '13:00', lunch: '12:00'}}", 3, "diet.meals", "order of the day"),
        ('diet: {kind: vegan, day: {lunch: ["cheddar cheese, 1 oz"]}}', 3, "diet.day", "is not vegan"),
        ('diet: {allergies: [almonds], day: {lunch: ["almonds, 1 oz"]}}', 3, "diet.day", "is an allergy"),
        ("drugs: [magnesium oxide]", 3, "drugs[0]", "move it to  product:"),
        ("drugs: [levothyroxin]", 3, "drugs[0]", "did you mean levothyroxine"),
        ("drugs: [{name: alendronate, at: '25:00'}]", 3, "drugs[0].at", "expected a time of day"),
        ("drugs: [omeprazole, omeprazole]", 3, "drugs", "listed twice"),
        ("product: {label: magnesium glycinate}", 3, "product.label", "says no amount"),
        ("product: {label: magnesium stardust 100 mg}", 3, "product.label", "no salt osseo knows"),
        ("product: {label: citrate 100 mg, elemental: 99 mg}", 3, "product.elemental", "cannot hold"),
        ("product: {label: citrate 100 mg, salt: oxide}", 3, "product.salt", "the label says citrate"),
        ("product: {label: citrate 100 mg, taking: lots}", 3, "product.taking", "servings a day"),
        ("region: Mars", 3, "region", "unknown region"),
        ("colour: red", 3, "colour", "unknown key"),
    ],
)
def test_a_problem_names_its_line_its_place_and_a_remedy(added, line, place, words):
    text = problems(GOOD + added)
    assert f"line {line}" in text
    assert place in text
    assert words in text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("age: 58 y", "age: 130 y", "expected from 0 to 120 y"),
        ("age: 58 y", "age: 58 mg", "expected a time"),
        ("kidney_disease: no", "egfr: 82 mL/min", "add /1.73m2"),
        ("kidney_disease: no", "kidney_disease: no, egfr: 40 mL/min/1.73m2", "which is kidney disease"),
        ("sex: female", "sex: male, conditions: [pregnant]", "male and pregnant contradict"),
        ("kidney_disease: no", "kidney_disease: no, drugs: [omeprazole]", "move them to  drugs:"),
        ("site: sinus_lift", "site: sinus_lft", "did you mean sinus_lift"),
        ("material: dbbm", "material: dbb", "did you mean"),
        ("in: 8 wk", "date: 2020-01-01", "expected a date to come"),
        ("in: 8 wk", "date: 31 February 2027", "expected a date"),
        ("in: 8 wk", "date: 14 March 2027, in: 8 wk", "contradict each other"),
        ("in: 8 wk", "in: 8 kg", "expected the time until surgery"),
    ],
)
def test_a_wrong_answer_is_named(old, new, words):
    assert words in problems(GOOD.replace(old, new))


def test_an_intake_and_a_diary_contradict():
    text = GOOD.replace("kidney_disease: no", "kidney_disease: no, mg_intake: 280 mg/d")
    assert "keep one" in problems(text + 'diet: {day: {lunch: ["oatmeal, 1 cup"]}}')


def test_all_problems_come_at_once_in_the_order_of_the_document():
    text = problems(
        "region: Mars\n"
        "person: {age: 130 y, sex: female, egfr: 82 mL/min}\n"
        "procedure: {site: sinus_lft, date: 2020-01-01}\n"
        'diet: {day: {lunch: ["unicorn steak, 1 cup", "spinach boiled, 4 kg"]}}\n'
        "drugs: [levothyroxin]\n"
        "product: {label: magnesium glycinate}\n"
    )
    assert "9 problems, nothing was run" in text
    lines = [int(row.split()[1]) for row in text.splitlines() if row.startswith("  line")]
    assert lines == sorted(lines)


def test_a_day_and_month_are_read_by_the_units_of_the_reader():
    text = GOOD.replace("in: 8 wk", "date: 3/4/2027")
    assert parse_profile(text, TODAY).operation.day == "2027-04-03"
    assert parse_profile(text + "units: american\n", TODAY).operation.day == "2027-03-04"
    assert parse_profile(text + "region: US\n", TODAY).operation.day == "2027-03-04"


def test_a_sure_name_is_kept_and_not_asked_again():
    profile = parse_profile(GOOD + "drugs: [{name: levothyroxin, sure: yes}, metformin]", TODAY)
    assert [drug.name for drug in profile.drugs] == ["levothyroxin", "metformin"]


@pytest.mark.parametrize("text", ["", "[]", "person: [", "a: &x 1\nb: *x\n", "person: 3\nprocedure: 4\n"])
def test_what_is_no_profile_is_refused(text):
    with pytest.raises(InputError, match="problem"):
        parse_profile(text, TODAY)


def test_a_missing_file_says_where_it_looked(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_profile(tmp_path / "none.yaml", TODAY)


def test_the_form_is_a_valid_profile():
    assert parse_profile(profile_template(), TODAY).operation.is_known


@pytest.mark.parametrize("word", ["implant", "Implant with ridge graft", "lumbar fusion", "hip revision"])
def test_an_operation_osseo_cannot_answer_for_is_no_error(word):
    text = f"person: {{age: 58 y, sex: female, kidney_disease: no}}\nprocedure: {{site: {word}}}\n"
    operation = parse_profile(text, TODAY).operation
    assert not operation.is_known
    assert operation.why_not


def test_a_graft_without_data_is_no_error_either():
    text = GOOD.replace("{material: dbbm}", "unknown")
    assert "graft is not known" in parse_profile(text, TODAY).operation.why_not
