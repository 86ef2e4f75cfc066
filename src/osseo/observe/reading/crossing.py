"""When a curve reaches a level, by linear interpolation between saved times; NaN where it does not."""

from __future__ import annotations

import numpy as np

__all__ = ["first_crossing", "last_crossing"]


def first_crossing(times: np.ndarray, values: np.ndarray, level: float) -> np.ndarray:
    """Return when a curve first reaches a level.

    Parameters
    ----------
    times : (n_times,) [d].
    values : (n, n_times); NaN from a failure on.
    level : () in the unit of values.

    Returns
    -------
    days : (n,) [d]; NaN where the level is not reached.
    """
    times = np.asarray(times, dtype=float)
    reached = values >= level
    i_after = np.argmax(reached, axis=1)
    i_before = np.maximum(i_after - 1, 0)
    rows = np.arange(len(values))
    low, high = values[rows, i_before], values[rows, i_after]
    rise = np.where(i_after > 0, high - low, 1.0)
    share = np.where(i_after > 0, (level - low) / rise, 0.0)
    days = times[i_before] + share * (times[i_after] - times[i_before])
    return np.where(reached.any(axis=1), days, np.nan)


def last_crossing(times: np.ndarray, values: np.ndarray, level: float) -> np.ndarray:
    """Return from when on a curve stays at or above a level: a dip below it starts the wait anew.

    Parameters
    ----------
    times, values, level : as in `first_crossing`.

    Returns
    -------
    days : (n,) [d]; the first time if it never lies below, NaN if it ends below or is NaN at the end.
    """
    times = np.asarray(times, dtype=float)
    values = np.asarray(values, dtype=float)
    is_below = ~(values >= level)
    i_below = values.shape[1] - 1 - np.argmax(is_below[:, ::-1], axis=1)
    i_after = np.minimum(i_below + 1, values.shape[1] - 1)
    rows = np.arange(len(values))
    low, high = values[rows, i_below], values[rows, i_after]
    rise = np.where(high > low, high - low, 1.0)
    days = times[i_below] + (level - low) / rise * (times[i_after] - times[i_below])
    days = np.where(is_below.any(axis=1), days, times[0])
    return np.where(is_below[:, -1], np.nan, days)
