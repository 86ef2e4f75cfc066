"""Arms that a label describes though the record lists none of that name: `smokers`, `local autograft alone`.

The base is what all arms of the record have in common; the words of the label add a graft, a site, a number
of levels or a fact about the people. Nothing is guessed: a label without such words describes no arm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osseo.evidence import Arm, Record
from osseo.evidence.vocabulary.labels import split_contrast
from osseo.evidence.vocabulary.people import facts_in
from osseo.evidence.vocabulary.places import family_of, read_levels, read_site
from osseo.evidence.vocabulary.wording import read_graft

__all__ = ["Described", "arm_of_label", "arms_of_contrast", "base_arm"]

_STUDY = re.compile(r"^[A-Z][A-Za-z'-]+( et al\.?)?,? \(?\d{4}[a-z]?\)?:? ")
_NOTHING = re.compile(
    r"^(none|no|not|non|control|controls|without|placebo|sham|reference|no treatment|standard|alone)\b", re.I
)
#: words that say a label is about how the number was computed, not whom it is of
_REMARKS = re.compile(r",? ?(un)?adjusted|,? ?multivariable|,? ?\d+ studies|,? ?crude|,? ?pooled", re.I)


@dataclass(frozen=True)
class Described:
    """An arm in the words of its label, with the facts of its people and what is added to a graft unsaid."""

    arm: Arm
    facts: Mapping[str, float]
    adjuncts: tuple[str, ...] = ()


def base_arm(record: Record) -> Mapping[str, Any]:
    """Return what the arms of a record have in common: site, and graft if all have the same."""
    regimens = [arm.regimen for arm in record.arms]
    if not regimens:
        return {}
    shared = {key: regimens[0].get(key) for key in ("site", "graft")}
    return {k: v for k, v in shared.items() if v is not None and all(r.get(k) == v for r in regimens)}


def _site(text: str, base: Mapping[str, Any]) -> str | None:
    """Return a site that a label names, of the family of the record's own site if it has one."""
    found, _ = read_site(text)
    own = read_site(str(base["site"]))[0] if base.get("site") else None
    if found is None or not found.site or (own is not None and family_of(own.site) != family_of(found.site)):
        return None
    return text


def arm_of_label(record: Record, label: str) -> Described | None:
    """Return the arm a label describes and the facts it states; None if its words describe none.

    Parameters
    ----------
    record : the study. label : of a result, or one side of a contrast.
    """
    text = _REMARKS.sub("", _STUDY.sub("", label)).strip()
    base = dict(base_arm(record))
    facts, site = facts_in(text), _site(text, base)
    graft, _ = read_graft(text)
    levels = read_levels((text,))
    names_graft = graft is not None and (not graft.reason or bool(graft.adjuncts))
    if site is None and levels is None and not facts and not names_graft:
        return None
    adjuncts: tuple[str, ...] = ()
    if graft is not None and names_graft:
        own = str(base.get("graft", ""))
        only_added = graft.material in ("", "none") and bool(graft.additive)
        adjuncts = graft.adjuncts if only_added and not own and "alone" not in text else ()
        if not adjuncts:
            base["graft"] = f"{own} + {text}" if only_added and own else text
    if site is not None:
        base["site"] = site
    return Described(Arm(label, None, base), facts, adjuncts)


def _plain_side(record: Record, other: Described) -> Described:
    """Return the side that has nothing of what the other has."""
    facts = {name: 0.0 for name in other.facts if name != "age_y"}
    return Described(Arm("control", None, dict(base_arm(record))), facts)


def arms_of_contrast(record: Record, label: str) -> tuple[Described, Described] | None:
    """Return the two arms that a contrast describes, first less second, with their facts; None if none.

    A label that states one fact (`smoking, adjusted`) compares those who have it with those who have not.
    """
    for left, right in split_contrast(label):
        if _NOTHING.match(right):
            first = arm_of_label(record, left)
            return None if first is None else (first, _plain_side(record, first))
        if _NOTHING.match(left):
            second = arm_of_label(record, right)
            return None if second is None else (_plain_side(record, second), second)
        first, second = arm_of_label(record, left), arm_of_label(record, right)
        if first is not None and second is not None:
            return first, second
    facts = facts_in(label)
    if len(facts) == 1 and 1.0 in facts.values():
        base = Arm(label, None, dict(base_arm(record)))
        without = Arm("without", None, base.regimen)
        return Described(base, facts), Described(without, dict.fromkeys(facts, 0.0))
    return None
