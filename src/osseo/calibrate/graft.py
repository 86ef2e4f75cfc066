"""The joint fit of the graft site: every site and graft with calibration records, one set of biology.

In: calibration records through `targets/graft/`, priors of the tables. Out: a FitProblem, which
`osseo.calibrate.shipped.refit("graft")` fits. Model means over patients are compared with means of studies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.fit import FitResult
from osseo.calibrate.graft_free import FREE, prior_only
from osseo.calibrate.graft_readings import SELF_TIMED
from osseo.calibrate.graft_runs import STEP_D, Experiment, run
from osseo.calibrate.posterior import draw_posterior
from osseo.calibrate.problem import FitProblem
from osseo.calibrate.reading import load_experiments, load_targets
from osseo.calibrate.search.minimise import FitOptions
from osseo.calibrate.target import Target
from osseo.parameters import Draws, ParameterSet, draw_priors
from osseo.scenario.types import Procedure
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import shared_table
from osseo.site import (
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)
from osseo.site.posterior import fitted_values
from osseo.site.rows import qualified_rows

__all__ = [
    "EXPERIMENTS",
    "FREE",
    "GRAFT_OPTIONS",
    "experiments_of",
    "graft_draws",
    "graft_problem",
    "graft_table",
    "level_targets",
]

Array = NDArray[np.float64]
_Read = Callable[[str, float], Array]


def _procedure(row: Mapping[str, Any]) -> Procedure:
    plain = {key: value for key, value in row.items() if key not in ("step_d", "reach")}
    return Procedure(**{**plain, "adjuncts": tuple(row.get("adjuncts", ()))})


#: soft loss beyond 2.5 SD, because studies contradict each other (decision 0240); steps of the differences
#: are wide enough to see past the stairs that single patients make in a rate
GRAFT_OPTIONS = FitOptions(robust=2.5, step=0.05, max_steps=40, tolerance=1e-4, central=False)

#: rows of the shared table that change what the fit sees: the column, and how its course is read
_READ = (
    "graft_",
    "magnesium_links.",
    *(
        f"observe.{name}"
        for name in (
            "fill_threshold",
            "bridge_",
            "complete_ratio",
            "film_",
            "ct_",
            "reading_shared",
            "cortex_",
        )
    ),
    *(f"observe.{name}" for name in ("level_spread", "isq_half", "osteoid_carries", "width_", "height_")),
)
_ROWS = load_experiments("graft")
#: what is simulated for the targets
EXPERIMENTS: Mapping[str, Procedure] = {name: _procedure(row) for name, row in _ROWS.items()}


def graft_table() -> ParameterSet:
    """Return the rows the fit reads: the shared table, and rows of places as `name@place`."""
    places: list[Any] = [load_site(s) for s in site_names()]
    places += [load_material(m) for m in material_names()]
    places += [load_adjunct(a) for a in adjunct_names()]
    shared = (row for row in shared_table().values() if row.name.startswith(_READ))
    return ParameterSet(shared).union(qualified_rows(*places))


def level_targets() -> tuple[Target, ...]:
    """Return the targets that are a level of an endpoint at a time, not a difference."""
    differ = ("against", "from_d", "compare")
    return tuple(t for t in load_targets("graft") if not any(key in dict(t.recipe) for key in differ))


def _days(targets: Iterable[Target], name: str) -> set[float]:
    days: set[float] = set()
    for target in targets:
        recipe = dict(target.recipe)
        day = float(target.time_d or 0.0)
        if target.endpoint not in SELF_TIMED and target.experiment == name:
            days |= {day, float(recipe.get("from_d", day))}
        if recipe.get("against") == name:
            days.add(float(recipe.get("from_d", day)))
    return days


def experiments_of(targets: Iterable[Target]) -> tuple[Experiment, ...]:
    """Return what must be simulated for some targets, and on which days it is read."""
    targets = tuple(targets)
    names = {t.experiment for t in targets} | {a for t in targets if (a := dict(t.recipe).get("against"))}
    searched = {t.experiment for t in targets if t.endpoint in SELF_TIMED}
    return tuple(
        Experiment(
            name,
            EXPERIMENTS[name],
            tuple(sorted(_days(targets, name))),
            name in searched,
            float(_ROWS[name].get("step_d", STEP_D)),
            float(_ROWS[name].get("reach", 2.0)),
        )
        for name in EXPERIMENTS
        if name in names
    )


@cache
def _unfitted(free: tuple[str, ...]) -> dict[str, float]:
    """Return prior centres of what an earlier fit had free, so that no fit depends on the one before."""
    table = graft_table()
    return {name: table.value(name) for name in fitted_values() if name not in free and name in table}


def _predict_one(target: Target, readers: Mapping[str, _Read]) -> Array:
    recipe = dict(target.recipe)
    day = float(target.time_d or 0.0)
    value = readers[target.experiment](target.endpoint, day)
    if "against" not in recipe and "from_d" not in recipe:
        return value
    other = readers[recipe.get("against", target.experiment)]
    base = other(target.endpoint, float(recipe.get("from_d", day)))
    match recipe.get("compare", "difference"):
        case "ratio":
            return value / base
        case "change_pct":
            return 100.0 * (value / base - 1.0)
    return value - base


def graft_problem(
    without: Iterable[str] = (),
    free: tuple[str, ...] = FREE,
    only: Iterable[str] | None = None,
    held: Mapping[str, float] | None = None,
) -> FitProblem:
    """Return the fit of the graft column.

    Parameters
    ----------
    without : records to leave out, whole.
    free : the fitted parameters.
    only : experiments to keep; None keeps all.
    held : parameters set to a value whatever the tables and the fit say, for ablations.

    Raises
    ------
    CalibrationError : a target that is not a number of a calibration record.
    """
    held = dict(held or {})
    left, kept = set(without), None if only is None else set(only)
    targets = tuple(
        t for t in load_targets("graft") if t.record not in left and (kept is None or t.experiment in kept)
    )
    experiments = experiments_of(targets)

    def predict(values: Array) -> Array:
        fixed = _unfitted(free)
        readers = {e.name: run(e, free, values, fixed, held) for e in experiments}
        return np.column_stack([_predict_one(target, readers) for target in targets])

    return FitProblem(
        name="graft",
        parameters=graft_table(),
        free=free,
        targets=targets,
        predict=predict,
        model_hash=site_system().hash,
        setup={"step_d": STEP_D, "experiments": {e.name: _ROWS[e.name] for e in experiments}, "held": held},
    )


def graft_draws(result: FitResult, n: int, seed: int) -> Draws:
    """Return posterior draws, with the prior-only parameters joined from their priors.

    Parameters
    ----------
    result : the finished fit.
    n : number of draws.
    seed : of the draws.
    """
    posterior = draw_posterior(result, n, seed)
    names = prior_only(result.problem.parameters, result.problem.free)
    priors = draw_priors(result.problem.parameters, names, n, seed)
    joined = posterior.join(priors)
    return Draws(joined.names, joined.values, {**posterior.meta, "prior_only": list(names)})
