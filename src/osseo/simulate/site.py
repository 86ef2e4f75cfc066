"""Simulate the graft: one procedure, n members, a table of magnesium status in; the tissue course out.

The whole body ran before and left its status as a table in time. Every member may override any parameter,
so posterior draws, magnesium elasticities and patients all enter here. What a clinic measures on the
course is `observe`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from osseo.errors import InputError, Issue
from osseo.scenario.types import Procedure
from osseo.simulate.site_columns import ColumnRun, site_system, solve_column
from osseo.simulate.site_notes import check_grid
from osseo.simulate.site_parameters import load_procedure, procedure_table
from osseo.site import Material, Site, SiteCourse
from osseo.site.posterior import at_procedure, fitted_values

__all__ = ["DEFAULT_DT_D", "load_procedure", "simulate_site", "site_overrides"]

#: step of the splitting [d]: against 0.125 d no endpoint moves by more than 0.1 % (decision 0202)
DEFAULT_DT_D = 1.0

_AMOUNTS = {
    "osteoid": "graft_matrix.osteoid",
    "woven": "graft_matrix.woven",
    "lamellar": "graft_matrix.lamellar",
    "cartilage": "graft_soft.cartilage",
    "fibrous": "graft_soft.fibrous",
    "graft": "graft_material.graft",
    "volume": "graft_volume.thickness",
}
_DENSITIES = {
    "clot": "graft_clot.clot",
    "vessels": "graft_vessels.vessels",
    "progenitors": "graft_cells.progenitors",
    "osteoblasts": "graft_cells.osteoblasts",
    "m1": "graft_inflammation.macrophages_m1",
    "m2": "graft_inflammation.macrophages_m2",
    "growth_factor": "graft_signals.growth_factor",
}
#: fields that follow the states at once
_SIGNALS = {
    "osteoclasts": "graft_osteoclasts.osteoclast_dens",
    "rankl_opg": "graft_osteoclasts.rankl_opg",
    "tnf": "graft_inflammation.tnf",
    "il6": "graft_inflammation.il6",
    "il10": "graft_inflammation.il10",
    "vegf": "graft_oxygen.vegf",
    "oxygen": "graft_oxygen.oxygen",
    "energy": "graft_oxygen.energy",
    "stimulus": "graft_mechanics.stimulus",
    "stiffness": "graft_mechanics.stiffness",
}


def site_overrides(
    procedure: Procedure, overrides: Mapping[str, float | np.ndarray]
) -> dict[str, float | np.ndarray]:
    """Return what holds at a procedure: the mode of the shipped fit, replaced by `overrides`.

    Parameters
    ----------
    procedure : decides which `name@place` columns apply.
    overrides : by `module.quantity` or `module.quantity@place`.
    """
    site, material, _ = load_procedure(procedure)
    fitted = fitted_values()
    return at_procedure(fitted, site, material) | at_procedure(overrides, site, material, fitted)


def _check_inputs(status_times: np.ndarray, status: np.ndarray, times: np.ndarray, n: int) -> None:
    issues = []
    if status.ndim != 2 or status.shape[0] not in (1, n) or status.shape[1] != status_times.size:
        want = f"(1 or {n}, {status_times.size})"
        issues.append(Issue("status", f"got shape {status.shape}, expected {want}"))
    if times.size == 0 or np.any(np.diff(times) <= 0) or times[0] < 0:
        issues.append(Issue("times", "expected increasing days from 0 on, at least one"))
    if issues:
        raise InputError.from_issues("simulate_site", issues)


def simulate_site(
    procedure: Procedure,
    overrides: Mapping[str, float | np.ndarray] | None = None,
    *,
    status_times: np.ndarray,
    status: np.ndarray,
    times: np.ndarray,
    n: int,
    n_threads: int | None = None,
    dt: float = DEFAULT_DT_D,
) -> SiteCourse:
    """Simulate a graft site for n members.

    Parameters
    ----------
    procedure : site, graft and size.
    overrides : parameter values by `module.quantity` or `module.quantity@place`, one value or (n,);
        everything else stands at the mode of the shipped fit.
    status_times : (k,) [d] knots of the status table; the ends are held.
    status : (n or 1, k) [mmol/L] magnesium status.
    times : (n_times,) [d] days to report, increasing, from 0 on.
    n : members.
    n_threads : of the engine; the result does not depend on it.
    dt : [d] step of the splitting.

    Returns
    -------
    course : fields in space and time; failed members are NaN from the failure on.

    Raises
    ------
    InputError : every problem of procedure, overrides and tables.
    """
    status_times = np.atleast_1d(np.asarray(status_times, dtype=np.float64))
    status = np.atleast_2d(np.asarray(status, dtype=np.float64))
    times = np.atleast_1d(np.asarray(times, dtype=np.float64))
    _check_inputs(status_times, status, times, n)
    site, material, size = load_procedure(procedure)
    check_grid(site, material, size)
    values = site_overrides(procedure, overrides or {})
    p = site_system().parameter_vector(procedure_table(site, material), values, n)
    columns = site.columns(size, grafted=material.is_graft)
    runs = [
        solve_column(
            column, site, p, status_times=status_times, status=status, times=times, dt=dt, n_threads=n_threads
        )
        for column in columns
    ]
    return _course(site, material, times, columns, runs)


def _course(site: Site, material: Material, times: np.ndarray, columns, runs: list[ColumnRun]):
    volume = [run.state(_AMOUNTS["volume"]) for run in runs]
    densities = {
        key: tuple(run.state(name) / v for run, v in zip(runs, volume, strict=True))
        for key, name in _DENSITIES.items()
    }
    # states are per cross-section of their own cell; amounts are per area of the near wall
    amounts = {
        key: tuple(run.state(name) * column.cell_areas for run, column in zip(runs, columns, strict=True))
        for key, name in _AMOUNTS.items()
    }
    amounts["mineral"] = tuple(w + m for w, m in zip(amounts["woven"], amounts["lamellar"], strict=True))
    densities |= {key: tuple(run.output(name) for run in runs) for key, name in _SIGNALS.items()}
    return SiteCourse(
        site=site.name,
        material=material.name,
        times_d=times,
        columns=columns,
        amounts=amounts,
        densities=densities,
        status=np.max([run.status for run in runs], axis=0),
        ledger_error=np.max([run.ledger_error() for run in runs], axis=0),
    )
