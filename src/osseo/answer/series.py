"""Curves for the report: body and tissue over time in both arms, the depth-time map, study points."""

from __future__ import annotations

import numpy as np

from osseo.answer.result import Series, StudyPoint
from osseo.calibrate.graft import EXPERIMENTS
from osseo.calibrate.reading import load_targets
from osseo.evidence import load_record, record_role
from osseo.observe.endpoint import load_endpoint
from osseo.observe.measure import measure_curve
from osseo.observe.serum import observed_serum
from osseo.scenario.types import Scenario
from osseo.simulate.arms import Pair
from osseo.simulate.body import BODY_OUTPUTS
from osseo.simulate.site import load_procedure
from osseo.site import SiteCourse

__all__ = ["band", "body_series", "fitted_points", "graft_series", "last_fitted_day", "maps", "trial_points"]

_LEVELS = (0.5, 0.25, 0.75, 0.05, 0.95)
_BODY = ("serum_total", "status", "urine_24h", "stool_water")


def band(values: np.ndarray) -> np.ndarray:
    """Return (5, n_time): median, low50, high50, low90, high90 of (n, n_time); failed members left out."""
    ok = np.isfinite(values).all(axis=1)
    if not ok.any():
        return np.full((5, values.shape[1]), np.nan)
    return np.quantile(values[ok], _LEVELS, axis=0)


def body_series(bodies: Pair, site: str) -> tuple[Series, ...]:
    """Return serum as a laboratory sees it, status, urine and stool water."""
    times = bodies.without.times
    series = []
    for name in _BODY:
        label, unit = BODY_OUTPUTS[name]
        arms = [body[name] for body in (bodies.without, bodies.with_regimen)]
        if name == "serum_total":
            arms = [observed_serum(values, times, site) for values in arms]
        series.append(Series(name, label, unit, times, *(band(values) for values in arms)))
    return tuple(series)


def graft_series(pair: tuple[SiteCourse, SiteCourse], endpoints: tuple[str, ...]) -> tuple[Series, ...]:
    """Return every level endpoint over time."""
    series = []
    for name in endpoints:
        endpoint = load_endpoint(name)
        if endpoint.kind != "level":
            continue
        arms = (band(measure_curve(endpoint, course)) for course in pair)
        series.append(Series(name, endpoint.label, endpoint.unit, pair[0].times_d, *arms))
    return tuple(series)


def maps(course: SiteCourse) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return depth [mm] on day 0 and mean tissue shares [%], (n_depth, n_time), of the largest column.

    New bone, residual graft and soft tissue add up to 100.
    """
    i = int(np.argmax([column.weight for column in course.columns]))
    edges = course.columns[i].edges_mm
    ok = course.status == 0
    volume = course.amounts["volume"][i][ok]
    bone = course.amounts["osteoid"][i][ok] + course.amounts["mineral"][i][ok]
    graft = course.amounts["graft"][i][ok]
    shares = {"new bone": bone / volume, "residual graft": graft / volume}
    shares["soft tissue"] = 1.0 - shares["new bone"] - shares["residual graft"]
    return 0.5 * (edges[1:] + edges[:-1]), {k: 100.0 * v.mean(axis=0).T for k, v in shares.items()}


def fitted_points(scenario: Scenario, endpoints: tuple[str, ...]) -> tuple[StudyPoint, ...]:
    """Return the study values the graft was fitted to, at this site and with this graft."""
    site, material, _ = load_procedure(scenario.procedure)
    points = []
    for target in load_targets("graft"):
        where = EXPERIMENTS[target.experiment]
        here = (where.site, where.material) == (site.name, material.name)
        if here and target.endpoint in endpoints and target.time_d is not None:
            role = record_role(target.record)
            point = (target.endpoint, target.record, target.time_d, target.value, target.sd)
            points.append(StudyPoint(*point, label=target.record, role=role))
    return tuple(points)


def last_fitted_day(scenario: Scenario) -> float:
    """Return the last day [d] for which this graft at this site has a fitted value; 0 if it has none."""
    site, material, _ = load_procedure(scenario.procedure)
    days = [
        target.time_d or 0.0
        for target in load_targets("graft")
        if (EXPERIMENTS[target.experiment].site, EXPERIMENTS[target.experiment].material)
        == (site.name, material.name)
    ]
    return max(days, default=0.0)


def trial_points(scenario: Scenario, bodies: Pair) -> tuple[StudyPoint, ...]:
    """Return what the 24-week trial saw, laid on the curve without supplement at that duration.

    joris2016 gives differences to placebo for 350 mg/d as citrate; they are added to the median without.
    """
    record = load_record("joris2016")
    rules = [rule for rule in scenario.regimen if not rule.single]
    if not rules:
        return ()
    start = min(rule.start_d for rule in rules)
    points = []
    for measure, name in (("serum_mg", "serum_total"), ("urine_mg_24h", "urine_24h")):
        for result in record.results:
            if result.measure != measure or result.number is None or result.time is None:
                continue
            level = np.nanmedian(bodies.without[name], axis=0)
            base = float(np.interp(start + result.time, bodies.without.times, level))
            label = f"{record.id}: {result.number:+.2g} {result.unit} after {result.time:g} d of 350 mg/d"
            low, high = result.ci95 or (None, None)
            sd = (high - low) / 2 if low is not None and high is not None else None
            point = (name, record.id, start + result.time, base + result.number, sd)
            role = record_role(record.id)
            points.append(StudyPoint(*point, label=label, role=role, spread="half the 95 % interval"))
    return tuple(points)
