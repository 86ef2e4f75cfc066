"""How far calibration studies lie from the model beyond their own errors: the spread a new study adds.

`residuals.csv` holds, per study and endpoint, the mean residual of predictions that did not use the study and
its own SD; `loso.py` beside this file writes it. The between-study variance is Paule-Mandel's around the
model, without the study that is predicted (decision 0345).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

from osseo.answer.predict.types import Prediction
from osseo.evidence.pooling_values import scale_of

__all__ = ["RESIDUALS", "Residual", "read_residuals", "residual_sd", "study_residuals", "write_residuals"]

#: beside this file
RESIDUALS = Path(__file__).parent / "residuals.csv"
#: fewest studies that say how much studies of an endpoint, or of a domain, differ
_ENOUGH_ENDPOINT, _ENOUGH_DOMAIN = 5, 4
_HALF, _PERCENT, _N_UNKNOWN = 0.5, 100.0, 20


@dataclass(frozen=True)
class Residual:
    """One study and endpoint: residual and its own SD on the scale of the prediction.

    domain, unit, endpoint : as predicted. study : `study_key`. value : observed less predicted, logits for
    shares and logarithms for times. sd : of parameters and sampling, without a between-study part.
    """

    domain: str
    unit: str
    endpoint: str
    study: str
    value: float
    sd: float


def _on_scale(row: Prediction) -> tuple[float, float] | None:
    """Return residual and variance of one prediction on its scale; None if it has none."""
    said = row.mechanism
    if said is None:
        return None
    scale = scale_of(row.endpoint) if row.kind == "level" and not row.unit.startswith("ln ") else "identity"
    if scale == "logit":
        n = row.n or _N_UNKNOWN
        good = row.observed / _PERCENT * n + _HALF
        bad = n + 1.0 - good
        p = min(max(said.mean / _PERCENT, 0.005), 0.995)
        parameter = said.parameter_sd / _PERCENT / (p * (1.0 - p))
        return math.log(good / bad) - math.log(p / (1.0 - p)), 1.0 / good + 1.0 / bad + parameter**2
    if scale == "log":
        spread = math.hypot(said.parameter_sd, said.sampling_sd) / said.mean
        return math.log(row.observed / said.mean), spread**2
    return row.observed - said.mean, said.parameter_sd**2 + said.sampling_sd**2


def study_residuals(rows: Iterable[tuple[str, Prediction]]) -> tuple[Residual, ...]:
    """Return one residual per study and endpoint: several rows of a study share it and add no precision.

    Parameters
    ----------
    rows : pairs of a study key and a prediction that did not use the study.
    """
    found: dict[tuple[str, str, str, str], list[tuple[float, float]]] = {}
    for study, row in rows:
        one = _on_scale(row)
        if one is not None and all(math.isfinite(x) for x in one):
            found.setdefault((row.domain, row.unit, row.endpoint, study), []).append(one)
    made = []
    for (domain, unit, endpoint, study), values in sorted(found.items()):
        mean = sum(v for v, _ in values) / len(values)
        variance = sum(v for _, v in values) / len(values)
        made.append(Residual(domain, unit, endpoint, study, round(mean, 5), round(math.sqrt(variance), 5)))
    return tuple(made)


def write_residuals(rows: Iterable[Residual], path: Path = RESIDUALS) -> Path:
    """Write residuals as CSV; the shipped file is written by `osseo.answer.predict.left_out.loso` alone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Residual)])
        writer.writerows(astuple(row) for row in rows)
    _grouped.cache_clear()
    residual_sd.cache_clear()
    return path


def read_residuals(path: Path = RESIDUALS) -> tuple[Residual, ...]:
    """Return the shipped residuals; none before the first run."""
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Residual(**{**row, "value": float(row["value"]), "sd": float(row["sd"])})
            for row in csv.DictReader(file)
        )


@cache
def _grouped() -> Mapping[tuple[str, str, str], tuple[Residual, ...]]:
    """Return residuals by domain, unit and endpoint, and by domain and unit (endpoint empty)."""
    found: dict[tuple[str, str, str], list[Residual]] = {}
    for row in read_residuals():
        found.setdefault((row.domain, row.unit, row.endpoint), []).append(row)
        found.setdefault((row.domain, row.unit, ""), []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


@cache
def residual_sd(domain: str, unit: str, endpoint: str, *, without: str = "") -> tuple[float, int] | None:
    """Return the between-study SD around the model, of an endpoint or else its domain, and its studies.

    None if too few studies say it.

    tau^2 from sum_i r_i^2 / (v_i + tau^2) = k : the model itself is the centre, so that its bias widens its
    intervals instead of being taken out.

    Parameters
    ----------
    domain, unit, endpoint : of the prediction. without : a study that must not count.
    """
    for name, enough in ((endpoint, _ENOUGH_ENDPOINT), ("", _ENOUGH_DOMAIN)):
        rows = [row for row in _grouped().get((domain, unit, name), ()) if row.study != without]
        if len({row.study for row in rows}) >= enough:
            tau2 = _tau2([row.value for row in rows], [row.sd**2 for row in rows])
            return math.sqrt(tau2), len(rows)
    return None


def _tau2(values: list[float], variances: list[float]) -> float:
    """Return tau^2 >= 0 at which the weighted squares equal the number of studies, by bisection."""

    def excess(tau2: float) -> float:
        return sum(r * r / (v + tau2) for r, v in zip(values, variances, strict=True)) - len(values)

    if excess(0.0) <= 0.0:
        return 0.0
    low, high = 0.0, max(r * r for r in values) * len(values)
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return 0.5 * (low + high)
