"""Which reading of the model a reported endpoint is: modality, criterion and unit from its words.

What a study calls fused moves a rate by 20 points, so it is read from the measure, the label and the design;
where nothing says it, that is noted and the spread between studies is wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from osseo.answer.predict.fact import Cannot, Fact
from osseo.observe.bridging import usual_criterion
from osseo.observe.reading.readers import Criterion
from osseo.scenario.types import Procedure
from osseo.site import load_site

__all__ = ["ENDPOINTS", "Reading", "at_implant", "reading_of"]

#: endpoints of a screw in host bone, wherever in the jaw it stands
_OF_IMPLANTS = ("isq", "bone_implant_contact_pct", "removal_torque", "implant_failure_pct", "days_to_loading")
_SPINE = "spine_"
_JAW = ("sinus_lift", "socket", "ridge", "implant", "cleft")
#: fused, not united: read as continuity on CT
_FUSED = ("arthrodesis_hindfoot",)
_CT = re.compile(r"\bct\b|tomograph|\bcbct\b", re.I)
_FILM = re.compile(r"radiograph|\bfilms?\b|x-?ray|plain|dynamic|flexion|rust", re.I)
_COMPLETE = re.compile(r"complete|\bfull\b|strict|\b100 ?%|grade (v|5)\b|solid", re.I)
_SIDE = re.compile(r"\bside\b|per side|unilateral", re.I)
_BOTH = re.compile(r"bilateral|both sides", re.I)
_PER_LEVEL = re.compile(r"% of levels|per level|of segments|caudad|cephalad|segments?\b", re.I)
_MEDIAN = re.compile(r"median", re.I)
_MODIFIED = re.compile(r"\bm-?rust|modified", re.I)


@dataclass(frozen=True)
class Reading:
    """How a reported endpoint is read off a course.

    Parameters
    ----------
    endpoint : of `observe`. kind : `level`, `rate` (share of patients) or `time`.
    complement : 100 less it. domain : for scoring and for the spread between studies.
    criterion : of fusion; None for everything else. median : of a time, not its mean.
    form : `level`, `change` or `percent_change` from `from_d`. scale_to_size : a share [%] that becomes
        [mm] of the graft's size. notes : what was assumed. vague : the criterion is not said.
    """

    endpoint: str
    kind: str = "level"
    complement: bool = False
    domain: str = "graft tissue"
    criterion: Criterion | None = None
    median: bool = False
    form: str = "level"
    from_d: float = 0.0
    scale_to_size: bool = False
    notes: tuple[str, ...] = ()
    vague: bool = False


#: endpoint of the vocabulary -> (endpoint of `observe`, kind, domain); fusion, union and millimetres below
ENDPOINTS: Mapping[str, tuple[str, str, str]] = {
    "new_bone_pct": ("new_bone_pct", "level", "graft tissue"),
    "residual_graft_pct": ("residual_graft_pct", "level", "graft tissue"),
    "soft_tissue_pct": ("soft_tissue_pct", "level", "graft tissue"),
    "marrow_pct": ("soft_tissue_pct", "level", "graft tissue"),
    "mineralised_pct": ("total_bone_pct", "level", "graft tissue"),
    "lamellar_pct": ("lamellar_pct", "level", "graft tissue"),
    "cartilage_pct": ("cartilage_pct", "level", "graft tissue"),
    "depth_profile": ("depth_profile", "level", "graft tissue"),
    "vessel_density": ("vessels_per_field", "level", "graft tissue"),
    "volume_loss_pct": ("volume_loss_pct", "level", "graft volume"),
    "gap_fill_pct": ("gap_fill_pct", "level", "gap fill"),
    "days_to_fill": ("days_to_fill", "time", "time to healing"),
    "ridge_width_loss": ("width_loss_mm", "level", "ridge dimensions"),
    "ridge_height_loss": ("height_loss_mm", "level", "ridge dimensions"),
    "graft_height_loss": ("height_loss_mm", "level", "ridge dimensions"),
    "bone_width_gain": ("ridge_gain_mm", "level", "ridge dimensions"),
    "bone_density": ("density_hu", "level", "density"),
    "density_mgha": ("density_mgha", "level", "density"),
    "isq": ("isq", "level", "implant stability"),
    "bone_implant_contact_pct": ("bic_pct", "level", "implant stability"),
    "removal_torque": ("removal_torque_ncm", "level", "implant stability"),
    "implant_failure_pct": ("failure_1y_pct", "rate", "failure and reoperation"),
    "reoperation_pct": ("reoperation_pct", "rate", "failure and reoperation"),
    "fusion_pct": ("fused_ct_pct", "rate", "fusion"),
    "union_pct": ("union_pct", "rate", "union"),
    "nonunion_pct": ("union_pct", "rate", "union"),
    "delayed_or_nonunion_pct": ("union_pct", "rate", "union"),
    "time_to_union": ("days_to_union", "time", "time to healing"),
    "time_to_fusion": ("days_to_fusion", "time", "time to healing"),
    "rust_score": ("rust", "level", "union score"),
    "front_mm": ("front_mm", "level", "incorporation"),
    "incorporated_pct": ("incorporated_pct", "level", "incorporation"),
    "days_to_placement": ("days_to_placement", "time", "time to healing"),
    "days_to_loading": ("days_to_loading", "time", "time to healing"),
    "days_to_weight_bearing": ("days_to_weight_bearing", "time", "time to healing"),
}
_COMPLEMENTS = ("nonunion_pct", "delayed_or_nonunion_pct")
#: tissue of a core and volumes can be read of any graft, whatever its site usually reports
_EVERYWHERE = (
    "new_bone_pct",
    "residual_graft_pct",
    "soft_tissue_pct",
    "total_bone_pct",
    "lamellar_pct",
    "cartilage_pct",
    "vessels_per_field",
    "depth_profile",
    "volume_loss_pct",
    "defect_filled_pct",
    "gap_fill_pct",
)
#: [d] within which a rate of failure of implants is that of the first year
_FIRST_YEARS = 1100.0


def _words(fact: Fact) -> str:
    unit = fact.result.unit or ""
    return f"{fact.result.measure.replace('_', ' ')} | {fact.result.label} | {unit} | {fact.result.note}"


def _modality(fact: Fact) -> tuple[str, bool]:
    """Return `ct` or `film`, and whether the record says so; what stands nearest to the number counts."""
    for text in (_words(fact), fact.record.design, fact.record.title, fact.record.population):
        ct, film = bool(_CT.search(text)), bool(_FILM.search(text))
        if ct != film:
            return ("ct" if ct else "film"), True
        if ct:
            return "ct", True
    return "ct", False


def _criterion(fact: Fact, procedure: Procedure) -> tuple[Criterion, tuple[str, ...], bool]:
    words = _words(fact)
    modality, said = _modality(fact)
    per_level = bool(_PER_LEVEL.search(words))
    made = usual_criterion(procedure.site, modality, levels=1 if per_level else procedure.levels)
    extent = "complete" if _COMPLETE.search(words) else "any"
    unit = "side" if _SIDE.search(words) else "both" if _BOTH.search(words) else "segment"
    notes = () if said else ("how fusion was read is not said: any bridging on CT taken",)
    return replace(made, extent=extent, unit=unit), notes, not said


def _healed(fact: Fact, procedure: Procedure, base: Reading) -> Reading:
    """Return a rate or time of healing as its site is read: fused in spine and hindfoot, else united."""
    fused = procedure.site.startswith(_SPINE) or procedure.site in _FUSED
    is_time = base.kind == "time"
    if not fused:
        return replace(base, endpoint="days_to_union" if is_time else "union_pct")
    criterion, notes, vague = _criterion(fact, procedure)
    name = "days_to_fusion" if is_time else f"fused_{criterion.modality}_pct"
    domain = base.domain if is_time else "fusion"
    return replace(
        base, endpoint=name, criterion=criterion, notes=base.notes + notes, vague=vague, domain=domain
    )


def _millimetres(fact: Fact, procedure: Procedure, base: Reading) -> Reading:
    if procedure.site == "sinus_lift" and fact.endpoint in ("ridge_height_loss", "graft_height_loss"):
        note = "a column of unit area: height is lost as volume is"
        return replace(base, endpoint="volume_loss_pct", scale_to_size=True, notes=(*base.notes, note))
    if procedure.site == "ridge" and fact.endpoint == "graft_height_loss":
        return replace(base, endpoint="width_loss_mm")
    return base


def _checked(fact: Fact, procedure: Procedure) -> None:
    """Refuse what has the name of a reading and is something else at this site.

    Raises
    ------
    Cannot : with why.
    """
    if fact.endpoint == "implant_failure_pct":
        if procedure.site not in _JAW:
            raise Cannot(f"failure of implants at {procedure.site} is not in the model")
        if (fact.time_d or 0.0) > _FIRST_YEARS:
            raise Cannot("failure of implants after three years is not in the model; it knows the first year")
    if fact.endpoint == "reoperation_pct" and procedure.site in _JAW:
        raise Cannot("reoperation in the jaw is not in the model")
    if fact.endpoint == "union_pct" and procedure.site in _JAW:
        raise Cannot(f"union at {procedure.site} is not in the model")


def at_implant(fact: Fact, procedure: Procedure) -> tuple[Procedure, tuple[str, ...]]:
    """Return the procedure that an endpoint of an implant is read at: the screw in host bone of the jaw."""
    if fact.endpoint not in _OF_IMPLANTS or procedure.site == "implant" or procedure.site not in _JAW:
        return procedure, ()
    return Procedure("implant", "none"), (f"an implant in {procedure.site} is read as one in host bone",)


def reading_of(fact: Fact, procedure: Procedure) -> Reading:
    """Return how a fact is read off the course of its procedure.

    Raises
    ------
    Cannot : the model has no such reading.
    """
    if fact.endpoint not in ENDPOINTS:
        raise Cannot(f"{fact.endpoint} ({fact.group}) is not in the model")
    _checked(fact, procedure)
    reading = _reading(fact, procedure)
    if reading.endpoint not in (*load_site(procedure.site).endpoints, *_EVERYWHERE):
        raise Cannot(f"{reading.endpoint} is not read at {procedure.site}")
    return reading


def _reading(fact: Fact, procedure: Procedure) -> Reading:
    name, kind, domain = ENDPOINTS[fact.endpoint]
    base = Reading(name, kind, fact.endpoint in _COMPLEMENTS, domain, form=fact.form)
    if fact.baseline_d is not None:
        base = replace(base, from_d=fact.baseline_d)
    if kind == "time":
        base = replace(base, median=bool(_MEDIAN.search(_words(fact))))
    if domain in ("fusion", "union") or name in ("days_to_union", "days_to_fusion"):
        base = _healed(fact, procedure, base)
    if domain == "ridge dimensions":
        base = _millimetres(fact, procedure, base)
    if name == "rust" and _MODIFIED.search(_words(fact)):
        base = replace(base, endpoint="mrust")
    if fact.endpoint == "gap_fill_pct" and procedure.site == "cleft":
        base = replace(base, endpoint="defect_filled_pct")
    if fact.endpoint == "marrow_pct":
        base = replace(base, notes=(*base.notes, "marrow read as all soft tissue"))
    if fact.endpoint == "implant_failure_pct" and (fact.time_d is None or fact.time_d > 550.0):
        base = replace(base, notes=(*base.notes, "failure within the first year taken; most fail early"))
    return base
