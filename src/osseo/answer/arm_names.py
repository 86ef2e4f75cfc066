"""What a procedure and the two arms of a comparison are called: short names for columns, words for sentences.

Without a comparator they are `without` and `with`. With one, each is named after what tells them apart:
salt, dose, doses a day, meals or way.
"""

from __future__ import annotations

from collections.abc import Sequence

from osseo.scenario.types import DoseRule, Procedure, Scenario
from osseo.simulate.site_parameters import load_procedure
from osseo.units import MG_MOLAR_MASS

__all__ = ["PLAIN_ARMS", "arm_names", "describe_procedure", "manner"]

PLAIN_ARMS = ("without", "with")
#: letters of a column of a terminal
_LETTERS = 7


def arm_names(scenario: Scenario) -> tuple[str, str]:
    """Return short names of comparison and regimen, at most seven letters each.

    Examples
    --------
    >>> from osseo.scenario.types import Person, Procedure
    >>> four, one = (DoseRule("glycinate", 16.0, n, False, -56.0, 180.0) for n in (4, 1))
    >>> woman, graft = Person(55, "female"), Procedure("sinus_lift", "dbbm")
    >>> arm_names(Scenario("", woman, graft, (four,), (one,), (180,)))
    ('1 a day', '4 a day')
    """
    if not scenario.comparator:
        return PLAIN_ARMS
    for tell in (_route, _salt, _dose, _times, _meals, _start):
        names = (tell(scenario.comparator), tell(scenario.regimen))
        if names[0] != names[1]:
            return names
    return ("other", "this")


def manner(rules: Sequence[DoseRule]) -> str:
    """Return how a regimen is swallowed, `in 4 doses a day between meals`."""
    oral = [rule for rule in rules if rule.route == "oral" and not rule.single]
    ways = dict.fromkeys(
        f"in {rule.times_per_day} dose{'s' if rule.times_per_day != 1 else ''} a day "
        f"{'with meals' if rule.with_meals else 'between meals'}"
        for rule in oral
    )
    return " and ".join(ways)


def _route(rules: Sequence[DoseRule]) -> str:
    return "vein" if any(rule.route == "iv" for rule in rules) else "mouth"


def _salt(rules: Sequence[DoseRule]) -> str:
    name = "+".join(dict.fromkeys(rule.salt for rule in rules))
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}."


def _dose(rules: Sequence[DoseRule]) -> str:
    return f"{sum(rule.daily_mmol for rule in rules) * MG_MOLAR_MASS:.0f} mg"


def _times(rules: Sequence[DoseRule]) -> str:
    return f"{max((rule.times_per_day for rule in rules), default=0):.0f} a day"


def _meals(rules: Sequence[DoseRule]) -> str:
    return "meals" if any(rule.with_meals for rule in rules) else "fasted"


def _start(rules: Sequence[DoseRule]) -> str:
    return f"d {min((rule.start_d for rule in rules), default=0.0):.0f}"


def describe_procedure(procedure: Procedure) -> str:
    """Return site, graft and size in words, and what else was said of the operation.

    Examples
    --------
    >>> describe_procedure(Procedure("spine_interbody", "autograft_local", levels=2))
    'lumbar interbody fusion, autograft, local bone of the wound, 10 mm, 2 levels'
    """
    site, material, size = load_procedure(procedure)
    graft = material.label if material.is_graft else "no graft"
    more = [f"with {adjunct.label}" for adjunct in material.adjuncts]
    more += [procedure.fixation.replace("_", " ")] if procedure.fixation else []
    more += [f"{procedure.levels} levels"] if procedure.levels > 1 else []
    return ", ".join((site.label, graft, f"{size:g} mm", *more))
