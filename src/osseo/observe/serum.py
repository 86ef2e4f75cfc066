"""The serum magnesium a laboratory reports around surgery: infused fluid dilutes it for some days.

Only the reported value is diluted. The status that links magnesium to the graft is a filter of undiluted
serum and never sees this file.
"""

from __future__ import annotations

import numpy as np

from osseo.names import check_name
from osseo.parameters.parameter import ParameterSet
from osseo.parameters.table import load_parameters

__all__ = ["dip_at", "observed_serum"]

_PREFIX = "observe.dip_"
_DURATION = "observe.dip_duration"
_IONISED = "observe.dip_ionised"


def dip_at(times: np.ndarray, site: str, table: ParameterSet | None = None) -> np.ndarray:
    """Return the share of serum magnesium hidden by dilution.

    dip(t) = size exp(-t / duration)  from day 0 on,  0 before

    Parameters
    ----------
    times : (n_times,) [d], day 0 is surgery.
    site : name of the site; its size stands in parameters/tables/observe.csv.
    table : another set of parameters.

    Returns
    -------
    dip : (n_times,) [1].

    Raises
    ------
    NameUnknown : no dilution is known, or assumed, for this site.

    Sources: chang2007mg (spinal fusion), place1996 (days); other sites assumed.
    """
    table = load_parameters("observe") if table is None else table
    sizes = [name for name in table if name.startswith(_PREFIX) and name not in (_DURATION, _IONISED)]
    known = [name.removeprefix(_PREFIX) for name in sizes]
    check_name(site, known, "site", "observed serum")
    times = np.asarray(times, dtype=float)
    since = np.maximum(times, 0.0)
    fading = np.exp(-since / table.value(_DURATION))
    return np.where(times >= 0.0, table.value(_PREFIX + site) * fading, 0.0)


def observed_serum(
    undiluted: np.ndarray,
    times: np.ndarray,
    site: str,
    table: ParameterSet | None = None,
    *,
    ionised: bool = False,
) -> np.ndarray:
    """Return serum magnesium as a laboratory reports it, C (1 - dip).

    Parameters
    ----------
    undiluted : (n, n_times) [mmol/L].
    times : (n_times,) [d].
    site, table : as in `dip_at`.
    ionised : whether these are ionised values, which fall less: part of the dip is lost albumin.

    Returns
    -------
    observed : (n, n_times) [mmol/L]; equal to `undiluted` before surgery and in dental surgery.

    Sources: chang2007mg (ionised against total).
    """
    table = load_parameters("observe") if table is None else table
    share = table.value(_IONISED) if ionised else 1.0
    return np.asarray(undiluted, dtype=float) * (1.0 - share * dip_at(times, site, table))
