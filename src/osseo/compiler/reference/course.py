"""The reference twin, kept forever: SBML interpreted by NumPy, integrated by SUNDIALS CVODE.

It shares with the rest of osseo only the SBML text, the links and the order of names. The integration
is restarted at every event and at every knot of an input, so that no step crosses a jump.
"""

from __future__ import annotations

import numpy as np
from sksundae.cvode import CVODE

from osseo.compiler.reference.model import ReferenceModel
from osseo.engine.dosing.table import ADD, RESTART, EventTable
from osseo.engine.inputs import InputTable
from osseo.errors import InputError, SolveError
from osseo.language.ir import ModelIR

__all__ = ["Inputs", "solve_reference"]

#: of CVODE between two output times
LARGEST_STEP_COUNT = 20_000


def solve_reference(
    ir: ModelIR | ReferenceModel,
    p: np.ndarray,
    y0: np.ndarray,
    *,
    times: np.ndarray,
    u: np.ndarray | InputTable | None = None,
    events: EventTable | None = None,
    rtol: float = 1e-9,
    atol: float | np.ndarray = 1e-12,
) -> np.ndarray:
    """Return y (n_times, n_states) of one member; at an event, the value after the jump.

    Parameters
    ----------
    ir : the model, or its twin made before.
    p : (n_parameters,).
    y0 : (n_states,) at times[0].
    times : (n_times,) [d], increasing.
    u : (n_inputs,) constant, or the input table of one member.
    events : jumps and changes of inflow. Events before times[0] have happened: their jumps are in
        y0 already, their inflows run on.
    rtol, atol : of CVODE.

    Raises
    ------
    SolveError : CVODE gave up; the message is its own.
    """
    model = ir if isinstance(ir, ReferenceModel) else ReferenceModel(ir)
    times = np.asarray(times, dtype=np.float64)
    if times.ndim != 1 or np.any(np.diff(times) <= 0):
        raise InputError("solve_reference: times must be increasing")
    inputs = Inputs(u)
    y = np.array(y0, dtype=np.float64)
    result = np.empty((len(times), len(y)))
    inflow = np.zeros_like(y)
    if events is not None:
        before = events.time < times[0]
        np.add.at(inflow, events.state[before], events.rate[before])
    breaks = _breaks(times, events, inputs)
    for start, end in zip(breaks, [*breaks[1:], breaks[-1]], strict=True):
        if events is not None:
            _apply(events, start, y, inflow, y0)
        result[times == start] = y
        if end > start:
            inside = np.flatnonzero((times > start) & (times < end))
            # a third time keeps CVODE in the mode that counts its steps
            halfway = [] if len(inside) else [0.5 * (start + end)]
            span = np.array([start, *times[inside], *halfway, end])
            course = _segment(model, p, y, span, (inputs, inflow.copy(), rtol, atol))
            result[inside] = course[1 : 1 + len(inside)]
            y = course[-1].copy()
    return result


def _apply(events: EventTable, time: float, y: np.ndarray, inflow: np.ndarray, y0: np.ndarray) -> None:
    """Let the events of one instant act on states and inflows, in the order of the table."""
    for i in np.flatnonzero(events.time == time):
        state, jump, rate = events.state[i], events.jump[i], events.rate[i]
        if events.action[i] == ADD:
            y[state] += jump
            inflow[state] += rate
        else:
            y[state] = jump + (y0[state] if events.action[i] == RESTART else 0.0)
            inflow[state] = rate


def _breaks(times: np.ndarray, events: EventTable | None, inputs: Inputs) -> list[float]:
    jumps = np.array([]) if events is None else events.time
    instants = np.unique(np.concatenate([times[[0, -1]], jumps, inputs.times]))
    return list(instants[(instants >= times[0]) & (instants <= times[-1])])


def _segment(
    model: ReferenceModel, p: np.ndarray, y0: np.ndarray, span: np.ndarray, rest: tuple
) -> np.ndarray:
    """Integrate where nothing jumps; return y at every time of `span`."""
    inputs, inflow, rtol, atol = rest
    middle = 0.5 * (span[0] + span[-1])

    def rates(t: float, y: np.ndarray, dydt: np.ndarray) -> None:
        dydt[:] = model.rhs(t, y, p, inputs.at(t, middle)) + inflow

    def jacobian(t: float, y: np.ndarray, dydt: np.ndarray, matrix: np.ndarray) -> None:
        matrix[:, :] = model.jac(t, y, p, inputs.at(t, middle))

    limits = {"rtol": rtol, "atol": atol, "max_num_steps": LARGEST_STEP_COUNT}
    solver = CVODE(rates, method="BDF", jacfn=jacobian, **limits)
    with np.errstate(all="ignore"):  # a blow-up is reported below
        solution = solver.solve(span, y0)
    if not (solution.success and np.all(np.isfinite(solution.y))):
        raise SolveError(
            f"reference twin of {model.name} from {span[0]} d: {solution.message}; "
            f"reached {solution.t[-1]} d of {span[-1]} d"
        )
    return solution.y


class Inputs:
    """Inputs on one segment: the straight line (or constant) of the piece its middle lies in."""

    def __init__(self, u: np.ndarray | InputTable | None) -> None:
        if isinstance(u, InputTable):
            self.times, self.values, self.kind = np.asarray(u.times), u.values[0], u.kind
        else:
            self.times, self.values, self.kind = np.array([]), u, "constant"

    def at(self, t: float, middle: float) -> np.ndarray | None:
        """Return u (n_inputs,) at t on the segment around `middle`."""
        if self.values is None or self.kind == "constant":
            return self.values
        i = int(np.searchsorted(self.times, middle, side="right")) - 1
        if i < 0 or i == len(self.times) - 1 or self.kind == "step":
            return self.values[max(i, 0)]
        share = (t - self.times[i]) / (self.times[i + 1] - self.times[i])
        return (1.0 - share) * self.values[i] + share * self.values[i + 1]
