"""Words the tables do not hold, read by their parts: measures, units and grafts of a study nobody saw.

The tables come first and are never overruled. A reading by parts is kept apart, because it may be wrong:
it carries the sentence that says so, and a test measures how often it agrees with the tables (0344).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from osseo.evidence.vocabulary.tables import (
    Graft,
    Measure,
    Unit,
    endpoint_words,
    find_graft,
    find_measure,
    find_unit,
    table_rows,
    words,
)

__all__ = ["BY_WORDS", "read_graft", "read_measure", "read_unit"]

#: what the note of a reading by parts begins with
BY_WORDS = "read by its words"
#: family of `measure_words.csv` -> canonical units it takes; `any` takes all
_FAMILIES = {
    "%": ("%", "count", "ratio", "points"),
    "mm": ("mm",),
    "mm or %": ("mm", "%"),
    "mm3": ("mm3", "ml"),
    "time": ("d", "min", "y"),
    "slope": ("points/mm", "points per mm"),
    "points": ("points",),
    "vessels": ("vessels per field", "count"),
    "suv": ("SUV",),
    "conc": ("mmol/L", "mg/dL", "mEq/L", "ng/mL", "pg/mL", "mg/L", "U/L", "umol/L"),
    "amount": ("mmol/d", "mg/d", "mmol"),
}
#: kinds of contrast any measure may have
_RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "ratio", "standardised_difference")
#: words of a statistic or a rule, not of an outcome
_NO_OUTCOME = re.compile(
    r"\bmcid\b|\bauc\b|cut-?off|threshold|correlation|p.value|sensitivity|specificity|kappa|\bicc\b"
)
_CHANGE = re.compile(r"\b(change|changes|delta|difference|rise|gain|increase|improvement|from baseline)\b")
_FALL = re.compile(r"\b(decrease|drop|fall|reduction|decline)\b")
#: endpoints that are a level unless the words say `change`
_CHANGES = (
    "isq",
    "rust_score",
    "bone_density",
    "serum_total",
    "serum_ionised",
    "urine_24h",
    "pain_score",
    "function_score",
    "ridge_width",
    "graft_height",
    "bmd",
    "new_bone_pct",
    "periotest",
)
_UNIT_WORDS = (
    (re.compile(r"^(%|percent|pct|per cent|percentage)( of .*| \(.*)?$"), "%"),
    (re.compile(r"^(percentage points?|%-?points?|pp|points? \(%\))$"), "percentage points"),
    (re.compile(r"^(proportion|share|fraction|probability)$"), "fraction"),
    (re.compile(r"^(days?|d\.?)$"), "d"),
    (re.compile(r"^(weeks?|wks?|w)\.?$"), "weeks"),
    (re.compile(r"^(months?|mos?|mths?)\.?$"), "months"),
    (re.compile(r"^(years?|yrs?|y)\.?$"), "years"),
    (re.compile(r"^(millimet(er|re)s?|mm\.?)$"), "mm"),
    (re.compile(r"^(cubic (milli|centi)met\w+|cc|ml|cm\^3|cm³)$"), "cm3"),
    (re.compile(r"^(mm\^3|mm³|cubic mm)$"), "mm3"),
    (re.compile(r"^(hounsfield( units?)?|hu)$"), "HU"),
    (re.compile(r"^(isq( units?| points?)?)$"), "ISQ"),
    (re.compile(r"^(n\W?cm|newton.?cent\w+)$"), "Ncm"),
    (re.compile(r"^(odds ratio|or|aor|adjusted or|or \(.*)$"), "OR"),
    (re.compile(r"^(risk ratio|relative risk|rr|rr \(.*)$"), "RR"),
    (re.compile(r"^(hazard ratio|hr|ahr|hr \(.*)$"), "HR"),
    (re.compile(r"^(smd|std\.? mean diff\w*|standardi[sz]ed mean difference)$"), "SMD"),
    (re.compile(r"^(patients?|cases?|n|number|events?|levels?|implants?)( of \d+)?$"), "count"),
    (re.compile(r"^(score|points?|rust( points?)?|mrust|scale)$"), "points"),
    (re.compile(r"^mmol/l(itre|iter)?$"), "mmol/L"),
    (re.compile(r"^(mmol/d(ay)?|mmol/24 ?h)$"), "mmol/d"),
    (re.compile(r"^(mg/d(ay)?|mg/24 ?h)$"), "mg/d"),
)  # fmt: skip


@cache
def _by_casefold() -> dict[str, str]:
    return {word.casefold(): word for word in reversed(words("unit"))}


def read_unit(name: str) -> tuple[Unit | None, bool]:
    """Return what a unit means, and whether it was read by its words.

    Examples
    --------
    >>> read_unit("Percent")[0].canonical, read_unit("wks")[0].factor
    ('%', 7.0)
    """
    known = find_unit(name)
    if known is not None:
        return known, False
    plain = " ".join(name.replace("_", " ").split()).casefold()
    for text in dict.fromkeys((plain, re.sub(r"\s*[(\[].*$", "", plain))):
        if re.search(r"[a-z]{2}", text) and text in _by_casefold() and len(text) > 2:
            return find_unit(_by_casefold()[text]), True
        found = next((word for rule, word in _UNIT_WORDS if rule.match(text)), None)
        if found is not None and find_unit(found) is not None:
            return find_unit(found), True
    return None, False


@cache
def _measure_rules() -> tuple[tuple[re.Pattern[str], str, dict[str, str]], ...]:
    return tuple((re.compile(r["pattern"]), r["unit"], dict(r)) for r in table_rows("measure_words"))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_]+", " ", name).split()).casefold()


def _form(text: str, endpoint: str, unit: Unit, transform: str) -> tuple[str, str]:
    """Return form and transform: a change where the words say so and the endpoint is no change itself."""
    moved = _CHANGE.search(text) or _FALL.search(text)
    turned = "negate" if _FALL.search(text) and not _CHANGE.search(text) else transform
    percent = unit.canonical == "%" and endpoint_words()[endpoint].unit != "%"
    if endpoint in _CHANGES and moved:
        return ("percent_change" if percent else "change"), turned
    if percent and not unit.kind:
        return "percent_change", transform
    return "level", transform


def read_measure(name: str, unit_name: str | None) -> tuple[Measure | None, bool]:
    """Return what a measure means, and whether it was read by its words.

    Parameters
    ----------
    name : as written. unit_name : of the result; words that fit several endpoints are told apart by it.

    Examples
    --------
    >>> read_measure("newly formed bone, histomorphometry", "%")[0].endpoint
    'new_bone_pct'
    >>> read_measure("weeks to radiographic union", "weeks")[0].endpoint
    'time_to_union'
    """
    known = find_measure(name)
    if known is not None:
        return known, False
    unit = read_unit(unit_name)[0] if unit_name else None
    return (None if unit is None else by_words(name, unit)), True


def by_words(name: str, unit: Unit) -> Measure | None:
    """Return the reading of a measure by its words alone, whatever the tables say; None if there is none."""
    text = _plain(name)
    if _NO_OUTCOME.search(text) or (unit.kind == "association"):
        return None
    for rule, family, row in _measure_rules():
        fits = family == "any" or unit.kind in _RATIOS or unit.canonical in _FAMILIES[family]
        if not fits or not rule.search(text):
            continue
        form, transform = _form(text, row["endpoint"], unit, row["transform"])
        note = f"{BY_WORDS}: {name!r} as {row['endpoint']}"
        return Measure(name, row["endpoint"], form, transform, row["time"], None, "", note)
    return None


@cache
def _graft_rules() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((r["role"], re.compile(r["pattern"], re.I), r["word"]) for r in table_rows("graft_words"))


def _materials(text: str) -> tuple[str, ...]:
    """Return the materials a text names; the words of one are taken out before the next is sought."""
    found: list[str] = []
    for role, rule, word in _graft_rules():
        if role == "material" and rule.search(text):
            text = rule.sub(" ", text)
            found.append(word)
    kept = (word for word in dict.fromkeys(found) if not _is_said_better(word, found))
    return tuple(kept)


def _is_said_better(word: str, found: list[str]) -> bool:
    """Return whether a general word only repeats what another of the same text says exactly."""
    better = {"autograft": ("autograft_",), "allograft_particulate": ("allograft_", "fdba", "dbm")}
    return any(other != word and other.startswith(better.get(word, ("-",))) for other in found)


def read_graft(text: str) -> tuple[Graft | None, bool]:
    """Return what a graft string means, and whether it was read by its words.

    Examples
    --------
    >>> read_graft("Bio-Oss granules with L-PRF membranes")[0].adjuncts
    ('prf',)
    """
    known = find_graft(text)
    if known is not None:
        return known, False
    rules = _graft_rules()
    pieces = [piece for piece in re.split(r"\s*(?:\+|\bwith\b|\band\b|/(?=[a-z]{4})|,)\s*", text) if piece]
    names = tuple(dict.fromkeys(name for piece in pieces for name in _materials(piece)))
    told = {
        role: [word for r, rule, word in rules if r == role and rule.search(text)]
        for role in ("additive", "adjunct", "none")
    }
    if not names and not told["none"] and not told["additive"]:
        return None, False
    names = names or ("none",)
    additive = next(iter(told["additive"]), "")
    base = Graft(text, "+".join(names), tuple((name, None) for name in names), additive, "")
    if len(names) == 1:
        base = replace(base, materials=((names[0], None),))
    return replace(base, adjuncts=tuple(dict.fromkeys(told["adjunct"]))), True
