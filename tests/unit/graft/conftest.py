"""Short runs of the real column, shared by the tests of the graft."""

import numpy as np
import pytest

from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site

PROCEDURES = {
    "dbbm": Procedure("sinus_lift", "dbbm"),
    "block": Procedure("sinus_lift", "autograft_block"),
    "particulate": Procedure("sinus_lift", "autograft_particulate"),
    "gap": Procedure("osteotomy_tibia", "none"),
    "filled": Procedure("osteotomy_tibia", "autograft"),
}


@pytest.fixture(scope="session")
def run():
    """Return run(case, overrides, times, n, status): a SiteCourse at constant status."""

    def _run(case, overrides=None, *, times=(28.0, 91.0, 183.0, 365.0), n=1, status=0.8, **kwargs):
        return simulate_site(
            PROCEDURES[case],
            overrides,
            status_times=np.zeros(1),
            status=np.full((1, 1), status),
            times=np.asarray(times, dtype=float),
            n=n,
            **kwargs,
        )

    return _run


def share(course, *names):
    """Return (n, n_times) share of the volume of a site [1], columns weighted."""
    total = 0.0
    for i, column in enumerate(course.columns):
        amount = sum(course.amounts[name][i].sum(axis=-1) for name in names)
        total = total + column.weight * amount / course.amounts["volume"][i].sum(axis=-1)
    return total


@pytest.fixture(scope="session")
def fraction():
    """Return the function share(course, *amounts)."""
    return share
