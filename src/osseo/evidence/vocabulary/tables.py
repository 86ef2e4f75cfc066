"""The vocabulary tables: one row per word of the records, read once, looked up without guessing.

A word a table does not hold is not mapped; `suggest_word` offers near ones. Names of endpoints, sites,
materials and salts are words too, so that a user may write them directly.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import EvidenceError
from osseo.names import suggest

__all__ = [
    "Endpoint",
    "Graft",
    "Measure",
    "RegimenKey",
    "Site",
    "Unit",
    "convert_factor",
    "endpoint_words",
    "find_graft",
    "find_measure",
    "find_salt",
    "find_site",
    "find_unit",
    "reason_text",
    "regimen_keys",
    "salt_reason",
    "suggest_word",
    "table_rows",
    "words",
]

_HERE = Path(__file__).parent
UNMAPPED = "unmapped"


@dataclass(frozen=True)
class Endpoint:
    """One thing studies measure.

    Parameters
    ----------
    name, unit : endpoint and its house unit.
    type : `level`, `share` (of subjects; its error follows from counts) or `time` (the value is a time).
    group : subject it belongs to.
    substance : what mass is converted with; may be empty.
    meaning : in one phrase.
    """

    name: str
    unit: str
    type: str
    group: str
    substance: str
    meaning: str


@dataclass(frozen=True)
class Measure:
    """What a measure name means.

    Parameters
    ----------
    name : as a reader wrote it.
    endpoint : one of `endpoint_words()`, or empty if it stands for none.
    form : `level`, `change` or `percent_change` from the start; `fitted` is read off a curve over studies.
    transform : `complement` (100 less it), `negate`, or empty.
    time : `visit`, `itself` (the value is a time), `single_dose` (hours after one dose) or `none`.
    baseline_d : [d] day the change counts from, if not the start.
    reason : class of `reasons.csv` if there is no endpoint.
    note : what else a reader must know.
    """

    name: str
    endpoint: str
    form: str
    transform: str
    time: str
    baseline_d: float | None
    reason: str
    note: str


@dataclass(frozen=True)
class Unit:
    """What a unit string means: canonical unit, factor to it, kind of contrast, number of subjects."""

    name: str
    canonical: str
    factor: float
    kind: str
    base: int | None
    reason: str
    note: str


@dataclass(frozen=True)
class Site:
    """What a site string means: site, detail (approach, level), why there is none, fixation and levels.

    `fixation` is a named variant of the site, `levels` how many are operated; empty and 0 are not said.
    """

    name: str
    site: str
    detail: str
    reason: str
    fixation: str = ""
    levels: int = 0


@dataclass(frozen=True)
class Graft:
    """What a graft string means.

    Parameters
    ----------
    name : as a reader wrote it.
    material : one name, for a mixture too; empty if unknown. `autograft` alone has no form said.
    materials : pairs of material and its share, None where the share is not said; one for a pure graft.
    additive : platelets, bmp, pdgf, cells or collagen: cells of studies are pooled by it.
    reason : why there is no material.
    adjuncts : the same more exactly, as osseo names adjuncts, e.g. `prf`, `prp`, `rhbmp2`.
    """

    name: str
    material: str
    materials: tuple[tuple[str, float | None], ...]
    additive: str
    reason: str
    adjuncts: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegimenKey:
    """What a key of a regimen means: role, unit, factor to mmol or d (None: text), meaning."""

    name: str
    role: str
    unit: str
    factor: float | None
    meaning: str


@cache
def table_rows(table: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a table beside this file, by column."""
    path = _HERE / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error}); reinstall osseo") from error


@cache
def _endpoints() -> Mapping[str, Endpoint]:
    rows = table_rows("endpoints")
    names = ("endpoint", "unit", "type", "group", "substance", "meaning")
    return {row["endpoint"]: Endpoint(*(row[name] for name in names)) for row in rows}


def endpoint_words() -> Mapping[str, Endpoint]:
    """Return every endpoint of the vocabulary by name.

    Examples
    --------
    >>> endpoint_words()["serum_total"].unit
    'mmol/L'
    """
    return _endpoints()


def _make_measure(row: Mapping[str, str]) -> Measure:
    endpoint = "" if row["endpoint"] == UNMAPPED else row["endpoint"]
    baseline = float(row["baseline_d"]) if row["baseline_d"] else None
    texts = (row["form"] or "level", row["transform"], row["time"])
    return Measure(row["measure"], endpoint, *texts, baseline, row["reason"], row["note"])


@cache
def _measures() -> Mapping[str, Measure]:
    own = {
        name: Measure(name, name, "level", "", "itself" if e.type == "time" else "visit", None, "", "")
        for name, e in _endpoints().items()
    }
    return {**own, **{row["measure"]: _make_measure(row) for row in table_rows("measures")}}


@cache
def _units() -> Mapping[str, Unit]:
    own = {e.unit: Unit(e.unit, e.unit, 1.0, "", None, "", "") for e in _endpoints().values()}
    read = {
        r["unit"]: Unit(
            r["unit"],
            r["canonical"],
            float(r["factor"]),
            r["kind"],
            int(r["base"]) if r["base"] else None,
            r["reason"],
            r["note"],
        )
        for r in table_rows("units")
    }
    return {**own, **read}


def _make_site(row: Mapping[str, str]) -> Site:
    levels = int(row["levels"] or 0)
    return Site(row["site_text"], row["site"], row["detail"], row["reason"], row["fixation"], levels)


@cache
def _sites() -> Mapping[str, Site]:
    read = {r["site_text"]: _make_site(r) for r in table_rows("sites")}
    own = {s.site: Site(s.site, s.site, "", "") for s in read.values() if s.site}
    return {**own, **read}


def _make_graft(row: Mapping[str, str]) -> Graft:
    parts = (part.partition(":") for part in (row["parts"] or row["material"]).split("+") if part)
    materials = tuple((name, float(share) if share else None) for name, _, share in parts)
    adjuncts = tuple(word for word in row["adjuncts"].split("|") if word)
    return Graft(row["graft_text"], row["material"], materials, row["additive"], row["reason"], adjuncts)


@cache
def _grafts() -> Mapping[str, Graft]:
    read = {row["graft_text"]: _make_graft(row) for row in table_rows("grafts")}
    own = {
        g.material: Graft(g.material, g.material, g.materials, "", "") for g in read.values() if g.material
    }
    return {**own, **read}


@cache
def _salts() -> Mapping[str, tuple[str, str]]:
    read = {r["salt_text"]: (r["salt"], r["reason"]) for r in table_rows("salts")}
    return {**{salt: (salt, "") for salt, _ in read.values() if salt}, **read}


@cache
def regimen_keys() -> Mapping[str, RegimenKey]:
    """Return what every key of a regimen means, by key."""
    return {
        r["key"]: RegimenKey(
            r["key"], r["role"], r["unit"], float(r["factor"]) if r["factor"] else None, r["meaning"]
        )
        for r in table_rows("regimens")
    }


@cache
def _factors() -> Mapping[tuple[str, str, str], float]:
    return {
        (r["canonical"], r["unit"], r["substance"]): float(r["factor"]) for r in table_rows("conversions")
    }


def convert_factor(canonical: str, unit: str, substance: str = "") -> float | None:
    """Return the factor from one unit to another, or None if there is none.

    Examples
    --------
    >>> convert_factor("mEq/L", "mmol/L", "magnesium")
    0.5
    """
    if canonical == unit:
        return 1.0
    table = _factors()
    return table.get((canonical, unit, substance), table.get((canonical, unit, "")))


@cache
def _reasons() -> Mapping[str, str]:
    return {row["reason"]: row["meaning"] for row in table_rows("reasons")}


def reason_text(reason: str) -> str:
    """Return what a reason class means; its own name if it is not in the table."""
    return _reasons().get(reason, reason)


def _look_up(table: Mapping[str, Any], name: str) -> Any:
    """Return the row of a word, written as in the table or with other capitals."""
    found = table.get(name)
    if found is None:
        plain = " ".join(name.split()).casefold()
        found = next((row for word, row in table.items() if word.casefold() == plain), None)
    return found


def find_measure(name: str) -> Measure | None:
    """Return what a measure name means, or None if it is not in the vocabulary.

    Examples
    --------
    >>> find_measure("implant_survival").transform
    'complement'
    """
    return _look_up(_measures(), name)


def find_unit(name: str) -> Unit | None:
    """Return what a unit string means, or None if it is not in the vocabulary."""
    return _units().get(name)


def find_site(name: str) -> Site | None:
    """Return what a site string means, or None if it is not in the vocabulary."""
    return _look_up(_sites(), name)


def find_graft(name: str) -> Graft | None:
    """Return what a graft string means, or None if it is not in the vocabulary.

    Examples
    --------
    >>> find_graft("xenograft DBBM 80 + autograft 20").materials
    (('dbbm', 0.8), ('autograft_particulate', 0.2))
    """
    return _look_up(_grafts(), name)


def find_salt(name: str) -> str | None:
    """Return the salt a string means; empty if it means none, None if it is not in the vocabulary."""
    found = _look_up(_salts(), name)
    return None if found is None else found[0]


def salt_reason(name: str) -> str:
    """Return why a salt string means no salt, or what was assumed; may be empty."""
    found = _look_up(_salts(), name)
    return "" if found is None else found[1]


_TABLES = {"measure": _measures, "unit": _units, "site": _sites, "graft": _grafts, "salt": _salts}


def words(kind: str) -> tuple[str, ...]:
    """Return every word of one kind: measure, unit, site, graft, salt or regimen key."""
    table = regimen_keys() if kind == "regimen key" else _TABLES[kind]()
    return tuple(table)


def suggest_word(kind: str, name: str) -> str:
    """Return the sentence that follows an unknown word of a record: near words, or nothing.

    Examples
    --------
    >>> suggest_word("salt", "glycinat")
    'did you mean glycinate or diglycinate or bisglycinate?'
    """
    return suggest(name, words(kind))
