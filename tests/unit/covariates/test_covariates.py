"""Covariates as data: sources, direction, centring on the average patient, the step from odds to speed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

import osseo.site.covariates as module
from osseo.errors import InputError
from osseo.evidence import record_ids, record_role
from osseo.observe.endpoint import endpoint_names, load_endpoint
from osseo.parameters import uniform_stream
from osseo.simulate.site_parameters import shared_table
from osseo.site import site_names
from osseo.site.covariates import (
    covariate_factors,
    covariate_odds,
    load_covariates,
    read_covariates,
    speed_factor,
)

FILE = Path(module.__file__).with_name("covariates.yaml")
RAW = yaml.safe_load(FILE.read_text(encoding="utf-8"))
EFFECTS = [(c, e) for c in load_covariates().values() for e in c.effects]
IDS = [f"{c.name}-{e.acts_on}-{i}" for i, (c, e) in enumerate(EFFECTS)]
#: what a higher value of a parameter does to healing
HELPS = {"graft_cells.speed": 1, "graft_vessels.k_growth": 1, "graft_matrix.tau_osteoid": -1}


def test_the_issue_s_covariates_are_there():
    wanted = {
        "smoking", "diabetes", "vitamin_d_deficiency", "osteoporosis", "menopause", "nsaid", "open_fracture",
        "age",
    }  # fmt: skip
    assert wanted <= set(load_covariates())
    assert {"gap", "levels", "motion"} <= set(RAW["by_model"])


@pytest.mark.parametrize(("covariate", "effect"), EFFECTS, ids=IDS)
def test_every_effect_acts_on_something_that_exists(covariate, effect):
    known = endpoint_names() if effect.form == "odds" else tuple(shared_table())
    assert effect.acts_on in known
    assert effect.sites <= set(site_names()) and effect.sites
    if effect.form == "odds":
        assert effect.kind == "association"  # what has no mechanism says so
        assert load_endpoint(effect.acts_on).is_rate
    if effect.form == "delay_odds":
        assert effect.acts_on == "graft_cells.speed"


def _records(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "source":
                yield from value
            else:
                yield from _records(value)
    elif isinstance(node, list):
        for value in node:
            yield from _records(value)


def test_every_record_exists_and_none_is_kept_for_validation():
    named = set(_records(RAW))
    assert named and named <= set(record_ids())
    assert {record_role(name) for name in named} <= {"calibration", "prior"}
    text = FILE.read_text(encoding="utf-8")
    kept = [name for name in record_ids() if record_role(name) == "validation" and name in text]
    assert kept == []


@pytest.mark.parametrize("site", site_names())
def test_nothing_known_changes_nothing(site):
    assert covariate_factors({}, site) == {} and covariate_odds({}, site) == {}


@pytest.mark.parametrize("site", site_names())
@pytest.mark.parametrize("name", [c.name for c in load_covariates().values() if c.name != "antiresorptive"])
def test_what_harms_never_helps(name, site):
    covariate = load_covariates()[name]
    low, high = covariate.limits

    def drawn(label):
        return uniform_stream(5, label, 400)

    for uniform in (None, drawn):
        without, with_it = (
            covariate_factors({covariate.fact: v}, site, uniform=uniform) for v in (low, high)
        )
        for parameter, sign in HELPS.items():
            if parameter in with_it:
                assert (sign * (np.asarray(with_it[parameter]) - without[parameter]) <= 1e-12).all()
    odds = [covariate_odds({covariate.fact: v}, site) for v in (low, high)]
    assert all(odds[1][endpoint] >= odds[0][endpoint] for endpoint in odds[1])


@pytest.mark.parametrize("name", ["smoking", "diabetes", "vitamin_d_deficiency", "open_fracture"])
@pytest.mark.parametrize("site", ["spine_interbody", "fracture_tibia"])
def test_patients_of_a_study_keep_the_average_they_were_fitted_with(name, site):
    """Shares of those with and without, times what each does, leave the geometric mean where it was."""
    covariate = load_covariates()[name]
    share = covariate.average
    with_it, without = (covariate_factors({covariate.fact: v}, site) for v in (1.0, 0.0))
    for parameter in with_it:
        mean = share * np.log(with_it[parameter]) + (1 - share) * np.log(without[parameter])
        assert mean == pytest.approx(0.0, abs=1e-12)


def test_speed_reproduces_the_odds_it_came_from_on_every_day():
    """Log-logistic times with log SD 0.6: slowing healing multiplies the odds of not having healed."""
    shape = np.pi / (0.6 * np.sqrt(3.0))
    days, median = np.array([60.0, 140.0, 365.0]), 140.0

    def odds_open(speed):
        return (days * speed / median) ** -shape

    speed = float(np.exp(speed_factor(np.log(2.5))))
    np.testing.assert_allclose(odds_open(speed) / odds_open(1.0), 2.5, rtol=1e-12)


def test_crude_odds_count_in_part_and_are_wider():
    (crude,) = [e for e in load_covariates()["diabetes"].effects if "yang2024risk" in e.source]
    assert crude.log_value == pytest.approx(RAW["crude"]["share"]["value"] * np.log(3.42))
    assert crude.log_sd > RAW["crude"]["widen"]["value"]
    (adjusted,) = [e for e in load_covariates()["diabetes"].effects if e.source == ("wang2022reop",)]
    assert adjusted.log_value == pytest.approx(np.log(2.2))
    assert adjusted.log_sd == pytest.approx(np.log(4.5 / 1.1) / (2 * 1.96), rel=1e-3)


def test_a_smoker_s_spine_fuses_later_by_the_share_the_odds_give():
    """Odds of 1.7 are a time 1.7^(0.6 sqrt3 / pi) = 1.19 as long as a non-smoker's."""
    smoker, other = (covariate_factors({"smoker": v}, "spine_interbody") for v in (1.0, 0.0))
    ratio = other["graft_cells.speed"] / smoker["graft_cells.speed"]
    assert ratio == pytest.approx(1.7 ** (0.6 * np.sqrt(3) / np.pi))


def test_age_is_cut_at_its_limits_and_counts_from_its_mean():
    factors = [covariate_factors({"age_y": y}, "spine_cervical") for y in (63, 85, 99)]
    assert factors[0] == {}
    assert factors[1] == factors[2]
    assert covariate_factors({"age_y": 70}, "osteotomy_tibia") == {}


def test_draws_repeat_and_spread_as_stated():
    def drawn(label):
        return uniform_stream(1, label, 4000)

    factor = covariate_factors({"open_fracture": 1.0}, "fracture_tibia", uniform=drawn)["graft_cells.speed"]
    again = covariate_factors({"open_fracture": 1.0}, "fracture_tibia", uniform=drawn)["graft_cells.speed"]
    np.testing.assert_array_equal(factor, again)
    centre = covariate_factors({"open_fracture": 1.0}, "fracture_tibia")["graft_cells.speed"]
    assert np.median(factor) == pytest.approx(centre, rel=0.01)
    assert factor.max() <= 1.0


GOOD = {
    "crude": RAW["crude"],
    "groups": {"spine": ["spine_interbody"]},
    "covariates": {
        "x": {
            "label": "x",
            "fact": "x",
            "average": {"value": 0.2},
            "effects": [
                {
                    "acts_on": "graft_cells.speed", "form": "factor", "value": 0.9, "lower": 0.8,
                    "upper": 1.0, "sites": ["spine"], "kind": "mechanism", "grade": "assumed", "reason": "y",
                }
            ],
        }
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form": "odd"}, "form 'odd'.*did you mean odds"),
        ({"kind": "cause"}, "kind 'cause'"),
        ({"grade": "sure"}, "grade 'sure'"),
        ({"grade": "low"}, "has no source"),
        ({"value": 2.0}, "expected 0 < lower <= value <= upper"),
        ({"sites": ["spines"]}, "unknown site or group 'spines'.*did you mean spine"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_wrong_effects_are_refused(tmp_path, change, message):
    path = tmp_path / "covariates.yaml"
    path.write_text(yaml.safe_dump(GOOD))
    assert list(read_covariates(path)) == ["x"]
    bad = yaml.safe_load(yaml.safe_dump(GOOD))
    bad["covariates"]["x"]["effects"][0] |= change
    path.write_text(yaml.safe_dump(bad))
    with pytest.raises(InputError, match=message):
        read_covariates(path)
