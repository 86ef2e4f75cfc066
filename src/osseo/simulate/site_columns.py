"""One column of tissue: parameters and geometry to the engine, arrays and ledgers back.

A cell differs from its neighbours only by its distance from host bone and its width on day 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from osseo.compiler import compile_model
from osseo.compiler.system import System
from osseo.engine import FaceLaw, FieldTransport, Grid, InputTable, solve_site
from osseo.language import load_model
from osseo.language.ir import Transport
from osseo.site import Column, Site

__all__ = ["ColumnRun", "site_system", "solve_column"]

_DISTANCE = "graft_cells.distance"
_WIDTH = "graft_volume.cell_width"
#: smallest amount that matters to the step control, as a share of a cell: a tenth of native density. The
#: engine's own 1 % would cut the first step after vessels enter a fast patient into too many pieces
_SCALE = 0.1


@cache
def site_system() -> System:
    """Return the compiled graft column."""
    return compile_model(load_model("graft_column"))


@dataclass(frozen=True)
class ColumnRun:
    """States (n, n_times, n_cells, n_states) and outputs of one column, by name."""

    system: System
    widths: np.ndarray
    y: np.ndarray
    out: np.ndarray
    status: np.ndarray

    def state(self, name: str) -> np.ndarray:
        """Return one state (n, n_times, n_cells)."""
        return self.y[..., self.system.state_index[name]]

    def output(self, name: str) -> np.ndarray:
        """Return one output (n, n_times, n_cells)."""
        return self.out[..., self.system.output_index[name]]

    def ledger_error(self) -> np.ndarray:
        """Return (n,) the largest gap of any tissue ledger, over the width of its cell [1].

        Four books are kept: volume, osteoid, mineral and graft, each against its integrated exchanges.
        """
        gaps = np.stack(list(_gaps(self, self.widths)))
        return np.max(np.abs(gaps / self.widths), axis=(0, 2, 3))


def _gaps(run: ColumnRun, widths: np.ndarray):
    osteoid, ossified = run.state("graft_matrix.osteoid"), run.state("graft_soft.ossified")
    mineral = run.state("graft_matrix.woven") + run.state("graft_matrix.lamellar")
    graft, thickness = run.state("graft_material.graft"), run.state("graft_volume.thickness")
    mineralised = run.state("graft_matrix.mineralised")
    lost = run.state("graft_material.graft_resorbed") + run.state("graft_material.graft_dissolved")
    yield osteoid + mineral + graft + run.state("graft_volume.soft") - thickness
    yield thickness + run.state("graft_volume.squeezed") - widths
    yield osteoid + mineralised - run.state("graft_matrix.formed")
    yield mineral + run.state("graft_matrix.resorbed") - mineralised - ossified
    yield graft + lost - (graft + lost)[:, :1]


def _face(system: System, law: str, parameter: str | None) -> FaceLaw:
    return FaceLaw(law, system.parameter_index[parameter]) if parameter else FaceLaw(law)


def _far(system: System, row: Transport, site: Site) -> FaceLaw:
    """Return the far law of the model, closed where the site ends at a mirror plane."""
    if site.far_wall == "no_flux":
        return FaceLaw("no_flux")
    return _face(system, row.far.law, row.far.parameter)


def _transport(system: System, site: Site) -> tuple[FieldTransport, ...]:
    return tuple(
        FieldTransport(
            field=system.state_index[row.field],
            volume=system.state_index[row.volume],
            coefficient=system.output_index[row.coefficient],
            near=_face(system, row.near.law, row.near.parameter),
            far=_far(system, row, site),
        )
        for row in system.ir.transport
    )


def _initial(system: System, grid: Grid, p: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return start amounts (n, n_cells, n_states); a cell of width w starts with w times the density."""
    y0 = np.empty((p.shape[0], grid.n_cells, len(system.state_names)))
    p = p.copy()
    # cells of one width but for rounding start alike: one call for all of them
    for width in np.unique(np.round(grid.widths, 12)):
        p[:, system.parameter_index[_WIDTH]] = width
        y0[:, np.abs(grid.widths - width) < 1e-11] = system.initial(p, u)[:, None]
    return y0


def solve_column(
    column: Column,
    site: Site,
    p: np.ndarray,
    *,
    status_times: np.ndarray,
    status: np.ndarray,
    times: np.ndarray,
    dt: float,
    n_threads: int | None = None,
) -> ColumnRun:
    """Advance one column for all members.

    Parameters
    ----------
    column : faces of its cells on day 0, and their areas in a radial one.
    site : decides the law at the far side.
    p : (n, n_parameters).
    status_times, status : (k,) [d] and (n or 1, k) [mmol/L].
    times : (n_times,) [d].
    dt : [d].
    n_threads : of the engine.
    """
    system = site_system()
    grid = Grid(column.edges_mm, column.face_areas)
    y0 = _initial(system, grid, p, np.full((p.shape[0], 1), status[0, 0]))
    # the engine starts at its first time; a report may start later
    is_late = times[0] > 0
    days = np.concatenate([[0.0], times]) if is_late else times
    result = solve_site(
        system.kernel,
        grid,
        p,
        y0,
        times=days,
        u=InputTable(status_times, status[:, :, None], "linear"),
        p_cell=np.column_stack([grid.centres, grid.widths])[None],
        p_cell_index=np.array([system.parameter_index[_DISTANCE], system.parameter_index[_WIDTH]]),
        transport=_transport(system, site),
        dt=dt,
        scale=_SCALE * float(np.mean(grid.widths)),
        n_threads=n_threads,
    )
    first = int(is_late)
    return ColumnRun(system, grid.widths, result.y[:, first:], result.out[:, first:], result.status)
