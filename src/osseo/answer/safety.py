"""Safety findings: the rules of `safety_rules.yaml` applied to a scenario, before any effect is computed.

A dose that can be read two ways is judged by the worse reading. A finding says what it is about, a
number, and the records behind it; a `stop` suppresses every effect. Nothing here is medical advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from osseo.answer._safety_facts import Facts, Vocabulary, collect_facts
from osseo.answer._safety_when import PREDICATES
from osseo.answer.result import Finding
from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import near_names, suggest
from osseo.nutrition.drugs import drug_classes, match_wordings
from osseo.scenario.types import Scenario
from osseo.site.covariates import covariate_words

__all__ = ["LEVELS", "SafetyRule", "is_stopped", "kept_on_stop", "load_rules", "safety_findings"]

#: heaviest first
LEVELS = ("stop", "refer", "warn", "tell", "note")
_SPOKEN = {"elemental": "if the dose is of magnesium", "salt": "if the dose is of the salt"}
_ARMS = {"regimen": "the regimen asked about", "comparison": "the regimen it is compared with"}


@dataclass(frozen=True)
class SafetyRule:
    """One rule: when all predicates of `when` hold and no rule in `unless` applies, say `text`."""

    id: str
    level: str
    text: str
    when: Mapping[str, Any]
    number: str = ""
    records: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    top: bool = False


def safety_findings(scenarios: Scenario | Sequence[Scenario]) -> tuple[Finding, ...]:
    """Return the findings of a scenario, or of both readings of one, heaviest first.

    Parameters
    ----------
    scenarios : one scenario, or its readings (`osseo.scenario.door.readings`).

    Returns
    -------
    findings : stops, then those that stand above all results, then by level, then as in the file.
        A finding of only one reading, or of only one of two regimens compared, says so.
    """
    every = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
    rules, words = load_rules()
    place = {rule.id: i for i, rule in enumerate(rules)}
    top = {rule.id for rule in rules if rule.top}
    found: dict[str, dict[str, list[tuple[str, Finding]]]] = {}
    for scenario in every:
        for arm, alone in _arms(scenario):
            facts = collect_facts(alone, words)
            for finding in [*_apply(rules, facts), *_unknown(facts, words)]:
                hits = found.setdefault(finding.rule, {}).setdefault(arm, [])
                hits.append((scenario.reading, finding))
    merged = [finding for hits in found.values() for finding in _of_arms(hits, len(every))]
    return tuple(sorted(merged, key=lambda f: _weight(f, top, place)))


def _arms(scenario: Scenario) -> tuple[tuple[str, Scenario], ...]:
    """Return the regimens to judge, each alone; one without a name where nothing is compared."""
    if not scenario.comparator:
        return (("", scenario),)
    return (
        ("regimen", replace(scenario, comparator=())),
        ("comparison", replace(scenario, regimen=scenario.comparator, comparator=())),
    )


def _of_arms(hits: Mapping[str, Sequence[tuple[str, Finding]]], n_readings: int) -> tuple[Finding, ...]:
    """Return one rule's finding; where the regimens compared differ, one for each, which it names."""
    merged = {arm: _merge(found, n_readings) for arm, found in hits.items()}
    if "" in merged or (len(merged) == len(_ARMS) and len(set(merged.values())) == 1):
        return (next(iter(merged.values())),)
    return tuple(replace(f, text=f"{f.text} ({_ARMS[arm]})") for arm, f in merged.items())


def is_stopped(findings: Iterable[Finding]) -> bool:
    """Return whether the findings forbid showing any effect."""
    return any(finding.level == "stop" for finding in findings)


def kept_on_stop(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what still counts when the answer is to take none: the stops and the referrals."""
    return tuple(finding for finding in findings if finding.level in ("stop", "refer"))


def _weight(finding: Finding, top: set[str], place: Mapping[str, int]) -> tuple[int, int, int, int]:
    level = LEVELS.index(finding.level)
    is_below = finding.rule not in top
    return (min(level, 1), int(is_below), level, place.get(finding.rule, len(place)))


def _merge(hits: Sequence[tuple[str, Finding]], n_readings: int) -> Finding:
    """Return the heaviest of one rule's findings; the first reading is the larger dose."""
    reading, finding = min(hits, key=lambda hit: LEVELS.index(hit[1].level))
    if len(hits) == n_readings or reading not in _SPOKEN:
        return finding
    text = f"{finding.text} ({_SPOKEN[reading]})"
    return Finding(finding.level, finding.rule, text, finding.number, finding.records)


def _apply(rules: Sequence[SafetyRule], facts: Facts) -> list[Finding]:
    fired: set[str] = set()
    findings = []
    for rule in rules:
        if fired & set(rule.unless) or not _holds(rule.when, facts):
            continue
        fired.add(rule.id)
        text = rule.text.format(**_figures(rule, facts))
        findings.append(Finding(rule.level, rule.id, text, rule.number, rule.records))
    return findings


def _holds(when: Mapping[str, Any], facts: Facts) -> bool:
    return all(PREDICATES[name](facts, wanted, when) for name, wanted in when.items())


def _figures(rule: SafetyRule, facts: Facts) -> dict[str, object]:
    """Return what a text may name in braces."""
    classes = rule.when.get("drug_class", ())
    drugs = dict.fromkeys(drug for name in classes for drug in facts.drugs.get(name, ()))
    listed = ", ".join(drugs)
    return {
        "age": facts.age,
        "egfr": facts.egfr,
        "serum": facts.serum,
        "supplement_mg": facts.supplement_mg,
        "largest_dose_mg": facts.largest_dose_mg,
        "drug": listed[:1].upper() + listed[1:],
    }


def _unknown(facts: Facts, words: Vocabulary) -> list[Finding]:
    """Return a note for each drug or condition no rule knows: not an error, but not silence."""
    known = {"drug": words.drug_classes, "condition": words.conditions}
    findings = []
    for kind, text in facts.unknown:
        wordings = [word for entry in known[kind].values() for word in entry]
        # a drug that moves healing is no misspelling of one that meets magnesium
        is_named = bool(match_wordings((text,), covariate_words(f"{kind}s"))[0])
        hint = "." if is_named or not near_names(text, wordings) else f"; {suggest(text, wordings)}"
        sentence = f'The {kind} "{text}" is not known to the rules{hint} Ask your doctor or pharmacist.'
        findings.append(Finding("note", f"unknown_{kind}:{text}", sentence))
    return findings


@cache
def load_rules() -> tuple[tuple[SafetyRule, ...], Vocabulary]:
    """Return the rules in the order of their file, and the vocabulary they use.

    Raises
    ------
    InputError : an unknown level, predicate, condition, drug class or rule name, all listed.
    """
    text = files("osseo.answer").joinpath("safety_rules.yaml").read_text(encoding="utf-8")
    data = parse_yaml(text)
    words = Vocabulary(data["conditions"], drug_classes(), data["site_kinds"])
    rules = tuple(_make_rule(entry) for entry in data["rules"])
    issues = [issue for i, rule in enumerate(rules) for issue in check_rule(rule, rules[:i], words)]
    if issues:
        raise InputError.from_issues("answer/safety_rules.yaml", issues, "no rule was loaded")
    return rules, words


def _make_rule(entry: Mapping[str, Any]) -> SafetyRule:
    def plain(key: str) -> str:
        return " ".join(str(entry.get(key, "")).split())

    return SafetyRule(
        id=entry["id"],
        level=entry["level"],
        text=plain("text"),
        when=entry["when"],
        number=plain("number"),
        records=tuple(entry.get("records", ())),
        unless=tuple(entry.get("unless", ())),
        top=bool(entry.get("top", False)),
    )


def check_rule(rule: SafetyRule, before: Sequence[SafetyRule], words: Vocabulary) -> list[Issue]:
    """Return what is wrong with one rule, given the rules before it."""
    wanted = {
        "condition": words.conditions,
        "no_condition": words.conditions,
        "drug_class": words.drug_classes,
        "drug_class_too": words.drug_classes,
        "no_drug_class": words.drug_classes,
    }
    earlier = {other.id for other in before}
    issues = [Issue(rule.id, f"unknown predicate {p!r}") for p in rule.when if p not in PREDICATES]
    issues += [
        Issue(rule.id, f"unknown {key} {name!r}; {suggest(name, known)}")
        for key, known in wanted.items()
        for name in rule.when.get(key, ())
        if name not in known
    ]
    issues += [Issue(rule.id, f"no earlier rule {name!r}") for name in rule.unless if name not in earlier]
    if rule.level not in LEVELS:
        issues.append(Issue(rule.id, f"got level {rule.level!r}; expected one of {', '.join(LEVELS)}"))
    if rule.id in earlier:
        issues.append(Issue(rule.id, "is used twice"))
    if not rule.when:
        issues.append(Issue(rule.id, "has no condition and would always apply"))
    return issues
