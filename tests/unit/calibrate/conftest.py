"""A small real problem: gap fill of open-wedge osteotomies with and without graft (fucentese2019)."""

import numpy as np
import pytest

from osseo.calibrate.problem import FitProblem
from osseo.calibrate.target import make_target
from osseo.parameters.parameter import Parameter, ParameterSet

FREE = ("fill.rate_autograft", "fill.rate_none")
TIMES = {"autograft": (91, 365), "none": (91, 365)}


def rate(name, value=0.004, lower=0.0005, upper=0.032):
    return Parameter(name, "1/d", value, lower, upper, "lognormal", "assumed", reason="wide")


def entry(arm, time, **changes):
    base = {
        "record": "fucentese2019",
        "arm": arm,
        "measure": "ct_gap_healing_pct",
        "time_d": time,
        "experiment": arm,
        "endpoint": "gap_fill_frac",
        "unit": "1",
        "sd": 0.08,
        "reason": "reading error and sampling of 15 to 25 patients",
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def fill(values):
    """Gap fill 1 - exp(-k t) at 91 and 365 d, with graft and without: (n, 2) to (n, 4)."""
    return 1 - np.exp(-values[:, [0, 0, 1, 1]] * np.array([91.0, 365.0, 91.0, 365.0]))


@pytest.fixture
def entries():
    return [entry(arm, time) for arm, times in TIMES.items() for time in times]


@pytest.fixture
def problem(entries):
    table = ParameterSet([rate(name) for name in FREE] + [rate("fill.spare")])
    targets = tuple(make_target(row) for row in entries)
    return FitProblem("osteotomy_test", table, FREE, targets, fill, "model-1", {"dt": 0.25})
