"""Serum and urine against trials, all from the shipped parameter set, none of it changed here.

NOTE: expected numbers are read from the records. What the model misses is marked xfail and says by how much.
"""

from __future__ import annotations

import numpy as np
import pytest

from osseo.evidence import load_record
from osseo.scenario.types import DoseRule
from osseo.units import MG_MOLAR_MASS

WEEK = 7.0
HOUR = 1 / 24
CITRATE_350 = (DoseRule("citrate", 350 / MG_MOLAR_MASS, 3, True, 0.0, 400.0),)


@pytest.fixture(scope="module")
def week_24(contrast):
    """Return the rise of serum and urine on 350 mg/d after 24 weeks."""
    return [contrast(name, CITRATE_350, [24 * WEEK])[0] for name in ("serum_total", "urine_24h")]


@pytest.mark.parametrize(("i", "measure"), [(0, "serum_mg"), (1, "urine_mg_24h")])
def test_joris2016_at_24_weeks(week_24, result, i, measure):
    seen = result("joris2016", measure, time_d=168)
    low, high = seen.ci95
    assert low <= week_24[i] <= high
    assert abs(week_24[i] - seen.effect) < (high - low) / 4


def test_joris2016_with_a_typical_urine(contrast, result):
    """A person closed on the median urine of PREVEND absorbs less and still falls in the interval."""
    low, high = result("joris2016", "urine_mg_24h", time_d=168).ci95
    assert low <= contrast("urine_24h", CITRATE_350, [24 * WEEK], urine_mg=3.8)[0] <= high


def test_zhang2016_urine(contrast, result):
    """Pooled dose is not in the abstract; 365 mg/d is the record's own guess."""
    rules = (DoseRule("citrate", 365 / MG_MOLAR_MASS, 3, True, 0.0, 400.0),)
    seen = result("zhang2016", "urine_mg_24h", "Mg - placebo")
    rise = contrast("urine_24h", rules, [12 * WEEK], urine_mg=3.8)[0]
    assert seen.ci95[0] <= rise <= seen.ci95[1]


@pytest.mark.xfail(strict=True, reason="miss: +0.018 mmol/L, just below the pooled +0.04 [0.02, 0.06]")
def test_zhang2016_serum(contrast, result):
    rules = (DoseRule("citrate", 365 / MG_MOLAR_MASS, 3, True, 0.0, 400.0),)
    seen = result("zhang2016", "serum_plasma_mg", "Mg - placebo")
    assert seen.ci95[0] <= contrast("serum_total", rules, [12 * WEEK])[0] <= seen.ci95[1]


@pytest.mark.parametrize("dose_mg", [300.0, 375.0])
def test_one_fasting_dose(contrast, result, dose_mg):
    """blancquaert2019 saw 4.6 to 6.2 % of baseline, that is 0.04 to 0.06 mmol/L, within 1 to 4 h."""
    rules = (DoseRule("citrate", dose_mg / MG_MOLAR_MASS, single=True, with_meals=False),)
    times = np.arange(1, 49) / 2 * HOUR
    rise = contrast("serum_total", rules, times)
    worst = result("blancquaert2019", "serum_mg_max_increase", "worst").value
    best = result("blancquaert2019", "serum_mg_max_increase", "best").value
    assert 0.04 <= rise.max() <= 0.06
    assert worst - 0.5 <= 100 * rise.max() / 0.82 <= best + 0.5
    assert 1.0 <= times[rise.argmax()] / HOUR <= 4.0


def mean_rise_pct(contrast, rule):
    """Return the rise of the mean over 12 h, in % of baseline."""
    times = np.linspace(0.0, 0.5, 97)
    return 100 * np.trapezoid(contrast("serum_total", (rule,), times), times) / 0.5 / 0.82


@pytest.mark.parametrize(("arm", "mmol"), [("oral-12mmol", 12.0), ("oral-24mmol", 24.0)])
def test_wilimzig1996_oral(contrast, result, arm, mmol):
    rule = DoseRule("citrate", mmol, single=True, with_meals=False)
    seen = result("wilimzig1996", "plasma_mg_AUC_0-12h_increase", arm).value
    # no spread is in the abstract; a fifth is what its own oral pair varies by about dose proportion
    assert mean_rise_pct(contrast, rule) == pytest.approx(seen, rel=0.25)


@pytest.mark.parametrize(("arm", "mmol"), [("iv-4mmol", 4.0), ("iv-8mmol", 8.0)])
def test_wilimzig1996_iv(contrast, result, arm, mmol):
    """The length of the injection is not in the abstract; 5 min."""
    rule = DoseRule("citrate", mmol, single=True, route="iv", duration_d=5 / 1440)
    seen = result("wilimzig1996", "plasma_mg_AUC_0-12h_increase", arm).value
    assert mean_rise_pct(contrast, rule) == pytest.approx(seen, rel=0.3)


def test_magnesium_sulfate_infusion(simulate):
    """4 g MgSO4.7H2O in 20 min, then 2 g/h, 85 kg, baseline 0.74.

    NOTE: expected values are a population fit to 92 pregnant women (Du 2019) run at these settings; it
    is linear on a constant baseline. 1 g is 4.057 mmol.
    """
    loading = DoseRule("sulfate", 16.2, single=True, route="iv", duration_d=20 / 1440)
    upkeep = DoseRule("sulfate", 8.12 * 48, single=True, route="iv", start_d=20 / 1440, duration_d=2.0)
    times = np.array([1 / 3, 1, 4, 12, 24, 48]) * HOUR
    course = simulate((loading, upkeep), times, weight_kg=85.0, serum_mg=0.74)
    expected = [1.716, 1.764, 1.999, 2.453, 2.754, 2.902]
    np.testing.assert_allclose(course["serum_total"][0], expected, rtol=0.20)


def at_clearance(simulate, adult, mL_per_min):
    """Return habitual serum of the same tubules at another clearance."""
    tm = simulate((), [0.0]).tm
    course = simulate(
        (), [0.0, 365.0], gfr=1.44 * mL_per_min, serum_mg=np.nan, overrides={"magnesium_kidney.Tm": tm}
    )
    assert course["serum_total"][0, 1] == pytest.approx(course["serum_total"][0, 0], abs=1e-6)
    return course["serum_total"][0, 0]


def test_serum_rises_only_at_low_clearance(simulate, adult):
    """The shape of cunningham2012: flat to 30 mL/min, rising below. Bounds are assumed."""
    normal, at_30, at_15 = (at_clearance(simulate, adult, g) for g in (100, 30, 15))
    assert normal == pytest.approx(0.82, abs=1e-6)
    assert at_30 - normal <= 0.13
    assert at_30 <= 0.95
    assert 0.15 <= at_15 - normal <= 0.35


def test_half_intake_keeps_serum_in_the_reference_range(simulate):
    """A year on half the magnesium, by giving 6 mmol/d less: the habitual diet is the larger one."""
    half = DoseRule("food", -6.0, 3, True, 0.0, 400.0)
    course = simulate((half,), [0.0, 90.0, 365.0])
    rows = load_record("jiao2026").results
    low_mg_dl = next(r for r in rows if r.arm == "adult-women-healthy").value[0]
    assert course["serum_total"].min() >= low_mg_dl * 10 / MG_MOLAR_MASS
    assert course["serum_total"][0, 2] < course["serum_total"][0, 0]
    assert course["absorbed"][0, 2] < 0.8 * course["absorbed"][0, 0]


def test_plateau_times_are_reported_not_forced(contrast, record_property):
    """zhang2016 saw about 20 weeks for serum, 40 for urine; the model's own are earlier and recorded."""
    weeks = np.arange(1, 105)
    final = {}
    for name in ("serum_total", "urine_24h"):
        rise = contrast(name, (DoseRule("citrate", 14.4, 3, True, 0.0, 800.0),), weeks * WEEK)
        final[name] = int(weeks[np.argmax(rise >= 0.99 * rise[-1])])
        record_property(f"{name}_weeks_to_99_pct", final[name])
        assert np.all(np.diff(rise) > -1e-6)
    assert 1 <= final["serum_total"] <= 40
    assert 1 <= final["urine_24h"] <= 60


def test_fractional_excretion_is_that_of_free_living_adults(simulate):
    """femg_reference derives 4-5 % from population urine."""
    course = simulate((), [0.0], urine_mg=4.24)
    assert 0.04 <= course["fractional_excretion"][0, 0] <= 0.055
