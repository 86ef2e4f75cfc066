"""Cohorts as data: one law per quantity, with the records it rests on or the reason it is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import check_name
from osseo.parameters.parameter import GRADES

__all__ = ["Cohort", "correlation", "load_cohorts"]

_TEXTS = ("label", "unit", "distribution", "drawn_from", "grade")


@dataclass(frozen=True)
class Cohort:
    """The law of one quantity.

    numbers : by name (`lower`, `exponent`, ..); by_sex : `female` and `male` -> (mean, sd), if it
    differs by sex; records : evidence ids; reason : mandatory when assumed.
    """

    name: str
    label: str
    unit: str
    distribution: str
    drawn_from: str
    grade: str
    records: tuple[str, ...]
    reason: str
    numbers: Mapping[str, float]
    by_sex: Mapping[str, tuple[float, float]]

    def score(self, value: np.ndarray, sex: str) -> np.ndarray:
        """Return the standard score (n,) [1] of values, of their logarithm for a lognormal law."""
        centre, spread = self._centre(sex)
        return ((np.log(value) if self._is_log else value) - centre) / spread

    def value(self, score: np.ndarray, sex: str) -> np.ndarray:
        """Return the values (n,) [unit] of standard scores."""
        centre, spread = self._centre(sex)
        scaled = centre + spread * score
        return np.exp(scaled) if self._is_log else scaled

    def truncated(self, u: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
        """Return values (n,) [unit] of a normal law cut at `lower` and `upper`, from uniforms."""
        sd, lower, upper = (self.numbers[key] for key in ("sd", "lower", "upper"))
        a, b = ndtr((lower - mean) / sd), ndtr((upper - mean) / sd)
        return np.clip(mean + sd * ndtri(a + u * (b - a)), lower, upper)

    @property
    def _is_log(self) -> bool:
        return self.distribution == "lognormal"

    def _centre(self, sex: str) -> tuple[float, float]:
        mean, sd = self.by_sex[sex]
        if not self._is_log:
            return mean, sd
        variance = np.log1p((sd / mean) ** 2)
        return float(np.log(mean) - variance / 2), float(np.sqrt(variance))


def _read() -> dict[str, dict]:
    text = files("osseo.population").joinpath("cohorts.yaml").read_text(encoding="utf-8")
    return parse_yaml(text)


def check_entry(name: str, entry: Mapping[str, Any]) -> list[Issue]:
    """Return what is missing in one entry: a label, a unit, a grade, records or a reason."""
    issues = [Issue(name, f"has no {key}") for key in _TEXTS if not entry.get(key)]
    if not entry.get("records") and not entry.get("assumed"):
        issues.append(Issue(name, "has no records", "name them, or say assumed: true and why"))
    if not entry.get("reason"):
        issues.append(Issue(name, "has no reason"))
    if entry.get("grade") not in GRADES:
        issues.append(Issue(name, f"got grade {entry.get('grade')!r}; expected one of {GRADES}"))
    return issues


def _make(name: str, entry: Mapping[str, Any]) -> Cohort:
    sexes = {sex: entry[sex] for sex in ("female", "male") if sex in entry}
    return Cohort(
        name=name,
        **{key: str(entry[key]) for key in _TEXTS},
        records=tuple(entry.get("records") or ()),
        reason=" ".join(str(entry["reason"]).split()),
        numbers={k: float(v) for k, v in entry.items() if type(v) in (int, float)},
        by_sex={sex: (float(law["mean"]), float(law["sd"])) for sex, law in sexes.items()},
    )


@cache
def load_cohorts() -> Mapping[str, Cohort]:
    """Return every cohort by name.

    Raises
    ------
    InputError : an entry without label, unit, grade, or neither records nor a reason.
    """
    entries = {k: v for k, v in _read().items() if k != "correlations"}
    issues = [issue for name, entry in entries.items() for issue in check_entry(name, entry)]
    if issues:
        raise InputError.from_issues("population/cohorts.yaml", issues, "no cohort was loaded")
    return {name: _make(name, entry) for name, entry in entries.items()}


@cache
def _pairs() -> Mapping[frozenset[str], float]:
    entry = _read()["correlations"]
    pairs = {key: value for key, value in entry.items() if "," in key}
    names = {word.strip() for key in pairs for word in key.split(",")}
    for name in names:
        check_name(name, load_cohorts(), "cohort", "population/cohorts.yaml correlations")
    return {frozenset(w.strip() for w in key.split(",")): float(v) for key, v in pairs.items()}


def correlation(names: tuple[str, ...]) -> np.ndarray:
    """Return the correlation matrix (k, k) [1] between the standard scores of k quantities."""
    return np.array([[1.0 if a == b else _pairs().get(frozenset((a, b)), 0.0) for b in names] for a in names])
