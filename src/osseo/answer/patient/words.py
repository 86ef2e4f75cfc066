"""Questions to ask the surgeon, and when to stop: chosen from `plan.yaml` by what is known of the person."""

from __future__ import annotations

from collections.abc import Sequence

from osseo.answer.patient.settings import load_plan_file
from osseo.answer.patient.types import Plan
from osseo.answer.result import EndpointRow, Finding
from osseo.scenario.profile.types import Profile

__all__ = ["questions_for", "say_change", "stop_rules"]

_DENTAL = ("sinus_lift", "socket", "ridge", "implant", "cleft")
_HOLDS = ("stop", "refer")
_SURE, _LIKELY = 0.9, 0.67


def questions_for(profile: Profile, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return what to ask the surgeon, most urgent first."""
    words = load_plan_file()["questions"]
    rules = {finding.rule for finding in findings}
    found = []
    if any(rule.startswith("mronj") and rule != "mronj_unsaid" for rule in rules):
        found.append(words["bone_drug"])
    if any(f.level in _HOLDS and not f.rule.startswith("mronj") for f in findings):
        found.append(words["supplement_hold"])
    found += [words[key] for key in ("smoker", "diabetes") if getattr(profile.person, key)]
    if rules & {"ppi", "loop_and_ppi"}:
        found.append(words["acid_blocker"])
    found += words["always"]
    found.append(words["dental" if profile.operation.name in _DENTAL else "ortho"])
    return tuple(found)


def stop_rules(plan: Plan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return when to stop, each with its records; they hold for anybody who takes magnesium."""
    return tuple((rule["text"], tuple(rule["records"])) for rule in load_plan_file()["stop_rules"])


def say_change(row: EndpointRow, what: str) -> str:
    """Return what a plan does to the graft in short words, chosen by the probabilities and nothing else.

    Parameters
    ----------
    row : the primary endpoint at its visit, with a margin. what : the subject of the sentence.
    """
    if row.margin is None or row.p_too_small != row.p_too_small:
        return "No answer could be computed for the graft."
    if row.p_too_small >= _SURE:
        return f"{what} very probably makes no difference to the graft that matters."
    if row.p_too_small >= _LIKELY:
        return f"{what} probably makes no difference to the graft that matters, but it cannot be ruled out."
    if row.p_gain >= _LIKELY:
        return f"{what} probably helps the graft by more than the smallest difference that counts."
    if row.p_loss >= _LIKELY:
        return f"{what} probably harms the graft by more than the smallest difference that counts."
    return f"We cannot say whether {what[:1].lower()}{what[1:]} changes the graft."
