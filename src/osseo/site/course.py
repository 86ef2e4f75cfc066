"""SiteCourse: what the graft column did, as arrays; `simulate` fills it and `observe` measures on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Column", "SiteCourse"]


@dataclass(frozen=True)
class Column:
    """One column of tissue and its share of the site.

    edges_mm (n_cells + 1,) [mm] at day 0 from the host bone; weight: share of the site (sum 1).
    """

    edges_mm: np.ndarray
    weight: float


@dataclass(frozen=True)
class SiteCourse:
    """Fields of a graft site for n members.

    `amounts` and `densities` map a short field name to one array (n, n_times, n_cells) per column.
    Amounts are thickness of tissue per unit area [mm]: `osteoid`, `mineral`, `graft`, `volume` (all
    tissue); soft tissue is volume minus the other three. `new_bone` = osteoid + mineral.
    Densities are relative to native tissue [1]: `clot`, `vessels`, `progenitors`, `osteoblasts`,
    `osteoclasts`. Failed members are NaN from the failure on; `status` (n,) holds engine Status values.
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
