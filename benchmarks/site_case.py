"""The site model as a case: osseo's own column, and the same cells written out as one system for the others.

Space is cut into the same cells for all, so that the error is that of time. The other solvers see
n_cells x n_states equations with the fluxes between cells written out; osseo runs `solve_site`.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from peer_case import Case
from peer_cases import bare

from osseo.compiler.system import System
from osseo.engine import FaceLaw, FieldTransport, uniform_grid
from osseo.language.ir import Call, Expr, ModelIR, Num, Quantity, Sym, Transport
from osseo.scenario.types import Procedure
from osseo.simulate.site import load_procedure, site_overrides
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table

__all__ = ["site_case", "write_column"]

_DISTANCE, _WIDTH = "graft_cells.distance", "graft_volume.cell_width"
_STATUS, _TINY = 0.85, 1e-300
#: what a clinic measures on a column: new bone, what is left of the graft, tissue in all
_ENDPOINTS = (
    ("graft_matrix.osteoid", "graft_matrix.mineral", "graft_matrix.woven", "graft_matrix.lamellar"),
    ("graft_material.graft",),
    ("graft_volume.thickness",),
)
TIMES = np.linspace(0.0, 365.0, 13)


def site_case(n: int, n_cells: int = 16) -> tuple[Case, dict]:
    """Return the written-out case, and what `solve_site` needs, by name."""
    system, procedure = site_system(), Procedure(site="sinus_lift", material="xenograft")
    site, material, size = load_procedure(procedure)
    p = system.parameter_vector(procedure_table(site, material), site_overrides(procedure, {}), n)
    generator = np.random.Generator(np.random.Philox(16))
    p = p * np.exp(0.03 * generator.standard_normal(p.shape))
    edges = site.columns(size, grafted=True)[0].edges_mm
    grid = uniform_grid(float(edges[-1] - edges[0]), n_cells)
    y0 = _start(system, grid.widths, p)
    rows = [replace(row, far=replace(row.far, law="no_flux", parameter=None)) for row in system.ir.transport]
    if site.far_wall != "no_flux":
        rows = list(system.ir.transport)
    ir = _written_out(bare(system.ir), rows, grid)
    endpoints = {name: g for g, names in enumerate(_ENDPOINTS) for name in names}
    groups = np.tile([endpoints.get(name, -1) for name in system.state_names], n_cells)
    flat = y0.reshape(n, -1)
    case = Case(
        f"site{n_cells}",
        f"the shipped graft column (sinus lift, xenograft), {n_cells} cells, one year",
        ir,
        p,
        flat,
        TIMES,
        u=(_STATUS,) * len(system.ir.inputs),
        atol_share=1e-3,
        wanted=3e-3,
        groups=groups,
        members=2,
    )
    column = {
        "edges": grid.edges,
        "y0": y0,
        "p": p,
        "p_cell": np.column_stack([grid.centres, grid.widths])[None],
        "p_cell_index": [system.parameter_index[name] for name in (_DISTANCE, _WIDTH)],
        "transport": [_engine_row(system, row) for row in rows],
        "times": TIMES,
        "u": _STATUS,
        "scale": 0.1 * float(np.mean(grid.widths)),
    }
    return case, column


def write_column(column: dict, folder: Path) -> None:
    """Write what `solvers/osseo_site_peer.py` reads."""
    (folder / "column.pkl").write_bytes(pickle.dumps(column))


def _start(system: System, widths: np.ndarray, p: np.ndarray) -> np.ndarray:
    y0 = np.empty((len(p), widths.size, len(system.state_names)))
    p, u = p.copy(), np.full((len(p), len(system.input_names)), _STATUS)
    for c, width in enumerate(widths):
        p[:, system.parameter_index[_WIDTH]] = width
        y0[:, c] = system.initial(p, u)
    return y0


def _engine_row(system: System, row: Transport) -> FieldTransport:
    walls = (
        FaceLaw(w.law, system.parameter_index[w.parameter]) if w.parameter else FaceLaw("no_flux")
        for w in (row.near, row.far)
    )
    return FieldTransport(
        system.state_index[row.field],
        system.state_index[row.volume],
        system.output_index[row.coefficient],
        *walls,
    )


def _renamed(expr: Expr, names: Mapping[str, Expr]) -> Expr:
    if isinstance(expr, Sym):
        return names.get(expr.name, expr)
    if isinstance(expr, Call):
        return Call(expr.op, tuple(_renamed(a, names) for a in expr.args))
    return expr


def _cell_names(ir: ModelIR, c: int, grid) -> dict[str, Expr]:
    names: dict[str, Expr] = {q.name: Sym(f"{q.name}__c{c}") for q in (*ir.states, *ir.assignments)}
    names[_DISTANCE], names[_WIDTH] = Num(float(grid.centres[c])), Num(float(grid.widths[c]))
    return names


def _half(row: Transport, names: Mapping[str, Expr]) -> Expr:
    """Conductance of half a cell, 2 D / v."""
    twice = Call("mul", (Num(2.0), names[row.coefficient]))
    return Call("div", (twice, names[row.volume]))


def _flux(row: Transport, left: Mapping[str, Expr], right: Mapping[str, Expr]) -> Expr:
    """Flux from the left to the right cell: two half cells in series."""
    a, b = _half(row, left), _half(row, right)
    series = Call("div", (Call("mul", (a, b)), Call("add", (a, b, Num(_TINY)))))
    density = [Call("div", (side[row.field], side[row.volume])) for side in (left, right)]
    return Call("mul", (series, Call("sub", (density[0], density[1]))))


def _wall(row: Transport, names: Mapping[str, Expr], parameter: str) -> Expr:
    """Flux into a cell from a wall that holds a density."""
    density = Call("div", (names[row.field], names[row.volume]))
    return Call("mul", (_half(row, names), Call("sub", (Sym(parameter), density))))


def _written_out(ir: ModelIR, rows: list[Transport], grid) -> ModelIR:
    cells = [_cell_names(ir, c, grid) for c in range(grid.n_cells)]
    index = {q.name: i for i, q in enumerate(ir.states)}
    states, assignments, exprs, rates = [], [], [], []
    for c, names in enumerate(cells):
        states += [replace(q, name=f"{q.name}__c{c}") for q in ir.states]
        assignments += [replace(q, name=f"{q.name}__c{c}") for q in ir.assignments]
        exprs += [_renamed(e, names) for e in ir.assignment_exprs]
        here = [_renamed(e, names) for e in ir.rates]
        for row in rows:
            parts = [here[index[row.field]]]
            if c > 0:
                parts.append(_flux(row, cells[c - 1], names))
            elif row.near.parameter:
                parts.append(_wall(row, names, row.near.parameter))
            if c + 1 < len(cells):
                parts.append(Call("neg", (_flux(row, names, cells[c + 1]),)))
            elif row.far.parameter:
                parts.append(_wall(row, names, row.far.parameter))
            here[index[row.field]] = Call("add", tuple(parts)) if len(parts) > 1 else parts[0]
        rates += here
    initial: list[Expr] = [Num(0.0)] * len(states)
    return ModelIR(
        f"site{grid.n_cells}",
        "body",
        tuple(states),
        tuple(Quantity(q.name, q.unit, q.role) for q in ir.parameters),
        ir.inputs,
        tuple(assignments),
        tuple(exprs),
        tuple(initial),
        tuple(rates),
    )
