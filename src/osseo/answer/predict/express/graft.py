"""Graft results as procedures of the model: site, graft, people, day -> draws of the study mean."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from osseo.answer.predict.express.criteria import ENDPOINTS, Reading, at_implant, reading_of
from osseo.answer.predict.express.expressed import KIND_WORDS, Expressed
from osseo.answer.predict.express.graft_run import GraftArm, GraftReading, read_graft
from osseo.answer.predict.express.procedure import procedure_of
from osseo.answer.predict.fact import ArmFact, Cannot, Fact
from osseo.site.covariates import load_covariates

__all__ = ["CRUDE_LOG_SD", "GRAFT_ENDPOINTS", "express_graft"]

GRAFT_ENDPOINTS = tuple(ENDPOINTS)
#: [d] taken where a study does not give its time, by the endpoint of the vocabulary
_TIME_UNKNOWN = {
    "new_bone_pct": 183.0,
    "delayed_or_nonunion_pct": 183.0,
    "ridge_width_loss": 122.0,
    "ridge_height_loss": 122.0,
    "bone_width_gain": 152.0,
}
_TISSUE_D, _RATE_D = 183.0, 365.0
_HUNDRED = 100.0
#: SD of a log odds ratio between crude and adjusted effects of one covariate: a factor of 1.5 to 2 between
#: them (graft.md section 10)
CRUDE_LOG_SD = 0.35
_ADJUSTED = re.compile(r"adjusted|multivari|matched|propensity", re.I)
_LEAST = 1e-3


def _day(fact: Fact, reading: Reading, notes: list[str]) -> float:
    if reading.kind == "time":
        return 0.0
    if fact.time_d is not None:
        return max(fact.time_d, 0.0)
    usual = _RATE_D if reading.kind == "rate" else _TISSUE_D
    day = _TIME_UNKNOWN.get(fact.endpoint, usual)
    notes.append(f"time not given, day {day:g} taken")
    return day


def _arms(fact: Fact, seed: int, left_out: str, notes: list[str]) -> list[GraftArm]:
    made = []
    for arm in fact.arms:
        procedure, told = procedure_of(arm)
        procedure, moved = at_implant(fact, procedure)
        notes += [*told, *moved]
        if arm.drug:
            notes.append(f"{arm.drug} has no mechanism in the model: left out")
        made.append(_people(GraftArm(procedure, seed, left_out), arm, notes))
    return made


def _people(arm: GraftArm, fact: ArmFact, notes: list[str]) -> GraftArm:
    """Return an arm with what its people bring along, from the average patient on (decision 0225)."""
    facts, site = dict(fact.covariates), arm.procedure.site
    used = [c.fact for c in load_covariates().values() if c.exposure(facts) and c.at(site)]
    if used:
        notes.append(f"people: {', '.join(f'{name} {facts[name]:g}' for name in used)}")
    return replace(arm, facts=tuple(sorted((name, facts[name]) for name in used)))


def _check_contrast(fact: Fact, arms: list[GraftArm], readings: list[Reading]) -> None:
    if fact.kind != "contrast":
        return
    if arms[0] == arms[1] and replace(readings[0], notes=()) == replace(readings[1], notes=()):
        raise Cannot("the arms differ by something that the model does not have")
    if fact.endpoint == "depth_profile":
        raise Cannot("a contrast of slopes is not read")


def _log_ratio(fact: Fact, first: GraftReading, second: GraftReading, reading: Reading) -> np.ndarray:
    """Return draws of the logarithm of a ratio of two arms; hazards as odds of what happens by that day."""
    a, b = first.mean, second.mean
    if reading.kind != "rate":
        return np.log(np.maximum(a, _LEAST) / np.maximum(b, _LEAST))
    p, q = (np.clip(x / _HUNDRED, _LEAST, 1.0 - _LEAST) for x in (a, b))
    if fact.ratio_kind == "risk_ratio":
        return np.log(p / q)
    if fact.ratio_kind == "hazard_ratio":
        return np.log(np.log1p(-p) / np.log1p(-q))
    return np.log(p / (1.0 - p) * (1.0 - q) / q)


def _combined(fact: Fact, parts: list[GraftReading], reading: Reading) -> tuple[np.ndarray, str]:
    """Return draws of what the study reports, and the scale on which studies scatter around them."""
    first = parts[0].mean
    if len(parts) == 1:
        return first, {"rate": "logit", "time": "log"}.get(reading.kind, "identity")
    second = parts[1].mean
    if fact.effect == "log_ratio":
        return _log_ratio(fact, parts[0], parts[1], reading), "identity"
    if fact.effect == "percent_difference":
        return _HUNDRED * (first / second - 1.0), "identity"
    return first - second, "identity"


def _spreads(fact: Fact, parts: list[GraftReading], reading: Reading, *, true: bool) -> tuple[float, ...]:
    """Return the SD of one subject in each arm, on the scale of what the study reports."""
    found = []
    for part in parts:
        mean = float(np.nanmean(part.mean))
        sd = float(np.sqrt(np.nanmean((part.true_sd if true else part.sd) ** 2)))
        if reading.kind == "rate":
            sd = float(np.sqrt(max(mean * (_HUNDRED - mean), 1.0)))
        if fact.effect == "log_ratio":
            share = np.clip(mean / _HUNDRED, 0.02, 0.98)
            sd = (
                float(1.0 / np.sqrt(share * (1.0 - share)))
                if reading.kind == "rate"
                else sd / max(mean, _LEAST)
            )
        elif fact.effect == "percent_difference":
            sd = _HUNDRED * sd / max(abs(float(np.nanmean(parts[-1].mean))), _LEAST)
        found.append(sd)
    return tuple(found)


def _common(fact: Fact, arms: list[GraftArm], parts: list[GraftReading], reading: Reading) -> float:
    """Return what crude effects of a covariate have in common against adjusted ones, on the fact's scale."""
    if fact.kind != "contrast" or reading.kind != "rate" or arms[0].facts == arms[1].facts:
        return 0.0
    if _ADJUSTED.search(fact.result.label):
        return 0.0
    if fact.effect == "log_ratio":
        return CRUDE_LOG_SD
    share = float(np.nanmean(parts[1].mean)) / _HUNDRED
    return CRUDE_LOG_SD * _HUNDRED * share * (1.0 - share)


def express_graft(fact: Fact, seed: int, left_out: str = "") -> Expressed:
    """Return draws of what the model expects of a graft result.

    Parameters
    ----------
    fact, seed : what is asked, and the seed of every draw.
    left_out : a calibration record whose posterior without it is used; empty takes the shipped one.

    Raises
    ------
    Cannot : the site, graft, reading or difference is not in the model.
    """
    notes: list[str] = []
    arms = _arms(fact, seed, left_out, notes)
    readings = [reading_of(fact, arm.procedure) for arm in arms]
    reading = readings[0]
    notes += reading.notes
    _check_contrast(fact, arms, readings)
    day = _day(fact, reading, notes)
    parts = [read_graft(arm, r, day) for arm, r in zip(arms, readings, strict=True)]
    if fact.kind == "course":
        parts.append(read_graft(arms[0], reading, fact.from_d or 0.0))
    draws, scale = _combined(fact, parts, reading)
    return Expressed(
        draws=draws,
        patient_sds=_spreads(fact, parts, reading, true=False),
        domain=f"{reading.domain}, {KIND_WORDS[fact.kind]}",
        notes=tuple(dict.fromkeys(notes)),
        fits_unit=fact.unit,
        true_sds=_spreads(fact, parts, reading, true=True),
        scale=scale,
        common_sd=_common(fact, arms, parts, reading),
        vague=reading.vague,
    )
