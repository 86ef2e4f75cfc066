"""Every number of the model once: rows with unit, range, source and grade; draws of them.

`load_parameters(*tables)`, `read_tables(paths)`, `check_parameters(model, pset)`, `check_sources(pset)`,
`draw_priors(pset, names, n, seed)`, `Draws`, `read_draws`, `write_draws`, `posterior_over_prior_sd`.
"""

from osseo.parameters.check import check_parameters, check_sources
from osseo.parameters.draw import draw_priors, posterior_over_prior_sd, uniform_stream
from osseo.parameters.draws import Draws, read_draws, write_draws
from osseo.parameters.parameter import Parameter, ParameterSet
from osseo.parameters.prior import is_log, prior_sd, quantile
from osseo.parameters.table import load_parameters, read_tables, table_names

__all__ = [
    "Draws",
    "Parameter",
    "ParameterSet",
    "check_parameters",
    "check_sources",
    "draw_priors",
    "is_log",
    "load_parameters",
    "posterior_over_prior_sd",
    "prior_sd",
    "quantile",
    "read_draws",
    "read_tables",
    "table_names",
    "uniform_stream",
    "write_draws",
]
