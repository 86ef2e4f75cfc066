"""The predicates a safety rule may use in `when`: each is a small question about the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from osseo.answer._safety_facts import Facts

__all__ = ["PREDICATES"]


def _years_below(facts: Facts, limit: float, when: Mapping[str, Any]) -> bool:
    """A duration that was not said counts as long."""
    years = [facts.years.get(name) for name in when["drug_class"] if name in facts.drugs]
    return bool(years) and all(y is not None and y < limit for y in years)


def _dose_within(facts: Facts, span: tuple[float, float]) -> bool:
    return any(start <= span[1] and stop >= span[0] for start, stop in facts.dose_spans)


def _below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit


def _from(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


#: name in `when` -> question (facts, wanted, whole `when`)
PREDICATES: Mapping[str, Callable[..., bool]] = {
    "egfr_below": lambda facts, limit, _: _below(facts.egfr, limit),
    "egfr_from": lambda facts, limit, _: _from(facts.egfr, limit),
    "egfr_known": lambda facts, wanted, _: (facts.egfr is not None) == wanted,
    "kidney_disease": lambda facts, wanted, _: facts.kidney_disease == wanted,
    "condition": lambda facts, names, _: bool(facts.conditions & set(names)),
    "no_condition": lambda facts, names, _: not facts.conditions & set(names),
    "drug_class": lambda facts, names, _: any(name in facts.drugs for name in names),
    "drug_class_too": lambda facts, names, _: any(name in facts.drugs for name in names),
    "no_drug_class": lambda facts, names, _: not any(name in facts.drugs for name in names),
    "drug_years_below": _years_below,
    "no_drugs_said": lambda facts, wanted, _: (facts.n_drugs == 0) == wanted,
    "age_below": lambda facts, limit, _: facts.age < limit,
    "site_kind": lambda facts, kind, _: kind in facts.site_kinds,
    "supplement_above_mg": lambda facts, limit, _: facts.supplement_mg > limit * (1 + 1e-9),
    "one_dose_above_mg": lambda facts, limit, _: facts.largest_dose_mg > limit * (1 + 1e-9),
    "has_supplement": lambda facts, wanted, _: (facts.supplement_mg > 0) == wanted,
    "dose_within_d": lambda facts, span, _: _dose_within(facts, span),
    "has_infusion": lambda facts, wanted, _: facts.has_infusion == wanted,
    "serum_below": lambda facts, limit, _: _below(facts.serum, limit),
    "serum_from": lambda facts, limit, _: _from(facts.serum, limit),
}
