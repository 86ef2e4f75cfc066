"""`osseo step`: every derivative and assignment at one state, with units."""

import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.compiler.step import derivatives_at
from osseo.errors import NameUnknown
from osseo.parameters.parameter import Parameter, ParameterSet


@pytest.fixture
def pset():
    values = {"m.x_base": 0.6, "m.scale": 1.4, "m.n": 2.5}
    return ParameterSet(
        Parameter(n, "1", v, v, v, "fixed", "assumed", reason="test") for n, v in values.items()
    )


def test_rows_hold_states_then_assignments(every_operation, pset):
    states = {"m.z": 1.7, "m.v": 4.2}
    rows = derivatives_at(compile_model(every_operation), pset, states=states, inputs={"m.u": 0.3})
    by_name = {row.name: row for row in rows}
    assert [row.name for row in rows[:5]] == ["m.x", "m.y", "m.z", "m.w", "m.v"]
    x, y = 0.6, 0.84
    expected = np.exp(-x) + np.log(y) - np.sqrt(1.7) * x + 0.3
    assert by_name["m.x"].value == 0.6
    assert by_name["m.x"].derivative == pytest.approx(expected, rel=1e-14)
    assert by_name["m.x"].derivative_unit == "1/d"
    assert by_name["m.scaled"].value == pytest.approx(1.4 * 0.6, rel=1e-15)
    assert np.isnan(by_name["m.scaled"].derivative)


def test_overrides_move_the_start(every_operation, pset):
    rows = derivatives_at(compile_model(every_operation), pset, {"m.x_base": 0.5})
    assert rows[0].value == 0.5
    assert rows[1].value == pytest.approx(0.7, rel=1e-15)


def test_unknown_names_are_refused(every_operation, pset):
    system = compile_model(every_operation)
    with pytest.raises(NameUnknown, match="unknown state"):
        derivatives_at(system, pset, states={"m.q": 1.0})
    with pytest.raises(NameUnknown, match="unknown input"):
        derivatives_at(system, pset, inputs={"m.uu": 1.0})
