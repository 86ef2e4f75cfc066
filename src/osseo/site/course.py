"""SiteCourse: what the graft column did, as arrays; `simulate` fills it and `observe` measures on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Column", "SiteCourse"]


@dataclass(frozen=True)
class Column:
    """One column of tissue and its share of the site.

    edges_mm (n_cells + 1,) [mm] at day 0 from the host bone; weight: share of the site (sum 1);
    face_areas (n_cells + 1,) [1] relative to the near wall in a radial column, None if planar.
    """

    edges_mm: np.ndarray
    weight: float
    face_areas: np.ndarray | None = None

    @property
    def cell_areas(self) -> np.ndarray:
        """Cross-sections (n_cells,) [1] of the cells over that of the near wall; 1 in a planar column."""
        if self.face_areas is None:
            return np.ones(self.edges_mm.size - 1)
        return 0.5 * (self.face_areas[:-1] + self.face_areas[1:])

    @property
    def volume_mm(self) -> float:
        """Volume on day 0 over the area of the near wall [mm]; the length of a planar column."""
        return float(np.sum(np.diff(self.edges_mm) * self.cell_areas))


@dataclass(frozen=True)
class SiteCourse:
    """Fields of a graft site for n members.

    `amounts` and `densities` map a short field name to one array (n, n_times, n_cells) per column.
    Amounts are volumes of tissue per area of the near wall [mm]: `osteoid`, `mineral`, `graft`, `volume`
    (all tissue); soft tissue is volume minus the other three. `new_bone` = osteoid + mineral, `mineral` =
    `woven` + `lamellar`; `fibrous` and `cartilage` are parts of the soft tissue. In a planar
    column an amount is a thickness; in a radial one, a thickness times `Column.cell_areas`.
    Densities are relative to native tissue [1]: `clot` (to day 0), `vessels`, `progenitors`, `osteoblasts`,
    `osteoclasts`, macrophages `m1` and `m2`, `growth_factor`. With them stand what follows at once [1]:
    `tnf`, `il6`, `il10`, `vegf`, `oxygen`, `energy`, `rankl_opg`, `stimulus`, and `stiffness` [MPa] (each
    as its mechanism card says). Failed members are NaN from the failure on; `status` (n,) holds engine
    Status values.
    `ledger_error` (n,) is the largest gap of the tissue ledger over the column volume [1].
    """

    site: str
    material: str
    times_d: np.ndarray
    columns: tuple[Column, ...]
    amounts: Mapping[str, tuple[np.ndarray, ...]]
    densities: Mapping[str, tuple[np.ndarray, ...]]
    status: np.ndarray
    ledger_error: np.ndarray

    def thickness(self, i_column: int = 0) -> np.ndarray:
        """Return the thickness of every cell (n, n_times, n_cells) [mm] along the column."""
        return self.amounts["volume"][i_column] / self.columns[i_column].cell_areas
