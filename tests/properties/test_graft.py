"""Whatever the parameters: tissue fractions sum to one, nothing is negative, every ledger closes."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.parameters import draw_priors
from osseo.scenario.types import Procedure
from osseo.simulate.site import load_procedure, simulate_site
from osseo.simulate.site_parameters import procedure_table

PROCEDURES = [
    Procedure("sinus_lift", "dbbm"),
    Procedure("sinus_lift", "autograft_block"),
    Procedure("sinus_lift", "autograft_particulate"),
    Procedure("sinus_lift", "fdba"),
    Procedure("sinus_lift", "bcp"),
    Procedure("sinus_lift", "dbbm_autograft"),
    Procedure("osteotomy_tibia", "none"),
    Procedure("osteotomy_tibia", "beta_tcp"),
    Procedure("osteotomy_tibia", "autograft_particulate"),
    Procedure("socket", "none"),
    Procedure("spine_posterolateral", "autograft_iliac"),
    Procedure("nonunion", "autograft_iliac"),
    Procedure("fracture_tibia", "none"),
]
DAYS = np.array([0.0, 7.0, 28.0, 91.0, 183.0, 365.0])
TISSUES = ("osteoid", "mineral", "graft")


def prior_course(procedure, seed, n=6, status=0.8):
    """Simulate n draws of every graft parameter and patient factor from its prior."""
    site, material, _ = load_procedure(procedure)
    table = procedure_table(site, material)
    names = [
        name
        for name, row in table.items()
        if row.distribution != "fixed" and name.startswith(("graft_", "magnesium_links."))
    ]
    drawn = draw_priors(table, names, n, seed).columns()
    tables = {"status_times": np.zeros(1), "status": np.full((1, 1), status)}
    return simulate_site(procedure, drawn, times=DAYS, n=n, **tables)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda p: f"{p.site}-{p.material}")
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31), status=st.floats(0.5, 1.2))
def test_tissue_is_conserved_and_never_negative(procedure, seed, status):
    course = prior_course(procedure, seed, status=status)
    ok = course.status == 0
    assert ok.all()
    assert course.ledger_error.max() <= 1e-10
    for i in range(len(course.columns)):
        volume = course.amounts["volume"][i]
        parts = [course.amounts[name][i] for name in TISSUES]
        soft = volume - sum(parts)
        assert (volume > 0).all()
        fibrous, cartilage = (course.amounts[name][i] for name in ("fibrous", "cartilage"))
        for amount in (*parts, soft, fibrous, cartilage, soft - fibrous - cartilage):
            assert (amount >= -1e-12).all()
        np.testing.assert_allclose(
            course.amounts["woven"][i] + course.amounts["lamellar"][i], course.amounts["mineral"][i]
        )
        total = sum(parts) / volume + soft / volume
        np.testing.assert_allclose(total, 1.0, atol=1e-12)
        for density in course.densities.values():
            assert (density[i] >= -1e-9).all()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31))
def test_graft_and_volume_only_shrink(seed):
    course = prior_course(PROCEDURES[1], seed)
    for name in ("graft", "volume"):
        assert (np.diff(course.amounts[name][0], axis=1) <= 1e-12).all()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(low=st.floats(0.5, 1.2), high=st.floats(0.5, 1.2))
def test_with_links_at_zero_status_is_invisible(low, high):
    procedure = PROCEDURES[0]
    courses = [
        simulate_site(procedure, status_times=np.zeros(1), status=np.full((1, 1), s), times=DAYS, n=1)
        for s in (low, high)
    ]
    for name in (*TISSUES, "volume"):
        a, b = (c.amounts[name][0] for c in courses)
        np.testing.assert_array_equal(a, b)
