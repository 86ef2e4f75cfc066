"""One person and one parameter set for all published magnesium numbers."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.evidence import load_record
from osseo.scenario.dosing import placebo_of
from osseo.simulate.body import simulate_body


@pytest.fixture(scope="session")
def adult():
    """A 70 kg adult, clearance 100 mL/min, diet 12 mmol/d, absorbing like the reference curve."""
    return {"weight_kg": 70.0, "gfr": 144.0, "mg_intake": 12.0, "serum_mg": 0.82}


@pytest.fixture(scope="session")
def simulate(adult):
    """Return simulate(rules, times, mode=..., **changes to the adult) -> BodyCourse of one person."""

    def run(rules, times, mode="averaged", overrides=None, **changes):
        columns = {name: np.array([value]) for name, value in (adult | changes).items()}
        return simulate_body(
            columns, rules, times=np.asarray(times, dtype=float), mode=mode, overrides=overrides
        )

    return run


@pytest.fixture(scope="session")
def contrast(simulate):
    """Return contrast(name, rules, times, ...) -> rise over placebo (n_times,)."""

    def run(name, rules, times, **changes):
        arms = [simulate(r, times, **changes)[name][0] for r in (rules, placebo_of(rules))]
        return arms[0] - arms[1]

    return run


@pytest.fixture(scope="session")
def result():
    """Return result(record, measure, arm or contrast part, time_d=None) -> the one Result."""

    def find(record, measure, label="", time_d=None):
        found = [
            r
            for r in load_record(record).results
            if r.measure == measure and label in r.label and (time_d is None or r.time_d == time_d)
        ]
        assert len(found) == 1, f"{record}: {len(found)} results for {measure}, {label!r}"
        return found[0]

    return find
