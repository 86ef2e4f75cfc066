"""Look-ups in the shipped evidence: ids, records, the split, citations, search.

Light on purpose: JSON and CSV only, so that `osseo evidence` and parameter checks start at once.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from osseo.evidence.index import DATA, make_indexed, read_index
from osseo.evidence.record import DOMAINS, FOLDERS, KINDS, SEEN, USES, Record
from osseo.names import check_name

__all__ = [
    "citation",
    "load_record",
    "load_records",
    "record_ids",
    "record_role",
    "search",
    "split",
]

#: where a word is looked for, and how much a hit there counts
_WEIGHTS = {"id": 8, "title": 5, "citation": 4, "measure": 3, "domain": 2, "species": 2, "prose": 1}


@cache
def record_ids() -> tuple[str, ...]:
    """Return the ids of all shipped records, sorted.

    Examples
    --------
    >>> "joris2016" in record_ids()
    True
    """
    return tuple(sorted(read_index()))


def _check_id(record_id: str) -> str:
    if record_id not in read_index():
        check_name(record_id, record_ids(), "evidence record")
    return record_id


@cache
def _load(record_id: str) -> Record:
    return make_indexed(record_id)


def load_record(record_id: str) -> Record:
    """Return one shipped record.

    Raises
    ------
    NameUnknown : no such id; offers near ids.

    Examples
    --------
    >>> load_record("fine1991").kind
    'tracer'
    """
    return _load(_check_id(record_id))


def load_records(
    *,
    folder: str | None = None,
    use: str | None = None,
    kind: str | None = None,
    seen: str | None = None,
    domain: str | None = None,
) -> tuple[Record, ...]:
    """Return all shipped records that match every given filter, sorted by id.

    Raises
    ------
    NameUnknown : a filter value that no record can have.

    Examples
    --------
    >>> len(load_records())
    566
    """
    wanted = {"folder": folder, "use": use, "kind": kind, "seen": seen, "domain": domain}
    known = {"folder": FOLDERS, "use": USES, "kind": KINDS, "seen": SEEN, "domain": DOMAINS}
    chosen = {key: value for key, value in wanted.items() if value is not None}
    for key, value in chosen.items():
        check_name(value, known[key], key)
    return tuple(
        record
        for record in map(_load, record_ids())
        if all(getattr(record, key) == value for key, value in chosen.items())
    )


@cache
def split() -> Mapping[str, str]:
    """Return the role of every shipped record: calibration, validation, prior or reference.

    What calibrates never validates; the split was fixed before the first fit.
    """
    with (DATA / "SPLIT.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["record"]: row["role"] for row in csv.DictReader(file)})


def record_role(record_id: str) -> str:
    """Return the role of one record in the split.

    Raises
    ------
    NameUnknown : no such record; offers near ids.
    """
    roles = split()
    if record_id not in roles:
        check_name(record_id, roles, "evidence record")
    return roles[record_id]


def citation(record_id: str) -> str:
    """Return one line that names the source: id, citation, title, doi or page.

    Examples
    --------
    >>> citation("fine1991").startswith("[fine1991] Fine KD")
    True
    """
    record = load_record(record_id)
    place = f"doi:{record.doi}" if record.doi else next(iter(record.where), "")
    parts = (f"{record.citation.rstrip('.')}.", f"{record.title.rstrip('.')}.", place)
    return f"[{record.id}] " + " ".join(part for part in parts if part)


def _fields(record: Record) -> dict[str, str]:
    measures = (f"{r.measure} {r.label}" for r in record.results)
    arms = (f"{arm.name} {' '.join(map(str, arm.regimen.values()))}" for arm in record.arms)
    notes = (r.note for r in record.results)
    prose = (record.population, record.design, record.use_note, record.quality, *arms, *notes)
    return {
        "id": record.id.lower(),
        "title": record.title.lower(),
        "citation": record.citation.lower(),
        "measure": " ".join(measures).lower(),
        "domain": record.domain.lower(),
        "species": record.species.lower(),
        "prose": " ".join(prose).lower(),
    }


@cache
def _search_fields() -> tuple[tuple[Record, dict[str, str]], ...]:
    return tuple((record, _fields(record)) for record in load_records())


def _score(fields: Mapping[str, str], words: Collection[str]) -> int:
    scores = [sum(_WEIGHTS[key] for key, text in fields.items() if w in text) for w in words]
    return sum(scores) if all(scores) else 0


def search(text: str, *, limit: int | None = None, **filters: str | None) -> tuple[Record, ...]:
    """Return records in which every word of `text` occurs, best match first.

    Parameters
    ----------
    text : words, in any order; case does not matter.
    limit : at most so many records.
    filters : as for `load_records`: folder, use, kind, seen, domain.

    Examples
    --------
    >>> [record.id for record in search("fordtran absorption supplements")]
    ['fine1991']
    """
    words = text.lower().split()
    allowed = {record.id for record in load_records(**filters)}
    scored = [(_score(f, words), r) for r, f in _search_fields() if r.id in allowed]
    hits = sorted(((s, r) for s, r in scored if s), key=lambda hit: (-hit[0], hit[1].id))
    return tuple(record for _, record in hits[:limit])
