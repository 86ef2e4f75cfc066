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
import yaml

from osseo.answer.outcomes import graft_endpoints
from osseo.answer.result import LadderRung
from osseo.answer.typical import TypicalPerson, primary_visit
from osseo.errors import EvidenceError
from osseo.evidence import load_record
from osseo.evidence.grading import grade
from osseo.evidence.record import Record, Result, as_number
from osseo.observe.measure import measure
from osseo.simulate.site import load_procedure
from osseo.site import load_material, load_site

__all__ = ["graft_choice", "ladder"]

_N_CHOICES = 3
#: follows from new bone and residual graft
_IMPLIED = ("soft_tissue_pct",)


@cache
def _entries() -> tuple[Mapping[str, Any], ...]:
    text = files("osseo.answer").joinpath("ladder.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


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


def graft_choice(typical: TypicalPerson) -> tuple[LadderRung, ...]:
    """Return a rung that says what other grafts of this site would do for a typical person.

    Simulated without magnesium at central parameters; the site's other calibrated grafts, largest
    difference first. The records are those the graft column was fitted to.
    """
    here = typical.scenario.procedure
    site = load_site(here.site)
    if not site.is_calibrated(here.material):
        return ()
    visit = primary_visit(typical.scenario)
    endpoints = [e for e in graft_endpoints(typical.scenario) if e.kind == "level" and e.name not in _IMPLIED]

    def levels(material: str) -> np.ndarray:
        course = typical.graft_without(replace(here, material=material))
        return np.array([measure(e, course, (visit,))[0, 0] for e in endpoints])

    own = load_procedure(here)[1].name
    base = levels(own)
    others = [m for m in site.materials if m != own and site.is_calibrated(m)]
    moves = sorted(((levels(m) - base, m) for m in others), key=lambda move: -np.abs(move[0]).max())
    if not moves:
        return ()
    words = []
    for change, material in moves[:_N_CHOICES]:
        parts = (f"{e.label} {d:+.0f}" for e, d in zip(endpoints, change, strict=True))
        words.append(f"{load_material(material).label}: {', '.join(parts)} points")
    text = f"on day {visit:g}, for the same typical person, {'; '.join(words)} (simulated)"
    return (LadderRung("graft choice", text, "model", "low", ()),)
