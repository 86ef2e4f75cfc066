"""What the graft site must reach, row by row: the model's mean beside what was seen or asked, met or missed.

`must_reach.yaml` says what is read; observed numbers come from the records. Nothing here is a score of
prediction: calibration records of these rows may be in the fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from osseo.answer.predict.express.criteria import Reading
from osseo.answer.predict.express.graft_run import GraftArm, read_graft
from osseo.evidence import load_record
from osseo.observe.bridging import usual_criterion
from osseo.observe.endpoint import load_endpoint
from osseo.observe.reading.readers import Criterion
from osseo.scenario.types import Procedure

__all__ = ["Reached", "load_rows", "must_reach"]

_FUSED = {"fused_ct_pct": "ct", "fused_film_pct": "film"}
_Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Reached:
    """One row: the model's mean and 90 % band of its parameters, what it is held to, and whether it is met.

    observed : None where a range is asked for. low, high : the range that counts as met.
    """

    name: str
    unit: str
    value: float
    band: tuple[float, float]
    observed: float | None
    low: float
    high: float
    record: str
    why: str

    @property
    def met(self) -> bool:
        """Return whether the mean lies in the range."""
        return self.low <= self.value <= self.high


def load_rows() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of `must_reach.yaml`."""
    text = files("osseo.answer.predict").joinpath("must_reach.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)["rows"])


def _criterion(read: Mapping[str, Any], levels: int) -> Criterion | None:
    modality = _FUSED.get(read["endpoint"])
    if modality is None:
        return None
    usual = usual_criterion(read["site"], modality, levels=levels)
    return Criterion(modality, usual.extent, read.get("unit", usual.unit), usual.sides, levels)


def _draws(read: Mapping[str, Any]) -> np.ndarray:
    """Return (n_draws,) of one reading, less its start if `from_day` is given."""
    levels = int(read.get("levels", 1))
    procedure = Procedure(
        read["site"],
        read["material"],
        read.get("size_mm"),
        tuple(read.get("adjuncts", ())),
        read.get("fixation", ""),
        levels,
    )
    facts = tuple(sorted((name, float(value)) for name, value in read.get("facts", {}).items()))
    kind = load_endpoint(read["endpoint"]).kind
    plain = "rate" if kind in ("rate", "once") else "time" if kind == "time" else "level"
    reading = Reading(
        read["endpoint"], plain, criterion=_criterion(read, levels), median=bool(read.get("median", False))
    )
    arm = GraftArm(procedure, facts=facts)
    value = read_graft(arm, reading, float(read["day"])).mean
    return value - read_graft(arm, reading, float(read["from_day"])).mean if "from_day" in read else value


def _one(row: Mapping[str, Any]) -> Reached:
    draws = _draws(row["read"]) - (_draws(row["less"]) if "less" in row else 0.0)
    draws = draws[np.isfinite(draws)]
    value, spread = float(draws.mean()), float(draws.std(ddof=1))
    observed, record = None, ""
    if "seen" in row:
        record, index = row["seen"]
        result = load_record(record).results[index]
        number = float(result.number or 0.0)
        observed = -number if row.get("negate") else number
        low, high = observed - row["within"], observed + row["within"]
    else:
        low, high = (float(end) for end in row["between"])
    unit = row.get("unit") or load_endpoint(row["read"]["endpoint"]).unit
    band = (value - _Z90 * spread, value + _Z90 * spread)
    return Reached(row["name"], unit, value, band, observed, low, high, record, str(row.get("why", "")))


def must_reach() -> tuple[Reached, ...]:
    """Return every row, computed with the shipped posterior."""
    return tuple(_one(row) for row in load_rows())
