"""What is decided on a graft: when an implant may be loaded or a leg may bear weight, and what fails.

Days are first days on which the modelled tissue passes a stated level. Failure and reoperation add what
the model knows (no union, little bone) to base rates of records; that part is association, not mechanism.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from osseo.errors import InputError
from osseo.observe.bridging import fused_probability, usual_criterion
from osseo.observe.fracture import cortex_reader, three_of_four, union_probability
from osseo.observe.implant import isq
from osseo.observe.reading.crossing import first_crossing, last_crossing
from osseo.observe.reading.readers import load_reader, without_slips
from osseo.observe.reading.slices import bridge_slice
from osseo.observe.tissue import core_share
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse
from osseo.site.reading import load_material

__all__ = ["days_to_loading", "days_to_weight_bearing", "failure_by_one_year", "healed", "reoperated"]

YEAR_D = 365.0
_DENTAL = ("sinus_lift", "socket", "ridge", "implant")
#: no second operation for lack of union before the first of these days; all of them by the second
_WAIT_D = (183.0, 365.0)


def days_to_loading(course: SiteCourse) -> np.ndarray:
    """Return the day (n,) [d] from which an implant may be loaded; NaN if not in follow-up.

    The later of two days: new bone next to the screw reaches its level, and stability stays above its own.
    """
    table = load_parameters("observe")
    grown = first_crossing(
        course.times_d, core_share(course, ("mineral",)), table.value("observe.loading_bone")
    )
    stable = last_crossing(course.times_d, isq(course), table.value("observe.loading_isq"))
    return np.maximum(grown, stable)


def days_to_weight_bearing(course: SiteCourse) -> np.ndarray:
    """Return the day (n,) [d] from which healing tissue carries full weight without its fixation.

    Three of four cortices hold `weight_bearing_ratio` of the mineral of a bridge. A nail or a plate may
    allow weight from day 0: that is a property of the fixation, not of the tissue read here.
    """
    reader = cortex_reader(ratio="weight_bearing_ratio")
    level = reader.deciding_share(three_of_four)
    return first_crossing(course.times_d, bridge_slice(course, "typical"), level)


def healed(course: SiteCourse, levels: int = 1) -> np.ndarray:
    """Return the probability (n, n_times) [1] of being fused (spine, CT) or united (elsewhere).

    Without the slips of a reader: a bone that is misread has not failed.
    """
    if course.site.startswith("spine"):
        criterion = usual_criterion(course.site, levels=levels)
        return fused_probability(course, criterion, reader=without_slips(load_reader(criterion)))
    return union_probability(course, reader=without_slips(cortex_reader()))


def failure_by_one_year(course: SiteCourse, *, log_odds: float = 0.0, levels: int = 1) -> np.ndarray:
    """Return the probability (n,) [1] of failure by day 365.

    Implants: logit p = logit(base) + slope (reference - bone) + covariates; bone is new bone, and autograft.
    Elsewhere: not united or not fused on day 365, with the odds of the covariates.

    Parameters
    ----------
    course : must reach day 365. log_odds : of failure, from covariates. levels : that must all be fused.

    Raises
    ------
    InputError : the course ends before day 365.

    Sources: augmented_cohort2026 (base rate of implants); the slope is assumed.
    """
    if course.times_d[-1] < YEAR_D:
        raise InputError(
            f"failure_1y_pct: the course ends on day {course.times_d[-1]:g}; simulate at least {YEAR_D:g} d"
        )
    if course.site not in _DENTAL:
        return np.asarray(expit(_logit(1.0 - _at_year(course, healed(course, levels))) + log_odds))
    table = load_parameters("observe")
    bone = _at_year(course, core_share(course, _bone_of(course)))
    short = table.value("observe.failure_bone") - bone
    base = logit(table.value("observe.implant_failure_1y"))
    return np.asarray(expit(base + table.value("observe.failure_slope") * short + log_odds))


def _bone_of(course: SiteCourse) -> tuple[str, ...]:
    """Return the fields that are bone: the patient's own bone carries a screw before it is replaced."""
    own = load_material(course.material).kind == "autograft"
    return ("osteoid", "mineral", "graft") if own else ("osteoid", "mineral")


def _logit(p: np.ndarray) -> np.ndarray:
    return logit(np.clip(p, 1e-9, 1.0 - 1e-9))


def _at_year(course: SiteCourse, curve: np.ndarray) -> np.ndarray:
    return np.array([np.interp(YEAR_D, course.times_d, row) for row in curve])


def reoperated(course: SiteCourse, *, log_odds: float = 0.0, levels: int = 1) -> np.ndarray:
    """Return the probability (n, n_times) [1] of a second operation by each day.

    r(t) = b(t) + (1 - b(t)) s max_{u <= t} w(u) (1 - h(u)),  b(t) = base (t / 1 y)^shape

    and the odds of r times e^log_odds.

    Parameters
    ----------
    course : h is the chance of union or fusion; s the share of those without it who are operated; w rises
        from 0 at 6 months to 1 at 12, because surgeons wait.
    log_odds : from covariates. levels : that must all be fused.

    Sources: wang2022reop, sprint2008, bjo_tibnail647 (base rates); the split into causes is assumed.
    """
    table = load_parameters("observe")
    group = "spine" if course.site.startswith("spine") else "limb"
    times = np.asarray(course.times_d, dtype=float)
    shape = table.value("observe.reoperation_shape")
    base = table.value(f"observe.reoperation_{group}") * (np.maximum(times, 0.0) / YEAR_D) ** shape
    waited = np.clip((times - _WAIT_D[0]) / (_WAIT_D[1] - _WAIT_D[0]), 0.0, 1.0)
    # who was operated for want of union stays operated, though union would have come
    open_ = np.maximum.accumulate(waited * (1.0 - healed(course, levels)), axis=1)
    risk = base + (1.0 - base) * table.value(f"observe.reoperated_{group}") * open_
    return np.where(times > 0, expit(_logit(risk) + log_odds), 0.0 * risk)
