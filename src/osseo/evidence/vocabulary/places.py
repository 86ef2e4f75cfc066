"""Where an operation was, read from words: a site nobody wrote before, or one the record says in its prose.

`places.csv` holds the words of each site from the more to the less specific, `fixations.csv` those of its
variants. A text that names two sites names none; what was read so is said (decision 0344).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from osseo.evidence.vocabulary.tables import Site, find_site, table_rows

__all__ = ["GENERAL", "family_of", "place_in", "read_fixation", "read_levels", "read_site"]

#: sites that say too little for a simulation, and the family their prose may narrow
GENERAL = {"": "", "spinal_fusion": "spine", "fracture": "fracture"}
_LUMBAR = re.compile(r"lumbar|thoracic", re.I)
_ONE_LEVEL = re.compile(r"\b(single|one|1)(?:[- ]level|[- ]*(?:or|to|and|-) (?:two|2|three|3)\b)", re.I)
_TWO_LEVEL = re.compile(r"\b(two|2)[- ]level", re.I)
_MANY_LEVELS = re.compile(
    r"\b(multi-?level|(three|3|four|4)[- ]level|two or more levels|several levels)", re.I
)


@dataclass(frozen=True)
class _Word:
    family: str
    pattern: re.Pattern[str]
    site: str
    fixation: str
    detail: str


@cache
def _words() -> tuple[_Word, ...]:
    return tuple(
        _Word(r["family"], re.compile(r["pattern"], re.I), r["site"], r["fixation"], r["detail"])
        for r in table_rows("places")
    )


@cache
def _families() -> dict[str, str]:
    return {word.site: word.family for word in _words()}


def family_of(site: str) -> str:
    """Return the family of a site, itself if it has none.

    Examples
    --------
    >>> family_of("spine_cervical"), family_of("fracture_tibia"), family_of("socket")
    ('spine', 'fracture', 'socket')
    """
    return _families().get(site, site)


def _matches(text: str, family: str) -> list[_Word]:
    """Return the words of a text that name sites, general ones only where no other does."""
    found = [w for w in _words() if (not family or w.family == family) and w.pattern.search(text)]
    both = {"spine_cervical"} <= {w.site for w in found} and _LUMBAR.search(text)
    return [w for w in found if w.site not in GENERAL and not (both and w.family == "spine")] or found


def read_site(text: str) -> tuple[Site | None, bool]:
    """Return what a site string means, and whether it was read by its words.

    Examples
    --------
    >>> read_site("maxillary sinus floor elevation")[0].site, read_site("sinus")[1]
    ('sinus_lift', False)
    """
    known = find_site(text)
    if known is not None:
        return known, False
    found = _matches(text, "")
    if not found:
        return None, False
    first = found[0]
    return Site(text, first.site, first.detail, "", first.fixation, read_levels((text,)) or 0), True


def place_in(site: Site | None, texts: Sequence[str]) -> Site | None:
    """Return a site narrowed by prose, where it is general and one text names a single one; else None.

    Parameters
    ----------
    site : of the regimen, None if it says none.
    texts : prose from the nearest to the farthest: the arm, the title, the people, the design.
    """
    name = "" if site is None else site.site
    if name not in GENERAL or (site is not None and name == "fracture" and site.detail):
        return None  # one bone is named already, which osseo does not have
    for text in texts:
        found = _matches(text, GENERAL[name])
        sites = {w.site for w in found}
        if len(sites) == 1 and not sites & {name}:
            word = found[0]
            base = site or Site(text, "", "", "")
            return replace(base, site=word.site, detail=word.detail, fixation=word.fixation)
    return None


def read_fixation(site: str, texts: Sequence[str]) -> str:
    """Return the variant of a site that prose names, from the nearest text that names one; or empty.

    Examples
    --------
    >>> read_fixation("fracture_tibia", ("closed fractures", "reamed nails"))
    'nail'
    """
    rows = [row for row in table_rows("fixations") if row["site"] == site]
    for text in texts:
        found = [row["fixation"] for row in rows if re.search(row["pattern"], text, re.I)]
        if len(set(found)) == 1 or (found and found[0] == "none"):
            return found[0]
    return ""


def read_levels(texts: Sequence[str]) -> int | None:
    """Return how many levels of a spine were fused by the nearest text that says so; None if not said.

    Several levels are read as three. A text with both one and two levels says neither.
    """
    for text in texts:
        told = [n for n, rule in ((1, _ONE_LEVEL), (2, _TWO_LEVEL), (3, _MANY_LEVELS)) if rule.search(text)]
        if len(told) == 1:
            return told[0]
    return None
