"""The dog's socket: the same equations with parameters of its own species, fitted to `cardaropoli2003` alone.

It shows whether the sequence clot, matrix, woven bone, marrow comes out of the model. Nothing of it reaches a
human parameter, and nothing of the human fit reaches it: all else stands at the centre of its prior.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.graft import graft_table
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.reading import load_targets
from osseo.calibrate.search.minimise import FitOptions
from osseo.observe.tissue import core_share
from osseo.parameters.parameter import Parameter, ParameterSet
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import shared_table
from osseo.site import SiteCourse
from osseo.site.posterior import fitted_values

__all__ = ["DOG_FREE", "DOG_OPTIONS", "DOG_SOCKET", "dog_course", "dog_problem", "dog_table"]

Array = NDArray[np.float64]

DOG_SOCKET = Procedure("socket", "none")
_STEP_D = 0.25
_REASON = (
    "dog: bone turns over faster than man's, and by how much differs between rates; wide prior around the"
    " human centre, for this species only"
)
#: (name, unit, centre, lower, upper): what is a dog's own; 90 % ranges of a factor of 4 to 10 either way
_ROWS = (
    ("graft_cells.speed", "1", 3.0, 1.0, 9.0),
    ("graft_cells.set_point", "1", 0.3, 0.1, 0.9),
    ("graft_cells.drive_wall", "1", 0.49, 0.12, 2.0),
    ("graft_cells.k_turnover", "1/d", 0.05, 0.0125, 0.2),
    ("graft_matrix.k_formation", "1/d", 0.2, 0.04, 1.0),
    ("graft_matrix.k_resorption", "1/d", 0.13, 0.02, 0.8),
    ("graft_matrix.k_lamellar", "1/d", 0.005, 0.001, 0.025),
    ("graft_matrix.marrow_reserve", "1", 0.05, 0.02, 0.13),
    ("graft_osteoclasts.osteoclast_base", "1", 0.11, 0.02, 0.6),
    ("graft_matrix.tau_osteoid", "d", 10.0, 4.0, 25.0),
    ("graft_matrix.lamellar_share", "1", 0.5, 0.2, 1.25),
)
DOG_FREE = tuple(row[0] for row in _ROWS)
DOG_OPTIONS = FitOptions(starts=3, central=False, tolerance=1e-5)


def dog_table() -> ParameterSet:
    """Return the priors of the dog: eleven rows of its own, all else as in the tables."""
    own = {
        name: Parameter(name, unit, value, lower, upper, "lognormal", "assumed", reason=_REASON)
        for name, unit, value, lower, upper in _ROWS
    }
    return ParameterSet(own.get(row.name, row) for row in graft_table().values())


def dog_course(values: Array, times: Array) -> SiteCourse:
    """Return the socket of n dogs.

    Parameters
    ----------
    values : (n, k) in the order of `DOG_FREE`.
    times : (n_times,) [d].
    """
    table = graft_table()
    names = (name for name in fitted_values() if "@" not in name)
    centre = {name: table.value(name) for name in names if name in table}
    return simulate_site(
        DOG_SOCKET,
        {**centre, **dict(zip(DOG_FREE, values.T, strict=True))},
        status_times=np.zeros(1),
        status=np.full((1, 1), shared_table().value("magnesium_links.status_ref")),
        times=times,
        n=values.shape[0],
        dt=_STEP_D,
    )


def dog_problem() -> FitProblem:
    """Return the fit of the dog's socket.

    Raises
    ------
    CalibrationError : a target that is not a number of a calibration record.
    """
    targets = load_targets("dog")
    days = np.array([t.time_d for t in targets], dtype=np.float64)
    order = np.unique(days)

    def predict(values: Array) -> Array:
        mineral = 100.0 * core_share(dog_course(values, order), ("mineral",))
        return mineral[:, np.searchsorted(order, days)]

    return FitProblem(
        name="dog",
        parameters=dog_table(),
        free=DOG_FREE,
        targets=targets,
        predict=predict,
        model_hash=site_system().hash,
        setup={"dt_d": _STEP_D, "experiment": [DOG_SOCKET.site, DOG_SOCKET.material]},
    )
