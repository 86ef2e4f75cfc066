"""Target: one number of one study that a fit may use, read from its record and never typed.

A target names a result; value, unit and standard error come from the evidence. A record whose role in
the split is not `calibration`, and any number that was recalled and not read, is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from osseo.calibrate.search.scale import SCALES, binomial_sd, from_scale, observed_on_scale
from osseo.errors import CalibrationError, Issue, UnitError
from osseo.evidence import Record, Result, load_record, record_role
from osseo.names import near_names
from osseo.units import MG_MOLAR_MASS, convert

__all__ = ["SCALES", "Target", "check_allowed", "check_targets", "make_target", "select_result"]

#: mmol in one unit of magnesium as studies write it
_MAGNESIUM = {"mg": 1.0 / MG_MOLAR_MASS, "mEq": 0.5}


@dataclass(frozen=True)
class Target:
    """One observed number with the spread assumed for the fit.

    Parameters
    ----------
    record, index : evidence id and place of the result in it.
    experiment : which simulated experiment it is compared with.
    endpoint : which output of that experiment.
    time_d : [d] when it is read in the model; None for timeless endpoints.
    value : in `unit`, from the record.
    unit : of `value` and `sd`.
    sd : SD of this result on its scale: all of it, or its own error only if it has a `study_sd`.
    scale : one of `SCALES`.
    n : number of subjects, of the record or assumed.
    study, domain : results of one study share an effect within a domain; the study is the record unless a
        table names several.
    study_sd : SD of that effect on the target's scale; 0 for none.
    reason : why this SD.
    recipe : the entry it was made from, so that it can be read again.
    """

    record: str
    index: int
    experiment: str
    endpoint: str
    time_d: float | None
    value: float
    unit: str
    sd: float
    scale: str = "identity"
    n: int | None = None
    study: str = ""
    domain: str = ""
    study_sd: float = 0.0
    reason: str = ""
    recipe: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """Short unique name: record, place of the result, experiment, endpoint and time."""
        time = "" if self.time_d is None else f"@{self.time_d:g}d"
        return f"{self.record}[{self.index}] {self.experiment}.{self.endpoint}{time}"

    @property
    def total_sd(self) -> float:
        """SD around the model for a study not seen: own error and study effect, on the target's scale."""
        return float((self.sd**2 + self.study_sd**2) ** 0.5)

    @property
    def spread(self) -> float:
        """Half of what `total_sd` spans around the value, in the target's unit."""
        ends = from_scale([self.observed - self.total_sd, self.observed + self.total_sd], self.scale)
        return float(ends[1] - ends[0]) / 2.0

    @property
    def observed(self) -> float:
        """The observed number on the target's scale."""
        return observed_on_scale(self.value, self.scale, self.n)


def check_allowed(record: Record, result: Result) -> list[str]:
    """Return why a result must not calibrate; empty if it may.

    The split alone decides about the record; recalled numbers never calibrate, result by result.
    """
    role = record_role(record.id)
    reasons = []
    if role != "calibration":
        reasons.append(f"its role is {role!r}; only calibration records may be fitted")
    if record.seen == "recalled" or result.is_recalled:
        reasons.append("the number was recalled, not read, and never calibrates")
    return reasons


def _matches(result: Result, wanted: Mapping[str, Any]) -> bool:
    if "result" in wanted and result.index != wanted["result"]:
        return False
    return all(getattr(result, k) == wanted[k] for k in _SELECTORS if wanted.get(k) is not None)


_SELECTORS = ("arm", "contrast", "measure", "time_d")


def _describe(result: Result) -> str:
    time = "" if result.time_d is None else f", time_d {result.time_d}"
    return f"[{result.index}] {result.label or '-'}: {result.measure}{time}"


def select_result(record: Record, wanted: Mapping[str, Any]) -> Result:
    """Return the one result that fits `arm`, `contrast`, `measure`, `time_d` and `result` (its place).

    Raises
    ------
    CalibrationError : none or several fit; lists the candidates.
    """
    keys = {k: wanted[k] for k in ("arm", "contrast", "measure", "time_d", "result") if k in wanted}
    found = [r for r in record.results if _matches(r, keys)]
    if len(found) == 1:
        return found[0]
    shown = found or list(record.results)
    lines = "; ".join(_describe(r) for r in shown[:8]) + ("; ..." if len(shown) > 8 else "")
    measures = {r.measure for r in record.results}
    near = [] if found else near_names(str(wanted.get("measure", "")), measures)
    hint = f" (did you mean {near[0]!r}?)" if near and near[0] != wanted.get("measure") else ""
    n = len(found) or "no"
    raise CalibrationError(
        f"{record.id}: {n} results fit {keys}, expected exactly one{hint}; candidates: {lines}"
    )


def _as_magnesium(value: float, unit: str) -> tuple[float, str]:
    for name, factor in _MAGNESIUM.items():
        if re.search(rf"\b{name}\b", unit):
            return value * factor, re.sub(rf"\b{name}\b", "mmol", unit)
    return value, unit


def _convert(value: float, unit: str | None, entry: Mapping[str, Any]) -> tuple[float, str]:
    given = str(entry.get("read_as", unit or "1"))
    wanted = str(entry.get("unit", given))
    if entry.get("substance") == "magnesium" and wanted != given:
        value, given = _as_magnesium(value, given)
    return (value if wanted == given else convert(value, given, wanted)), wanted


def _complement(value: float, unit: str) -> float:
    whole = {"%": 100.0, "1": 1.0}.get(unit)
    if whole is None:
        raise CalibrationError(f"`complement` needs a target unit of % or 1, got {unit!r}")
    return whole - value


def _spread(result: Result, entry: Mapping[str, Any], value: float, n: float | None) -> float:
    if entry.get("sd") == "binomial":
        return binomial_sd(value, n)
    if "sd" in entry:
        return float(entry["sd"])
    between = float(entry["between_sd"])
    error = result.standard_error
    if error is None:
        raise CalibrationError("`between_sd` needs a standard error in the record; give `sd` instead")
    sampling = abs(_convert(error, result.unit, entry)[0])
    return (between**2 + sampling**2) ** 0.5


def _one_number(record: Record, result: Result, entry: Mapping[str, Any]) -> tuple[float, str]:
    reasons = check_allowed(record, result)
    if reasons:
        raise CalibrationError("; ".join(reasons))
    if result.number is None:
        raise CalibrationError(f"{_describe(result)} is not one number")
    try:
        return _convert(result.number, result.unit, entry)
    except UnitError as error:
        raise CalibrationError(f"{error}; say how to read it with `read_as`") from None


def _other(record: Record, entry: Mapping[str, Any], key: str) -> float:
    if not isinstance(entry[key], Mapping):
        raise CalibrationError(f"`{key}` takes the selectors of another result of the same record")
    return _one_number(record, select_result(record, {**entry, **entry[key]}), entry)[0]


def _checked_value(record: Record, result: Result, entry: Mapping[str, Any]) -> tuple[float, str]:
    value, unit = _one_number(record, result, entry)
    if "minus" in entry:
        value -= _other(record, entry, "minus")
    if "over" in entry:
        value /= _other(record, entry, "over")
    if "per" in entry:
        value *= 100.0 / float(entry["per"])
    value = _complement(value, unit) if entry.get("complement") else value
    return (-value if entry.get("negate") else value), unit


def make_target(entry: Mapping[str, Any]) -> Target:
    """Make a target from one entry of a targets file; its value is read from the record.

    Parameters
    ----------
    entry : `record`, any of `arm contrast measure time_d result` to select one result; `endpoint`,
        `experiment`; `sd` or `between_sd` with `reason`; optional `at_d` (time in the model),
        `unit`, `read_as` (how to read the record's unit), `substance: magnesium` (mg, mEq to mmol),
        `complement` (one minus the value), `negate`, `per` (a count of so many, as %), `minus` and `over`
        (selectors that differ for another result of the same record, which is taken off or divided by:
        a change between two times), `scale`, `n`, `study`, `domain` with `study_sd`. An SD of `binomial` is
        that of a rate on the logit.

    Raises
    ------
    CalibrationError : the record must not calibrate, or does not give one such number.
    NameUnknown : no such record.
    """
    record = load_record(str(entry["record"]))
    result = select_result(record, entry)
    try:
        value, unit = _checked_value(record, result, entry)
        scale, n = str(entry.get("scale", "identity")), entry.get("n", result.n)
        if scale == "logit" and unit != "%":
            raise CalibrationError(f"scale logit needs a rate in %, got {unit!r}")
        observed_on_scale(value, scale, n)
        sd = _spread(result, entry, value, n)
    except CalibrationError as error:
        raise CalibrationError(f"{record.id}[{result.index}]: {error}") from None
    if not sd > 0:
        raise CalibrationError(f"{record.id}[{result.index}]: the SD is {sd:g}, expected above 0")
    time = entry.get("at_d", result.time)
    return Target(
        record=record.id,
        index=result.index,
        experiment=str(entry.get("experiment", "")),
        endpoint=str(entry["endpoint"]),
        time_d=None if time is None else float(time),
        value=value,
        unit=unit,
        sd=sd,
        scale=scale,
        n=n,
        study=str(entry.get("study", record.id)),
        domain=str(entry.get("domain", "")),
        study_sd=float(entry.get("study_sd", 0.0)),
        reason=str(entry.get("reason", "")),
        recipe=tuple(sorted(entry.items())),
    )


def _why_changed(target: Target) -> str | None:
    if not target.recipe:
        return "was not made from a record"
    if make_target(dict(target.recipe)) != target:
        return "differs from what its record says"
    return None


def check_targets(targets: Iterable[Target]) -> None:
    """Read every target again from its record and refuse any that was typed or changed.

    Raises
    ------
    CalibrationError : lists all targets that are not exactly what an allowed record says.
    """
    issues = []
    for target in targets:
        try:
            why = _why_changed(target)
        except CalibrationError as error:
            why = str(error)
        if why:
            issues.append(Issue(target.key, why, "make targets with make_target"))
    if issues:
        raise CalibrationError.from_issues("targets", issues, done="nothing was fitted")
