"""From an arm of a record to a site, materials, a salt, a dose and the people in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from osseo.evidence.record import Arm, Record, as_number
from osseo.evidence.vocabulary.labels import named_arm
from osseo.evidence.vocabulary.places import family_of, place_in, read_fixation, read_levels, read_site
from osseo.evidence.vocabulary.subjects import NUMBERS, Stated, stated
from osseo.evidence.vocabulary.tables import (
    Graft,
    Site,
    find_salt,
    regimen_keys,
    salt_reason,
    suggest_word,
)
from osseo.evidence.vocabulary.wording import BY_WORDS, read_graft

__all__ = ["MappedArm", "map_arm"]

_MG_PER_MMOL = 24.305
#: roles of regimen keys that hold one number in house units
_AMOUNTS = ("daily", "single", "meal", "phytate", "oxalate", "per_day", "doses", "duration", "supplement")


@dataclass(frozen=True)
class MappedArm:
    """One arm of a study in the words of osseo.

    Parameters
    ----------
    record, name, n : which arm, how many subjects.
    site, site_detail : a site of the vocabulary (`sites.csv`), approach or level.
    fixation, levels : named variant of the site and how many levels; empty and None are not said.
    material : graft material or mixture of the vocabulary; empty if unknown.
    materials : its parts, pairs of material and share (None: not said).
    additive : platelets, bmp, pdgf, cells or collagen; empty if none.
    adjuncts : the same as osseo names adjuncts.
    salt : `none` for a placebo or no treatment; empty if unknown.
    daily_mmol : [mmol/d] elemental magnesium a day on top of food; 0 for `none`.
    single_mmol : [mmol] one dose; meal_mmol : magnesium of the meal with it.
    doses_per_day, doses : how often a day, how many single doses.
    with_meal : with food or not; None if not said.
    duration_d : [d] how long.
    route : `oral`, `iv` or `tracer`.
    phytate_mmol, oxalate_mmol : [mmol] in the meal.
    subjects : stated means, keys of `subjects.NUMBERS`.
    facts : the stated facts with the words they rest on.
    reasons : what could not be read, each with why.
    notes : what was read by its words or from prose, so that it can be checked.
    """

    record: str
    name: str
    n: int | None = None
    site: str = ""
    site_detail: str = ""
    fixation: str = ""
    levels: int | None = None
    material: str = ""
    materials: tuple[tuple[str, float | None], ...] = ()
    additive: str = ""
    adjuncts: tuple[str, ...] = ()
    salt: str = ""
    daily_mmol: float | None = None
    single_mmol: float | None = None
    meal_mmol: float | None = None
    doses_per_day: float | None = None
    doses: float | None = None
    with_meal: bool | None = None
    duration_d: float | None = None
    route: str = "oral"
    phytate_mmol: float | None = None
    oxalate_mmol: float | None = None
    subjects: Mapping[str, float] = field(default_factory=dict)
    facts: tuple[Stated, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def daily_mg(self) -> float | None:
        """Elemental magnesium a day [mg/d]."""
        return None if self.daily_mmol is None else self.daily_mmol * _MG_PER_MMOL

    @property
    def is_control(self) -> bool:
        """Whether it got no magnesium: a placebo or no treatment."""
        return self.salt == "none"


def _amounts(regimen: Mapping[str, Any], reasons: list[str]) -> dict[str, float]:
    """Return the numbers of a regimen by role, in mmol and d; the first key of a role counts."""
    found: dict[str, float] = {}
    for key, value in regimen.items():
        known = regimen_keys().get(key)
        if known is None:
            reasons.append(
                f"regimen key {key!r} is not in the vocabulary; {suggest_word('regimen key', key)}"
            )
            continue
        is_amount = known.role in _AMOUNTS or known.role.startswith("daily_")
        if value is None or not is_amount:
            continue
        number = as_number(value)
        if number is None:
            reasons.append(f"{key} {value!r} is not one number")
        elif known.factor is not None:
            found.setdefault(known.role, number * known.factor)
    return found


def _daily(found: Mapping[str, float], salt: str, reasons: list[str]) -> float | None:
    """Return elemental magnesium a day: the dose, or the oxide's mass read as such and said so."""
    if salt == "none":
        return 0.0
    if "supplement" in found:
        return found["supplement"]
    if "daily" in found:
        return found["daily"]
    if "daily_oxide" in found:
        reasons.append("the dose is read as the mass of magnesium oxide")
        return found["daily_oxide"]
    if "daily_unsure" in found:
        reasons.append("whether the dose is elemental is not said; read as elemental")
        return found["daily_unsure"]
    return None


def _word(kind: str, regimen: Mapping[str, Any], find: Callable[[str], Any], reasons: list[str]) -> Any:
    """Return what the word of a regimen means, None without one; notes an unknown word."""
    text = regimen.get(kind)
    if text is None:
        return None
    found = find(str(text))
    if found is None:
        hint = suggest_word(kind, str(text))
        reasons.append(f"{kind} {text!r} is not in the vocabulary" + (f"; {hint}" if hint else ""))
    return found


#: domains whose prose may say where an operation was
_OPERATED = ("graft-outcome", "healing-biology")


def _prose(record: Record, arm: Arm) -> tuple[str, ...]:
    """Return texts that may say how an arm was operated, the nearest first."""
    own = " ".join([arm.name, *(str(v) for k, v in arm.regimen.items() if k not in ("site", "graft"))])
    return own, record.title, record.population, record.design


def _place(record: Record, arm: Arm, reasons: list[str], notes: list[str]) -> Site | None:
    """Return the site of an arm, narrowed by the record's prose where its word is general."""
    text = arm.regimen.get("site")
    site, by_words = (None, False) if text is None else read_site(str(text))
    if text is not None and site is None:
        hint = suggest_word("site", str(text))
        reasons.append(f"site {text!r} is not in the vocabulary" + (f"; {hint}" if hint else ""))
    if by_words and site is not None:
        notes.append(f"{BY_WORDS}: site {text!r} as {site.site}")
    operated = record.domain in _OPERATED
    if site is not None and (site.reason or not operated):
        return site
    narrowed = place_in(site, _prose(record, arm)) if operated else None
    if narrowed is None:
        return site
    notes.append(f"site {text or 'not given'!s}: the record's words say {narrowed.site}")
    return narrowed


def _levels(record: Record, arm: Arm, site: Site | None) -> int | None:
    if site is None or family_of(site.site) != "spine":
        return None
    return site.levels or read_levels(_prose(record, arm))


def _graft(arm: Arm, reasons: list[str], notes: list[str]) -> Graft | None:
    text = arm.regimen.get("graft")
    if text is None:
        return None
    graft, by_words = read_graft(str(text))
    if graft is None:
        hint = suggest_word("graft", str(text))
        reasons.append(f"graft {text!r} is not in the vocabulary" + (f"; {hint}" if hint else ""))
    elif by_words:
        notes.append(f"{BY_WORDS}: graft {text!r} as {graft.material}")
    return graft


def _facts(record: Record, arm: Arm) -> tuple[Stated, ...]:
    own = stated(record.id, arm.name)
    taken = {fact.field for fact in own}
    return (*own, *(fact for fact in stated(record.id, "") if fact.field not in taken))


def _inline(record: Record, arm: Arm) -> dict[str, float]:
    """Return numbers on the subjects that the record file itself holds under `subjects`."""
    found: dict[str, float] = {}
    for extra in (record.extra, arm.extra):
        given = extra.get("subjects")
        for key, value in given.items() if isinstance(given, Mapping) else ():
            number = as_number(value)
            if key in NUMBERS and number is not None:
                found[key] = number
    return found


def _with_meal(regimen: Mapping[str, Any], facts: tuple[Stated, ...]) -> bool | None:
    if isinstance(regimen.get("with_meal"), bool):
        return bool(regimen["with_meal"])
    told = [fact.value for fact in facts if fact.field == "with_meal"]
    return told[0] == "yes" if told else None


def map_arm(record: Record, arm: Arm | str) -> MappedArm:
    """Return an arm as site, materials, salt, dose and people, with what could not be read.

    Parameters
    ----------
    record : the study.
    arm : one of its arms, or its name.

    Raises
    ------
    KeyError : the record has no arm of this name.

    Examples
    --------
    >>> from osseo.evidence import load_record
    >>> arm = map_arm(load_record("joris2016"), "citrate")
    >>> arm.salt, round(arm.daily_mmol, 2), arm.doses_per_day
    ('citrate', 14.4, 3.0)
    """
    found = named_arm(record, arm) if isinstance(arm, str) else arm
    if found is None:
        raise KeyError(f"{record.id}: no arm {arm!r}")
    arm, regimen, reasons, notes = found, found.regimen, [], []
    site, graft = _place(record, arm, reasons, notes), _graft(arm, reasons, notes)
    salt = _word("salt", regimen, find_salt, reasons) or ""
    reasons += [x.reason for x in (site, graft) if x is not None and x.reason]
    why = salt_reason(str(regimen["salt"])) if regimen.get("salt") is not None else ""
    reasons += [f"salt: {why}"] if why else []
    amounts, facts = _amounts(regimen, reasons), _facts(record, arm)
    people = {f.field: float(f.value) for f in facts if f.field in NUMBERS} | _inline(record, arm)
    per_day = amounts.get("per_day", people.get("doses_per_day"))
    words = str(regimen.get("route", ""))
    route = "tracer" if "tracer" in words or "28Mg" in words else "iv" if "iv" in words.lower() else "oral"
    return MappedArm(
        record=record.id,
        name=arm.name,
        n=arm.n,
        site=site.site if site else "",
        site_detail=site.detail if site else "",
        fixation=(site.fixation or read_fixation(site.site, _prose(record, arm))) if site else "",
        levels=_levels(record, arm, site),
        material=graft.material if graft else "",
        materials=graft.materials if graft else (),
        additive=graft.additive if graft else "",
        adjuncts=graft.adjuncts if graft else (),
        salt=salt,
        daily_mmol=_daily(amounts, salt, reasons),
        single_mmol=amounts.get("single"),
        meal_mmol=amounts.get("meal"),
        doses_per_day=per_day,
        doses=amounts.get("doses"),
        with_meal=_with_meal(regimen, facts),
        duration_d=amounts.get("duration"),
        route="iv" if salt == "sulfate_iv" else route,
        phytate_mmol=amounts.get("phytate"),
        oxalate_mmol=amounts.get("oxalate"),
        subjects=people,
        facts=facts,
        reasons=tuple(reasons),
        notes=tuple(notes),
    )
