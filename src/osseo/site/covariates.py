"""Covariates: what a person brings along that moves healing, as data, and what it does at a site.

In: facts (smoker 1, age 63 ..), of which any may be missing. Out: factors of parameters, and log-odds of
endpoints for what no mechanism carries. Both count from the average patient of the studies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.errors import InputError, Issue
from osseo.names import suggest
from osseo.parameters.parameter import GRADES
from osseo.site.document import key_issues, load_document

__all__ = [
    "FORMS",
    "Covariate",
    "Effect",
    "Uniform",
    "covariate_factors",
    "covariate_odds",
    "covariate_words",
    "load_covariates",
    "read_covariates",
    "speed_factor",
]

#: (n,) uniform numbers for a name; None stands for the middle
Uniform = Callable[[str], NDArray[np.float64]]
FORMS = ("factor", "delay_odds", "odds")
KINDS = ("mechanism", "association")
_FILE = Path(__file__).with_name("covariates.yaml")
_EFFECT = (
    "acts_on", "form", "value", "lower", "upper", "ci", "crude", "widen", "sites", "kind", "grade",
    "source", "reason",
)  # fmt: skip
_OPTIONAL = ("ci", "crude", "widen", "source")
_COVARIATE = ("label", "fact", "changeable", "limits", "average", "effects", "conditions", "drugs")
_Z90, _Z95 = 1.6448536269514722, 1.959963984540054
#: log SD of times to healing of the simulated patients of one site, 0.46 to 0.7 (decision 0225)
_SIGMA = 0.6


@dataclass(frozen=True)
class Effect:
    """What one covariate does to one parameter or endpoint at some sites.

    acts_on : `module.quantity` or an endpoint. form : of `FORMS`. log_value, log_sd : of what is applied,
    per unit of the fact, adjustment and widening included. kind : `mechanism` or `association`.
    """

    acts_on: str
    form: str
    log_value: float
    log_sd: float
    sites: frozenset[str]
    kind: str
    grade: str
    source: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Covariate:
    """Something about a person or an injury.

    fact : the name it is known by. average : what the average patient of the studies brings [1] or in the
    unit of the fact. limits : where the fact is cut. changeable : whether anybody could change it.
    conditions, drugs : wordings that mean the fact.
    """

    name: str
    label: str
    fact: str
    average: float
    effects: tuple[Effect, ...]
    changeable: bool = False
    limits: tuple[float, float] = (0.0, 1.0)
    conditions: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()

    def exposure(self, facts: Mapping[str, float]) -> float:
        """Return how far this person is from the average patient; 0 if nothing is known."""
        if self.fact not in facts:
            return 0.0
        low, high = self.limits
        return min(max(float(facts[self.fact]), low), high) - self.average

    def at(self, site: str) -> tuple[Effect, ...]:
        """Return the effects that hold at a site."""
        return tuple(effect for effect in self.effects if site in effect.sites)


def speed_factor(log_odds: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return the logarithm of healing speed that goes with log odds of not having healed by a fixed day.

    Where times to healing are log-logistic with log SD s, the odds of not having healed are
    (t / T)^(-pi / (s sqrt 3)); odds that are OR times as high on every day are a time OR^(s sqrt 3 / pi)
    as long.

    Examples
    --------
    >>> round(float(np.exp(speed_factor(np.log(2.0)))), 2)
    0.8
    """
    return -_SIGMA * math.sqrt(3.0) / math.pi * log_odds


def read_covariates(path: Path) -> Mapping[str, Covariate]:
    """Read a covariates file.

    Raises
    ------
    InputError : lists every problem of the file.
    """
    data = load_document(path)
    issues: list[Issue] = []
    groups = {name: tuple(sites) for name, sites in data.get("groups", {}).items()}
    crude = tuple(float(data["crude"][key]["value"]) for key in ("share", "widen"))
    found = {}
    for name, entry in data.get("covariates", {}).items():
        where = f"{path.name}: {name}"
        bad = key_issues(where, entry, _COVARIATE, ("changeable", "limits", "conditions", "drugs"))
        for i, effect in enumerate(entry.get("effects", ())):
            bad += _effect_issues(f"{where}: effects[{i}]", effect, groups)
        issues += bad
        if not bad:
            found[name] = _make(name, entry, groups, crude)
    if issues:
        raise InputError.from_issues(path.name, issues, "no covariate was loaded")
    return found


def _effect_issues(
    where: str, entry: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]
) -> list[Issue]:
    issues = key_issues(where, entry, _EFFECT, _OPTIONAL)
    if issues:
        return issues
    for key, known in (("form", FORMS), ("kind", KINDS), ("grade", GRADES)):
        if entry[key] not in known:
            issues.append(Issue(where, f"{key} {entry[key]!r}", suggest(str(entry[key]), known)))
    if not 0 < entry["lower"] <= entry["value"] <= entry["upper"]:
        issues.append(Issue(where, "expected 0 < lower <= value <= upper"))
    if not entry.get("source") and entry["grade"] != "assumed":
        issues.append(Issue(where, "has no source", "name a record, or grade it assumed and say why"))
    sites = {site for members in groups.values() for site in members}
    unknown = [word for word in entry["sites"] if word not in groups and word not in sites]
    issues += [
        Issue(where, f"unknown site or group {word!r}", suggest(word, [*groups, *sites])) for word in unknown
    ]
    return issues


def _make(
    name: str, entry: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]], crude: tuple[float, ...]
) -> Covariate:
    low, high = entry.get("limits", (0.0, 1.0))
    return Covariate(
        name=name,
        label=str(entry["label"]),
        fact=str(entry["fact"]),
        average=float(entry["average"]["value"]),
        effects=tuple(_effect(effect, groups, crude) for effect in entry["effects"]),
        changeable=bool(entry.get("changeable", False)),
        limits=(float(low), float(high)),
        conditions=tuple(entry.get("conditions", ())),
        drugs=tuple(entry.get("drugs", ())),
    )


def _effect(
    entry: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]], crude: tuple[float, ...]
) -> Effect:
    share, widen = crude
    log_value = math.log(entry["value"])
    sd = math.log(entry["upper"] / entry["lower"]) / (2.0 * (_Z95 if entry.get("ci") else _Z90))
    if entry.get("crude"):
        log_value, sd = share * log_value, share * sd
    # what is per year of age cannot be widened by the doubt about a yes or no
    if (entry.get("crude") or entry.get("widen")) and abs(math.log(entry["value"])) > 0.2 * widen:
        sd = math.hypot(sd, widen)
    return Effect(
        acts_on=str(entry["acts_on"]),
        form=str(entry["form"]),
        log_value=log_value,
        log_sd=sd,
        sites=frozenset(site for word in entry["sites"] for site in groups.get(word, (word,))),
        kind=str(entry["kind"]),
        grade=str(entry["grade"]),
        source=tuple(entry.get("source", ())),
        reason=" ".join(str(entry["reason"]).split()),
    )


@cache
def load_covariates() -> Mapping[str, Covariate]:
    """Return the shipped covariates by name."""
    return read_covariates(_FILE)


def covariate_words(kind: str) -> dict[str, tuple[str, ...]]:
    """Return fact -> wordings that mean it.

    Parameters
    ----------
    kind : `conditions` or `drugs`.
    """
    found = {c.fact: getattr(c, kind) for c in load_covariates().values()}
    return {fact: words for fact, words in found.items() if words}


def _size(covariate: Covariate, effect: Effect, uniform: Uniform | None) -> float | NDArray[np.float64]:
    """Return the logarithm of an effect per unit; drawn ones never change sign, harm never helps."""
    if uniform is None:
        return effect.log_value
    from scipy.special import ndtri

    z = ndtri(uniform(f"covariate.{covariate.name}.{effect.acts_on}"))
    sign = math.copysign(1.0, effect.log_value)
    return sign * np.maximum(sign * (effect.log_value + effect.log_sd * z), 0.0)


def covariate_factors(
    facts: Mapping[str, float], site: str, *, uniform: Uniform | None = None
) -> dict[str, float | NDArray[np.float64]]:
    """Return what multiplies parameters for a person at a site.

    factor = exp(sum over covariates of size * (fact - average)), a missing fact counts as the average

    Parameters
    ----------
    facts : by the `fact` of a covariate: 1 or 0, or a number in its unit.
    site : name.
    uniform : draws of the sizes (n,) by name; None takes the middle of each.

    Examples
    --------
    >>> covariate_factors({}, "spine_interbody")
    {}
    >>> smoker = covariate_factors({"smoker": 1.0}, "spine_interbody")["graft_cells.speed"]
    >>> round(float(smoker), 2)
    0.87
    """
    logs: dict[str, float | NDArray[np.float64]] = {}
    for covariate, effect, exposure in _known(facts, site):
        if effect.form == "odds":
            continue
        size = _size(covariate, effect, uniform)
        size = speed_factor(size) if effect.form == "delay_odds" else size
        logs[effect.acts_on] = logs.get(effect.acts_on, 0.0) + size * exposure
    return {name: np.exp(value) for name, value in logs.items()}


def covariate_odds(facts: Mapping[str, float], site: str) -> dict[str, float]:
    """Return log-odds by endpoint that no mechanism carries, from the average patient on.

    Parameters
    ----------
    facts, site : as in `covariate_factors`.
    """
    odds: dict[str, float] = {}
    for _, effect, exposure in _known(facts, site):
        if effect.form == "odds":
            odds[effect.acts_on] = odds.get(effect.acts_on, 0.0) + effect.log_value * exposure
    return odds


def _known(facts: Mapping[str, float], site: str):
    """Yield covariate, effect and exposure of what is known of a person and matters at a site."""
    for covariate in load_covariates().values():
        exposure = covariate.exposure(facts)
        if exposure:
            yield from ((covariate, effect, exposure) for effect in covariate.at(site))
