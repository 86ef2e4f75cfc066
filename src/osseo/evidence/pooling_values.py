"""What goes into which cell: every usable number of the calibration records, by endpoint, place and time.

Only human records of the split's calibration role are pooled, and no recalled number. Meta-analyses are
left out, because the studies in them may be there too. Differences between arms of one study are pooled
as well, reported or derived.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from osseo.evidence.library import load_records, record_role
from osseo.evidence.pooling import Cell, StudyValue
from osseo.evidence.record import Record, Result
from osseo.evidence.vocabulary import MappedArm, MappedResult, endpoint_words, find_graft, map_arm, map_result
from osseo.names import check_name

__all__ = [
    "Placed",
    "cell_of",
    "check_poolable",
    "find_cells",
    "place_result",
    "pooled_cells",
    "scale_of",
    "study_key",
    "window_of",
]

#: [d] ends of the windows of healing (those of klijn2010, then years) and their names
HEALING = ((137.0, "to 4.5 months"), (274.0, "4.5-9 months"), (548.0, "9-18 months"), (math.inf, "later"))
#: [d] ends of the windows of a magnesium regimen
DOSING = (
    (0.5, "start"),
    (28.0, "to 4 weeks"),
    (84.0, "4-12 weeks"),
    (200.0, "12-28 weeks"),
    (math.inf, "later"),
)
_HUMAN = re.compile(r"human|adult|patient|women|men\b", re.I)
#: author and year before the graft in the label of a review's row
_STUDY = re.compile(r"^[A-Z][\w'-]+( et al\.?)?,? \(?\d{4}[a-z]?\)?:? ")
_ANIMAL = re.compile(r"rabbit|rat\b|rats|mouse|mice|dog|sheep|pig|goat|cell", re.I)


@dataclass(frozen=True)
class Placed:
    """One number in its cell, and the sites, materials or salts it belongs to."""

    cell: Cell
    value: StudyValue


def window_of(group: str, day: float | None, single: bool = False) -> str:
    """Return the name of the window of time a day [d] falls in."""
    if single:
        return "one dose"
    if day is None:
        return "time not given"
    table = DOSING if group == "magnesium" else HEALING
    return next(name for end, name in table if day <= end)


def is_human(record: Record) -> bool:
    """Return whether a record is of people."""
    return record.kind not in ("animal", "in-vitro") and not (
        _ANIMAL.search(record.species) and not _HUMAN.search(record.species)
    )


def study_key(record: Record, result: Result) -> str:
    """Return what counts as one study: the record, or a named study of a review's table."""
    if record.kind == "review" and result.label:
        return f"{record.id}:{result.label.split()[0]}"
    return record.id


def _joined(materials: Sequence[tuple[str, float | None]], additive: str) -> str:
    parts = [name if share is None or share == 1 else f"{name}:{share:g}" for name, share in materials]
    return "+".join([*parts, *([additive] if additive else [])])


def _label_graft(label: str) -> str:
    """Return the material that the label of a review's row ends with, or empty."""
    words = _STUDY.sub("", label) if _STUDY.match(label) else label.split(" ", 1)[-1]
    text = words.replace("+", " + ")
    for start in ("", "xenograft ", "allograft ", "alloplast "):
        found = find_graft(start + text)
        if found is not None and found.materials:
            return _joined(found.materials, found.additive)
    return ""


def treatment_of(arm: MappedArm, label: str = "") -> str:
    """Return material and additive of an arm, or its salt; empty if not said."""
    if arm.site:
        return _joined(arm.materials, arm.additive) or _label_graft(label)
    return "placebo" if arm.salt == "none" else arm.salt or ("mixed" if arm.daily_mmol else "")


#: groups whose times are log-normal between patients and studies; other times (of a peak) may be zero
_LOG_GROUPS = ("union", "implant", "graft site")


def scale_of(endpoint: str) -> str:
    """Return the scale on which an endpoint is pooled: `logit` shares, `log` times of healing, or `identity`.

    Examples
    --------
    >>> scale_of("fusion_pct"), scale_of("time_to_union"), scale_of("new_bone_pct")
    ('logit', 'log', 'identity')
    """
    word = endpoint_words()[endpoint]
    if word.type == "time" and word.group in _LOG_GROUPS:
        return "log"
    return "logit" if word.type == "share" else "identity"


def _arms(record: Record, mapped: MappedResult, names: Sequence[str]) -> list[MappedArm]:
    found = [arm for name in names if (arm := record.arm(name)) is not None]
    if not found and mapped.kind == "level" and len(record.arms) == 1:
        found = [record.arms[0]]
    return [map_arm(record, arm) for arm in found]


def cell_of(
    mapped: MappedResult, arms: Sequence[MappedArm], label: str = "", *, against: str = ""
) -> Cell | None:
    """Return the cell of a mapped result, or None if its arm has no site, material or salt."""
    endpoint = endpoint_words()[mapped.endpoint]
    treatments = {treatment_of(arm, label) for arm in arms}
    sites = {arm.site for arm in arms}
    magnesium = endpoint.group == "magnesium"
    if len(treatments) != 1 or len(sites) != 1 or not (magnesium or "" not in sites):
        return None
    if not magnesium and treatments == {""}:
        treatments = {"not said"}
    single = magnesium and any(arm.single_mmol for arm in arms)
    treatment = treatments.pop() or ("habitual" if magnesium else "not said")
    return Cell(
        endpoint=mapped.endpoint,
        unit=mapped.unit,
        site=sites.pop(),
        material=treatment,
        window=window_of(endpoint.group, mapped.time_d, single),
        against=against,
        scale=scale_of(mapped.endpoint) if not against else "identity",
    )


def _level(record: Record, result: Result, mapped: MappedResult) -> Placed | None:
    arms = _arms(record, mapped, mapped.arms)
    if not arms or mapped.value is None:
        return None
    cell = cell_of(mapped, arms, result.label)
    if cell is None:
        return None
    key = study_key(record, result)
    value = StudyValue(
        key, result.label, mapped.value, mapped.time_d, mapped.sd, mapped.n, _own_error(mapped)
    )
    return Placed(cell, value)


def _own_error(mapped: MappedResult) -> float | None:
    """Return an SE that n and SD do not say again."""
    return None if mapped.sd is not None and mapped.n else mapped.se


def _contrast(record: Record, result: Result, mapped: MappedResult) -> Placed | None:
    sides = [map_arm(record, arm) for n in mapped.contrast_arms if (arm := record.arm(n)) is not None]
    if len(sides) != 2 or mapped.kind not in ("difference", "percent_difference") or mapped.value is None:
        return None
    second = treatment_of(sides[1])
    if not second or not treatment_of(sides[0]):
        return None
    cell = cell_of(mapped, sides[:1], against=second)
    if cell is None:
        return None
    n = min((arm.n for arm in sides if arm.n), default=None)
    value = StudyValue(record.id, result.label, mapped.value, mapped.time_d, None, n, mapped.se)
    return Placed(cell, value)


def place_result(record: Record, result: Result) -> Placed | None:
    """Return one result in its cell, or None where it has no number, no arm or no place."""
    mapped = map_result(record, result)
    if not mapped.is_mapped or mapped.recalled or mapped.form != "level":
        return None
    if mapped.kind == "level":
        return _level(record, result, mapped)
    return _contrast(record, result, mapped)


def derived_contrasts(placed: Iterable[Placed]) -> list[Placed]:
    """Return differences between arms of one study, at one time, of one endpoint."""
    groups: dict[tuple[str, str, str, str, float | None], list[Placed]] = {}
    for one in placed:
        c, v = one.cell, one.value
        if not c.against and c.scale != "logit":
            groups.setdefault((v.record, c.endpoint, c.unit, c.site, v.time_d), []).append(one)
    found = []
    for members in groups.values():
        for a, b in combinations(members, 2):
            if a.cell.material != b.cell.material and a.value.label != b.value.label:
                found.append(_difference(a, b))
    return found


def _difference(a: Placed, b: Placed) -> Placed:
    first, second = sorted((a, b), key=lambda p: (p.cell.material in ("placebo", "none"), p.cell.material))
    errors = [_error(p.value) for p in (first, second)]
    se = math.hypot(*(e for e in errors if e is not None)) if None not in errors else None
    n = min((p.value.n for p in (first, second) if p.value.n), default=None)
    sds = [p.value.sd for p in (first, second) if p.value.sd]
    sd = math.sqrt(sum(s * s for s in sds)) if len(sds) == 2 else None
    value = StudyValue(
        first.value.record,
        f"{first.value.label} - {second.value.label}",
        first.value.value - second.value.value,
        first.value.time_d,
        None if se else sd,
        n,
        se,
    )
    return Placed(replace(first.cell, against=second.cell.material, scale="identity"), value)


def _error(value: StudyValue) -> float | None:
    if value.se is not None:
        return value.se
    return value.sd / math.sqrt(value.n) if value.sd and value.n else None


def check_poolable(record: Record) -> str:
    """Return why a record must not be pooled; empty if it may."""
    if record_role(record.id) != "calibration":
        return f"its role is {record_role(record.id)}; only calibration records are pooled"
    if record.kind in ("meta-analysis",):
        return "a meta-analysis; its studies may be pooled themselves"
    return "" if is_human(record) else "not of people"


@cache
def pooled_cells() -> Mapping[Cell, tuple[StudyValue, ...]]:
    """Return every cell of the shipped calibration records with its values, levels and differences."""
    levels: list[Placed] = []
    for record in load_records():
        if check_poolable(record):
            continue
        found = (place_result(record, result) for result in record.results if not result.is_recalled)
        levels += [one for one in found if one is not None]
    cells: dict[Cell, list[StudyValue]] = {}
    for one in [*levels, *derived_contrasts(levels)]:
        cells.setdefault(one.cell, []).append(one.value)
    return {cell: tuple(values) for cell, values in cells.items()}


def find_cells(
    *, endpoint: str = "", site: str = "", material: str = "", window: str = "", against: str | None = None
) -> tuple[Cell, ...]:
    """Return the cells that match every given word, those with most studies first.

    Raises
    ------
    NameUnknown : a word no cell has; offers near ones.
    """
    wanted = {"endpoint": endpoint, "site": site, "material": material, "window": window}
    cells = pooled_cells()
    for part, word in wanted.items():
        if word:
            check_name(word, {getattr(c, part) for c in cells}, part, "osseo evidence pool")
    found = [
        c
        for c in cells
        if all(not word or getattr(c, part) == word for part, word in wanted.items())
        and (against is None or c.against == against)
    ]
    return tuple(sorted(found, key=lambda c: (-len({v.record for v in cells[c]}), c.name)))
