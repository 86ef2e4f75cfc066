"""What the safety rules ask about a scenario: doses by day, named drugs and conditions, kidney, site.

Only facts are made here, in house units and canonical names; no rule and no text lives here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osseo.nutrition.drugs import match_wordings
from osseo.scenario.types import DoseRule, Scenario
from osseo.site.covariates import covariate_words
from osseo.units import MG_MOLAR_MASS

__all__ = ["Facts", "Vocabulary", "collect_facts"]

_YEARS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:y|yr|yrs|year|years)\b")


@dataclass(frozen=True)
class Vocabulary:
    """Words people write -> names the rules use; each name has a list of wordings."""

    conditions: Mapping[str, Sequence[str]]
    drug_classes: Mapping[str, Sequence[str]]
    site_kinds: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Facts:
    """A scenario as the rules see it.

    Parameters
    ----------
    age, egfr, serum : [y], [mL/min/1.73m2], [mmol/L]; None if unknown.
    kidney_disease : `yes`, `no` or `unknown`.
    conditions : canonical names. drugs : class -> the drugs named, as written.
    years : class -> years taken, if said (the longest).
    unknown : (`drug` or `condition`, as written) of words no rule knows; a condition that
        moves healing (site/covariates.yaml) is known.
    site_kinds : of the procedure's site.
    supplement_mg : [mg/d] highest daily elemental dose by mouth, food left out.
    largest_dose_mg : [mg] largest single swallow of it.
    dose_spans : (start, stop) [d] of every supplement. has_infusion : a dose into a vein.
    """

    age: float
    egfr: float | None
    serum: float | None
    kidney_disease: str
    conditions: frozenset[str]
    drugs: Mapping[str, tuple[str, ...]]
    years: Mapping[str, float]
    unknown: tuple[tuple[str, str], ...]
    site_kinds: frozenset[str]
    supplement_mg: float
    largest_dose_mg: float
    dose_spans: tuple[tuple[float, float], ...]
    has_infusion: bool
    n_drugs: int


def collect_facts(scenario: Scenario, words: Vocabulary) -> Facts:
    """Return the facts of a scenario; if it has two arms, the one with the higher dose decides."""
    person = scenario.person
    conditions, lost = match_wordings(person.conditions, words.conditions)
    if person.diabetes:
        conditions.setdefault("diabetes", ("diabetes",))
    drugs, unknown_drugs = match_wordings(person.drugs, words.drug_classes)
    arms = (scenario.regimen, scenario.comparator)
    rules = [rule for arm in arms for rule in arm if rule.daily_mmol > 0]
    oral = [rule for rule in rules if rule.route == "oral" and rule.salt != "food"]
    kidney = "yes" if "kidney disease" in conditions else person.kidney_disease
    return Facts(
        age=person.age_y,
        egfr=person.egfr,
        serum=person.serum_mg,
        kidney_disease=kidney,
        conditions=frozenset(conditions),
        drugs=drugs,
        years={name: years for name, said in drugs.items() if (years := _years(said)) is not None},
        unknown=(
            *(("condition", w) for w in match_wordings(lost, covariate_words("conditions"))[1]),
            *(("drug", w) for w in unknown_drugs),
        ),
        site_kinds=frozenset(
            kind for kind, sites in words.site_kinds.items() if scenario.procedure.site in sites
        ),
        supplement_mg=max(_peak_mg(arm) for arm in arms),
        largest_dose_mg=max((_swallow_mg(rule) for rule in oral), default=0.0),
        dose_spans=tuple((rule.start_d, rule.stop_d) for rule in oral),
        has_infusion=any(rule.route == "iv" for rule in rules),
        n_drugs=len(person.drugs),
    )


def _years(said: Sequence[str]) -> float | None:
    """Return how long a drug was taken, or None if it is not said for every drug of its class."""
    years = [float(match.group(1)) if (match := _YEARS.search(w)) else None for w in said]
    return None if None in years else max(y for y in years if y is not None)


def _peak_mg(rules: Sequence[DoseRule]) -> float:
    """Return the highest daily supplement [mg/d]; a single dose counts on its day."""
    oral = [rule for rule in rules if rule.route == "oral" and rule.salt != "food"]
    starts = {rule.start_d for rule in oral}
    daily = [sum(rule.daily_mmol for rule in oral if _is_on(rule, day)) for day in starts]
    return max(daily, default=0.0) * MG_MOLAR_MASS


def _is_on(rule: DoseRule, day: float) -> bool:
    if rule.single:
        return rule.start_d <= day < rule.start_d + 1.0
    return rule.start_d <= day < rule.stop_d


def _swallow_mg(rule: DoseRule) -> float:
    return rule.daily_mmol * MG_MOLAR_MASS / (1 if rule.single else rule.times_per_day)
