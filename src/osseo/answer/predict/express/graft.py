"""Graft results as procedures of the model: site, material, day -> draws of the study mean."""

from __future__ import annotations

import numpy as np

from osseo.answer.predict.express.expressed import KIND_WORDS, Expressed
from osseo.answer.predict.express.graft_run import GRAFT_READINGS, GraftArm, read_graft
from osseo.answer.predict.fact import ArmFact, Cannot, Fact
from osseo.errors import OsseoError
from osseo.scenario.types import Procedure
from osseo.site import Site, load_material, load_site, material_names, site_names

__all__ = ["GRAFT_ENDPOINTS", "express_graft"]

#: endpoint of the vocabulary -> reading of the graft column
GRAFT_ENDPOINTS = {
    "new_bone_pct": "new_bone_pct",
    "residual_graft_pct": "residual_graft_pct",
    "soft_tissue_pct": "soft_tissue_pct",
    "mineralised_pct": "total_bone_pct",
    "volume_loss_pct": "volume_loss_pct",
    "gap_fill_pct": "gap_fill_pct",
    "vessel_density": "vessels_per_field",
    "depth_profile": "depth_slope",
}
#: material of the vocabulary -> material of the model, where they differ
_MATERIALS = {"fdba_cancellous": "allograft_cancellous", "fdba_cortical": "fdba"}
#: [d] taken where a biopsy study does not give its time: two-stage lifts are biopsied at 6 months
_TIME_UNKNOWN = 183.0
_HUNDRED = 100.0


def _model_name(material: str) -> str:
    """Return what the model calls a material of the vocabulary, mixtures by their parts and shares."""
    if "+" not in material:
        return _MATERIALS.get(material, material)
    parts = [part.partition(":") for part in material.split("+")]
    shares = {_MATERIALS.get(name, name): share for name, _, share in parts}
    for name in material_names():
        mixture = {part: f"{share:g}" for part, share in load_material(name).mixture}
        if mixture and mixture == shares:
            return name
    return material


def _procedure(arm: ArmFact) -> Procedure:
    """Return the procedure of an arm, or say what the model lacks."""
    if not arm.site:
        raise Cannot(arm.why_not or "the arm names no site", "arm")
    if arm.site not in site_names():
        raise Cannot(f"the model has no site {arm.site} yet ({', '.join(site_names())})")
    site = load_site(arm.site)
    if not site.calibrated:
        raise Cannot(f"site {arm.site} is not calibrated")
    if not arm.material:
        raise Cannot(arm.why_not or "the graft material is not said", "arm")
    if arm.additive:
        raise Cannot(f"{arm.additive} added to the graft has no mechanism in the model")
    try:
        name = site.material(_model_name(arm.material))
        load_material(name)
    except OsseoError:
        raise Cannot(f"the model has no {arm.material} at {arm.site}") from None
    return Procedure(arm.site, name, _size(arm, site))


def _size(arm: ArmFact, site: Site) -> float | None:
    """Return the stated height of the graft within what the site allows; None takes the site's own."""
    stated = dict(arm.subjects).get("graft_height_mm")
    return None if stated is None else min(max(stated, site.size.lower), site.size.upper)


def _read(procedure: Procedure, fact: Fact, reading: str, day: float, seed: int):
    found = read_graft(GraftArm(procedure, seed), reading, day)
    if fact.baseline_d is None:
        return found.mean, found.sd
    before = read_graft(GraftArm(procedure, seed), "volume_loss_pct", fact.baseline_d)
    left = (_HUNDRED - found.mean) / (_HUNDRED - before.mean)
    return _HUNDRED * (1.0 - left), found.sd


def express_graft(fact: Fact, seed: int) -> Expressed:
    """Return draws of what the model expects of a graft result.

    Raises
    ------
    Cannot : the site, material, additive or form is not in the model.
    """
    reading = GRAFT_ENDPOINTS[fact.endpoint]
    if fact.form == "change":
        raise Cannot("a change of a tissue share from an unstated start", "arm")
    procedures = [_procedure(arm) for arm in fact.arms]
    day, notes = fact.time_d, []
    if day is None:
        day = _TIME_UNKNOWN
        notes.append(f"time not given, day {_TIME_UNKNOWN:g} taken")
    if fact.endpoint == "depth_profile" and len(procedures) > 1:
        raise Cannot("a contrast of slopes is not read")
    parts = [_read(p, fact, reading, day, seed) for p in procedures]
    if fact.kind == "course":
        parts.append(_read(procedures[0], fact, reading, fact.from_d or 0.0, seed))
    (mean, sd), rest = parts[0], parts[1:]
    mean = mean - rest[0][0] if rest else mean
    return Expressed(
        draws=mean,
        patient_sds=tuple(float(np.sqrt(np.mean(s**2))) for s in (sd, *(r[1] for r in rest))),
        domain=_domain(fact),
        notes=tuple(notes),
        fits_unit=GRAFT_READINGS[reading][1],
    )


def _domain(fact: Fact) -> str:
    what = {"volume_loss_pct": "graft volume", "gap_fill_pct": "gap fill"}.get(fact.endpoint, "graft tissue")
    return f"{what}, {KIND_WORDS[fact.kind]}"
