"""Which arms a result belongs to: the label of a result against the names of the record's arms.

Labels are matched without guessing: the name itself, its words in full, or what `subjects.csv` states.
A contrast names what is compared first and what it is compared with second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from osseo.evidence.record import Arm, Record
from osseo.evidence.vocabulary.subjects import stated

__all__ = ["CONTRAST_WORDS", "find_arms", "find_contrast", "named_arm", "split_contrast"]

#: what stands between the two sides of a contrast
CONTRAST_WORDS = (" vs ", " versus ", " - ", " minus ", " against ")
_EVERYONE = {"all", "both", "pooled", "total", "everyone", "patients", "adults", "whole cohort"}
_CONTROLS = {"placebo", "control", "controls", "none", "no treatment", "without", "sham", "non", "reference"}


def named_arm(record: Record, name: str) -> Arm | None:
    """Return an arm by name, or the one a label stands for whose graft or salt `subjects.csv` states.

    Such a label is a row of a review: it has its own graft and the site of the record's only arm.
    """
    arm = record.arm(name)
    told = {fact.field: fact.value for fact in stated(record.id, name) if fact.field in ("graft", "salt")}
    if arm is not None or not told:
        return arm
    base = record.arms[0].regimen if len({str(a.regimen.get("site")) for a in record.arms}) == 1 else {}
    return Arm(name, None, {"site": base.get("site"), **told})


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip().lower())


def _is_control(arm: Arm) -> bool:
    named = set(re.findall(r"[a-z]+", arm.name.lower())) & {"placebo", "control", "none", "sham"}
    negated = arm.name.lower().startswith(("no ", "non-", "without "))
    return bool(named) or negated or arm.regimen.get("salt") == "none"


def _one(record: Record, label: str) -> str:
    """Return the name of the one arm a text means, or empty."""
    wanted = _plain(label)
    if named_arm(record, label) is not None:
        return label
    exact = [arm.name for arm in record.arms if _plain(arm.name) == wanted]
    if exact:
        return exact[0]
    if wanted in _CONTROLS:
        controls = [arm.name for arm in record.arms if _is_control(arm)]
        return controls[0] if len(controls) == 1 else ""
    inside = [a.name for a in record.arms if re.search(rf"(^|\W){re.escape(wanted)}(\W|$)", _plain(a.name))]
    around = [
        a.name for a in record.arms if re.match(rf"{re.escape(_plain(a.name))}([,;:(]|$| [,(])", wanted)
    ]
    found = inside if len(inside) == 1 else around
    return found[0] if len(found) == 1 else ""


def find_arms(record: Record, label: str | None) -> tuple[str, ...]:
    """Return the names of the arms a result's label means; several if they were pooled.

    Empty if the label means no arm of the record, or may mean more than one.
    """
    if not label:
        return ()
    told = stated(record.id, label, "arm_of")
    if told:
        return tuple(part.strip() for part in told[0].value.split("|") if part.strip())
    one = _one(record, label)
    if one:
        return (one,)
    if _plain(label) in _EVERYONE:
        return tuple(arm.name for arm in record.arms)
    return ()


def split_contrast(label: str) -> tuple[tuple[str, str], ...]:
    """Return every way to read a contrast as two sides; none if its label does not name two.

    Examples
    --------
    >>> split_contrast("citrate - placebo"), split_contrast("per year of age")
    ((('citrate', 'placebo'),), ())
    """
    found = []
    for word in CONTRAST_WORDS:
        start = label.find(word)
        while start >= 0:
            left, right = label[:start].strip(), label[start + len(word) :].strip()
            if left and right:
                found.append((left, right))
            start = label.find(word, start + 1)
    return tuple(found)


def _without_remark(text: str) -> Sequence[str]:
    """Return a side as written, then without what follows a comma or bracket."""
    head = re.split(r"[,(;]", text)[0].strip()
    tail = text.rsplit(",", 1)[-1].strip()
    return [t for t in dict.fromkeys((text, head, tail)) if t]


def _side(record: Record, text: str) -> str:
    return next((name for t in _without_remark(text) if (name := _one(record, t))), "")


def find_contrast(record: Record, label: str | None) -> tuple[str, ...]:
    """Return the two arms a contrast compares (first less second), or nothing if it names none.

    One name alone means a change within that arm.
    """
    if not label:
        return ()
    for field in ("contrast_arms", "within_arm"):
        told = stated(record.id, label, field)
        if told:
            return tuple(part.strip() for part in told[0].value.split("|") if part.strip())
    for sides in split_contrast(label):
        first, second = (_side(record, side) for side in sides)
        if first and second and first != second:
            return first, second
    return ()
