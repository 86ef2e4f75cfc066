"""The twin of the column solver: unsplit method of lines on the same finite volumes, integrated by CVODE.

Reactions come from the SBML, read independently; transport is written here again and shares no line with
the engine. Every cell and every state is one unknown, so nothing is split and no step is chosen by us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sksundae.cvode import CVODE

from osseo.compiler.reference.course import Inputs
from osseo.compiler.reference.model import ReferenceModel
from osseo.engine.inputs import InputTable
from osseo.errors import InputError, SolveError
from osseo.language.ir import ModelIR, Transport

__all__ = ["SiteReference", "solve_site_reference"]

#: of CVODE between two output times
_LARGEST_STEP_COUNT = 50_000


class SiteReference:
    """Rates of a whole column, (n_states, n_cells), from the SBML and the transport table of its model.

    Parameters
    ----------
    ir : a site model.
    p : (n_parameters,).
    per_cell : parameters that differ between cells, by name, each (n_cells,).
    closed : names of fields whose far side is closed whatever the model says (a mirror plane).
    face_areas : (n_cells + 1,) [1] of the faces of a radial column; None is a constant cross-section.
    """

    def __init__(
        self,
        ir: ModelIR,
        p: np.ndarray,
        per_cell: Mapping[str, np.ndarray] | None = None,
        closed: Sequence[str] = (),
        face_areas: np.ndarray | None = None,
    ) -> None:
        self.model = ReferenceModel(ir)
        self._names = {name: i for i, name in enumerate(self.model.parameter_names)}
        cells = dict(per_cell or {})
        self.p: list[Any] = [cells.get(name, value) for name, value in zip(self._names, p, strict=True)]
        self._state = {name: i for i, name in enumerate(self.model.state_names)}
        self._output = {name: i for i, name in enumerate(self.model.output_names)}
        self._transport = ir.transport
        self._closed = frozenset(closed)
        self._areas = None if face_areas is None else np.asarray(face_areas, dtype=np.float64)

    def initial(self, u: np.ndarray, n_cells: int) -> np.ndarray:
        """Return start amounts (n_states, n_cells)."""
        columns = []
        for cell in range(n_cells):
            p = [value[cell] if np.ndim(value) else value for value in self.p]
            columns.append(self.model.initial(np.array(p, dtype=float), u))
        return np.column_stack(columns)

    def rates(self, t: float, y: np.ndarray, u: np.ndarray | None) -> np.ndarray:
        """Return dy/dt (n_states, n_cells) of reactions and transport together."""
        frame = self.model.frame(t, y, self.p, u)
        rates = self.model.rates(frame, y.shape)
        for row in self._transport:
            coefficient = np.broadcast_to(frame[row.coefficient], y.shape[1:])
            rates[self._state[row.field]] += self._inflow(row, y, coefficient)
        return rates

    def _inflow(self, row: Transport, y: np.ndarray, diffusivity: np.ndarray) -> np.ndarray:
        """Return what enters each cell: gradients of density through half cells in series."""
        volume = y[self._state[row.volume]]
        density = y[self._state[row.field]] / volume
        with np.errstate(divide="ignore"):
            resistance = volume / (2.0 * diffusivity)
        between = (density[:-1] - density[1:]) / (resistance[:-1] + resistance[1:])
        first = self._through_wall(row.near.law, row.near.parameter, density[0], resistance[0])
        far = "no_flux" if row.field in self._closed else row.far.law
        last = self._through_wall(far, row.far.parameter, density[-1], resistance[-1])
        enters, leaves = np.concatenate([[first], between]), np.concatenate([between, [-last]])
        if self._areas is None:
            return enters - leaves
        section = (self._areas[:-1] + self._areas[1:]) / 2.0
        return (self._areas[:-1] * enters - self._areas[1:] * leaves) / section

    def _through_wall(self, law: str, parameter: str | None, density: float, resistance: float) -> float:
        if law == "no_flux" or parameter is None:
            return 0.0
        return (float(self.p[self._names[parameter]]) - density) / resistance


def solve_site_reference(
    column: SiteReference,
    y0: np.ndarray,
    *,
    times: np.ndarray,
    u: np.ndarray | InputTable,
    rtol: float = 1e-7,
    atol: float | np.ndarray = 1e-9,
) -> np.ndarray:
    """Return amounts (n_times, n_states, n_cells) of one column, unsplit.

    Parameters
    ----------
    column : rates of the column.
    y0 : (n_states, n_cells) at times[0].
    times : (n_times,) [d], increasing, at least two.
    u : (n_inputs,) constant, or the input table of one member; it restarts CVODE at every knot.
    rtol, atol : of CVODE.

    Raises
    ------
    InputError : times that do not increase.
    SolveError : CVODE gave up; the message is its own.
    """
    times = np.asarray(times, dtype=np.float64)
    if times.ndim != 1 or times.size < 2 or np.any(np.diff(times) <= 0):
        raise InputError("solve_site_reference: times must be increasing, at least two")
    inputs = Inputs(u)
    knots = inputs.times[(inputs.times > times[0]) & (inputs.times < times[-1])]
    breaks = np.unique(np.concatenate([times[[0, -1]], knots]))
    y = np.array(y0, dtype=np.float64)
    result = np.empty((times.size, *y.shape))
    result[0] = y
    for start, end in pairwise(breaks):
        inside = np.flatnonzero((times > start) & (times <= end))
        span = np.unique(np.concatenate([[start, 0.5 * (start + end), end], times[inside]]))
        course = _segment(column, y, span, (inputs, rtol, atol))
        result[inside] = course[np.searchsorted(span, times[inside])]
        y = course[-1]
    return result


def _segment(column: SiteReference, y0: np.ndarray, span: np.ndarray, rest: tuple) -> np.ndarray:
    """Integrate where no input bends. Unknowns are cell by cell: a cell depends on its two neighbours."""
    inputs, rtol, atol = rest
    n_states, n_cells = y0.shape
    middle = 0.5 * (span[0] + span[-1])

    def rates(t: float, y: np.ndarray, dydt: np.ndarray) -> None:
        amounts = np.reshape(y, (n_cells, n_states)).T
        dydt[:] = column.rates(t, amounts, inputs.at(t, middle)).T.ravel()

    band = {"linsolver": "band", "lband": 2 * n_states - 1, "uband": 2 * n_states - 1}
    solver = CVODE(rates, method="BDF", rtol=rtol, atol=atol, max_num_steps=_LARGEST_STEP_COUNT, **band)
    with np.errstate(all="ignore"):  # a blow-up is reported below
        solution = solver.solve(span, y0.T.ravel())
    if not (solution.success and np.all(np.isfinite(solution.y))):
        raise SolveError(
            f"site twin from {span[0]} d: {solution.message}; reached {solution.t[-1]} d of {span[-1]} d"
        )
    return np.swapaxes(np.reshape(solution.y, (span.size, n_cells, n_states)), 1, 2)
