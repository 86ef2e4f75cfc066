"""Grid and transport laws of one column of tissue, as numbers; the amounts live in the states.

A column runs from host bone (x = 0) to its far side. Cells are Lagrangian: a cell keeps its tissue,
and its thickness is a state that starts at the width given here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osseo.errors import InputError

__all__ = ["FaceLaw", "FieldTransport", "Grid", "graded_grid", "uniform_grid"]


@dataclass(frozen=True)
class Grid:
    """Cell faces of a column.

    Parameters
    ----------
    edges : (n_cells + 1,) [mm] increasing, from the near to the far side.

    Raises
    ------
    InputError : fewer than two edges, or edges that do not increase.
    """

    edges: np.ndarray

    def __post_init__(self) -> None:
        edges = np.ascontiguousarray(self.edges, dtype=np.float64)
        if edges.ndim != 1 or edges.size < 2:
            raise InputError(f"grid: got edges of shape {edges.shape}; expected (n_cells + 1,)")
        if not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
            raise InputError("grid: edges must be finite and increase from the near to the far side")
        object.__setattr__(self, "edges", edges)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return self.edges.size - 1

    @property
    def widths(self) -> np.ndarray:
        """Initial widths (n_cells,) [mm]."""
        return np.diff(self.edges)

    @property
    def centres(self) -> np.ndarray:
        """Initial cell centres (n_cells,) [mm]."""
        return 0.5 * (self.edges[:-1] + self.edges[1:])


@dataclass(frozen=True)
class FaceLaw:
    """Law at one face of the column.

    kind : `no_flux`, or `value`: the density is held at p[parameter], half a cell from the centre.
    parameter : index into p; -1 for no_flux.
    """

    kind: str = "no_flux"
    parameter: int = -1


@dataclass(frozen=True)
class FieldTransport:
    """Diffusion of one field down the gradient of its density, amount over volume.

    Parameters
    ----------
    field : index of the amount state.
    volume : index of the cell volume state (thickness); -1 if cells keep the width of the grid.
    coefficient : index of the output that is the diffusion coefficient [mm2/d].
    near, far : laws at x = 0 and x = L.
    """

    field: int
    volume: int
    coefficient: int
    near: FaceLaw = FaceLaw()
    far: FaceLaw = FaceLaw()


def uniform_grid(length: float, n_cells: int) -> Grid:
    """Column of `length` [mm] cut into equal cells."""
    if n_cells < 1 or not length > 0:
        raise InputError(f"grid: got length {length} mm, {n_cells} cells; both must be positive")
    return Grid(np.linspace(0.0, length, n_cells + 1))


def graded_grid(length: float, first: float, ratio: float) -> Grid:
    """Column whose cells grow from the host bone by at most `ratio`, the first at most `first` wide.

    Parameters
    ----------
    length : [mm].
    first : [mm] largest width of the cell at x = 0.
    ratio : [1] width of a cell over the one before, >= 1.
    """
    if not (0 < first <= length and ratio >= 1):
        raise InputError(
            f"grid: got length {length}, first {first} mm, ratio {ratio}; "
            "expected 0 < first <= length and ratio >= 1"
        )
    n_cells = 1
    while first * np.sum(ratio ** np.arange(n_cells)) < length * (1 - 1e-12):
        n_cells += 1
    widths = ratio ** np.arange(n_cells)
    edges = np.concatenate([[0.0], np.cumsum(widths)]) * (length / np.sum(widths))
    edges[-1] = length
    return Grid(edges)
