"""From a result of a record to an endpoint in its house unit, or to the reasons why not.

No value is guessed: a unit that does not fit, a zero that stands for words and a row without an arm all
come back with a reason. Standard errors are the reported ones, or derived and marked how.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from osseo.evidence.record import Record, Result, as_number
from osseo.evidence.vocabulary.labels import find_arms, find_contrast, named_arm
from osseo.evidence.vocabulary.tables import (
    Endpoint,
    Measure,
    Unit,
    convert_factor,
    endpoint_words,
    reason_text,
    suggest_word,
)
from osseo.evidence.vocabulary.times import result_time
from osseo.evidence.vocabulary.wording import read_measure, read_unit

__all__ = ["KINDS", "LOG_KINDS", "MappedResult", "map_result"]

_Z95 = 1.959963984540054
#: kinds of ratio: their standard error is that of the natural logarithm
LOG_KINDS = ("odds_ratio", "risk_ratio", "hazard_ratio", "ratio")
#: what a value can be
KINDS = (
    "level",
    "change",
    "percent_change",
    "difference",
    "percent_difference",
    *LOG_KINDS,
    "standardised_difference",
    "slope",
    "association",
)
_PERCENT = 100.0


@dataclass(frozen=True)
class MappedResult:
    """One result of a study in the words of osseo.

    Parameters
    ----------
    record, index, measure : which result; `index` is its place in `Record.results`.
    endpoint : one of `endpoint_words()`, or empty.
    kind : one of `KINDS`; a level or change belongs to arms, the rest to a contrast.
    form : `level`, `change` or `percent_change`: what a difference is a difference of.
    value, unit : in the endpoint's unit; per cent for percent changes, the ratio itself for ratios.
    se : standard error in the same unit, of the logarithm for `LOG_KINDS`.
    se_source : `reported`, `sd`, `ci95`, `counts`, `p`, or empty.
    sd : spread between subjects.
    ci95 : as reported, in the same unit.
    time_d, time_source : [d] and where it is from: `stated`, `hours`, `range`, `duration` or empty.
    baseline_d : [d] day a change counts from; None is the start.
    n : subjects.
    arms : names of the arms a level belongs to, several if pooled.
    contrast_arms : first less second; one name is a change within that arm.
    recalled : whether the number was remembered, not read.
    note : what else a reader must know.
    reasons : why it is not mapped; empty if it is.
    gaps : what a prediction lacks although it is mapped: time, arm or contrast.
    """

    record: str
    index: int
    measure: str
    endpoint: str = ""
    kind: str = ""
    form: str = "level"
    value: float | None = None
    unit: str = ""
    se: float | None = None
    se_source: str = ""
    sd: float | None = None
    ci95: tuple[float | None, float | None] | None = None
    time_d: float | None = None
    time_source: str = ""
    baseline_d: float | None = None
    n: int | None = None
    arms: tuple[str, ...] = ()
    contrast_arms: tuple[str, ...] = ()
    recalled: bool = False
    note: str = ""
    reasons: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def is_mapped(self) -> bool:
        """Whether endpoint and value are known."""
        return not self.reasons

    @property
    def is_contrast(self) -> bool:
        """Whether it compares two arms."""
        return len(self.contrast_arms) == 2 or self.kind not in ("level", "change", "percent_change", "")


@dataclass(frozen=True)
class _Reading:
    """A number on its way: value times factor plus shift, in `unit`, of `kind`."""

    kind: str
    factor: float
    shift: float = 0.0
    unit: str = ""
    inverted: bool = False

    def of(self, x: float) -> float:
        return 1.0 / x if self.inverted else self.shift + self.factor * x


def _why(reason: str, detail: str = "") -> str:
    return f"{reason}: {detail or reason_text(reason)}"


def _kind(result: Result, unit: Unit, form: str, within: bool, endpoint: Endpoint) -> str:
    if form == "fitted":
        return "level"
    is_contrast = result.arm is None and result.contrast is not None and not within
    if unit.kind in ("percent_change", "percent_difference"):
        return "percent_difference" if is_contrast else "percent_change"
    if unit.kind == "difference":
        return "difference" if is_contrast else "change"
    if unit.kind == "slope" and unit.canonical == endpoint.unit:
        return "difference" if is_contrast else "level"
    if unit.kind:
        return unit.kind
    if is_contrast and unit.canonical == "%" and endpoint.unit != "%" and form != "percent_change":
        return "percent_difference"
    if is_contrast:
        return "ratio" if unit.canonical == "ratio" else "difference"
    return "change" if within and form == "level" else form


def _target_unit(endpoint: Endpoint, kind: str, form: str, unit: Unit) -> str:
    if kind in LOG_KINDS or kind in ("standardised_difference", "slope", "association"):
        return unit.canonical
    percent = kind in ("percent_change", "percent_difference") or form == "percent_change"
    return "%" if percent else endpoint.unit


def _counted(result: Result, unit: Unit, n: int | None) -> float | str:
    """Return the factor from a count of subjects to per cent, or a reason."""
    base = unit.base or n
    return _PERCENT / base if base else _why("count-without-base", "the row is a count and no n is given")


def _factor(endpoint: Endpoint, target: str, result: Result, unit: Unit, n: int | None) -> float | str:
    if unit.canonical == "count" and target == "%" and endpoint.type == "share":
        return _counted(result, unit, n)
    factor = convert_factor(unit.canonical, target, endpoint.substance)
    if factor is None:
        return _why("unit-clash", f"{result.unit!r} cannot be read as {target}, the unit of {endpoint.name}")
    return factor * unit.factor


def _transformed(measure: Measure, kind: str, factor: float, unit: str) -> _Reading | str:
    if not measure.transform:
        return _Reading(kind, factor, 0.0, unit)
    if kind == "odds_ratio":
        return _Reading(kind, factor, 0.0, unit, inverted=True)
    if kind in LOG_KINDS or kind in ("slope", "association"):
        return _why("unit-clash", f"a {kind} of {measure.name} cannot be turned round")
    shift = _PERCENT if measure.transform == "complement" and kind == "level" else 0.0
    return _Reading(kind, -factor, shift, unit)


def _read(measure: Measure, result: Result, n: int | None, within: bool) -> _Reading | str:
    """Return how to read a result's numbers, or the reason why they cannot be read."""
    if not measure.endpoint:
        return _why(measure.reason, measure.note)
    if result.unit is None:
        return _why("no-unit") if result.number is not None else _why("not-numeric")
    unit, _ = read_unit(result.unit)
    if unit is None:
        return _why("unknown-unit", f"{result.unit!r}; {suggest_word('unit', result.unit)}".rstrip("; "))
    if unit.reason:
        return _why(unit.reason, unit.note)
    if result.number is None:
        return _why("not-numeric")
    endpoint = endpoint_words()[measure.endpoint]
    kind = _kind(result, unit, measure.form, within, endpoint)
    target = _target_unit(endpoint, kind, measure.form, unit)
    factor = _factor(endpoint, target, result, unit, n)
    return factor if isinstance(factor, str) else _transformed(measure, kind, factor, target)


def _interval(result: Result, reading: _Reading) -> tuple[float | None, float | None] | None:
    if result.ci95 is None:
        return None
    low, high = (
        None if end is None or (reading.inverted and end == 0) else reading.of(end) for end in result.ci95
    )
    turned = reading.inverted or reading.factor < 0
    return (high, low) if turned else (low, high)


def _interval_error(ci95: tuple[float | None, float | None] | None, kind: str) -> float | None:
    low, high = ci95 or (None, None)
    if low is None or high is None:
        return None
    if kind not in LOG_KINDS:
        return (high - low) / (2 * _Z95)
    return (math.log(high) - math.log(low)) / (2 * _Z95) if low > 0 and high > 0 else None


def _counts_error(percent: float, n: int) -> float:
    """Return the binomial standard error [%] of a share; half a subject keeps 0 and 100 % from none."""
    share = (percent / _PERCENT * n + 0.5) / (n + 1)
    return _PERCENT * math.sqrt(share * (1 - share) / n)


def _p_error(result: Result, value: float, kind: str) -> float | None:
    p = as_number(result.p)
    if p is None or not 1e-4 <= p < 0.999 or result.contrast is None:
        return None
    effect = abs(math.log(value)) if kind in LOG_KINDS and value > 0 else abs(value)
    return effect / NormalDist().inv_cdf(1 - p / 2) if effect > 0 else None


def _error(
    result: Result, mapped: MappedResult, reading: _Reading, endpoint: Endpoint
) -> tuple[float | None, str]:
    """Return the standard error and where it is from."""
    size = abs(reading.factor)
    linear = mapped.kind not in LOG_KINDS
    if result.se is not None and linear:
        return result.se * size, "reported"
    if result.sd is not None and mapped.n and linear:
        return result.sd * size / math.sqrt(mapped.n), "sd"
    from_interval = _interval_error(mapped.ci95, mapped.kind)
    if from_interval is not None:
        return from_interval, "ci95"
    value = mapped.value
    if value is None:
        return None, ""
    is_share = endpoint.type == "share" and mapped.kind == "level" and 0 <= value <= _PERCENT
    if is_share and mapped.n:
        return _counts_error(value, mapped.n), "counts"
    from_p = _p_error(result, value, mapped.kind)
    return (from_p, "p") if from_p is not None else (None, "")


def _subjects(record: Record, result: Result, arms: tuple[str, ...]) -> int | None:
    """Return the subjects of a result: its own n, or that of its arms."""
    if result.n is not None:
        return result.n
    counts = [arm.n for name in arms if (arm := named_arm(record, name)) is not None]
    known = [n for n in counts if n is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _gaps(mapped: MappedResult, measure: Measure, result: Result) -> tuple[str, ...]:
    found = []
    if mapped.time_d is None and measure.time in ("visit", "single_dose"):
        found.append("time")
    if result.arm and not mapped.arms:
        found.append("arm")
    if result.contrast and not mapped.contrast_arms:
        found.append("contrast")
    if not result.arm and not result.contrast:
        found.append("arm")
    return tuple(found)


def map_result(record: Record, result: Result) -> MappedResult:
    """Return a result as an endpoint in its house unit, or with the reasons why it is none.

    Parameters
    ----------
    record : the study; its arms give what the label of the result means.
    result : one of its results.

    Examples
    --------
    >>> from osseo.evidence import load_record
    >>> joris = load_record("joris2016")
    >>> [m.kind for r in joris.results if (m := map_result(joris, r)).endpoint == "urine_24h"]
    ['difference']
    """
    contrast = _named_contrast(result) or find_contrast(record, result.contrast)
    within = len(contrast) == 1
    arms = find_arms(record, result.arm) or (contrast if within else ())
    n = _subjects(record, result, arms)
    blank = MappedResult(record.id, result.index, result.measure, n=n, recalled=result.is_recalled)
    measure, _ = read_measure(result.measure, result.unit)
    if measure is None:
        near = suggest_word("measure", result.measure)
        return replace(blank, reasons=(_why("unknown-measure", f"{result.measure!r}; {near}".rstrip("; ")),))
    time_d, time_source = result_time(record, result, measure, arms or contrast[:1])
    known = replace(
        blank,
        endpoint=measure.endpoint,
        form=measure.form,
        time_d=time_d,
        time_source=time_source,
        baseline_d=measure.baseline_d,
        arms=arms,
        contrast_arms=contrast,
        note=measure.note,
    )
    reading = _read(measure, result, n, within)
    if isinstance(reading, str):
        return replace(known, reasons=(reading,))
    return _valued(known, result, measure, reading)


def _named_contrast(result: Result) -> tuple[str, ...]:
    """Return the arms a user's row names under `contrast_arms`."""
    named = result.extra.get("contrast_arms")
    return tuple(str(name) for name in named) if isinstance(named, list | tuple) and len(named) == 2 else ()


def _valued(known: MappedResult, result: Result, measure: Measure, reading: _Reading) -> MappedResult:
    number = result.number
    if number is None or (reading.inverted and number == 0):
        return replace(known, reasons=(_why("not-numeric"),))
    sd = None if result.sd is None else result.sd * abs(reading.factor)
    ci95 = _interval(result, reading)
    value = reading.of(number)
    mapped = replace(known, kind=reading.kind, value=value, unit=reading.unit, sd=sd, ci95=ci95)
    se, source = _error(result, mapped, reading, endpoint_words()[measure.endpoint])
    return replace(mapped, se=se, se_source=source, gaps=_gaps(mapped, measure, result))
