"""Keyed draws: what is drawn for one name depends on seed and name only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from osseo.errors import InputError, NameUnknown
from osseo.parameters import (
    Draws,
    Parameter,
    ParameterSet,
    draw_priors,
    posterior_over_prior_sd,
    uniform_stream,
)

NAMES = ("m.a", "m.b", "m.c", "m.fixed")
PSET = ParameterSet(
    [
        Parameter("m.a", "1", 1.0, 0.5, 2.0, "lognormal", "low", "x"),
        Parameter("m.b", "1", 0.0, -1.0, 1.0, "normal", "low", "x"),
        Parameter("m.c", "1", 0.5, 0.0, 1.0, "uniform", "low", "x"),
        Parameter("m.fixed", "1", 3.0, 3.0, 3.0, "fixed", "low", "x"),
    ]
)


@given(st.permutations(NAMES), st.integers(1, 50), st.integers(0, 2**40))
def test_order_company_and_number_change_no_draw(order, n, seed):
    whole = draw_priors(PSET, NAMES, 50, seed)
    part = draw_priors(PSET, order[:2], n, seed)
    for name in order[:2]:
        assert_array_equal(part.column(name), whole.column(name)[:n])


def test_another_seed_or_name_gives_other_numbers():
    streams = [uniform_stream(seed, name, 1000) for seed in (1, 2) for name in ("m.a", "m.b")]
    for i, one in enumerate(streams):
        for other in streams[:i]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
            assert not np.any(one == other)


def test_the_stream_is_uniform_and_never_0_or_1():
    stream = uniform_stream(7, "m.a", 20_000)
    assert stats.kstest(stream, "uniform").pvalue > 1e-3
    assert 0.0 < stream.min() < stream.max() < 1.0


def test_known_numbers_do_not_drift():
    """Draws of old seeds must stay what they were; computed once with this code, NumPy 2."""
    assert_allclose(
        uniform_stream(1, "m.a", 3),
        np.random.Generator(
            np.random.Philox(key=np.frombuffer(bytes.fromhex(SHA_1_M_A), dtype="<u8"))
        ).random(3),
        rtol=1e-15,
    )


#: printf '1:m.a' | sha256sum | cut -c1-32
SHA_1_M_A = "4bffd4e9ef35f38ea50e3bc5afa53f3d"


def test_draws_follow_the_prior():
    draws = draw_priors(PSET, NAMES, 20_000, 3)
    # 20,000 draws give the 5 % point of a normal to about 1 % of its SD
    assert_allclose(np.quantile(draws.column("m.a"), [0.05, 0.5, 0.95]), [0.5, 1, 2], rtol=0.03)
    assert_allclose(np.quantile(draws.column("m.b"), [0.05, 0.95]), [-1, 1], rtol=0.04)
    assert draws.meta == {"kind": "prior", "seed": 3}
    assert_array_equal(draws.column("m.fixed"), 3.0)


def test_posterior_over_prior_is_one_for_the_prior_and_halves_when_data_halve_it():
    draws = draw_priors(PSET, NAMES, 20_000, 3)
    ratio = posterior_over_prior_sd(draws, PSET)
    assert set(ratio) == {"m.a", "m.b", "m.c"}
    assert_allclose(list(ratio.values()), 1.0, rtol=0.03)
    narrow = {name: draws.column(name) for name in ("m.a", "m.b", "m.c")}
    narrow["m.a"] = np.sqrt(narrow["m.a"])
    narrow["m.b"] = narrow["m.b"] / 2.0
    narrowed = Draws(tuple(narrow), np.column_stack(list(narrow.values())))
    ratio = posterior_over_prior_sd(narrowed, PSET)
    assert_allclose([ratio["m.a"], ratio["m.b"], ratio["m.c"]], [0.5, 0.5, 1.0], rtol=0.03)


def test_bad_requests_are_refused():
    with pytest.raises(NameUnknown, match=r"unknown parameter 'm\.d'"):
        draw_priors(PSET, ["m.d"], 3, 1)
    with pytest.raises(InputError, match="draw at least one"):
        draw_priors(PSET, ["m.a"], 0, 1)
    with pytest.raises(InputError, match="at least two"):
        posterior_over_prior_sd(draw_priors(PSET, ["m.a"], 1, 1), PSET)
    with pytest.raises(InputError, match="not above 0"):
        posterior_over_prior_sd(Draws(("m.a",), np.array([[1.0], [-1.0]])), PSET)
