"""The fit of the graft column: sinus lift with seven grafts, osteotomy with autograft and without.

In: calibration records through `targets/graft.yaml`, priors of the tables. Out: a FitProblem, which
`osseo.calibrate.shipped.refit("graft")` fits. Model means over patients are compared with means of studies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.fit import FitResult
from osseo.calibrate.graft_patients import average, patient_nodes
from osseo.calibrate.graft_readings import FILL_THRESHOLD, READINGS
from osseo.calibrate.posterior import draw_posterior
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.reading import load_targets
from osseo.calibrate.target import Target
from osseo.parameters import Draws, ParameterSet, draw_priors
from osseo.scenario.types import Procedure
from osseo.simulate.site import DEFAULT_DT_D, load_procedure, simulate_site
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table, shared_table
from osseo.site import load_material, load_site, material_names, site_names
from osseo.site.posterior import at_procedure, fitted_values
from osseo.site.rows import qualified_rows

__all__ = ["EXPERIMENTS", "FREE", "PRIOR_ONLY", "graft_draws", "graft_problem", "graft_table"]

Array = NDArray[np.float64]

#: what is simulated for the targets
EXPERIMENTS: Mapping[str, Procedure] = {
    "sinus_dbbm": Procedure("sinus_lift", "dbbm"),
    "sinus_block": Procedure("sinus_lift", "autograft_block"),
    "sinus_particulate": Procedure("sinus_lift", "autograft_particulate"),
    "sinus_fdba": Procedure("sinus_lift", "fdba"),
    "sinus_cancellous": Procedure("sinus_lift", "allograft_cancellous"),
    "sinus_mixed": Procedure("sinus_lift", "allograft_mixed"),
    "sinus_bcp": Procedure("sinus_lift", "bcp"),
    "sinus_dbbm_autograft": Procedure("sinus_lift", "dbbm_autograft"),
    "osteotomy_none": Procedure("osteotomy_tibia", "none"),
    "osteotomy_autograft": Procedure("osteotomy_tibia", "autograft_particulate"),
}
#: longer steps where a target stands at eleven years: against 1 d residual graft moves by 0.4 points, SD 6.4
_STEP_D: Mapping[str, float] = {"sinus_dbbm_autograft": 4.0}
#: fitted parameters, shared first, then those of one site or material
FREE = (
    "graft_vessels.osteoblast_gain",
    "graft_cells.D_progenitor",
    "graft_cells.drive_wall",
    "graft_cells.wall_length",
    "graft_cells.osteoclast_base",
    "graft_matrix.k_formation",
    "graft_matrix.k_resorption",
    "graft_material.conduction_clot",
    "graft_material.k_graft",
    "graft_volume.collapse_solid",
    "graft_volume.collapse_gain@sinus_lift",
    "graft_cells.set_point@sinus_lift",
    "graft_cells.stability@osteotomy_tibia",
    "graft_material.solid_day0@dbbm",
    "graft_material.resorbability@dbbm",
    "graft_material.solid_day0@autograft_block",
    "graft_material.resorbability@autograft_block",
    "graft_volume.compaction_share@autograft_block",
    "graft_material.resorbability@autograft_particulate",
    "graft_material.resorbability@fdba",
    "graft_volume.compaction_share@fdba",
    "graft_material.resorbability@allograft_cancellous",
    "graft_volume.compaction_share@allograft_cancellous",
    "graft_material.solid_day0@bcp",
    "graft_material.k_dissolution@bcp",
)
#: parameters that the data leave at their prior: drawn from it, never fitted. Seven of the shared ones were
#: fitted before and came out with 97 to 100 % of their prior SD (decision 0206)
PRIOR_ONLY = (
    "graft_clot.k_lysis",
    "graft_vessels.D_vessel",
    "graft_vessels.k_growth",
    "graft_cells.clot_half",
    "graft_cells.osteoclast_clot",
    "graft_cells.drive_base",
    "graft_cells.k_division",
    "graft_cells.k_turnover",
    "graft_matrix.tau_osteoid",
    "graft_matrix.marrow_reserve",
    "graft_material.conduction_half",
    "graft_material.cover",
    "graft_cells.seeding@sinus_lift",
    "graft_material.solid_day0@fdba",
    "graft_material.solid_day0@allograft_cancellous",
    "graft_material.resorbability@bcp",
    "graft_volume.compaction_share@bcp",
    "graft_material.solid_day0@beta_tcp",
    "graft_material.resorbability@beta_tcp",
    "graft_material.k_dissolution@beta_tcp",
    "graft_volume.compaction_share@beta_tcp",
    "graft_material.solid_day0@allograft_wedge",
    "graft_material.resorbability@allograft_wedge",
)
#: magnesium status at which every link is 1, so that the fit is free of magnesium
_STATUS_NAME = "magnesium_links.status_ref"


def graft_table() -> ParameterSet:
    """Return the rows the fit reads: the shared table, and site and material rows as `name@place`."""
    places = [load_site(s) for s in site_names()] + [load_material(m) for m in material_names()]
    own = ("graft_", "magnesium_links.", FILL_THRESHOLD)
    shared = (row for row in shared_table().values() if row.name.startswith(own))
    return ParameterSet(shared).union(qualified_rows(*places))


def _times(targets: Sequence[Target], experiment: str) -> Array:
    own = {t.time_d for t in targets if t.experiment == experiment and t.time_d is not None}
    return np.array(sorted({91.0, 183.0, 198.0, *own}))


@cache
def _unfitted(free: tuple[str, ...]) -> dict[str, float]:
    """Return prior centres of what an earlier fit had free, so that no fit depends on the one before."""
    table = graft_table()
    return {name: table.value(name) for name in fitted_values() if name not in free and name in table}


def _run(name: str, times: Array, free: Sequence[str], values: Array) -> Callable[[str, float], Array]:
    """Simulate one experiment for n parameter sets; return its reader (endpoint, day) -> (n,)."""
    procedure = EXPERIMENTS[name]
    site, material, _ = load_procedure(procedure)
    nodes, weights = patient_nodes(procedure_table(site, material), site)
    n, k = values.shape[0], weights.size
    overrides: dict[str, float | Array] = dict(_unfitted(tuple(free)))
    overrides |= {column: np.repeat(values[:, i], k) for i, column in enumerate(free)}
    overrides |= {column: np.tile(node, n) for column, node in nodes.items()}
    overrides = at_procedure(overrides, site, material)
    status = shared_table().value(_STATUS_NAME)
    course = simulate_site(
        procedure,
        overrides,
        status_times=np.zeros(1),
        status=np.full((1, 1), status),
        times=times,
        n=n * k,
        dt=_STEP_D.get(name, DEFAULT_DT_D),
    )

    def read(endpoint: str, day: float) -> Array:
        return average(READINGS[endpoint](course)[:, int(np.searchsorted(times, day))], weights)

    return read


def _predict_one(target: Target, readers: Mapping[str, Callable[[str, float], Array]]) -> Array:
    read, day = readers[target.experiment], float(target.time_d or 0.0)
    match target.endpoint:
        case "new_bone_12_minus_6_months":
            return read("new_bone_pct", day) - read("new_bone_pct", 183.0)
        case "total_bone_minus_reference":
            return read("total_bone_pct", day) - read("total_bone_pct", 198.0)
        case "total_bone_minus_block":
            return read("total_bone_pct", day) - readers["sinus_block"]("total_bone_pct", day)
        case "new_bone_minus_dbbm" | "residual_graft_minus_dbbm":
            plain = target.endpoint.replace("_minus_dbbm", "_pct")
            return read(plain, day) - readers["sinus_dbbm"](plain, day)
        case "height_loss_mm":
            # a column of unit area: height is lost as volume is
            size = load_procedure(EXPERIMENTS[target.experiment])[2]
            return size * read("volume_loss_pct", day) / 100.0
        case "volume_change_from_3_months_pct":
            left, right = read("volume_loss_pct", 91.0), read("volume_loss_pct", day)
            return 100.0 * ((100.0 - right) / (100.0 - left) - 1.0)
    return read(target.endpoint, day)


def graft_problem() -> FitProblem:
    """Return the fit of the graft column.

    Raises
    ------
    CalibrationError : a target that is not a number of a calibration record.
    """
    targets = load_targets("graft")

    def predict(values: Array) -> Array:
        readers = {name: _run(name, _times(targets, name), FREE, values) for name in EXPERIMENTS}
        return np.column_stack([_predict_one(target, readers) for target in targets])

    return FitProblem(
        name="graft",
        parameters=graft_table(),
        free=FREE,
        targets=targets,
        predict=predict,
        model_hash=site_system().hash,
        setup={
            "dt_d": {name: _STEP_D.get(name, DEFAULT_DT_D) for name in EXPERIMENTS},
            "experiments": {name: [p.site, p.material] for name, p in EXPERIMENTS.items()},
        },
    )


def graft_draws(result: FitResult, n: int, seed: int) -> Draws:
    """Return posterior draws, with the prior-only parameters joined from their priors.

    Parameters
    ----------
    result : the finished fit.
    n : number of draws.
    seed : of the draws.
    """
    posterior = draw_posterior(result, n, seed)
    priors = draw_priors(result.problem.parameters, PRIOR_ONLY, n, seed)
    joined = posterior.join(priors)
    return Draws(joined.names, joined.values, {**posterior.meta, "prior_only": list(PRIOR_ONLY)})
