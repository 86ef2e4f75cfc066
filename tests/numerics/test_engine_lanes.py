"""Members side by side: classics to ten digits, random networks against CVODE and the scalar bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from osseo.compiler import compile_model
from osseo.engine import solve_batch
from osseo.language.foreign import read_foreign
from osseo.verify.classic import classic_names, load_classic
from osseo.verify.network import random_network

TIMES = np.linspace(0.0, 5.0, 11)
N_LANES = 8


@pytest.mark.parametrize("name", classic_names())
def test_ten_digits_in_every_lane(name):
    """Eight copies beside each other, and beside a member that is elsewhere in time and step."""
    classic = load_classic(name)
    kernel = compile_model(classic.model.ir).kernel
    start = classic.model.start({})
    y0 = np.tile(start.y0, (N_LANES + 1, 1))
    y0[0] *= 1.5
    p = np.tile(start.p, (N_LANES + 1, 1))
    times = np.array([0.0, classic.end])
    run = solve_batch(kernel, p, y0, times=times, rtol=1e-11, atol=1e-25, width=N_LANES, n_threads=1)
    assert run.ok[1:].all()
    names = compile_model(classic.model.ir).state_names
    columns = [names.index(f"model.y{i + 1}") for i in range(classic.solution.size)]
    error = np.abs(run.y[1:, -1, columns] / classic.solution - 1.0)
    assert error.max() < 1e-10
    assert np.ptp(run.y[1:, -1], axis=0).max() == 0.0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**31),
    n_species=st.integers(2, 8),
    n_reactions=st.integers(1, 12),
    width=st.sampled_from([2, 4, 8]),
)
def test_random_networks_against_cvode_and_the_scalar_loop(seed, n_species, n_reactions, width):
    """Every lane starts elsewhere; each is compared with CVODE on plain arrays and with the scalar bits."""
    network = random_network(seed, n_species, n_reactions)
    model = read_foreign(network.sbml(), "network")
    system, start = compile_model(model.ir), model.start({})
    # species that no reaction changes are no states
    moving = [i for i in range(n_species) if f"amount.S{i}" in system.state_index]
    assume(moving)
    columns = [system.state_index[f"amount.S{i}"] for i in moving]
    factors = np.random.default_rng(seed).uniform(0.2, 2.0, (5, 1))
    starts = np.tile(network.start, (5, 1))
    starts[:, moving] *= factors
    y0 = np.tile(start.y0, (5, 1))
    y0[:, columns] = starts[:, moving]
    p = np.tile(start.p, (5, 1))
    runs = [
        solve_batch(system.kernel, p, y0, times=TIMES, rtol=1e-9, atol=1e-12, width=w, n_threads=1)
        for w in (1, width)
    ]
    np.testing.assert_array_equal(runs[0].y, runs[1].y)
    np.testing.assert_array_equal(runs[0].n_steps, runs[1].n_steps)
    for i in (0, 4):
        exact = replace(network, start=starts[i]).reference(TIMES)[:, moving]
        assert np.abs(runs[1].y[i][:, columns] - exact).max() < 1e-7 * starts[i].sum()
