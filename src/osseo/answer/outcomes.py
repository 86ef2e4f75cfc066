"""From courses to rows: each endpoint at each visit, both arms, the paired difference, the probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from osseo.answer.result import EndpointRow, Interval
from osseo.answer.statistics import group_share, mean_effects, probabilities
from osseo.observe.endpoint import Endpoint, endpoint_names, load_endpoint
from osseo.observe.measure import is_censored, measure
from osseo.observe.serum import observed_serum
from osseo.observe.settings import Settings, load_settings
from osseo.scenario.types import Scenario
from osseo.simulate.arms import Pair
from osseo.simulate.body import BODY_OUTPUTS
from osseo.simulate.covariates import person_odds
from osseo.simulate.inputs import Design, Inputs
from osseo.simulate.site_parameters import load_procedure
from osseo.site import SiteCourse

__all__ = [
    "body_rows",
    "differences",
    "endpoint_rows",
    "graft_endpoints",
    "scenario_settings",
    "share_columns",
]

_BODY = ("serum_total", "serum_ionised", "urine_24h", "fractional_excretion", "stool_mg", "stool_water")
_NAN = float("nan")


def graft_endpoints(scenario: Scenario) -> tuple[Endpoint, ...]:
    """Return the endpoints of the scenario, or all of its site, the first one primary."""
    site = scenario.procedure.site
    return tuple(load_endpoint(name).at(site) for name in scenario.endpoints or endpoint_names(site))


def scenario_settings(scenario: Scenario) -> Settings:
    """Return how the endpoints of a scenario are read: its levels, and the odds its person brings along."""
    return load_settings(levels=scenario.procedure.levels, log_odds=person_odds(scenario))


def differences(
    endpoint: Endpoint,
    pair: tuple[SiteCourse, SiteCourse],
    visits: Sequence[float],
    settings: Settings | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the endpoint in both arms, (n, n_visits) each, (n, 1) for what has no visits.

    A time that is not reached in follow-up counts as the last day, in both arms alike (restricted time):
    leaving such pairs out would leave out the largest gains and losses. Failed members stay NaN.
    """
    without, with_regimen = (_restricted(endpoint, course, visits, settings) for course in pair)
    return without, with_regimen


def _restricted(
    endpoint: Endpoint, course: SiteCourse, visits: Sequence[float], settings: Settings | None
) -> np.ndarray:
    values = measure(endpoint, course, visits, settings=settings)
    if endpoint.kind != "time":
        return values
    is_open = is_censored(endpoint, course, settings=settings)
    return np.where(is_open[:, None], course.times_d[-1], values)


def share_columns(inputs: Inputs) -> tuple[list[str], np.ndarray]:
    """Return the drawn columns that vary, (n, k), and their names."""
    columns = {name: c for name, c in inputs.columns().items() if np.ptp(c) > 0}
    return list(columns), np.column_stack(list(columns.values()))


def endpoint_rows(
    scenario: Scenario,
    inputs: Inputs,
    pair: tuple[SiteCourse, SiteCourse],
    frozen: tuple[SiteCourse, SiteCourse] | None = None,
) -> tuple[EndpointRow, ...]:
    """Return one row per endpoint and visit, in the order of the site.

    A graft that no calibration record informs is shown without margin and probabilities: no conclusion.

    Parameters
    ----------
    scenario, inputs, pair : what was asked, drawn and computed.
    frozen : the same with everything drawn anew but what data have not narrowed; tells which share of
        the spread is driven by priors. None leaves that share unknown.
    """
    rows = []
    site, material, _ = load_procedure(scenario.procedure)
    why = site.why_not_calibrated(material.name, material.adjuncts)
    settings = scenario_settings(scenario)
    for endpoint in graft_endpoints(scenario):
        arms = differences(endpoint, pair, scenario.visits_d, settings)
        again = differences(endpoint, frozen, scenario.visits_d, settings) if frozen is not None else None
        visits = scenario.visits_d if endpoint.at_visits else (None,)
        for i, visit in enumerate(visits):
            one = arms[0][:, i], arms[1][:, i]
            share = _NAN if again is None else group_share(one[1] - one[0], again[1][:, i] - again[0][:, i])
            last_d = float(pair[0].times_d[-1])
            row = _row(endpoint, visit, one, inputs.design, scenario.margins, share, last_d)
            rows.append(_withheld(row, why) if why else row)
    return tuple(rows)


def _withheld(row: EndpointRow, why: str) -> EndpointRow:
    shares = dict.fromkeys(("p_too_small", "p_gain", "p_loss", "share_gain", "p_positive"), _NAN)
    return replace(row, margin=None, withheld=why, **shares)


def _row(
    endpoint: Endpoint,
    visit: float | None,
    arms: tuple[np.ndarray, np.ndarray],
    design: Design,
    margins: Mapping[str, float],
    prior_share: float,
    last_d: float,
) -> EndpointRow:
    without, with_regimen = arms
    difference = with_regimen - without
    known = np.isfinite(without)
    reference = float(np.median(without[known])) if known.any() else _NAN
    own = replace(endpoint, margin=margins.get(endpoint.name, endpoint.margin))
    margin = own.margin_at(reference)
    table = difference.reshape(design.n_theta, design.n_patients)
    chance = probabilities(table, margin, endpoint.better) if margin is not None else None
    missing = int(np.sum(~np.isfinite(difference)))
    note = f"{missing} of {difference.size} pairs failed" if missing else ""
    n_open = int(np.sum((without >= last_d) | (with_regimen >= last_d))) if endpoint.kind == "time" else 0
    if n_open:
        note = f"{n_open} of {difference.size} pairs not reached by day {last_d:g}: counted as that day"
    spread = (without, with_regimen, difference)
    shown = [_over_patients(arm, design) if endpoint.is_rate else Interval.of(arm) for arm in spread]
    return EndpointRow(
        endpoint=endpoint.name,
        label=endpoint.label,
        unit=endpoint.unit,
        visit_d=visit,
        without=shown[0],
        with_regimen=shown[1],
        difference=shown[2],
        mean_effect=Interval.of(mean_effects(table), layer="parameter"),
        better=endpoint.better,
        margin=margin,
        p_too_small=chance.too_small if chance else _NAN,
        p_gain=chance.gain if chance else _NAN,
        p_loss=chance.loss if chance else _NAN,
        share_gain=chance.share_gain if chance else _NAN,
        p_positive=chance.positive if chance else _NAN,
        prior_driven_share=prior_share,
        n_failed=missing,
        note=note,
    )


def _over_patients(values: np.ndarray, design: Design) -> Interval:
    """Return a rate: the mean of all patients' chances, and the spread of that mean between draws.

    A mean over the few patients of a draw is skewed, so the mean over all stands where a median would; the
    limits are widened to hold it.
    """
    found = Interval.of(mean_effects(values.reshape(design.n_theta, design.n_patients)), layer="parameter")
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return found
    mean = float(finite.mean())
    return replace(
        found,
        median=mean,
        low50=min(found.low50, mean),
        high50=max(found.high50, mean),
        low90=min(found.low90, mean),
        high90=max(found.high90, mean),
    )


def body_rows(scenario: Scenario, bodies: Pair) -> tuple[EndpointRow, ...]:
    """Return serum, urine and stool on the day of surgery and at the visits the regimen reaches."""
    last = max([rule.stop_d for rule in scenario.regimen if not rule.single] or [0.0])
    visits = (0.0, *(v for v in scenario.visits_d if v < last))
    times = bodies.without.times
    at = np.searchsorted(times, visits)
    rows = []
    for name in _BODY:
        label, unit = BODY_OUTPUTS[name]
        arms = [
            _observed(body[name], times, scenario, name)[:, at]
            for body in (bodies.without, bodies.with_regimen)
        ]
        for i, visit in enumerate(visits):
            a, b = (arm[:, i] for arm in arms)
            row = EndpointRow(
                name, label, unit, visit, Interval.of(a), Interval.of(b), difference=Interval.of(b - a)
            )
            rows.append(row)
    return tuple(rows)


def _observed(values: np.ndarray, times: np.ndarray, scenario: Scenario, name: str) -> np.ndarray:
    """Return what a laboratory reports: serum is diluted after surgery, all else as it is."""
    if name not in ("serum_total", "serum_ionised"):
        return values
    return observed_serum(values, times, scenario.procedure.site, ionised=name == "serum_ionised")
