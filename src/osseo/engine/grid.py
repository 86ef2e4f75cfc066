"""Grid and transport laws of one column of tissue, as numbers; the amounts live in the states.

A column runs from host bone (x = 0) to its far side. Cells are Lagrangian: a cell keeps its tissue,
and its thickness is a state that starts at the width given here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osseo.errors import InputError

__all__ = ["FaceLaw", "FieldTransport", "Grid", "graded_grid", "radial_grid", "uniform_grid"]


@dataclass(frozen=True)
class Grid:
    """Cell faces of a column.

    Parameters
    ----------
    edges : (n_cells + 1,) [mm] increasing, from the near to the far side.
    face_areas : (n_cells + 1,) [1] area of each face relative to one reference, e.g. the near one;
        None is a column of equal cross-section. Amounts stay per unit cross-section of their own cell.

    Raises
    ------
    InputError : fewer than two edges, edges that do not increase, or areas that are not above zero
        (the far one may be zero: the axis of a cylinder).
    """

    edges: np.ndarray
    face_areas: np.ndarray | None = None

    def __post_init__(self) -> None:
        edges = np.ascontiguousarray(self.edges, dtype=np.float64)
        if edges.ndim != 1 or edges.size < 2:
            raise InputError(f"grid: got edges of shape {edges.shape}; expected (n_cells + 1,)")
        if not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
            raise InputError("grid: edges must be finite and increase from the near to the far side")
        given = np.ones(edges.size) if self.face_areas is None else self.face_areas
        areas = np.ascontiguousarray(given, dtype=np.float64)
        if areas.shape != edges.shape or not np.all(np.isfinite(areas)):
            raise InputError(f"grid: got face areas of shape {areas.shape}; expected {edges.shape}, finite")
        if np.any(areas[:-1] <= 0) or areas[-1] < 0:
            raise InputError("grid: face areas must be above zero; only the far one may be zero")
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "face_areas", areas)

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

    @property
    def cell_areas(self) -> np.ndarray:
        """Cross-sections (n_cells,) [1]: volume over width, exact where area is linear in depth."""
        areas = np.asarray(self.face_areas)
        return 0.5 * (areas[:-1] + areas[1:])


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


def radial_grid(edges: np.ndarray, radius: float, outward: bool = False) -> Grid:
    """Column along the radius of a cylinder; areas are relative to the near face.

    Parameters
    ----------
    edges : (n_cells + 1,) [mm] depth from the near face, from 0 on.
    radius : [mm] of the near face; inward, it is at least the depth of the column.
    outward : cells grow away from the axis (bone around a screw), else they shrink towards it (socket).

    Raises
    ------
    InputError : a radius that is not positive, or a column longer than the way to the axis.
    """
    edges = np.asarray(edges, dtype=np.float64)
    if not radius > 0:
        raise InputError(f"grid: got radius {radius} mm; it must be positive")
    if not outward and edges[-1] > radius * (1 + 1e-12):
        raise InputError(f"grid: a column of {edges[-1]:g} mm passes the axis at {radius:g} mm; shorten it")
    areas = (radius + edges if outward else radius - edges) / radius
    return Grid(edges, np.maximum(areas, 0.0))


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
