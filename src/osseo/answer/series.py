"""Curves for the report: body and tissue over time in both arms, study points."""

from __future__ import annotations

import numpy as np

from osseo.answer.result import Series, StudyPoint
from osseo.calibrate.graft import EXPERIMENTS, level_targets
from osseo.evidence import load_record, record_role
from osseo.observe.endpoint import load_endpoint
from osseo.observe.measure import measure_curve
from osseo.observe.serum import observed_serum
from osseo.observe.settings import Settings
from osseo.scenario.types import Scenario
from osseo.simulate.arms import Pair
from osseo.simulate.body import BODY_OUTPUTS
from osseo.simulate.site import load_procedure
from osseo.site import SiteCourse

__all__ = [
    "band",
    "body_series",
    "fitted_points",
    "graft_series",
    "last_fitted_day",
    "rate_band",
    "trial_points",
]

_LEVELS = (0.5, 0.25, 0.75, 0.05, 0.95)
#: normal deviates of those levels
_NORMAL = (0.0, -0.6745, 0.6745, -1.6449, 1.6449)
_BODY = ("serum_total", "status", "urine_24h", "stool_water")


def band(values: np.ndarray) -> np.ndarray:
    """Return (5, n_time): median, low50, high50, low90, high90 of (n, n_time); failed members left out."""
    ok = np.isfinite(values).all(axis=1)
    if not ok.any():
        return np.full((5, values.shape[1]), np.nan)
    return np.quantile(values[ok], _LEVELS, axis=0)


def rate_band(values: np.ndarray) -> np.ndarray:
    """Return (5, n_time): mean, low50, high50, low90, high90 of the mean of chances (n, n_time) [%].

    A patient is fused or not, so the spread of patients says nothing; the limits are those of the mean.
    """
    ok = np.isfinite(values).all(axis=1)
    if not ok.any():
        return np.full((5, values.shape[1]), np.nan)
    mean = values[ok].mean(axis=0)
    error = values[ok].std(axis=0) / np.sqrt(ok.sum())
    return np.clip(mean + np.outer(_NORMAL, error), 0.0, 100.0)


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


def graft_series(
    pair: tuple[SiteCourse, SiteCourse], endpoints: tuple[str, ...], settings: Settings | None = None
) -> tuple[Series, ...]:
    """Return every level over time, and every rate as the mean of the patients' chances."""
    series = []
    for name in endpoints:
        endpoint = load_endpoint(name).at(pair[0].site)
        if endpoint.kind not in ("level", "rate"):
            continue
        spread = rate_band if endpoint.is_rate else band
        arms = (spread(measure_curve(endpoint, course, settings=settings)) for course in pair)
        series.append(Series(name, endpoint.label, endpoint.unit, pair[0].times_d, *arms))
    return tuple(series)


def fitted_points(scenario: Scenario, endpoints: tuple[str, ...]) -> tuple[StudyPoint, ...]:
    """Return the study values the graft was fitted to, at this site and with this graft."""
    site, material, _ = load_procedure(scenario.procedure)
    points = []
    for target in level_targets():
        where = EXPERIMENTS[target.experiment]
        here = (where.site, where.material) == (site.name, material.name)
        if here and target.endpoint in endpoints and target.time_d is not None:
            role = record_role(target.record)
            point = (target.endpoint, target.record, target.time_d, target.value, target.spread)
            points.append(StudyPoint(*point, label=target.record, role=role))
    return tuple(points)


def last_fitted_day(scenario: Scenario) -> float:
    """Return the last day [d] for which this graft at this site has a fitted value; 0 if it has none."""
    site, material, _ = load_procedure(scenario.procedure)
    days = [
        target.time_d or 0.0
        for target in level_targets()
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
