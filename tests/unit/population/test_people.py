from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from osseo.errors import InputError
from osseo.population.people import draw_people
from osseo.scenario.types import Person

WOMAN = Person(age_y=58.0, sex="female", kidney_disease="no")
MAN = replace(WOMAN, sex="male")
N = 20_000
MAGNESIUM = ("serum_mg", "mg_intake", "urine_mg")


def test_patient_does_not_depend_on_how_many_are_drawn():
    few, many = draw_people(WOMAN, 7, seed=3), draw_people(WOMAN, 300, seed=3)
    for name, values in few.columns.items():
        np.testing.assert_array_equal(values, many.columns[name][:7])


def test_seed_changes_patients_and_repeats_them():
    first, again, other = (draw_people(WOMAN, 50, seed) for seed in (1, 1, 2))
    for name in MAGNESIUM:
        np.testing.assert_array_equal(first.columns[name], again.columns[name])
        assert not np.any(first.columns[name] == other.columns[name])


def test_columns_are_those_the_body_model_reads():
    people = draw_people(WOMAN, 5, seed=0)
    assert set(people.columns) == {
        "age_y",
        "male",
        "weight_kg",
        "egfr",
        "gfr",
        "serum_mg",
        "mg_intake",
        "urine_mg",
    }
    assert people.n == 5
    for values in people.columns.values():
        assert values.shape == (5,)
        assert np.isfinite(values).all()


# tolerances are 5 standard errors of a mean or SD over 20000 patients, about 3.5 % of one SD
@pytest.mark.parametrize(
    ("person", "serum", "intake_mg", "urine"),
    [(WOMAN, (0.805, 0.054), 256, (3.54, 1.40)), (MAN, (0.819, 0.057), 338, (4.24, 1.65))],
    ids=["woman", "man"],
)
def test_blanks_follow_the_published_means_and_spreads(person, serum, intake_mg, urine):
    columns = draw_people(person, N, seed=11).columns
    for name, (mean, sd) in (("serum_mg", serum), ("urine_mg", urine)):
        assert columns[name].mean() == pytest.approx(mean, abs=0.035 * sd)
        assert columns[name].std() == pytest.approx(sd, rel=0.05)
    assert columns["mg_intake"].mean() * 24.305 == pytest.approx(intake_mg, rel=0.012)


@pytest.mark.parametrize(("person", "p20"), [(MAN, 2.93), (WOMAN, 2.45)])
def test_urine_law_meets_a_percentile_it_was_not_fitted_to(person, p20):
    """joosten2013a also prints the lowest fifth; a lognormal law through mean and SD should meet it."""
    urine = draw_people(person, N, seed=5).columns["urine_mg"]
    assert np.quantile(urine, 0.2) == pytest.approx(p20, rel=0.03)


def test_serum_reference_interval_is_the_published_one():
    serum = draw_people(MAN, N, seed=5).columns["serum_mg"]
    np.testing.assert_allclose(np.quantile(serum, [0.025, 0.975]), [0.71, 0.93], atol=0.004)


def test_intake_urine_and_serum_go_together():
    columns = draw_people(WOMAN, N, seed=2).columns
    intake, urine = np.log(columns["mg_intake"]), np.log(columns["urine_mg"])
    found = np.corrcoef([intake, urine, columns["serum_mg"]])
    np.testing.assert_allclose(found[0, 1], 0.5, atol=0.03)
    np.testing.assert_allclose([found[1, 2], found[0, 2]], [0.3, 0.15], atol=0.03)


def test_what_was_said_is_kept_and_moves_what_was_not():
    said = replace(WOMAN, mg_intake=150 / 24.305, weight_kg=62.0, egfr=80.0)
    low, usual = draw_people(said, N, seed=1), draw_people(WOMAN, N, seed=1)
    assert set(low.columns["mg_intake"]) == {150 / 24.305}
    assert set(low.columns["weight_kg"]) == {62.0}
    assert set(low.columns["egfr"]) == {80.0}
    assert low.columns["urine_mg"].mean() < 0.8 * usual.columns["urine_mg"].mean()
    assert low.columns["serum_mg"].mean() < usual.columns["serum_mg"].mean()


def test_all_of_magnesium_said_leaves_nothing_to_draw():
    said = replace(WOMAN, serum_mg=0.7, mg_intake=9.0, urine_mg=3.0, egfr=90.0, weight_kg=70.0)
    people = draw_people(said, 4, seed=1)
    assert people.blanks == ()
    for name, value in (("serum_mg", 0.7), ("mg_intake", 9.0), ("urine_mg", 3.0)):
        assert set(people.columns[name]) == {value}
    np.testing.assert_allclose(people.columns["gfr"], 90.0 * 1.44)


def test_blanks_name_what_was_drawn_from_what_and_the_records():
    blanks = {name: (text, records) for name, text, records in draw_people(WOMAN, 3, seed=0).blanks}
    assert set(blanks) == {*MAGNESIUM, "egfr", "weight_kg"}
    assert blanks["serum_mg"][1] == ("jiao2026",)
    assert blanks["urine_mg"][1] == ("joosten2013a",)
    assert "jand2024" in blanks["mg_intake"][1]
    assert "assumed" in blanks["egfr"][0]


def test_filtration_falls_with_age_and_is_never_disease_where_none_was_stated():
    young, old = (draw_people(replace(WOMAN, age_y=age), N, seed=1).columns["egfr"] for age in (35.0, 80.0))
    assert young.mean() > old.mean() + 20
    assert old.min() >= 60


def test_unknown_kidney_is_a_mixture_and_says_so():
    people = draw_people(replace(WOMAN, kidney_disease="unknown"), N, seed=1)
    ill = people.columns["egfr"] < 60
    assert ill.mean() == pytest.approx(0.10, abs=0.01)
    assert people.columns["serum_mg"][ill].std() > people.columns["serum_mg"][~ill].std() * 1.5
    text = {name: text for name, text, _ in people.blanks}["egfr"]
    assert "one in ten" in text


def test_kidney_disease_lowers_filtration_and_widens_serum():
    columns = draw_people(replace(WOMAN, kidney_disease="yes"), N, seed=1).columns
    assert columns["egfr"].max() <= 60
    assert columns["serum_mg"].mean() == pytest.approx(0.76, abs=0.004)
    assert columns["serum_mg"].std() == pytest.approx(0.10, rel=0.05)


def test_diabetes_lowers_serum_by_the_published_shift():
    usual = draw_people(WOMAN, N, seed=1).columns["serum_mg"]
    diabetic = draw_people(replace(WOMAN, diabetes=True), N, seed=1).columns["serum_mg"]
    shift = diabetic - usual
    assert shift.min() >= -0.07
    assert shift.max() <= -0.04


def test_absolute_filtration_goes_with_body_surface():
    light, heavy = (
        draw_people(replace(WOMAN, egfr=80.0, weight_kg=w), 1, seed=0).columns["gfr"][0]
        for w in (50.0, 100.0)
    )
    assert heavy / light == pytest.approx(2**0.667)


@pytest.mark.parametrize(
    ("person", "n", "message"),
    [(WOMAN, 0, "draw at least one person"), (replace(WOMAN, age_y=12.0), 5, "no cohort under 18 y")],
)
def test_what_cannot_be_drawn_is_refused(person, n, message):
    with pytest.raises(InputError, match=message):
        draw_people(person, n, seed=0)
