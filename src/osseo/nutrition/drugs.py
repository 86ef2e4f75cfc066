"""One vocabulary of drug names: what people write -> classes, for the separations and for safety.

The names are data (`drug_names.yaml`); a wording fits when all its words occur in what was written. What no
wording fits is handed back with near names, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import near_names, suggest

__all__ = ["KnownDrug", "drug_classes", "fits", "match_wordings", "minerals", "read_drugs", "sort_drugs"]

#: words that deny what follows: "not pregnant" is no pregnancy, and is not understood either
_DENIALS = {"no", "not", "never", "without"}


@dataclass(frozen=True)
class KnownDrug:
    """A drug somebody named.

    Parameters
    ----------
    text : as written. classes : of `drug_names.yaml`; empty for a bare mineral such as calcium.
    mineral : `magnesium`, `calcium`, `iron`, or empty.
    """

    text: str
    classes: tuple[str, ...]
    mineral: str = ""


@cache
def _names() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = files("osseo.nutrition").joinpath("drug_names.yaml").read_text(encoding="utf-8")
    data = parse_yaml(text)
    return {part: {name: tuple(words) for name, words in rows.items()} for part, rows in data.items()}


def drug_classes() -> Mapping[str, tuple[str, ...]]:
    """Return class -> wordings, in the order of the file."""
    return _names()["drug_classes"]


def minerals() -> Mapping[str, tuple[str, ...]]:
    """Return magnesium, calcium and iron -> wordings of what holds them."""
    return _names()["minerals"]


def _tokens(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return set(words) | {word.removesuffix("s") for word in words if len(word) > 4}


def fits(text: str, wordings: Iterable[str]) -> bool:
    """Return whether all words of one wording occur in the text.

    Examples
    --------
    >>> fits("alendronate 70 mg weekly", ["alendronate"]), fits("iron", ["ferrous"])
    (True, False)
    """
    said = _tokens(text)
    return any(_tokens(wording) <= said for wording in wordings)


def match_wordings(
    said: Iterable[str], names: Mapping[str, Sequence[str]]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return name -> what was said, and what no name fits.

    A text that begins with a denial ("not", "without") is not understood rather than believed.
    """
    found: dict[str, tuple[str, ...]] = {}
    lost = []
    for text in said:
        hits = [name for name, wordings in names.items() if fits(text, wordings)]
        if text.split()[:1] and text.split()[0].lower() in _DENIALS:
            hits = []
        if not hits:
            lost.append(text)
        for name in hits:
            found[name] = (*found.get(name, ()), text)
    return found, lost


def sort_drugs(said: Iterable[str]) -> tuple[tuple[KnownDrug, ...], tuple[Issue, ...]]:
    """Return the drugs that are known, and an issue with near names for each that is not.

    Examples
    --------
    >>> known, unknown = sort_drugs(["alendronate 70 mg", "gabapentine"])
    >>> known[0].classes, unknown[0].remedy.split(" or ")[0]
    (('bisphosphonate_oral',), 'did you mean gabapentin')
    """
    known, issues = [], []
    for text in said:
        found, lost = match_wordings([text], drug_classes())
        held = () if "calcium_channel_blocker" in found else tuple(match_wordings([text], minerals())[0])
        if len(held) > 1:
            remedy = "name each mineral on its own"
            issues.append(Issue("drug", f"{text!r} holds {' and '.join(held)}", remedy))
        elif lost and not held:
            issues.append(Issue("drug", f"unknown drug {text!r}", _hint(text)))
        else:
            known.append(KnownDrug(text, tuple(found), next(iter(held), "")))
    return tuple(known), tuple(issues)


def read_drugs(said: Iterable[str]) -> tuple[KnownDrug, ...]:
    """Return the drugs named.

    Raises
    ------
    InputError : every unknown drug, with near names.
    """
    known, issues = sort_drugs(said)
    if issues:
        raise InputError.from_issues("drugs", issues)
    return known


def _hint(text: str) -> str:
    """Return near names, of the whole text or else of its longest word."""
    wordings = [w for part in _names().values() for rows in part.values() for w in rows]
    words = sorted(re.findall(r"[^\W\d_]{4,}", text), key=len, reverse=True)
    for attempt in (text, *words):
        if near_names(attempt, wordings):
            return suggest(attempt, wordings)
    return "use its generic name, or ask your pharmacist about it"
