"""What one biopsy or one CT would show: the true value plus the error of a single measurement."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from osseo.observe.endpoint import Endpoint, load_endpoint
from osseo.parameters.draw import uniform_stream

__all__ = ["add_noise"]

_PERCENT = 100.0


def add_noise(values: np.ndarray, endpoint: Endpoint | str, seed: int) -> np.ndarray:
    """Return values as single measurements would show them.

    observed = value + SD z, kept within 0 to 100 % for a share; a time is multiplied by 1 + SD z.

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
    z = ndtri(uniform_stream(seed, f"noise.{endpoint.name}", values.size)).reshape(values.shape)
    sd = endpoint.sd_measurement.value
    if endpoint.kind == "time":
        return values * np.maximum(0.0, 1.0 + sd * z)
    observed = values + _PERCENT * sd * z
    if endpoint.kind == "profile" or endpoint.name == "volume_loss_pct":
        return observed
    return np.clip(observed, 0.0, _PERCENT)
