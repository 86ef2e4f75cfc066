"""The graft of a study: its procedure simulated for every posterior draw, read as means over patients.

Patients are a few weighted hosts, and fifteen healing speeds that cost no run of their own: a patient of
speed s stands on day t where one of speed 1 stands on day s t. Draws and patients are the same in every arm.
Magnesium status stands at the reference, where every link is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from scipy.special import ndtri

from osseo.answer.predict.express.criteria import Reading
from osseo.answer.predict.fact import Cannot
from osseo.calibrate.graft_patients import SPEED, SpeedNodes, patient_nodes, speed_nodes
from osseo.calibrate.loso import loso_posterior
from osseo.observe.bridging import days_to_fusion, fused_probability
from osseo.observe.curves import curve_of
from osseo.observe.endpoint import load_endpoint
from osseo.observe.reading.crossing import first_crossing
from osseo.observe.settings import Settings, load_settings
from osseo.observe.volume import ridge_size
from osseo.parameters import Draws, draw_priors, uniform_stream
from osseo.scenario.types import Procedure
from osseo.simulate.site import DEFAULT_DT_D, load_procedure, simulate_site
from osseo.simulate.site_columns import site_system
from osseo.simulate.site_parameters import procedure_table, shared_table
from osseo.site import SiteCourse
from osseo.site.covariates import covariate_factors, load_covariates
from osseo.site.posterior import at_procedure, graft_posterior

__all__ = ["N_DRAWS", "GraftArm", "GraftReading", "read_graft"]

Array = np.ndarray
N_DRAWS = 48
_ELASTICITY = "magnesium_links.e_"
_STATUS = "magnesium_links.status_ref"
_PERCENT = 100.0
#: simulated arms kept in memory; thousands of studies must not fill it
_KEPT = 24
#: readings kept in memory: three columns of draws each
_READ = 4096
#: [d] a course is simulated to the first of these that covers a day, for patients of all speeds
_ENDS = (122.0, 244.0, 400.0, 800.0, 1500.0, 3000.0, 8000.0)
#: up to this end patients twice as fast are followed; later nothing changes fast
_FAST_TO = 800.0
#: [d] how long a time is waited for at speed 1
_SEARCH_TO = 900.0
_N_TIMES = 48
#: longer steps of the splitting where a course is long: residual graft moves by 0.4 points (0242)
_LONG, _LONG_DT = 1700.0, 4.0
#: least share of patients who must reach a time for it to have a mean
_LEAST_REACHED = 0.05


@dataclass(frozen=True)
class GraftArm:
    """One arm: the procedure, the seed of its draws, the record whose posterior is left out, and its people.

    facts : pairs of a fact of `osseo.site.covariates` and what its people bring, a share or a number.
    """

    procedure: Procedure
    seed: int = 1
    left_out: str = ""
    facts: tuple[tuple[str, float], ...] = ()

    @property
    def factors(self) -> dict[str, Array]:
        """Return what multiplies parameters in these people, (n_draws,) each; effects are uncertain too."""
        found = covariate_factors(dict(self.facts), self.procedure.site, uniform=self._uniform)
        return {name: np.broadcast_to(value, N_DRAWS) for name, value in found.items()}

    def _uniform(self, name: str) -> Array:
        return uniform_stream(self.seed, name, N_DRAWS)

    def log_odds(self, endpoint: str) -> Array:
        """Return what is added to the logit of an endpoint (n_draws,), from the average patient on."""
        total, facts = np.zeros(N_DRAWS), dict(self.facts)
        for covariate in load_covariates().values():
            exposure = covariate.exposure(facts)
            for effect in covariate.at(self.procedure.site):
                if exposure and effect.form == "odds" and effect.acts_on == endpoint:
                    z = ndtri(self._uniform(f"covariate.{covariate.name}.{effect.acts_on}"))
                    sign = np.sign(effect.log_value)
                    size = np.maximum(sign * (effect.log_value + effect.log_sd * z), 0.0)
                    total = total + sign * size * exposure
        return total


@dataclass(frozen=True)
class GraftReading:
    """Mean over patients (n_draws,) and SD between patients (n_draws,), without and with one measurement."""

    mean: Array
    true_sd: Array
    sd: Array


@dataclass(frozen=True)
class _Patients:
    course: SiteCourse
    hosts: Array
    speeds: SpeedNodes
    end: float


@lru_cache(maxsize=8)
def _posterior(left_out: str) -> Draws:
    return loso_posterior(left_out) if left_out else graft_posterior()


@lru_cache(maxsize=_KEPT)
def _overrides(arm: GraftArm) -> Mapping[str, Array]:
    """Return (n_draws,) of posterior rows and of every parameter the fit left at its prior.

    Draws of a graft's own rows are keyed by the graft, so that two grafts are not uncertain together.
    """
    site, material, _ = load_procedure(arm.procedure)
    draws = _posterior(arm.left_out)
    order = np.argsort(uniform_stream(arm.seed, "posterior rows", draws.n), kind="stable")
    rows = np.resize(order, N_DRAWS)
    here = at_procedure(draws.columns(), site, material)
    fitted = {name: np.broadcast_to(column, draws.n)[rows] for name, column in here.items()}
    table = procedure_table(site, material)
    free = [
        name
        for name in site_system().parameter_names
        if name in table
        and table[name].layer == "parameter"
        and table[name].distribution != "fixed"
        and name not in fitted
        and not name.startswith(_ELASTICITY)
    ]
    own = {row.name for row in material.parameters}
    key = arm.seed + crc32(material.name.encode())
    drawn = draw_priors(table, [n for n in free if n not in own], N_DRAWS, arm.seed).columns()
    drawn |= draw_priors(table, [n for n in free if n in own], N_DRAWS, key).columns()
    values = fitted | drawn
    for name, factor in arm.factors.items():
        base = values.get(name, table.value(name) if name in table else None)
        if base is not None:
            values[name] = np.broadcast_to(base, N_DRAWS) * factor
    return values


@lru_cache(maxsize=_KEPT)
def _patients(arm: GraftArm, end: float) -> _Patients:
    site, material, _ = load_procedure(arm.procedure)
    table = procedure_table(site, material)
    overrides = dict(_overrides(arm))
    nodes, weights = patient_nodes(table, site, leave=(SPEED,))
    k = weights.size
    values = {name: np.repeat(column, k) for name, column in overrides.items()}
    values |= {name: np.tile(node, N_DRAWS) for name, node in nodes.items()}
    times = np.unique(
        np.concatenate([[0.0], np.geomspace(3.0, end, _N_TIMES), [365.0] if end > 365.0 else []])
    )
    course = simulate_site(
        arm.procedure,
        values,
        status_times=np.zeros(1),
        status=np.full((1, 1), shared_table().value(_STATUS)),
        times=times,
        n=N_DRAWS * k,
        dt=_LONG_DT if end > _LONG else DEFAULT_DT_D,
    )
    return _Patients(course, weights, speed_nodes(table, site), end)


def _end_for(day: float) -> float:
    """Return how far to simulate for a day, so that patients of all speeds are covered."""
    for end in _ENDS:
        if day <= end:
            return 2.0 * end if end <= _FAST_TO else end
    raise Cannot(f"day {day:g} is beyond the {_ENDS[-1]:g} days that are simulated")


def _settings(arm: GraftArm) -> Settings:
    return load_settings(levels=arm.procedure.levels)


def _curve(people: _Patients, reading: Reading, arm: GraftArm) -> Array:
    """Return an endpoint (n_draws, n_hosts, n_times or 1) in its unit."""
    if reading.criterion is not None and reading.kind == "rate":
        values = _PERCENT * fused_probability(people.course, reading.criterion)
    else:
        values = curve_of(reading.endpoint, people.course, _settings(arm))
    values = np.asarray(values)
    if values.ndim == 1:
        values = values[:, None]
    values = values.reshape(N_DRAWS, people.hosts.size, -1)
    return _shifted(values, arm.log_odds(reading.endpoint)) if reading.kind == "rate" else values


def _shifted(percent: Array, log_odds: Array) -> Array:
    """Return shares [%] (n_draws, ..) with something added to their logit (n_draws,)."""
    if not np.any(log_odds):
        return percent
    p = np.clip(percent / _PERCENT, 1e-6, 1.0 - 1e-6)
    return _PERCENT / (1.0 + (1.0 - p) / p * np.exp(-log_odds)[:, None, None])


def _at(people: _Patients, values: Array, day: float) -> Array:
    """Return values (n_draws, n_hosts, n_speeds) of patients on one day, interpolated in time."""
    times = people.course.times_d
    if values.shape[-1] == 1:
        return np.repeat(values, people.speeds.speeds.size, axis=-1)
    days = np.minimum(day * people.speeds.speeds, times[-1])
    after = np.clip(np.searchsorted(times, days), 1, times.size - 1)
    share = (days - times[after - 1]) / (times[after] - times[after - 1])
    return values[..., after - 1] * (1.0 - share) + values[..., after] * share


def _moments(people: _Patients, values: Array) -> tuple[Array, Array]:
    """Return mean and SD (n_draws,) over hosts and speeds."""
    weights = people.hosts[:, None] * people.speeds.weights[None, :]
    mean = np.einsum("dhs,hs->d", values, weights)
    variance = np.einsum("dhs,hs->d", (values - mean[:, None, None]) ** 2, weights)
    return mean, np.sqrt(np.maximum(variance, 0.0))


def _noise(name: str) -> float:
    """Return the SD of one measurement in the unit of its endpoint; 0 for a rate."""
    endpoint = load_endpoint(name)
    if endpoint.is_rate:
        return 0.0
    sd = float(endpoint.sd_measurement.value)
    return _PERCENT * sd if endpoint.unit == "%" or endpoint.kind == "profile" else sd


def _days(people: _Patients, reading: Reading, arm: GraftArm) -> GraftReading:
    """Return the mean (or median) day of the patients who get there, and their spread."""
    if reading.criterion is not None:
        days = days_to_fusion(people.course, reading.criterion)
    else:
        endpoint = load_endpoint(reading.endpoint)
        days = (
            curve_of(reading.endpoint, people.course, _settings(arm))
            if not endpoint.of
            else _awaited(people, reading, arm)
        )
    days = np.asarray(days).reshape(N_DRAWS, people.hosts.size)
    patients = days[:, :, None] / people.speeds.speeds[None, None, :]
    weights = np.where(np.isfinite(patients), people.hosts[:, None] * people.speeds.weights[None, :], 0.0)
    total = weights.sum(axis=(1, 2))
    logs = np.where(weights > 0, np.log(np.maximum(np.nan_to_num(patients, nan=1.0), 1e-3)), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.where(total > _LEAST_REACHED, (weights * logs).sum(axis=(1, 2)) / total, np.nan)
        variance = (weights * (logs - centre[:, None, None]) ** 2).sum(axis=(1, 2)) / total
    noise = float(load_endpoint(reading.endpoint).sd_measurement.value)
    spread = np.sqrt(np.maximum(variance, 0.0))
    mean = np.exp(centre) if reading.median else np.exp(centre + spread**2 / 2.0)
    return GraftReading(mean, mean * spread, mean * np.hypot(spread, noise))


def _awaited(people: _Patients, reading: Reading, arm: GraftArm) -> Array:
    endpoint, settings = load_endpoint(reading.endpoint), _settings(arm)
    return first_crossing(
        people.course.times_d, curve_of(endpoint.of, people.course, settings), endpoint.level_in(settings)
    )


def _change(
    people: _Patients, reading: Reading, values: Array, arm: GraftArm, day: float
) -> tuple[Array, Array]:
    """Return mean and SD of a reading as its form asks: itself, less its start, or in % of its start."""
    now = _at(people, values, day)
    if reading.form == "level" and reading.from_d == 0.0:
        return _moments(people, now)
    before = _at(people, values, reading.from_d)
    if reading.endpoint == "volume_loss_pct":
        return _moments(people, _PERCENT * (1.0 - (_PERCENT - now) / (_PERCENT - before)))
    if reading.form == "percent_change" and reading.endpoint in ("width_loss_mm", "height_loss_mm"):
        width, height, _ = ridge_size(people.course)
        return _moments(people, _PERCENT * now / (width if reading.endpoint == "width_loss_mm" else height))
    mean, sd = _moments(people, now - before)
    if reading.form == "percent_change":
        start, _ = _moments(people, before)
        return _PERCENT * mean / start, _PERCENT * sd / start
    return mean, sd


@lru_cache(maxsize=_READ)
def read_graft(arm: GraftArm, reading: Reading, day: float) -> GraftReading:
    """Return an endpoint on a day [d] after surgery, as means over patients.

    Raises
    ------
    Cannot : the day is beyond what is simulated, or hardly any patient gets there.
    """
    if reading.kind == "time":
        found = _days(_patients(arm, _SEARCH_TO), reading, arm)
        if not np.isfinite(found.mean).any():
            raise Cannot(f"{reading.endpoint}: in the model hardly any patient gets there")
        return found
    people = _patients(arm, _end_for(max(day, 365.0) if reading.endpoint == "failure_1y_pct" else day))
    mean, sd = _change(people, reading, _curve(people, reading, arm), arm, max(day, 1e-3))
    noise = _noise(reading.endpoint) * (np.sqrt(2.0) if reading.form != "level" else 1.0)
    if reading.scale_to_size:
        size = load_procedure(arm.procedure)[2]
        mean, sd, noise = mean * size / _PERCENT, sd * size / _PERCENT, noise * size / _PERCENT
    if reading.complement:
        mean = _PERCENT - mean
    return GraftReading(mean, sd, np.hypot(sd, noise))
