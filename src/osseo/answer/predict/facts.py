"""From a record and the vocabulary to facts: numbers of people in arms, ready to be asked of the model."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from osseo.answer.predict.fact import ArmFact, Cannot, Fact
from osseo.answer.predict.label_arms import Described, arm_of_label, arms_of_contrast
from osseo.evidence import Arm, Record, Result
from osseo.evidence.pooling_values import is_human, study_key, treatment_of
from osseo.evidence.record import as_number
from osseo.evidence.vocabulary import LOG_KINDS, MappedResult, endpoint_words, map_arm, map_result
from osseo.evidence.vocabulary.people import facts_in, facts_of_people
from osseo.units import MG_MOLAR_MASS

__all__ = ["derive_contrasts", "derive_courses", "make_fact"]

#: rows whose number is not the mean of an arm, though their endpoint is known
NOT_A_MEAN = {
    "urine_mg_24h_p20": "the 20th percentile of a population, not its mean",
    "urine_mg_per_creatinine": "per creatinine, which the model does not have",
    "urinary_26mg_range": "a range of tracer, not of all magnesium",
    "new_bone_pct_at_distance": "at one distance from host bone, not the whole core",
    "new_bone_pct_bone_wall_region": "beside the bone wall only, not the whole core",
    "bone_incl_marrow_pct": "counts marrow as bone",
    "serum_Mg_at_near_quadriplegia": "a threshold of one patient",
    **dict.fromkeys(
        (
            "ct_fusion_inner_cage",
            "ct_fusion_posterior_cage",
            "ct_fusion_decompression_zone",
            "ct_fusion_anterior_cage",
            "ct_fusion_contralateral",
        ),
        "of one zone of a segment, not of the segment",
    ),
    "relative_bioavailability": "relative to another product, not a share of the dose",
    "AUC_enrichment": "an area of tracer enrichment, not a share of the dose",
    "fractional_absorption_range": "a range, not a mean",
}
#: kinds of number that are neither a mean nor a difference of means
_NOT_EXPRESSED = ("standardised_difference", "slope")
#: how a standard error came about, in one word
_SOURCES = {"": "", "reported": "reported"}


def _diet(arm: Arm) -> float | None:
    """Return the food [mmol/d] of an arm that states its total and its supplement."""
    total, extra = (as_number(arm.regimen.get(key)) for key in ("elemental_mg_per_day", "supplement_mg"))
    return (total - extra) / MG_MOLAR_MASS if total is not None and extra is not None else None


def _range_middle(arm: Arm, key: str) -> float | None:
    """Return the geometric middle of a stated range of a regimen, as meta-analyses give it."""
    ends = arm.regimen.get(key)
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    low, high = (as_number(end) for end in ends)
    return math.sqrt(low * high) if low and high and low > 0 and high > 0 else None


def _read_ranges(arm: Arm, fact: ArmFact) -> ArmFact:
    """Return an arm with the middle of its ranges of dose and duration, where it states ranges."""
    notes, dose, length = [], fact.daily_mmol, fact.duration_d
    middle = _range_middle(arm, "elemental_mg_per_day")
    if dose is None and middle is not None:
        dose = middle / MG_MOLAR_MASS
        notes.append(f"doses {arm.regimen['elemental_mg_per_day']} mg/d: their middle {middle:.0f} taken")
    middle = _range_middle(arm, "duration_d")
    if length is None and middle is not None:
        length = middle
        notes.append(f"durations {arm.regimen['duration_d']} d: their middle {middle:.0f} taken")
    return replace(fact, daily_mmol=dose, duration_d=length, notes=(*fact.notes, *notes))


def _covariates(record: Record, arm: Arm, stated: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return what is said of an arm's people: by its name and drug, else by the record's prose."""
    own = facts_in(f"{arm.name} {arm.regimen.get('drug', '')}")
    return tuple(sorted({**facts_of_people(record, stated), **own}.items()))


def arm_fact(record: Record, arm: Arm, label: str = "") -> ArmFact:
    """Return an arm in words of the vocabulary."""
    mapped = map_arm(record, arm)
    material = treatment_of(replace(mapped, additive=""), label) if mapped.site else ""
    additive = mapped.additive
    if material and not mapped.materials:  # read from the label of a review's row
        material, _, additive = treatment_of(mapped, label).partition("+")
    diet = _diet(arm)
    fact = ArmFact(
        name=arm.name,
        n=arm.n,
        site=mapped.site,
        material=material,
        additive=additive,
        salt=mapped.salt,
        daily_mmol=mapped.daily_mmol,
        single_mmol=mapped.single_mmol,
        per_day=round(mapped.doses_per_day) if mapped.doses_per_day else (2 if diet is None else 3),
        duration_d=mapped.duration_d,
        with_meal=mapped.with_meal,
        meal_mmol=mapped.meal_mmol,
        diet_mmol=diet,
        phytate_mmol=mapped.phytate_mmol or 0.0,
        oxalate_mmol=mapped.oxalate_mmol or 0.0,
        added="added_mEq" in arm.regimen,
        route="iv" if mapped.route == "iv" else "oral",
        drug=str(arm.regimen.get("drug", "")),
        detail=mapped.site_detail,
        fixation=mapped.fixation,
        levels=mapped.levels,
        adjuncts=mapped.adjuncts,
        covariates=_covariates(record, arm, mapped.subjects) if mapped.site else (),
        notes=mapped.notes,
        dosed=any(word in key for key in arm.regimen for word in ("mg", "mmol", "mEq", "dose")),
        subjects=tuple(sorted(mapped.subjects.items())),
        why_not="; ".join(mapped.reasons),
    )
    return _read_ranges(arm, fact)


def _mapped(record: Record, result: Result) -> MappedResult:
    if result.number is None:
        raise Cannot("the row holds no single number", "number")
    if result.is_recalled:
        raise Cannot("the number was recalled, not read; it scores nothing", "number")
    mapped = map_result(record, result)
    if not mapped.is_mapped:
        raise Cannot("; ".join(mapped.reasons), "vocabulary")
    if not is_human(record):
        raise Cannot(f"not of people ({record.species or record.kind})", "model")
    if "subgroup" in result.extra or "subgroup" in result.note.lower():
        raise Cannot("a subgroup of the arm, chosen in hindsight", "arm")
    if result.measure in NOT_A_MEAN:
        raise Cannot(NOT_A_MEAN[result.measure], "model")
    if mapped.kind in _NOT_EXPRESSED or mapped.kind == "association":
        raise Cannot(f"a {mapped.kind.replace('_', ' ')}, not a mean or a difference of means", "model")
    return mapped


def _from_label(record: Record, told: Described) -> ArmFact:
    """Return an arm that a label describes, with the facts it states."""
    fact = arm_fact(record, told.arm, told.arm.name)
    known = {**dict(fact.covariates), **told.facts}
    note = f"arm read from its label {told.arm.name!r}"
    return replace(
        fact,
        adjuncts=fact.adjuncts or told.adjuncts,
        covariates=tuple(sorted(known.items())),
        notes=(*fact.notes, note),
    )


def _one_treatment(record: Record, names: Sequence[str], label: str) -> tuple[ArmFact, ...]:
    """Return the arm of a level; several arms count as one only if they were treated alike."""
    arms = [arm for name in names if (arm := record.arm(name)) is not None]
    if not arms and label and (told := arm_of_label(record, label)) is not None:
        return (_from_label(record, told),)
    if not arms and len(record.arms) == 1:
        arms = list(record.arms)
    if not arms:
        raise Cannot(f"its label {label!r} names no arm" if label else "the row names no arm", "arm")
    facts = [arm_fact(record, arm, label) for arm in arms]
    treated = {(f.site, f.treatment, f.daily_mmol, f.single_mmol) for f in facts}
    if len(treated) > 1:
        raise Cannot("arms that were treated differently were put together", "arm")
    return (facts[0],)


def _two(record: Record, mapped: MappedResult, label: str) -> tuple[ArmFact, ...]:
    arms = [arm for name in mapped.contrast_arms if (arm := record.arm(name)) is not None]
    if len(arms) != 2 and (told := arms_of_contrast(record, label)) is not None:
        return tuple(_from_label(record, side) for side in told)
    if len(arms) != 2:
        raise Cannot(f"contrast {label!r} names no two arms of the record", "arm")
    return tuple(arm_fact(record, arm) for arm in arms)


#: groups of patients that are formed by what became of them: a model of all of them cannot say it
_BY_OUTCOME = re.compile(
    r"^(re-?)?(united|union|non-?union|fused|not fused|unfused|healed|unhealed|not healed|failed|failures"
    r"|success\w*|survived|lost|pseud\w+)$|\bm?RUST\b ?[<>=≥≤\d]|^(low|high) (primary )?stability"
    r"|\bbone type\b|^fracture gap",
    re.I,
)


def _check_group(record: Record, label: str) -> None:
    """Refuse a group that was formed by its outcome or by a trait the site does not have.

    Raises
    ------
    Cannot : with why.
    """
    if _BY_OUTCOME.search(label) and not any(a.regimen.get("site") == "nonunion" for a in record.arms):
        raise Cannot(f"{label!r} is a group formed by its outcome or a trait, not by a treatment", "arm")


def make_fact(record: Record, result: Result) -> Fact:
    """Return a result as a fact.

    Raises
    ------
    Cannot : no number, no endpoint, no arm, or a number that is not a mean.
    """
    mapped = _mapped(record, result)
    endpoint = endpoint_words()[mapped.endpoint]
    _check_group(record, result.label)
    is_ratio = mapped.kind in LOG_KINDS
    is_contrast = is_ratio or mapped.kind in ("difference", "percent_difference")
    value, effect = float(mapped.value or 0.0), mapped.kind if is_contrast else ""
    if is_ratio:
        if value <= 0:
            raise Cannot("a ratio that is not above 0", "number")
        value, effect = math.log(value), "log_ratio"
    arms = (
        _two(record, mapped, result.label)
        if is_contrast
        else _one_treatment(record, mapped.arms, result.label)
    )
    return Fact(
        record=record,
        result=result,
        endpoint=mapped.endpoint,
        unit=f"ln {mapped.unit}" if is_ratio else mapped.unit,
        form="level" if mapped.kind == "level" else mapped.form,
        kind="contrast" if is_contrast else "level",
        effect=effect,
        value=value,
        sd=None if is_ratio else mapped.sd,
        se=mapped.se,
        se_from=_SOURCES.get(mapped.se_source, f"derived from {mapped.se_source}"),
        n=mapped.n,
        time_d=mapped.time_d,
        arms=arms,
        group=endpoint.group,
        is_share=endpoint.type == "share",
        baseline_d=mapped.baseline_d,
        single_dose=any(arm.single_mmol for arm in arms),
        note=mapped.note,
        ratio_kind=mapped.kind if is_ratio else "",
    )


def derive_contrasts(facts: Sequence[Fact]) -> list[Fact]:
    """Return differences between arms of one study that the study gives as levels only.

    The standard error takes the arms as independent, also where the same people were in both.
    """
    given = {(f.endpoint, f.time_d, frozenset(a.name for a in f.arms)) for f in facts if f.kind == "contrast"}
    found = []
    for a, b in combinations([f for f in facts if f.kind == "level" and f.form == "level"], 2):
        names = frozenset((a.arms[0].name, b.arms[0].name))
        alike = (a.endpoint, a.unit, a.time_d, a.result.measure) == (
            b.endpoint,
            b.unit,
            b.time_d,
            b.result.measure,
        )
        differ = a.arms[0].substance != b.arms[0].substance
        one_study = a.record.kind != "meta-analysis" and study_key(a.record, a.result) == study_key(
            b.record, b.result
        )
        if not one_study or not _comparable(a, b):
            continue
        if alike and differ and len(names) == 2 and (a.endpoint, a.time_d, names) not in given:
            found.append(_difference(a, b))
    return found


def _comparable(a: Fact, b: Fact) -> bool:
    """Return whether two arms are of one operation and neither holds the other's people."""
    whole = {"all", "total", "pooled", "everyone", "both", "overall"}
    parts = {a.result.label.strip().lower(), b.result.label.strip().lower()}
    return a.arms[0].site == b.arms[0].site and not parts & whole


def _difference(a: Fact, b: Fact) -> Fact:
    first, second = (b, a) if a.arms[0].salt == "none" or a.arms[0].material == "none" else (a, b)
    known = first.se is not None and second.se is not None
    return replace(
        first,
        kind="contrast",
        effect="difference",
        value=first.value - second.value,
        sd=None,
        se=math.hypot(first.se or 0.0, second.se or 0.0) if known else None,
        se_from="derived from both arms" if known else "",
        n=min((f.n for f in (first, second) if f.n), default=None),
        arms=(first.arms[0], second.arms[0]),
        derived=True,
    )


def derive_courses(facts: Sequence[Fact]) -> list[Fact]:
    """Return how each arm changed since its first time, where a study gives levels at several times.

    The standard error takes the two times as independent.
    """
    groups: dict[tuple[str, str, str, str], list[Fact]] = {}
    for fact in facts:
        if fact.kind == "level" and fact.form == "level" and fact.time_d is not None and not fact.is_share:
            key = (fact.endpoint, fact.unit, fact.result.measure, fact.label)
            groups.setdefault(key, []).append(fact)
    found = []
    for own in groups.values():
        ordered = sorted(own, key=lambda f: f.time_d or 0.0)
        first = ordered[0]
        found += [_since(first, f) for f in ordered[1:] if f.time_d != first.time_d]
    return found


def _since(first: Fact, later: Fact) -> Fact:
    known = first.se is not None and later.se is not None
    return replace(
        later,
        kind="course",
        effect="difference",
        value=later.value - first.value,
        sd=None,
        se=math.hypot(first.se or 0.0, later.se or 0.0) if known else None,
        se_from="derived from both times" if known else "",
        n=min((f.n for f in (first, later) if f.n), default=None),
        from_d=first.time_d,
        derived=True,
    )
