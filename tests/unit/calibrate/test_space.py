"""Standard space meets the priors of the table exactly."""

import numpy as np
import pytest
from scipy import stats

from osseo.calibrate.space import MAX_FREE, Z_LIMIT, make_space
from osseo.errors import CalibrationError, NameUnknown
from osseo.parameters.draw import draw_priors, uniform_stream
from osseo.parameters.parameter import Parameter, ParameterSet


def parameter(name, distribution, lower, upper, value=None, layer="parameter"):
    value = (lower + upper) / 2 if value is None else value
    return Parameter(name, "1", value, lower, upper, distribution, "low", layer=layer)


TABLE = ParameterSet(
    [
        parameter("m.normal", "normal", -1.0, 3.0),
        parameter("m.lognormal", "lognormal", 0.5, 8.0, value=2.0),
        parameter("m.uniform", "uniform", 2.0, 5.0, value=3.0),
        parameter("m.loguniform", "loguniform", 0.01, 1.0, value=0.1),
        parameter("m.fixed", "fixed", 1.0, 1.0),
        parameter("m.person", "normal", 0.0, 1.0, layer="patient"),
        parameter("m.flat", "normal", 1.0, 1.0),
        parameter("m.bad_log", "lognormal", 0.0, 1.0, value=0.5),
    ]
)
FREE = ("m.normal", "m.lognormal", "m.uniform", "m.loguniform")


def test_table_ends_are_the_5_and_95_percent_points_or_the_ends():
    space = make_space(TABLE, FREE)
    low, high = space.to_values(np.array([[-1.0], [1.0]]) * stats.norm.ppf(0.95) * np.ones(4))
    np.testing.assert_allclose(low[:2], [-1.0, 0.5], rtol=1e-9)
    np.testing.assert_allclose(high[:2], [3.0, 8.0], rtol=1e-9)
    low, high = space.to_values(np.array([[-99.0], [99.0]]) * np.ones(4))
    np.testing.assert_allclose(low[2:], [2.0, 0.01], rtol=1e-9)
    np.testing.assert_allclose(high[2:], [5.0, 1.0], rtol=1e-9)


def test_round_trip_and_start():
    space = make_space(TABLE, FREE)
    for z in np.random.default_rng(2).normal(size=(20, 4)):
        np.testing.assert_allclose(space.to_standard(space.to_values(z)[0]), z, atol=1e-7)
    np.testing.assert_allclose(space.to_values(space.start())[0], [1.0, 2.0, 3.0, 0.1], rtol=1e-9)


def test_standard_normals_give_the_prior_draws_of_the_package():
    space = make_space(TABLE, FREE)
    shares = np.column_stack([uniform_stream(3, name, 500) for name in FREE])
    prior = draw_priors(TABLE, FREE, 500, seed=3)
    np.testing.assert_allclose(space.to_values(stats.norm.ppf(shares)), prior.values, rtol=1e-9)


def test_a_value_outside_the_prior_goes_to_the_limit():
    space = make_space(TABLE, ["m.uniform"])
    assert space.to_standard(np.array([9.0]))[0] == Z_LIMIT
    assert space.to_standard(np.array([-9.0]))[0] == -Z_LIMIT


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("m.fixed", "is fixed"),
        ("m.person", "layer 'patient'"),
        ("m.flat", "has no range"),
        ("m.bad_log", "expected above 0"),
    ],
)
def test_what_cannot_be_free_is_refused(name, why):
    with pytest.raises(CalibrationError, match=why):
        make_space(TABLE, [name])


def test_names_are_checked():
    with pytest.raises(NameUnknown, match=r"m\.normal"):
        make_space(TABLE, ["m.norml"])
    with pytest.raises(CalibrationError, match="twice"):
        make_space(TABLE, ["m.normal", "m.normal"])


def test_at_most_25_are_free():
    names = [f"m.p{i}" for i in range(MAX_FREE + 1)]
    table = ParameterSet(parameter(name, "normal", 0.0, 1.0) for name in names)
    assert len(make_space(table, names[:MAX_FREE]).names) == 25
    with pytest.raises(CalibrationError, match="26 free parameters, expected 1 to 25"):
        make_space(table, names)
    with pytest.raises(CalibrationError, match="0 free parameters"):
        make_space(table, [])
