"""Random mass-action networks: SBML through our whole path against CVODE on plain arrays."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.language.foreign import read_foreign
from osseo.verify.course import solve_foreign
from osseo.verify.network import random_network

TIMES = np.linspace(0.0, 5.0, 11)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31), n_species=st.integers(2, 8), n_reactions=st.integers(1, 12))
def test_against_cvode(seed, n_species, n_reactions):
    network = random_network(seed, n_species, n_reactions)
    course = solve_foreign(read_foreign(network.sbml(), "network"), TIMES)
    ours = np.column_stack([course.column(f"model.S{i}") for i in range(n_species)])
    gap = np.abs(ours - network.reference(TIMES)).max()
    assert gap < 1e-7 * network.start.sum()


def test_networks_are_stiff_and_move():
    """The proof is not of courses at rest."""
    rates = [random_network(seed).rates for seed in range(20)]
    assert max(r.max() / r.min() for r in rates) > 1e3
    moved = [np.abs(n.reference(TIMES)[-1] - n.start).max() for n in map(random_network, range(20))]
    assert np.median(moved) > 0.1
