"""The failure report names time, step, state, worst component, last event, remedy and replay."""

import numpy as np
import pytest

from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, expand_events
from osseo.engine.failure import describe_failure, find_worst
from osseo.engine.status import SENTENCES, Status

NAMES, UNITS = ("mineral.amount", "mineral.ledger"), ("mmol", "mmol")


@pytest.fixture
def failed(kernels):
    events = expand_events([EventRow(0.5, "bolus", "b", 3.0)], {"a": 0, "b": 1})
    p, y0 = np.array([[0.01], [1.0], [0.8]]), np.tile([0.5, 1.0], (3, 1))
    return solve_batch(kernels.explosion(), p, y0, times=[0.0, 1.0, 9.0], events=events)


def test_report(failed):
    text = describe_failure(failed, 1, NAMES, UNITS, "--seed 4 --only 1")
    assert text.startswith(f"member 1: {Status(int(failed.status[1])).sentence}")
    assert f"time        {failed.fail_time[1]:.9g} d, step tried" in text
    assert "last event  0.5 d" in text
    assert "worst state mineral.amount" in text
    assert f"mineral.ledger = {failed.failures.state[1, 1]:.9g} mmol" in text
    assert "try         " in text
    assert text.endswith("replay      --seed 4 --only 1")


def test_report_without_names_or_failure(failed):
    assert "worst state state 0" in describe_failure(failed, 2)
    assert describe_failure(failed, 0) == "member 0: the course was computed to its end"


def test_worst_is_the_first_in_time(failed):
    assert failed.fail_time[1] < failed.fail_time[2]
    assert find_worst(failed) == 1


def test_summary_shows_the_worst_member(failed):
    from osseo.errors import SolveError

    with pytest.raises(SolveError) as caught:
        failed.raise_if_failed(NAMES, UNITS)
    text = str(caught.value)
    assert text.startswith("2 of 3 members failed; first: member 1")
    assert "worst: member 1" in text and "mineral.amount" in text


def test_long_states_are_cut(kernels):
    from osseo.engine.failure import _state_lines

    lines = _state_lines(np.zeros(99), (), ())
    assert len(lines) == 61 and lines[-1].strip() == "... and 39 more"


def test_every_status_has_a_sentence_and_a_remedy():
    from osseo.engine.failure import _REMEDY

    assert set(SENTENCES) == set(Status)
    assert set(_REMEDY) == set(Status) - {Status.OK}
