"""The ladder: what may matter more than magnesium, read from evidence records or simulated.

`ladder.yaml` holds words and where the figure stands; the figure itself is read from the record. What
another graft would do is simulated for the same typical person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from osseo.answer.outcomes import graft_endpoints, scenario_settings
from osseo.answer.result import LadderRung
from osseo.answer.typical import TypicalPerson, primary_visit
from osseo.errors import EvidenceError
from osseo.evidence import load_record
from osseo.evidence.grading import grade, weakest
from osseo.evidence.record import Record, Result, as_number
from osseo.files import parse_yaml
from osseo.observe.endpoint import Endpoint
from osseo.observe.measure import measure
from osseo.simulate.site import load_procedure
from osseo.site import load_material
from osseo.site.covariates import Covariate, load_covariates

__all__ = ["graft_choice", "ladder", "person_choice"]

_N_CHOICES = 3
_N_ENDPOINTS = 4
_N_SPEEDS = 25
#: a covariate that moves less than this part of the margin has no rung
_LEAST_OF_MARGIN = 0.1
#: [d] a time against which the margin of a time is taken, only for that
_USUAL_DAYS = 100.0
#: follows from new bone and residual graft
_IMPLIED = ("soft_tissue_pct",)


@cache
def _entries() -> tuple[Mapping[str, Any], ...]:
    text = files("osseo.answer").joinpath("ladder.yaml").read_text(encoding="utf-8")
    return tuple(parse_yaml(text))


def _result(record: Record, entry: Mapping[str, Any], key: str) -> Result:
    kind = "contrast" if "contrast" in entry else "arm"
    for result in record.results:
        if getattr(result, kind) == entry[key]:
            return result
    raise EvidenceError(f"ladder.yaml, {entry['name']}: {record.id} has no result for {entry[key]!r}")


def _figures(record: Record, entry: Mapping[str, Any]) -> dict[str, str]:
    result = _result(record, entry, "contrast" if "contrast" in entry else "arm")
    low, high = result.ci95 or (None, None)
    found = {"effect": as_number(result.effect), "low": low, "high": high, "value": as_number(result.value)}
    if "other_arm" in entry:
        found["other"] = _result(record, entry, "other_arm").number
    return {key: f"{value:.2g}" if value is not None else "?" for key, value in found.items()}


def ladder(site: str) -> tuple[LadderRung, ...]:
    """Return the rungs that apply to a site, each with its figure, kind, grade and record.

    Raises
    ------
    EvidenceError : a rung names a result its record does not have.
    """
    rungs = []
    for entry in _entries():
        if site not in entry["sites"]:
            continue
        record = load_record(entry["record"])
        text = entry["text"].format(**_figures(record, entry))
        rungs.append(LadderRung(entry["name"], text, entry["kind"], grade(record), (record.id,)))
    return tuple(rungs)


def _amount(endpoint: Endpoint, change: float) -> str:
    """Return a change with its sign and unit; shares are said in points."""
    unit = "points" if endpoint.unit == "%" else endpoint.unit
    return f"{endpoint.label} {change:+.{0 if abs(change) >= 1 else 1}f} {unit}"


def _patients(endpoint: Endpoint) -> int:
    """Return how many healing speeds to average over: one patient is fused or not, many are a rate."""
    return _N_SPEEDS if endpoint.is_rate else 1


def person_choice(typical: TypicalPerson) -> tuple[LadderRung, ...]:
    """Return what would change for a typical person with each covariate that somebody could change.

    Simulated without magnesium: the primary endpoint with the covariate, less that without it. The records
    are those its effect rests on. A covariate that moves no parameter at this site has no rung, nor has one
    that makes the endpoint no worse (a core counts osteoid that lies unmineralised as new bone). A graft
    without calibration has none: nothing is concluded there.
    """
    here = typical.scenario.procedure
    site, graft, _ = load_procedure(here)
    if not site.is_calibrated(graft.name, graft.adjuncts):
        return ()
    endpoint, visit = graft_endpoints(typical.scenario)[0], primary_visit(typical.scenario)
    settings = scenario_settings(typical.scenario)
    when = f"on day {visit:g}, " if endpoint.at_visits else ""

    def read(covariate: Covariate, value: float) -> float:
        course = typical.graft_without(here, {covariate.fact: value}, n_speeds=_patients(endpoint))
        return float(measure(endpoint, course, (visit,), settings=settings)[:, 0].mean())

    rungs = []
    for covariate in load_covariates().values():
        acting = [effect for effect in covariate.at(here.site) if effect.form != "odds"]
        if not (covariate.changeable and acting):
            continue
        change = read(covariate, 1.0) - read(covariate, 0.0)
        least = _LEAST_OF_MARGIN * (endpoint.margin_at(_USUAL_DAYS) or 0.0)
        if not -endpoint.better * change >= least:
            continue
        kind = "mechanism" if all(effect.kind == "mechanism" for effect in acting) else "association"
        text = (
            f"{when}with {covariate.label} against without: {_amount(endpoint, change)} (simulated; {kind})"
        )
        records = tuple(dict.fromkeys(record for effect in acting for record in effect.source))
        rungs.append(LadderRung(covariate.label, text, "model", weakest([e.grade for e in acting]), records))
    return tuple(rungs)


def graft_choice(typical: TypicalPerson) -> tuple[LadderRung, ...]:
    """Return a rung that says what other grafts of this site would do for a typical person.

    Simulated without magnesium at central parameters; the site's other calibrated grafts, largest
    difference first. The records are those the graft column was fitted to.
    """
    here = typical.scenario.procedure
    site, graft, _ = load_procedure(here)
    if not site.is_calibrated(graft.name, graft.adjuncts):
        return ()
    visit = primary_visit(typical.scenario)
    settings = scenario_settings(typical.scenario)
    shown = [e for e in graft_endpoints(typical.scenario) if e.kind in ("level", "rate")]
    endpoints = [e for e in shown if e.name not in _IMPLIED][:_N_ENDPOINTS]
    if not endpoints:
        return ()

    def levels(material: str) -> np.ndarray:
        n = max(_patients(e) for e in endpoints)
        course = typical.graft_without(replace(here, material=material), n_speeds=n)
        return np.array([measure(e, course, (visit,), settings=settings)[:, 0].mean() for e in endpoints])

    own = load_procedure(here)[1].name
    base = levels(own)
    others = [m for m in site.materials if m != own and site.is_calibrated(m)]
    moves = sorted(((levels(m) - base, m) for m in others), key=lambda move: -np.abs(move[0]).max())
    if not moves:
        return ()
    words = []
    for change, material in moves[:_N_CHOICES]:
        parts = (_amount(e, d) for e, d in zip(endpoints, change, strict=True))
        words.append(f"{load_material(material).label}: {', '.join(parts)}")
    text = f"on day {visit:g}, for the same typical person, {'; '.join(words)} (simulated)"
    return (LadderRung("graft choice", text, "model", "low", ()),)
