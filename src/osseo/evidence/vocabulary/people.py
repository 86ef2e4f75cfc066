"""What words say of the people of an arm: habits, diseases, drugs and injuries that move healing.

A fact is 1 or 0 for an arm that is named by it, a share of the people where the prose gives one, or a number.
`covariates.csv` holds the words, denials first; the names are those of `osseo.site.covariates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from osseo.evidence.record import Record
from osseo.evidence.vocabulary.tables import table_rows

__all__ = ["facts_in", "facts_of_people"]

_SHARE = r"(\d+(?:\.\d+)?)\s*%"
#: fact -> words after or before a percentage that make it a share of the people
_SHARES = {
    "smoker": r"(?:current |active |heavy )?smok(?:ers|ing)?",
    "diabetes": r"(?:with )?diabet(?:es|ic|ics)",
    "osteoporosis": r"(?:with )?osteopor(?:osis|otic)",
    "open_fracture": r"open",
}
_MEAN_AGE = re.compile(
    r"\b(?:mean|median|average)(?: age)?(?: of)?:? (\d{2}(?:\.\d+)?)(?! ?(?:%|m\b|w\b|d\b))", re.I
)
_AGE_RANGE = re.compile(r"(\d{2}) ?(?:-|to) ?(\d{2}) ?y", re.I)
_WHOLE = ("osteoporosis", "menopause", "open_fracture")
_YOUNGEST, _OLDEST, _PERCENT = 18.0, 95.0, 100.0


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], float], ...]:
    return tuple(
        (row["fact"], re.compile(row["pattern"], re.I), float(row["value"]))
        for row in table_rows("covariates")
    )


def facts_in(text: str) -> dict[str, float]:
    """Return the facts a label or arm name states of its people; the first word of a fact counts.

    Examples
    --------
    >>> facts_in("non-smokers"), facts_in("smoking, adjusted"), facts_in("autograft")
    ({'smoker': 0.0}, {'smoker': 1.0}, {})
    """
    found: dict[str, float] = {}
    for fact, rule, value in _rules():
        if fact not in found and rule.search(text):
            found[fact] = value
    return found


def facts_of_people(record: Record, stated: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return what a record's prose says of all its people: mean age, shares, and what all of them have.

    Parameters
    ----------
    record : the study. stated : facts of `subjects.csv`, whose age counts first.
    """
    text = record.population
    found = {
        fact: float(m[1] or m[2]) / _PERCENT
        for fact, words in _SHARES.items()
        if (
            m := re.search(
                rf"{_SHARE}\s*(?:were |are |of them )?{words}\b|\b{words}\s*[:(]?\s*{_SHARE}", text, re.I
            )
        )
    }
    whole = facts_in(text)
    mixed = re.search(r"\bor\b|\band\b.{0,20}(non|without)|\d+ osteopenic|healthy", text, re.I)
    if not mixed:
        found |= {f: whole[f] for f in _WHOLE if whole.get(f) == 1.0 and f not in found}
    age = (stated or {}).get("age_y") or _age(text)
    if age is not None and _YOUNGEST <= age <= _OLDEST:
        found["age_y"] = age
    return found


def _age(text: str) -> float | None:
    told = _MEAN_AGE.search(text)
    if told:
        return float(told[1])
    ends = _AGE_RANGE.search(text)
    return (float(ends[1]) + float(ends[2])) / 2.0 if ends else None
