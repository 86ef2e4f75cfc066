"""The gap: a short diary says little, a long one much; nothing is claimed where no requirement exists."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from osseo.errors import InputError
from osseo.evidence import load_record
from osseo.nutrition.gap import gap, usual_intake
from osseo.nutrition.intake import Entry, intake
from osseo.nutrition.needs import needs
from osseo.nutrition.table import all_foods, load_food

SPINACH, KALE = load_food(11458), load_food(11234)


def day_of(magnesium_mg: float):
    """Return an intake with this much magnesium, all of it from spinach."""
    return intake([(SPINACH, magnesium_mg / 0.87)])


def test_a_longer_diary_says_more():
    found = [gap(day_of(200), needs(40, "male"), n) for n in (1, 3, 7, 28)]
    widths = [math.log(g.usual[2] / g.usual[0]) for g in found]
    assert widths == sorted(widths, reverse=True)
    assert [g.weight_of_diary for g in found] == sorted(g.weight_of_diary for g in found)
    assert found[-1].usual[1] == pytest.approx(200, rel=0.05)
    assert found[0].usual[1] > 230  # drawn towards what men eat


def test_one_day_alone_never_makes_it_certain():
    for reported in (100, 200, 300, 400, 600):
        p = gap(day_of(reported), needs(40, "female"), 1).p_below_requirement
        assert p is not None
        assert 0.001 < p < 0.999


def test_more_magnesium_means_less_of_a_gap():
    found = [gap(day_of(mg), needs(40, "male"), 3) for mg in (150, 250, 350, 450, 650)]
    assert all(a.p_below_requirement > b.p_below_requirement for a, b in pairwise(found))
    assert all(a.missing[1] >= b.missing[1] for a, b in pairwise(found))


def test_the_law_agrees_with_drawing_people_and_days():
    variance = (
        next(r.value for r in load_record("nhanes1516_nutrients").results if r.measure == "ln_intake_sd") ** 2
    )
    mean = next(
        r.value for r in load_record("jand2024").results if r.arm == "men" and r.measure == "intake_mg_diet"
    )
    rng = np.random.default_rng(3)
    n, days, reported = 400_000, 2, 220.0
    share = rng.uniform(0.35, 0.65, n)
    between = (1 - share) * variance
    usual = np.exp(rng.normal(math.log(mean) - between / 2, np.sqrt(between)))
    diary = np.exp(rng.normal(np.log(usual), np.sqrt(share * variance / days)))
    near = np.abs(np.log(diary / reported)) < 0.02
    law = usual_intake(reported, "male", days)
    for p in (0.05, 0.5, 0.95):
        # about 15,000 draws lie near the diary; the share is slightly informed by the diary, the law's is not
        assert law.quantile(p) == pytest.approx(np.quantile(usual[near], p), rel=0.03)
    assert law.below(350.0) == pytest.approx(np.mean(usual[near] < 350.0), abs=0.02)


def test_quantiles_and_probabilities_are_inverse():
    law = usual_intake(250.0, "female", 3)
    for p in (0.01, 0.05, 0.5, 0.95, 0.99):
        assert law.below(law.quantile(p)) == pytest.approx(p, abs=1e-9)


def test_an_empty_diary_says_nothing():
    law = usual_intake(0.0, "male", 7)
    assert law.weight_of_diary == 0.0
    assert law.quantile(0.5) == pytest.approx(338 * math.exp(-0.25 * 0.448**2), rel=0.01)


def test_europe_has_no_requirement_to_be_below():
    found = gap(day_of(200), needs(40, "female", "EU"), 3)
    assert found.p_below_requirement is None
    assert found.p_inadequate is None
    assert found.target.kind == "AI"
    assert found.p_below_target is not None
    assert any("no deficiency" in note for note in found.notes)


def test_own_requirement_is_less_certain_than_the_average_one():
    found = gap(day_of(230), needs(40, "male"), 28)
    assert found.p_inadequate < found.p_below_requirement


def test_what_limits_it_is_said():
    lacking = next(f for f in all_foods().values() if f.nutrients["magnesium"] is None)
    found = gap(intake([(KALE, 300.0), Entry(lacking, 50.0)]), needs(25, "male"), 1)
    text = " ".join(found.notes)
    assert "assumed" in text
    assert "100% of the magnesium rests on values nobody measured" in text
    assert lacking.name in text


@pytest.mark.parametrize("n_days", [0, -1, math.nan, math.inf, 400])
def test_days_must_make_sense(n_days):
    with pytest.raises(InputError, match="n_days"):
        gap(day_of(200), needs(40, "male"), n_days)
