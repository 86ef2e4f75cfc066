"""The graft column at the mode of the shipped fit, read as the studies read it."""

from functools import cache

import numpy as np
import pytest

from osseo.calibrate.graft import EXPERIMENTS
from osseo.calibrate.graft_runs import Experiment, run
from osseo.scenario.types import Procedure
from osseo.site.posterior import fitted_values

DAYS = (0.0, 14.0, 28.0, 49.0, 77.0, 84.0, 91.0, 122.0, 126.0, 135.0, 140.0, 152.0, 168.0, 183.0, 210.0,
        213.0, 365.0, 500.0, 548.0, 730.0, 1095.0)  # fmt: skip


@cache
def _reader(procedure, changes, days, search):
    experiment = Experiment("must reach", procedure, days, has_search=search)
    return run(experiment, (), np.zeros((1, 0)), {**fitted_values(), **dict(changes)})


@pytest.fixture(scope="session")
def read():
    """Return read(experiment or procedure, endpoint, day, **changed parameters) -> mean over patients."""

    def value(what, endpoint, day=0.0, *, days=DAYS, **changes):
        procedure = what if isinstance(what, Procedure) else EXPERIMENTS[what]
        named = tuple(sorted((name.replace("__", "."), number) for name, number in changes.items()))
        search = endpoint.startswith("days_to")
        return float(_reader(procedure, named, days, search)(endpoint, day)[0])

    return value
