"""How far minerals and drugs stand apart, and how a drug itself is taken: data read from evidence records.

`separations.yaml` and `drug_taking.yaml` name record and row of every number; loading checks that the words
quoted stand there. Where sources differ the longest is used, per direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from osseo.errors import EvidenceError, Issue
from osseo.evidence import Record, grade, load_record, weakest
from osseo.files import parse_yaml
from osseo.nutrition.drugs import KnownDrug, drug_classes, fits, read_drugs

__all__ = [
    "Effect",
    "Interaction",
    "Separation",
    "Source",
    "Taking",
    "hours",
    "interactions_of",
    "load_effects",
    "load_separations",
    "load_takings",
    "separation_between",
    "taking_of",
]

#: added where a source says "more than" [h]; half an hour keeps the grid of the schedule coarse
_STEP_H = 0.5


@dataclass(frozen=True)
class Source:
    """What one source asks for.

    Parameters
    ----------
    record, row : evidence id, and the row of it (its `drug`). where : address of the page.
    after_h, before_h : [h] mineral after the drug, mineral before the drug; None if not said.
    quote : the words of the row. grade : of the row.
    assumed : why a number was taken that the row does not give; empty if it does.
    drugs : the only names it speaks of; empty for the whole class.
    """

    record: str
    row: str
    where: str
    quote: str
    grade: str
    after_h: float | None = None
    before_h: float | None = None
    assumed: str = ""
    drugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Separation:
    """One mineral and one class of drugs.

    Parameters
    ----------
    after_h : [h] the mineral at least so long after the drug (longest source).
    before_h : [h] the mineral at least so long before the drug.
    never : no distance helps. loss_pct : [%] of the drug lost when taken together (low, high), or None.
    left_pct : [%] still lost at the distance, where a study measured it.
    why : plain sentence. grade : weakest of the sources that set the distances.
    """

    id: str
    drug_class: str
    mineral: str
    after_h: float
    before_h: float
    never: bool
    loss_pct: tuple[float, float] | None
    why: str
    sources: tuple[Source, ...]
    grade: str
    drugs: tuple[str, ...] = ()
    unless_class: str = ""
    left_pct: float | None = None

    @property
    def shortest(self) -> tuple[float, float]:
        """The shortest distances any source asks for (after, before) [h]; the longest where one is silent."""
        after = [s.after_h for s in self.sources if s.after_h is not None]
        before = [s.before_h for s in self.sources if s.before_h is not None]
        return min(after, default=self.after_h), min(before, default=self.before_h)

    def text(self, drug: str) -> str:
        """Return the rule for a person, for the drug as written."""
        if self.never:
            return f"{drug} and {self.mineral}: ask your doctor before you take {self.mineral}. {self.why}"
        after, before = hours(self.after_h), hours(self.before_h)
        if self.after_h == self.before_h:
            return f"{drug} and {self.mineral}: keep {after} between them. {self.why}"
        return (
            f"{drug} and {self.mineral}: take {self.mineral} at least {after} after {drug}, "
            f"or at least {before} before it. {self.why}"
        )


@dataclass(frozen=True)
class Taking:
    """How a drug itself is taken; hours as in `drug_taking.yaml`, 0 where nothing is asked."""

    id: str
    drugs: tuple[str, ...]
    why: str
    sources: tuple[Source, ...]
    grade: str
    on_waking: bool = False
    upright_h: float = 0.0
    food_after_h: float = 0.0
    food_before_h: float = 0.0
    others_after_h: float = 0.0
    others_before_h: float = 0.0
    with_food: bool = False
    unless_class: str = ""

    def text(self, drug: str) -> str:
        """Return the rule for a person, for the drug as written."""
        parts = []
        if self.food_after_h:
            parts.append(f"no food for {hours(self.food_after_h)} after it")
        if self.food_before_h:
            parts.append(f"no food for {hours(self.food_before_h)} before it")
        if self.others_after_h:
            parts.append(f"nothing else by mouth for {hours(self.others_after_h)} after it")
        if self.others_before_h:
            parts.append(f"nothing else by mouth for {hours(self.others_before_h)} before it")
        if self.upright_h:
            parts.append(f"stay upright for {hours(self.upright_h)}")
        return f"{drug}: {self.why}" + (f" That means {', '.join(parts)}." if parts else "")


@dataclass(frozen=True)
class Effect:
    """What a class of drugs does to magnesium in the body; no distance in time helps against it."""

    drug_class: str
    text: str
    source: Source


@dataclass(frozen=True)
class Interaction:
    """What is known of one named drug: separations, how it is taken, effects; all may be empty."""

    drug: KnownDrug
    separations: tuple[Separation, ...]
    taking: Taking | None
    effects: tuple[Effect, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The rules for a person; one sentence if there is none."""
        rules = [s.text(self.drug.text) for s in self.separations]
        if self.taking is not None:
            rules.append(self.taking.text(self.drug.text))
        rules += [f"{self.drug.text}: {effect.text}" for effect in self.effects]
        return tuple(rules) or (f"{self.drug.text}: no distance to keep was found. Ask your pharmacist.",)


def hours(value: float) -> str:
    """Return hours in words, minutes below one hour.

    Examples
    --------
    >>> hours(0.5), hours(1), hours(1.25), hours(4)
    ('30 minutes', '1 hour', '1 hour 15 minutes', '4 hours')
    """
    whole, rest = divmod(round(value * 60), 60)
    parts = [f"{whole} hour{'s' if whole != 1 else ''}"] if whole else []
    parts += [f"{rest} minutes"] if rest else []
    return " ".join(parts) or "no time"


@cache
def _rows(record_id: str) -> tuple[Record, Mapping[str, Mapping[str, Any]]]:
    record = load_record(record_id)
    lists = [rows for rows in record.extra.values() if isinstance(rows, list)]
    found: dict[str, dict[str, Any]] = {}
    for row in (row for rows in lists for row in rows if "drug" in row):
        found.setdefault(row["drug"], row)
    return record, found


def _row_text(row: Mapping[str, Any]) -> str:
    return " | ".join(str(row.get(key, "")) for key in ("separation", "effect", "taking", "note"))


def _make_source(entry: Mapping[str, Any], rule: str, issues: list[Issue]) -> Source | None:
    record, rows = _rows(entry["record"])
    row = rows.get(entry["row"])
    if row is None:
        issues.append(Issue(rule, f"record {record.id} has no row {entry['row']!r}"))
        return None
    if entry["quote"] not in _row_text(row):
        issues.append(Issue(rule, f"{entry['quote']!r} does not stand in {record.id}, row {entry['row']!r}"))
    extra = _STEP_H if entry.get("more_than") else 0.0
    after, before = entry.get("after_h"), entry.get("before_h")
    assumed = entry.get("assumed", "")
    return Source(
        record=record.id,
        row=entry["row"],
        where=str(row.get("where", "")),
        quote=entry["quote"],
        grade="assumed" if assumed else grade(replace(record, seen=row.get("seen", record.seen))),
        after_h=None if after is None else after + extra,
        before_h=None if before is None else before + extra,
        assumed=assumed,
        drugs=tuple(entry.get("drugs", ())),
    )


def _sources(entry: Mapping[str, Any], issues: list[Issue]) -> tuple[Source, ...]:
    made = [_make_source(s, entry["id"], issues) for s in entry["sources"]]
    return tuple(s for s in made if s is not None)


def _check_loss(entry: Mapping[str, Any], issues: list[Issue]) -> None:
    said = [entry.get("loss_quote", []), entry.get("left_quote", [])]
    quotes = [quote for part in said for quote in ([part] if isinstance(part, str) else part)]
    texts = [_row_text(_rows(s["record"])[1].get(s["row"], {})) for s in entry["sources"]]
    for quote in quotes:
        if not any(quote in text for text in texts):
            issues.append(Issue(entry["id"], f"{quote!r} stands in none of its rows"))


def _make_separation(entry: Mapping[str, Any], issues: list[Issue]) -> Separation:
    sources = _sources(entry, issues)
    _check_loss(entry, issues)
    loss = entry.get("loss_pct")
    if entry["drug_class"] not in drug_classes():
        issues.append(Issue(entry["id"], f"unknown drug class {entry['drug_class']!r}"))
    made = Separation(
        id=entry["id"],
        drug_class=entry["drug_class"],
        mineral=entry["mineral"],
        after_h=0.0,
        before_h=0.0,
        never=bool(entry.get("never", False)),
        loss_pct=None if loss is None else (float(loss[0]), float(loss[1])),
        why=entry["why"],
        sources=sources,
        grade=weakest(s.grade for s in sources),
        drugs=tuple(entry.get("drugs", ())),
        unless_class=entry.get("unless_class", ""),
        left_pct=entry.get("left_pct"),
    )
    general = tuple(s for s in sources if not s.drugs)
    if not made.never and not (_longest(general, "after_h") and _longest(general, "before_h")):
        issues.append(Issue(made.id, "needs both directions; mark one as assumed with a reason"))
    return _with_longest(made, general)


def _longest(sources: Iterable[Source], side: str) -> float:
    return max((getattr(s, side) or 0.0 for s in sources), default=0.0)


def _with_longest(rule: Separation, sources: tuple[Source, ...]) -> Separation:
    """Return the rule with the longest distances of some of its sources, and the grade of those."""
    after, before = _longest(sources, "after_h"), _longest(sources, "before_h")
    setting = [s for s in sources if s.after_h == after or s.before_h == before]
    return replace(
        rule,
        after_h=after,
        before_h=before,
        sources=sources,
        grade=weakest(s.grade for s in setting or sources),
    )


def _read(name: str) -> list[dict[str, Any]]:
    return parse_yaml(files("osseo.nutrition").joinpath(name).read_text(encoding="utf-8"))


@cache
def load_separations() -> tuple[Separation, ...]:
    """Return all separations, in the order of their file; distances of the whole class.

    Raises
    ------
    EvidenceError : a number whose record, row or words are not there; all problems at once.
    """
    issues: list[Issue] = []
    rules = tuple(_all_sources(entry, issues) for entry in _read("separations.yaml"))
    if issues:
        raise EvidenceError.from_issues("nutrition/separations.yaml", issues, "no rule was loaded")
    return rules


def _all_sources(entry: Mapping[str, Any], issues: list[Issue]) -> Separation:
    """Return a rule that still holds the sources for single drugs of its class."""
    rule = _make_separation(entry, issues)
    return replace(rule, sources=_sources(entry, []))


@cache
def load_takings() -> tuple[Taking, ...]:
    """Return how drugs are taken, in the order of their file.

    Raises
    ------
    EvidenceError : a number whose record, row or words are not there; all problems at once.
    """
    issues: list[Issue] = []
    rules = []
    for entry in _read("drug_taking.yaml"):
        sources = _sources(entry, issues)
        plain = {key: value for key, value in entry.items() if key not in ("sources", "drugs")}
        made = weakest(s.grade for s in sources)
        rules.append(Taking(drugs=tuple(entry["drugs"]), sources=sources, grade=made, **plain))
    if issues:
        raise EvidenceError.from_issues("nutrition/drug_taking.yaml", issues, "no rule was loaded")
    return tuple(rules)


@cache
def load_effects() -> tuple[Effect, ...]:
    """Return what drugs do to magnesium in the body, in the order of their file.

    Raises
    ------
    EvidenceError : words that do not stand in their record; all problems at once.
    """
    issues: list[Issue] = []
    entries = [(e, _make_source(e, e["drug_class"], issues)) for e in _read("drug_effects.yaml")]
    issues += [
        Issue(e["drug_class"], "unknown drug class")
        for e, _ in entries
        if e["drug_class"] not in drug_classes()
    ]
    if issues:
        raise EvidenceError.from_issues("nutrition/drug_effects.yaml", issues, "no effect was loaded")
    return tuple(Effect(e["drug_class"], e["text"], source) for e, source in entries if source is not None)


def separation_between(drug: KnownDrug, mineral: str) -> Separation | None:
    """Return the rule between a named drug and a mineral, or None.

    A drug of several classes takes the longest of each direction; a source for single drugs counts only
    for them.
    """
    if drug.mineral == mineral:
        return None
    found = [rule for rule in load_separations() if rule.mineral == mineral and _applies(rule, drug)]
    if not found:
        return None
    rules = [
        _with_longest(rule, tuple(s for s in rule.sources if not s.drugs or fits(drug.text, s.drugs)))
        for rule in found
    ]
    widest = max(rules, key=lambda r: (r.never, r.after_h + r.before_h))
    return replace(
        widest,
        after_h=max(r.after_h for r in rules),
        before_h=max(r.before_h for r in rules),
    )


def _applies(rule: Separation, drug: KnownDrug) -> bool:
    if rule.drug_class not in drug.classes or rule.unless_class in drug.classes:
        return False
    return not rule.drugs or fits(drug.text, rule.drugs)


def taking_of(drug: KnownDrug) -> Taking | None:
    """Return how a named drug is taken, or None if nothing was found."""
    for rule in load_takings():
        if rule.unless_class not in drug.classes and fits(drug.text, rule.drugs):
            return rule
    return None


def interactions_of(
    names: Sequence[str], minerals: Sequence[str] = ("magnesium", "calcium", "iron")
) -> tuple[Interaction, ...]:
    """Return what is known of each named drug, in the order given.

    Raises
    ------
    InputError : every unknown drug, with near names.

    Examples
    --------
    >>> (found,) = interactions_of(["dolutegravir 50 mg"], ["magnesium"])
    >>> found.separations[0].after_h, found.separations[0].before_h, found.separations[0].loss_pct
    (2.0, 6.0, (74.0, 74.0))
    """
    drugs = read_drugs(names)
    return tuple(
        Interaction(
            drug,
            tuple(rule for m in minerals if (rule := separation_between(drug, m)) is not None),
            taking_of(drug),
            tuple(effect for effect in load_effects() if effect.drug_class in drug.classes),
        )
        for drug in drugs
    )
