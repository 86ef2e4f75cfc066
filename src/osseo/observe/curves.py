"""Which function reads which endpoint: name -> curve (n, n_times), or (n,) for what has no visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from osseo.errors import InputError
from osseo.names import check_name
from osseo.observe import decisions, density, fracture, front, implant, volume
from osseo.observe.bridging import days_to_fusion, fused_probability, usual_criterion
from osseo.observe.settings import Settings
from osseo.observe.tissue import NEW_BONE, core_share, filled_share, new_bone_slope, volume_left
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse

__all__ = ["curve_names", "curve_of"]

_PERCENT = 100.0


Curve = Callable[[SiteCourse, Settings], np.ndarray]


def _tissue(*fields: str) -> Curve:
    def curve(course: SiteCourse, s: Settings) -> np.ndarray:
        missing = [field for field in fields if field not in course.amounts]
        if missing:
            raise InputError(f"the course has no {', '.join(missing)}; this endpoint cannot be read from it")
        return _PERCENT * core_share(course, fields, s.core_mm)

    return curve


def _soft(course: SiteCourse, s: Settings) -> np.ndarray:
    return _PERCENT * (1.0 - core_share(course, (*NEW_BONE, "graft"), s.core_mm))


def _vessels(course: SiteCourse, s: Settings) -> np.ndarray:
    parts = [
        (column.weight, course.densities["vessels"][i], course.amounts["volume"][i])
        for i, column in enumerate(course.columns)
    ]
    mean = sum(w * (d * v).sum(axis=-1) / v.sum(axis=-1) for w, d, v in parts)
    return np.asarray(mean) * load_parameters().value("graft_observation.native_vessels_per_field")


def _fused(modality: str) -> Curve:
    def curve(course: SiteCourse, s: Settings) -> np.ndarray:
        return _PERCENT * fused_probability(course, usual_criterion(course.site, modality, levels=s.levels))

    return curve


def _row(name: str) -> float:
    return load_parameters("observe").value(f"observe.{name}")


def _fused_days(course: SiteCourse, s: Settings) -> np.ndarray:
    return days_to_fusion(course, usual_criterion(course.site, levels=s.levels))


def _failed(course: SiteCourse, s: Settings) -> np.ndarray:
    odds = s.log_odds.get("failure_1y_pct", 0.0)
    return _PERCENT * decisions.failure_by_one_year(course, log_odds=odds, levels=s.levels)


def _reoperated(course: SiteCourse, s: Settings) -> np.ndarray:
    odds = s.log_odds.get("reoperation_pct", 0.0)
    return _PERCENT * decisions.reoperated(course, log_odds=odds, levels=s.levels)


_CURVES: Mapping[str, Curve] = {
    "new_bone_pct": _tissue(*NEW_BONE),
    "residual_graft_pct": _tissue("graft"),
    "total_bone_pct": _tissue(*NEW_BONE, "graft"),
    "lamellar_pct": _tissue("lamellar"),
    "cartilage_pct": _tissue("cartilage"),
    "soft_tissue_pct": _soft,
    "vessels_per_field": _vessels,
    "volume_loss_pct": lambda course, s: _PERCENT * (1.0 - volume_left(course)),
    "depth_profile": lambda course, s: _PERCENT * new_bone_slope(course),
    "gap_fill_pct": lambda course, s: _PERCENT * filled_share(course, s.fill_threshold),
    "width_loss_mm": lambda course, s: volume.width_loss(course),
    "height_loss_mm": lambda course, s: volume.height_loss(course),
    "ridge_gain_mm": lambda course, s: volume.ridge_gain(course),
    "density_mgha": lambda course, s: density.density_mgha(course),
    "density_hu": lambda course, s: density.density_hu(course),
    "isq": lambda course, s: implant.isq(course),
    "bic_pct": lambda course, s: _PERCENT * implant.bone_contact(course),
    "removal_torque_ncm": lambda course, s: implant.removal_torque(course),
    "fused_ct_pct": _fused("ct"),
    "fused_film_pct": _fused("film"),
    "days_to_fusion": _fused_days,
    "union_pct": lambda course, s: _PERCENT * fracture.union_probability(course),
    "days_to_union": lambda course, s: fracture.days_to_union(course),
    "rust": lambda course, s: fracture.rust(course),
    "mrust": lambda course, s: fracture.mrust(course),
    "front_mm": lambda course, s: front.front_depth(course, _row("front_threshold")),
    "incorporated_pct": lambda course, s: (
        _PERCENT * front.incorporated_share(course, _row("front_threshold"))
    ),
    "defect_filled_pct": lambda course, s: _PERCENT * front.defect_filled(course, _row("defect_threshold")),
    "days_to_loading": lambda course, s: decisions.days_to_loading(course),
    "days_to_weight_bearing": lambda course, s: decisions.days_to_weight_bearing(course),
    "failure_1y_pct": _failed,
    "reoperation_pct": _reoperated,
}


def curve_names() -> tuple[str, ...]:
    """Return the names of the endpoints that have a reading of their own."""
    return tuple(_CURVES)


def curve_of(name: str, course: SiteCourse, settings: Settings) -> np.ndarray:
    """Return an endpoint at all times, (n, n_times), or (n,) for a time or a one-year rate.

    Raises
    ------
    NameUnknown : no such reading. InputError : the course or the site lacks what it needs.
    """
    check_name(name, _CURVES, "endpoint")
    return _CURVES[name](course, settings)
