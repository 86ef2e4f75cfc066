"""What is wrong with a user's own study beyond its form: words, arms, contrasts, units and impossible values.

Every problem is noted with its place; a number that could be misread is an error, a word osseo does not
know is a warning (the row is kept and not predicted).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from osseo.evidence.record import Arm, Record, Result, as_number
from osseo.evidence.vocabulary.labels import find_arms, find_contrast, split_contrast
from osseo.evidence.vocabulary.people import facts_in
from osseo.evidence.vocabulary.places import read_levels, read_site
from osseo.evidence.vocabulary.results import map_result
from osseo.evidence.vocabulary.tables import (
    Endpoint,
    endpoint_words,
    find_graft,
    find_salt,
    find_site,
    regimen_keys,
    suggest_word,
)
from osseo.evidence.vocabulary.wording import read_graft, read_measure, read_unit
from osseo.names import near_names, suggest

__all__ = ["Collector", "check_study"]

Path = tuple[Any, ...]
_PERCENT = 100.0
_FIND: dict[str, Callable[[str], object]] = {"site": find_site, "graft": find_graft, "salt": find_salt}
#: endpoints that may be negative as levels
_SIGNED = ("mg_balance", "calcium_balance", "t_score", "depth_profile", "graft_height", "periotest")


class Collector(Protocol):
    """Notes problems at a path inside the record; `osseo.evidence.schema.Checker` is one."""

    def error(self, path: Path, message: str, remedy: str = "") -> None:
        """Note an error."""
        ...

    def warn(self, path: Path, message: str, remedy: str = "") -> None:
        """Note a warning."""
        ...


def check_study(record: Record, check: Collector) -> None:
    """Note what is wrong with a user's study, all at once.

    Parameters
    ----------
    record : as read; its form was checked before.
    check : collects the problems.
    """
    _check_arms(record, check)
    for result in record.results:
        path = ("results", result.index)
        _check_label(record, result, check, path)
        _check_measure(record, result, check, path)
        _check_numbers(result, check, path)


def _check_arms(record: Record, check: Collector) -> None:
    counts = Counter(arm.name for arm in record.arms)
    for i, arm in enumerate(record.arms):
        if arm.name and counts[arm.name] > 1 and i > _first(record, arm.name):
            check.error(("arms", i, "name"), f"arm {arm.name!r} is given twice", "give each arm its own name")
        _check_regimen(arm, check, ("arms", i, "regimen"))


def _first(record: Record, name: str) -> int:
    return next(i for i, arm in enumerate(record.arms) if arm.name == name)


def _check_regimen(arm: Arm, check: Collector, path: Path) -> None:
    keys = regimen_keys()
    for key, value in arm.regimen.items():
        if key not in keys:
            hint = suggest_word("regimen key", str(key)) or "it is kept and not used"
            check.warn((*path, key), f"unknown regimen key {key!r}", hint)
        elif key in _FIND and value is not None and _FIND[key](str(value)) is None:
            hint = suggest_word(key, str(value)) or _by_words(key, str(value))
            check.warn((*path, key), f"unknown {key} {value!r}", hint)
        elif keys[key].factor is not None:
            _check_amount(key, value, check, (*path, key))


def _by_words(key: str, text: str) -> str:
    """Return what is done with an arm whose word is in no table."""
    site = read_site(text)[0] if key == "site" else None
    graft = read_graft(text)[0] if key == "graft" else None
    read = site.site if site is not None else graft.material if graft is not None else ""
    if read:
        return f"it is read by its words as {read}"
    return "the arm is kept, its results are not predicted"


def _check_amount(key: str, value: object, check: Collector, path: Path) -> None:
    number = as_number(value)
    if value is not None and number is None:
        check.warn(path, f"{key} {value!r} is not one number", f"write a number [{regimen_keys()[key].unit}]")
    elif number is not None and number < 0:
        check.error(path, f"{key} is {number:g}", "a dose or a duration is not negative")


def _check_label(record: Record, result: Result, check: Collector, path: Path) -> None:
    names = [arm.name for arm in record.arms]
    known = f"the arms are {', '.join(map(repr, names))}" if names else "the record has no arms: add them"
    if result.arm is not None and not find_arms(record, result.arm):
        hint = suggest(result.arm, names) or known
        note = check.warn if _describes(result.arm) else check.error
        note((*path, "arm"), f"arm {result.arm!r} is not among the arms", hint)
    named = result.extra.get("contrast_arms")
    if isinstance(named, list):
        for name in named:
            if name not in names:
                hint = suggest(str(name), names) or known
                check.error((*path, "contrast_arms"), f"arm {name!r} is not among the arms", hint)
        return
    if result.contrast is not None and not find_contrast(record, result.contrast):
        _contrast_error(record, result.contrast, check, (*path, "contrast"))


#: the side of a contrast that has nothing of what the other has
_NOTHING = re.compile(r"^(none|no|not|non|control|controls|without|placebo|sham|reference)\b", re.I)


def _describes(text: str) -> bool:
    """Return whether a label describes its arm by itself: a fact of its people, a graft, a site or levels."""
    graft, site = read_graft(text)[0], read_site(text)[0]
    named = (graft is not None and not graft.reason) or (site is not None and bool(site.site))
    return named or bool(facts_in(text)) or read_levels((text,)) is not None


def _contrast_error(record: Record, contrast: str, check: Collector, path: Path) -> None:
    names = [arm.name for arm in record.arms]
    example = f"{names[0]} - {names[1]}" if len(names) > 1 else "treated - control"
    sides = next(iter(split_contrast(contrast)), (contrast,))
    near = [name for side in sides if side.strip() not in names for name in near_names(side, names)]
    hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
    remedy = f"write the names of two arms, e.g. {example!r}{hint}"
    described = all(side in names or _describes(side) or _NOTHING.match(side) for side in sides)
    note = check.warn if described else check.error
    note(path, f"contrast {contrast!r} names no two arms of the record", remedy)


def _check_measure(record: Record, result: Result, check: Collector, path: Path) -> None:
    measure, by_words = read_measure(result.measure, result.unit)
    if result.measure and (measure is None or by_words):
        read = f"it is read by its words as {measure.endpoint}" if measure is not None else ""
        hint = suggest_word("measure", result.measure) or read or "the row is kept and not predicted"
        check.warn((*path, "measure"), f"unknown measure {result.measure!r}", hint)
    unit = read_unit(result.unit)[0] if result.unit is not None else None
    if result.unit is not None and unit is None:
        wanted = endpoint_words()[measure.endpoint].unit if measure and measure.endpoint else ""
        hint = suggest_word("unit", result.unit) or (
            f"{result.measure} is read in {wanted}" if wanted else ""
        )
        check.error((*path, "unit"), f"unknown unit {result.unit!r}", hint or "see SCHEMA.md")
    if result.unit is None and result.number is not None:
        check.error((*path, "unit"), "a number without a unit", "write the unit, e.g. '%' or 'mmol/L'")
    if measure is None or not measure.endpoint or unit is None or result.number is None:
        return
    mapped = map_result(record, result)
    for reason in mapped.reasons:
        if reason.startswith("unit-clash"):
            check.error((*path, "unit"), reason.partition(": ")[2], "correct the unit or the measure")
    if result.sd is not None and mapped.n is None and result.se is None:
        check.warn((*path, "sd"), "an SD without a number of subjects gives no standard error", "add n")
    if mapped.is_mapped and mapped.kind == "level" and mapped.value is not None:
        _check_range(mapped.value, endpoint_words()[measure.endpoint], result, check, path)


def _check_range(value: float, endpoint: Endpoint, result: Result, check: Collector, path: Path) -> None:
    place = (*path, "value" if as_number(result.value) is not None else "effect")
    is_share = endpoint.unit == "%" and (endpoint.type == "share" or endpoint.name.endswith("_pct"))
    if is_share and not 0 <= value <= _PERCENT:
        check.error(
            place, f"{result.measure} is {result.number:g} {result.unit}", "a share is between 0 and 100 %"
        )
    elif value < 0 and endpoint.name not in _SIGNED and not is_share:
        check.error(
            place, f"{result.measure} is {result.number:g}", "a level is not negative; is it a change?"
        )


def _check_numbers(result: Result, check: Collector, path: Path) -> None:
    for key, value in (("value", result.value), ("effect", result.effect), ("time_d", result.time_d)):
        if isinstance(value, str) and _looks_like_number(value):
            check.error(
                (*path, key), f"{value!r} is text, not a number", "write a plain number with a decimal point"
            )
    number = result.number
    if number is None:
        return
    for key, ends in (("ci95", result.ci95), ("range", result.extra.get("range"))):
        low, high = _pair(ends)
        if (low is not None and number < low) or (high is not None and number > high):
            place = (*path, "value" if as_number(result.value) is not None else "effect")
            message = f"{number:g} lies outside its {key} [{low}, {high}]"
            check.error(place, message, "one of them was mistyped")


def _pair(ends: object) -> tuple[float | None, float | None]:
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        return None, None
    return as_number(ends[0]), as_number(ends[1])


def _looks_like_number(text: str) -> bool:
    try:
        float(text.strip().replace(",", "."))
    except ValueError:
        return False
    return True
