"""What one biopsy, one CT or one laboratory would show: the true value plus the error of measuring.

Errors of one subject average out over n; those of a laboratory or method are shared by a study (0343).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from osseo.observe.endpoint import Endpoint, load_endpoint
from osseo.parameters.draw import uniform_stream
from osseo.parameters.table import load_parameters

__all__ = ["BodyError", "add_noise", "body_error"]

_PERCENT = 100.0


@dataclass(frozen=True)
class BodyError:
    """SDs of measuring magnesium in the body, of one subject and shared by a study.

    subject, shared : in the unit of the endpoint. subject_share, shared_share : [1] of the value.
    """

    subject: float = 0.0
    subject_share: float = 0.0
    shared: float = 0.0
    shared_share: float = 0.0


#: endpoint -> rows of observe.csv by field of `BodyError`, and the factor from their unit to its own
_SERUM = {"subject": ("serum_noise", 1.0), "shared_share": ("serum_scale", 1.0)}
_RISE = {"subject": ("serum_noise", 2.0**0.5), "shared_share": ("serum_scale", 1.0)}
_AREA = {"shared_share": ("serum_scale", 1.0)}
_BODY: dict[str, dict[str, tuple[str, float]]] = {
    **dict.fromkeys(("serum_total", "serum_ionised", "serum_peak", "serum_ionised_peak"), _SERUM),
    "serum_peak_rise": _RISE,
    **dict.fromkeys(("serum_auc_rise", "serum_ionised_auc"), _AREA),
    "urine_24h": {"subject_share": ("urine_noise", 1.0), "shared_share": ("urine_scale", 1.0)},
    "mg_balance": {"subject": ("balance_noise", 1.0), "shared": ("balance_shared", 1.0)},
    "fractional_absorption": {
        "subject": ("absorption_noise", _PERCENT),
        "shared": ("absorption_method", _PERCENT),
    },
}


def body_error(endpoint: str) -> BodyError:
    """Return the error of measuring an endpoint of magnesium in the body; zeros where none is known.

    Parameters
    ----------
    endpoint : of the vocabulary, e.g. `serum_total`. A rise is a difference of two samples.

    Sources: parameters/tables/observe.csv, where each SD has its reason.
    """
    table = load_parameters("observe")
    rows = _BODY.get(endpoint, {})
    return BodyError(**{key: factor * table.value(f"observe.{name}") for key, (name, factor) in rows.items()})


def add_noise(values: np.ndarray, endpoint: Endpoint | str, seed: int) -> np.ndarray:
    """Return values as single measurements would show them.

    observed = value + SD z, kept within 0 to 100 % for a share; a time is multiplied by 1 + SD z; a rate
    is yes (100) or no (0) with the chance of the patient.

    Parameters
    ----------
    values : (..) in the endpoint's unit; NaN stays NaN.
    endpoint : or its name; its `sd_measurement` gives the SD and where that comes from.
    seed : () the same seed gives the same errors.

    Returns
    -------
    observed : (..) in the endpoint's unit.

    Assumptions: errors are normal, independent between visits and members, of constant SD.
    """
    endpoint = load_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    values = np.asarray(values, dtype=float)
    uniform = uniform_stream(seed, f"noise.{endpoint.name}", values.size).reshape(values.shape)
    if endpoint.is_rate:
        yes = np.where(uniform < values / _PERCENT, _PERCENT, 0.0)
        return np.where(np.isnan(values), np.nan, yes)
    z, sd = ndtri(uniform), endpoint.sd_measurement.value
    if endpoint.kind == "time":
        return values * np.maximum(0.0, 1.0 + sd * z)
    if endpoint.kind == "profile" or endpoint.unit == "%":
        sd = _PERCENT * sd
    observed = values + sd * z
    if endpoint.unit != "%" or endpoint.name == "volume_loss_pct":
        return observed
    return np.clip(observed, 0.0, _PERCENT)
