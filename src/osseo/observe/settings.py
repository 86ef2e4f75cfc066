"""How a clinic reads: thresholds, levels waited for, where a core lies, how many segments must be fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from osseo.parameters.table import load_parameters

__all__ = ["Settings", "load_settings"]


@dataclass(frozen=True)
class Settings:
    """How a clinic reads.

    fill_threshold [1] mineral share CT calls full; fill_level, placement_level [1] levels waited for;
    core_mm [mm] length of a biopsy core from host bone, or where it starts and stops, None for the whole
    graft (`tissue.usual_core`); levels, how many segments must all be fused; log_odds, of rates by
    endpoint, from covariates.
    """

    fill_threshold: float
    fill_level: float
    placement_level: float
    core_mm: float | tuple[float, float] | None = None
    levels: int = 1
    log_odds: Mapping[str, float] = field(default_factory=dict)


def load_settings(
    core_mm: float | tuple[float, float] | None = None,
    *,
    levels: int = 1,
    log_odds: Mapping[str, float] | None = None,
) -> Settings:
    """Return the settings of parameters/tables/observe.csv."""
    table = load_parameters("observe")
    names = ("fill_threshold", "fill_level", "placement_level")
    values = {name: table.value(f"observe.{name}") for name in names}
    return Settings(**values, core_mm=core_mm, levels=levels, log_odds=log_odds or {})
