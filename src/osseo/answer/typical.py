"""One typical person at central parameters: the worked chain, and the elasticity an advert would need.

Nothing here enters an interval; it shows the mechanism with numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from osseo.answer.outcomes import graft_endpoints, scenario_settings
from osseo.answer.prior_sets import as_advertised, largest_deficit
from osseo.answer.result import ChainLink
from osseo.observe.endpoint import Endpoint
from osseo.observe.measure import measure
from osseo.parameters import load_parameters, prior_sd, quantile
from osseo.scenario.types import DoseRule, Procedure, Scenario
from osseo.simulate.arms import Pair, arm_rules
from osseo.simulate.body import simulate_body
from osseo.simulate.covariates import apply_factors, healing_facts
from osseo.simulate.inputs import ELASTICITY, Inputs
from osseo.simulate.site import load_procedure, simulate_site
from osseo.simulate.site_parameters import procedure_table
from osseo.site import SiteCourse
from osseo.site.covariates import covariate_factors

__all__ = ["Advert", "TypicalPerson", "mean_density", "primary_visit"]

_LINK = "osteoblast"
_SPEED = "graft_cells.speed"
#: equally likely healing speeds over which a rate of the typical person is averaged
_N_SPEEDS = 9
#: elasticities tried when the advertised gain is looked for, per unit of x
_GRID = np.concatenate([[0.0], np.geomspace(0.1, 100.0, 23)])


@dataclass(frozen=True)
class Advert:
    """The elasticity that gives the advertised gain, or the best that any gives.

    e [1] per unit of x; gain [1] relative gain reached, at visit_d [d]; reached: whether it is the
    advertised one.
    """

    e: float
    gain: float
    visit_d: float
    reached: bool


def primary_visit(scenario: Scenario) -> float:
    """Return the visit [d] at which the primary endpoint is read: the last within half a year.

    A site without one so early takes its first visit.
    """
    early = [v for v in scenario.visits_d if v <= 190.0]
    return max(early) if early else min(scenario.visits_d)


@dataclass(frozen=True)
class TypicalPerson:
    """The median of the drawn people at central parameters, in both arms."""

    scenario: Scenario
    inputs: Inputs
    body_times: np.ndarray
    times: np.ndarray

    @cached_property
    def bodies(self) -> Pair:
        """Return magnesium in the body in both arms, one member."""
        people = {k: np.array([np.median(c)]) for k, c in self.inputs.people.columns.items()}
        rules = arm_rules(self.scenario)
        return Pair(*(simulate_body(people, r, times=self.body_times) for r in rules))

    def grafts(self, elasticities: Mapping[str, np.ndarray]) -> tuple[SiteCourse, SiteCourse]:
        """Return the graft in both arms for k settings of elasticities, (k,) by name."""
        k = len(next(iter(elasticities.values())))
        pair = (self.bodies.without, self.bodies.with_regimen)
        without, with_regimen = (
            simulate_site(
                self.scenario.procedure,
                self._as_person(self.scenario.procedure, elasticities, {}),
                status_times=body.times,
                status=body["status"],
                times=self.times,
                n=k,
            )
            for body in pair
        )
        return without, with_regimen

    def graft_without(
        self, procedure: Procedure, changed: Mapping[str, float] | None = None, *, n_speeds: int = 1
    ) -> SiteCourse:
        """Return another graft of the same person, without the regimen and with no link.

        Parameters
        ----------
        procedure : site and graft. changed : facts of the person that are to be otherwise.
        n_speeds : members that differ in healing speed as patients do, equally likely; a rate needs many.
        """
        body = self.bodies.without
        return simulate_site(
            procedure,
            self._as_person(procedure, _speeds(procedure, n_speeds), changed or {}),
            status_times=body.times,
            status=body["status"],
            times=self.times,
            n=n_speeds,
        )

    def _as_person(
        self, procedure: Procedure, overrides: Mapping[str, np.ndarray], changed: Mapping[str, float]
    ) -> dict[str, float | np.ndarray]:
        """Return overrides with what the person brings along, at the middle of each effect."""
        facts = healing_facts(self.scenario) | dict(changed)
        return apply_factors(procedure, overrides, covariate_factors(facts, procedure.site))

    def _both_ways(self, e: np.ndarray) -> dict[str, np.ndarray]:
        return {f"{ELASTICITY}{side}_{_LINK}": e for side in ("low", "high")}

    def advert(self, gain: float) -> Advert:
        """Return the one positive elasticity of osteoblast differentiation that gives `gain`.

        The primary endpoint (a rate: over patients of equally likely healing speeds) relative to the arm
        without, at whichever visit gets there with the least e;
        e is interpolated on a grid. Where no e gets there, the largest gain any gives is returned.
        """
        endpoint = graft_endpoints(self.scenario)[0]
        visits = self.scenario.visits_d
        n = _n_speeds(endpoint)
        grid = np.repeat(_GRID, n)
        zero = {name: np.zeros_like(grid) for name in self.inputs.elasticities}
        deficit = largest_deficit(self.bodies.without["status"])[0]
        speeds = {k: np.tile(v, len(_GRID)) for k, v in _speeds(self.scenario.procedure, n).items()}
        pair = self.grafts({**as_advertised(zero, grid, deficit), **speeds})
        settings = scenario_settings(self.scenario)
        read = (measure(endpoint, course, visits, settings=settings) for course in pair)
        without, with_regimen = (v.reshape(len(_GRID), n, -1).mean(axis=1) for v in read)
        relative = endpoint.better * (with_regimen / without - 1.0)
        relative = np.where(np.isfinite(relative), relative, -np.inf)
        found = [(e, i) for i in range(relative.shape[1]) if np.isfinite(e := _first_e(relative[:, i], gain))]
        if found:
            e, i_visit = min(found)
            return Advert(e, gain, visits[i_visit], True)
        i_e, i_visit = np.unravel_index(int(np.argmax(relative)), relative.shape)
        return Advert(float(_GRID[i_e]), float(relative[i_e, i_visit]), visits[int(i_visit)], False)

    def chain(self) -> tuple[ChainLink, ...]:
        """Return dose -> absorbed -> serum -> status -> link -> field -> endpoint, in both arms.

        Worked with the elasticity of osteoblast differentiation at +1 SD of the neutral prior, all
        others at zero: one example of the mechanism, not the answer.
        """
        table = load_parameters("magnesium_links")
        e = prior_sd(table[f"{ELASTICITY}high_{_LINK}"])
        n = _n_speeds(graft_endpoints(self.scenario)[0])
        grafts = self.grafts({**self._both_ways(np.full(n, e)), **_speeds(self.scenario.procedure, n)})
        visit = primary_visit(self.scenario)
        return (*self._body_links(), *self._graft_links(grafts, e, visit))

    @cached_property
    def day(self) -> float:
        """Return the day [d] the body is looked at: surgery, or later if nothing was taken before it."""
        rules = self.scenario.regimen
        first = min((rule.start_d for rule in rules), default=0.0)
        last = max((rule.start_d + 1.0 if rule.single else rule.stop_d for rule in rules), default=0.0)
        wanted = 0.0 if first <= -1.0 else min(primary_visit(self.scenario), last)
        times = self.body_times[self.body_times <= wanted]
        return float(times[-1])

    def _body_links(self) -> tuple[ChainLink, ...]:
        at = int(np.searchsorted(self.bodies.without.times, self.day))
        dose = [_given(rules, self.day) for rules in arm_rules(self.scenario)]
        steps = (
            ("absorbed", f"absorbed in the day before day {self.day:g}", "mmol/d"),
            ("serum_total", f"serum magnesium on day {self.day:g}", "mmol/L"),
            ("status", f"magnesium status on day {self.day:g}", "mmol/L"),
        )
        pair = (self.bodies.without, self.bodies.with_regimen)
        body = (ChainLink(n, label, unit, *(float(b[n][0, at]) for b in pair)) for n, label, unit in steps)
        return (ChainLink("dose", "magnesium in supplements", "mmol/d", *dose), *body)

    def _graft_links(
        self, grafts: tuple[SiteCourse, SiteCourse], e: float, visit: float
    ) -> tuple[ChainLink, ...]:
        endpoint = graft_endpoints(self.scenario)[0]
        factors = [
            self._factor(body["status"][0], e) for body in (self.bodies.without, self.bodies.with_regimen)
        ]
        when = f" on day {visit:g}" if endpoint.at_visits else ""
        fields = [float(mean_density(course, "osteoblasts").max(axis=1).mean()) for course in grafts]
        settings = scenario_settings(self.scenario)
        ends = [float(measure(endpoint, course, (visit,), settings=settings).mean()) for course in grafts]
        return (
            ChainLink("link", f"osteoblast differentiation, factor (e = +{e:.2g})", "1", *factors),
            ChainLink("field", "osteoblasts at their peak, relative density", "1", *fields),
            ChainLink("endpoint", endpoint.label + when, endpoint.unit, *ends),
        )

    def _factor(self, status: np.ndarray, e: float) -> float:
        """Return the link factor that day, with equal elasticities on both sides of the reference."""
        table = load_parameters("magnesium_links")
        at = int(np.searchsorted(self.body_times, self.day))
        x = (status[at] - table.value("magnesium_links.status_ref")) / table.value(
            "magnesium_links.status_span"
        )
        return float(1.0 + e * x)


def _given(rules: Sequence[DoseRule], day: float) -> float:
    """Return the supplement [mmol/d] in the day before `day`, or the whole of single doses."""
    daily = sum(r.daily_mmol for r in rules if not r.single and r.start_d < day <= r.stop_d)
    return daily + sum(r.daily_mmol for r in rules if r.single)


def _n_speeds(endpoint: Endpoint) -> int:
    """Return how many patients to average: one is fused or not, many are a rate."""
    return _N_SPEEDS if endpoint.is_rate else 1


def _speeds(procedure: Procedure, n: int) -> dict[str, np.ndarray]:
    """Return n equally likely healing speeds of patients of a procedure; nothing for one."""
    row = procedure_table(*load_procedure(procedure)[:2])[_SPEED]
    if n == 1 or row.layer != "patient":
        return {}
    return {_SPEED: quantile(row, (np.arange(n) + 0.5) / n)}


def _first_e(relative: np.ndarray, gain: float) -> float:
    """Return the least e of the grid, interpolated, at which a gain is reached; NaN if at none."""
    above = np.flatnonzero(relative >= gain)
    if above.size == 0:
        return float("nan")
    i = int(above[0])
    share = (gain - relative[i - 1]) / (relative[i] - relative[i - 1])
    return float(_GRID[i - 1] + share * (_GRID[i] - _GRID[i - 1]))


def mean_density(course: SiteCourse, field: str) -> np.ndarray:
    """Return a density (n, n_times), averaged over the tissue of all columns by volume and weight."""
    parts = [
        (column.weight, course.densities[field][i], course.amounts["volume"][i])
        for i, column in enumerate(course.columns)
    ]
    above = sum(w * (d * v).sum(axis=2) / v.sum(axis=2) for w, d, v in parts)
    return np.asarray(above) / sum(w for w, _, _ in parts)
