"""The graft of a study: its site and material, for every posterior draw, averaged over patients.

Patients are a few weighted ones that integrate over healing speed and host quality, the same for every
draw and every arm. Magnesium status stands at the reference, where every link is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from osseo.calibrate.graft_patients import patient_nodes
from osseo.calibrate.graft_readings import READINGS
from osseo.observe.endpoint import endpoint_names, load_endpoint
from osseo.parameters import draw_priors, uniform_stream
from osseo.scenario.types import Procedure
from osseo.simulate.site import load_procedure, simulate_site
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table, shared_table
from osseo.site import SiteCourse
from osseo.site.posterior import at_procedure, graft_posterior

__all__ = ["GRAFT_READINGS", "GraftArm", "GraftReading", "read_graft"]

Array = np.ndarray
N_DRAWS = 48
_ELASTICITY = "magnesium_links.e_"
_STATUS = "magnesium_links.status_ref"
_PERCENT = 100.0
#: simulated arms kept in memory; thousands of studies must not fill it
_KEPT = 64


@dataclass(frozen=True)
class GraftArm:
    """One arm: the procedure, and the seed of its draws."""

    procedure: Procedure
    seed: int = 1


@dataclass(frozen=True)
class GraftReading:
    """Mean over patients (n_draws,) and SD between patients with one measurement (n_draws,)."""

    mean: Array
    sd: Array


def _soft(course: SiteCourse) -> Array:
    solid = READINGS["new_bone_pct"](course) + READINGS["residual_graft_pct"](course)
    return _PERCENT - solid


def _left(course: SiteCourse) -> Array:
    return _PERCENT - READINGS["volume_loss_pct"](course)


#: endpoint -> (f(course) -> (n, n_times), unit, endpoint of `observe` whose measurement error it has)
GRAFT_READINGS = {
    "new_bone_pct": (READINGS["new_bone_pct"], "%", "new_bone_pct"),
    "residual_graft_pct": (READINGS["residual_graft_pct"], "%", "residual_graft_pct"),
    "total_bone_pct": (READINGS["total_bone_pct"], "%", "soft_tissue_pct"),
    "soft_tissue_pct": (_soft, "%", "soft_tissue_pct"),
    "volume_loss_pct": (READINGS["volume_loss_pct"], "%", "volume_loss_pct"),
    "volume_left_pct": (_left, "%", "volume_loss_pct"),
    "vessels_per_field": (READINGS["vessels_per_field"], "1", ""),
    "depth_slope": (READINGS["new_bone_slope_pct_per_mm"], "%/mm", "depth_profile"),
    "gap_fill_pct": (READINGS["gap_fill_pct"], "%", "gap_fill_pct"),
}


@lru_cache(maxsize=_KEPT)
def _overrides(arm: GraftArm) -> Mapping[str, Array]:
    """Return (n_draws,) of posterior rows and of every parameter the fit left at its prior."""
    site, material, _ = load_procedure(arm.procedure)
    draws = graft_posterior()
    order = np.argsort(uniform_stream(arm.seed, "posterior rows", draws.n), kind="stable")
    rows = np.resize(order, N_DRAWS)
    here = at_procedure(draws.columns(), site, material)
    fitted = {name: np.broadcast_to(column, draws.n)[rows] for name, column in here.items()}
    table = procedure_table(site, material)
    free = [
        name
        for name in site_system().parameter_names
        if name in table
        and table[name].layer == "parameter"
        and table[name].distribution != "fixed"
        and name not in fitted
        and not name.startswith(_ELASTICITY)
    ]
    return fitted | draw_priors(table, free, N_DRAWS, arm.seed).columns()


@lru_cache(maxsize=_KEPT)
def _course(arm: GraftArm, times: tuple[float, ...]) -> tuple[SiteCourse, Array]:
    site, material, _ = load_procedure(arm.procedure)
    nodes, weights = patient_nodes(procedure_table(site, material), site)
    k = weights.size
    values = {name: np.repeat(column, k) for name, column in _overrides(arm).items()}
    values |= {name: np.tile(node, N_DRAWS) for name, node in nodes.items()}
    course = simulate_site(
        arm.procedure,
        values,
        status_times=np.zeros(1),
        status=np.full((1, 1), shared_table().value(_STATUS)),
        times=np.array(times),
        n=N_DRAWS * k,
    )
    return course, weights


def _noise(name: str) -> float:
    """Return the SD of one measurement [%]."""
    if name not in endpoint_names():
        return 0.0
    return _PERCENT * float(load_endpoint(name).sd_measurement.value)


@lru_cache(maxsize=_KEPT)
def read_graft(arm: GraftArm, endpoint: str, day: float) -> GraftReading:
    """Return an endpoint of `GRAFT_READINGS` at a day [d] after surgery."""
    course, weights = _course(arm, (0.0, max(day, 1e-3)))
    read, _, measured = GRAFT_READINGS[endpoint]
    values = np.asarray(read(course))[:, 1].reshape(N_DRAWS, weights.size)
    mean = values @ weights
    variance = ((values - mean[:, None]) ** 2) @ weights + _noise(measured) ** 2
    return GraftReading(mean, np.sqrt(variance))
