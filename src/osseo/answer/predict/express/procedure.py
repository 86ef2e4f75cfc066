"""From an arm in words of the vocabulary to a procedure of the model, with what had to be assumed.

Where a site has no graft of that very name, the nearest one it has is taken and said. A site that is not
calibrated is simulated with its priors and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from osseo.answer.predict.fact import ArmFact, Cannot
from osseo.errors import OsseoError
from osseo.scenario.types import Procedure
from osseo.site import Site, adjunct_names, load_material, load_site, material_names, site_names

__all__ = ["NEAREST", "model_material", "procedure_of"]

#: material of the vocabulary -> materials of the model that stand for it, the nearest first
NEAREST: Mapping[str, Sequence[str]] = {
    "autograft_iliac": ("autograft_iliac", "autograft_particulate"),
    "autograft_local": ("autograft_local", "autograft_iliac", "autograft_particulate"),
    "autograft_particulate": ("autograft_particulate", "autograft_iliac", "autograft_local"),
    "autograft_block": ("autograft_block", "autograft_iliac"),
    "autograft_vascularised": ("autograft_iliac", "autograft_block", "autograft_particulate"),
    "allograft_particulate": ("allograft_cancellous", "fdba"),
    "allograft_cancellous": ("allograft_cancellous", "fdba", "allograft_structural", "allograft_wedge"),
    "allograft_mixed": ("allograft_mixed", "fdba", "allograft_cancellous"),
    "allograft_block": ("allograft_block", "allograft_structural", "allograft_cancellous"),
    "allograft_structural": ("allograft_structural", "allograft_wedge", "allograft_cancellous"),
    "allograft_wedge": ("allograft_wedge", "allograft_structural"),
    "fdba": ("fdba", "allograft_cancellous", "allograft_structural"),
    "dbbm_sintered": ("dbbm",),
    "xenograft_porcine": ("dbbm",),
    "xenograft_equine": ("dbbm",),
}
#: graft that is meant where a record does not say one: what is usual at the site
_USUAL = {
    "sinus_lift": "dbbm",
    "socket": "none",
    "implant": "none",
    "osteotomy_tibia": "none",
    "spine_interbody": "autograft_local",
    "spine_posterolateral": "autograft_iliac",
    "spine_cervical": "allograft_structural",
    "nonunion": "autograft_iliac",
    "arthrodesis_hindfoot": "autograft_iliac",
    "hip_acetabulum": "allograft_cancellous",
    "cleft": "autograft_iliac",
    "fracture_tibia": "none",
    "fracture_humerus": "none",
    "fracture_femur": "none",
    "fracture_hip": "none",
    "fracture_scaphoid": "none",
}
#: adjuncts of the vocabulary without a file -> one that osseo has
_ADJUNCTS = {"prp": ("prp", "prf"), "prf": ("prf", "prp"), "dbm_added": ("dbm_added", "dbm")}
#: sites a record may mean when it does not say which spine operation; the first is taken
_UNSAID = {"spinal_fusion": "spine_interbody", "fracture": "fracture_tibia"}
#: details of a general site that still leave it open which bone is meant
_OPEN_DETAILS = ("", "long bone", "lumbar", "revision")
#: reasons of the vocabulary that only mean that the graft is not said
_NOT_SAID = ("the material is not said", "the filling was not in what was read")
_ONE = 1


def _nearest(name: str, site: Site, known: Sequence[str]) -> str | None:
    """Return the graft of the model that stands for one of the vocabulary; None if there is none."""
    aliases = dict(site.material_aliases)
    for one in NEAREST.get(name, (name,)):
        here = aliases.get(one, one)
        if here in site.materials:
            return here
    return next((one for one in NEAREST.get(name, (name,)) if one in known), None)


def _mixed(parts: Mapping[str, float | None], site: Site) -> str | None:
    """Return the mixture of the model with these parts, at its shares if they are said."""
    best: tuple[float, str] | None = None
    for name in material_names():
        mixture = dict(load_material(name).mixture)
        if set(mixture) != set(parts):
            continue
        gap = sum(
            abs(mixture[part] - (mixture[part] if share is None else share)) for part, share in parts.items()
        )
        gap += 0.0 if name in site.materials else 1.0
        best = min(best, (gap, name)) if best else (gap, name)
    return None if best is None else best[1]


def model_material(arm: ArmFact, site: Site) -> tuple[str, tuple[str, ...]]:
    """Return the graft of the model for an arm, and what was assumed.

    Raises
    ------
    Cannot : the graft is not said where none is usual, or the model has none like it.
    """
    if not arm.material and arm.why_not and arm.adjuncts and "none" in (*site.materials, *material_names()):
        return "none", (f"{' and '.join(arm.adjuncts)} alone: no graft beside it is said",)
    if not arm.material:
        usual = _USUAL.get(site.name)
        unsaid = not arm.why_not or arm.why_not in _NOT_SAID
        if usual is None or not unsaid:
            raise Cannot(arm.why_not or "the graft material is not said", "arm")
        named = _nearest(usual, site, material_names()) or usual
        return named, (f"the graft is not said: {named} taken, as is usual in {site.label}",)
    parts = [part.partition(":") for part in arm.material.split("+")]
    shares = {name: (float(share) if share else None) for name, _, share in parts}
    known = material_names()
    if len(shares) == _ONE:
        (name,) = shares
        found = _nearest(name, site, known)
        if found is None:
            raise Cannot(f"the model has no {name} at {site.name}")
        return found, (() if found == name else (f"{name} read as {found}",))
    exact = _mixed(shares, site)
    near = {_nearest(name, site, known) or name: share for name, share in shares.items()}
    found = exact or _mixed(near, site)
    if found is not None:
        unsaid = "" if None not in shares.values() else ", its shares"
        return found, (() if exact and not unsaid else (f"{arm.material} read as {found}{unsaid}",))
    first = next((one for name in shares if (one := _nearest(name, site, known)) is not None), None)
    if first is None:
        raise Cannot(f"the model has no {arm.material} at {site.name}")
    return first, (f"the model has no mixture {arm.material}: {first} alone taken",)


def _adjuncts(arm: ArmFact) -> tuple[tuple[str, ...], list[str]]:
    known, kept, notes = set(adjunct_names()), [], []
    told = arm.adjuncts or ((arm.additive,) if arm.additive else ())
    for name in told:
        found = next((one for one in _ADJUNCTS.get(name, (name,)) if one in known), None)
        if found is not None and found not in kept:
            kept.append(found)
        elif found is None:
            notes.append(f"{name} added to the graft has no mechanism in the model: left out")
    return tuple(kept), notes


def _size(arm: ArmFact, site: Site, notes: list[str]) -> float | None:
    """Return the stated height of the graft within what the site allows; None takes the site's own."""
    stated = dict(arm.subjects).get("graft_height_mm")
    if stated is None:
        return None
    kept = min(max(stated, site.size.lower), site.size.upper)
    if kept != stated:
        notes.append(f"{site.size.meaning} of {stated:g} mm taken as {kept:g} mm, the end of its range")
    return kept


def _variant(arm: ArmFact, site: Site, notes: list[str]) -> str:
    named = [fixation.name for fixation in site.fixations]
    wanted = arm.fixation
    if "open" in arm.detail.split(", ") and f"{wanted or 'nail'}_open" in named:
        return f"{wanted or 'nail'}_open"
    if wanted in named:
        return "" if wanted == site.fixation else wanted
    if wanted:
        notes.append(f"{site.label} knows no fixation {wanted}: its usual one taken")
    return ""


def _levels(arm: ArmFact, site: Site, notes: list[str]) -> int:
    levels = arm.levels or 1
    if levels > site.levels_max:
        notes.append(f"{levels} levels taken as {site.levels_max}")
    return max(1, min(levels, site.levels_max))


def procedure_of(arm: ArmFact) -> tuple[Procedure, tuple[str, ...]]:
    """Return the procedure of an arm and what was assumed or is not calibrated.

    Raises
    ------
    Cannot : no site, a site the model does not have, or no graft that stands for the arm's.
    """
    if not arm.site:
        raise Cannot(arm.why_not or "the arm names no site", "arm")
    notes: list[str] = []
    name = arm.site
    if name in _UNSAID and arm.detail in _OPEN_DETAILS:
        notes.append(f"which {name.replace('_', ' ')} is not said: {_UNSAID[name]} taken")
        name = _UNSAID[name]
    if name not in site_names():
        raise Cannot(f"the model has no site {arm.site}")
    site = load_site(name)
    material, told = model_material(arm, site)
    notes += told
    adjuncts, left_out = _adjuncts(arm)
    notes += left_out
    procedure = Procedure(
        name,
        material,
        _size(arm, site, notes),
        adjuncts,
        _variant(arm, site, notes),
        _levels(arm, site, notes),
    )
    try:
        why = site.fixed_with(procedure.fixation).why_not_calibrated(material)
    except OsseoError as error:
        raise Cannot(str(error)) from error
    return procedure, tuple([*notes, *([why] if why else [])])
