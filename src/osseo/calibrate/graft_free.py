"""Which parameters of the graft column are fitted, and which are drawn from priors (0240, 0241)."""

from __future__ import annotations

from osseo.parameters.parameter import ParameterSet

__all__ = ["FREE", "prior_only"]

#: fitted parameters: shared ones, then those of a site, then those of a graft; at most 25
FREE = (
    "graft_cells.D_progenitor",
    "graft_cells.drive_wall",
    "graft_cells.wall_length",
    "graft_osteoclasts.osteoclast_base",
    "graft_matrix.k_formation",
    "graft_matrix.k_resorption",
    "graft_matrix.k_lamellar",
    "graft_material.conduction_clot",
    "graft_material.k_graft",
    "graft_volume.collapse_solid",
    "graft_volume.collapse_rate@socket",
    "graft_volume.collapse_rate@spine_posterolateral",
    "graft_volume.yielding@ridge",
    "graft_cells.set_point@sinus_lift",
    "graft_mechanics.motion@spine_posterolateral",
    "graft_mechanics.motion@spine_interbody",
    "graft_signals.k_factor",
    "graft_mechanics.motion@fracture_tibia",
    "graft_mechanics.motion@fracture_tibia:cast",
    "graft_mechanics.motion@fracture_femur:plate",
    "graft_mechanics.motion@osteotomy_tibia",
    "graft_mechanics.motion@nonunion",
    "graft_material.resorbability@autograft_block",
    "graft_material.resorbability@autograft_iliac",
    "graft_material.resorbability@fdba",
)


def prior_only(table: ParameterSet, free: tuple[str, ...] = FREE) -> tuple[str, ...]:
    """Return the shared parameters of the graft column that are not fitted but drawn from their priors.

    Rows of one site or graft that are not fitted are drawn with the procedure that has them.

    Parameters
    ----------
    table : `osseo.calibrate.graft.graft_table()`.
    free : the fitted ones.
    """
    return tuple(
        row.name
        for row in table.values()
        if row.name.startswith("graft_")
        and "@" not in row.name
        and row.name not in free
        and row.layer == "parameter"
        and row.distribution != "fixed"
    )
