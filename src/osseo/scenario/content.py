"""What of a scenario moves numbers: its hash, and the same scenario with every dose set to zero."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from osseo.scenario.dosing import placebo_of
from osseo.scenario.types import DoseRule, Scenario

__all__ = ["scenario_hash", "with_dose_zero", "with_hash"]


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of everything that moves a number, and of nothing else.

    The question, the source file, how a dose was written and the order of names in a set (conditions,
    drugs, margins) do not count. Floats enter by repr, so that the last bit does.
    """
    person = asdict(scenario.person)
    for key in ("conditions", "drugs"):
        person[key] = sorted(person[key])
    content = {
        "person": person,
        "procedure": asdict(scenario.procedure),
        "regimen": [_dose_content(rule) for rule in scenario.regimen],
        "comparator": [_dose_content(rule) for rule in scenario.comparator],
        "visits_d": list(scenario.visits_d),
        "endpoints": list(scenario.endpoints),
        "margins": dict(scenario.margins),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _dose_content(rule: DoseRule) -> dict[str, object]:
    content = asdict(rule)
    del content["written"]
    return content


def with_hash(scenario: Scenario) -> Scenario:
    """Return the scenario with its own hash filled in."""
    return replace(scenario, hash=scenario_hash(scenario))


def with_dose_zero(scenario: Scenario) -> Scenario:
    """Return the placebo scenario: the regimen's event times with amount 0, the rest unchanged."""
    return with_hash(replace(scenario, regimen=placebo_of(scenario.regimen)))
