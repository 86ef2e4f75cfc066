"""Record, Arm and Result: one published study as frozen data.

The fields are those of the evidence schema (`SCHEMA.md`). Values stay as the reader wrote them; the
properties (`number`, `time`, `standard_error`) say what can be read as a float and never guess.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "DOMAINS",
    "FOLDERS",
    "KINDS",
    "SEEN",
    "USES",
    "Arm",
    "Record",
    "Result",
    "as_number",
]

#: folders of the shipped evidence, in reading order
FOLDERS = ("mg-pk", "mg-bone", "graft", "clinical")
#: study designs
KINDS = (
    "rct",
    "crossover",
    "tracer",
    "cohort",
    "case-control",
    "cross-sectional",
    "case-series",
    "case-report",
    "meta-analysis",
    "review",
    "reference-value",
    "animal",
    "in-vitro",
)
#: how the number was seen, best first
SEEN = ("fulltext", "abstract", "secondary", "recalled")
#: what a record may be used for
USES = ("calibration", "validation", "prior", "reference")
#: subjects the shipped records are sorted by
DOMAINS = (
    "mg-pk",
    "homeostasis",
    "nutrition",
    "nutrition-cofactor",
    "adherence",
    "safety",
    "mg-bone",
    "mg-immune",
    "healing-biology",
    "graft-outcome",
    "cohort-input",
)

#: half width of a 95 % normal interval in standard errors
_Z95 = 1.959963984540054


def as_number(value: object) -> float | None:
    """Return a finite number as a float; None for text, lists, truth values and gaps.

    Examples
    --------
    >>> as_number(3), as_number("3"), as_number(True)
    (3.0, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True)
class Arm:
    """One group of subjects.

    Parameters
    ----------
    name : as the source calls it.
    n : number of subjects, or None.
    regimen : what they got, keys as the reader wrote them.
    extra : undocumented keys.
    """

    name: str
    n: int | None
    regimen: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """One number (or finding) of a study, for an arm or for a contrast.

    Parameters
    ----------
    index : place in the record's list, from 0.
    measure : what was measured, as the reader wrote it.
    unit : of `value` or `effect`.
    arm, contrast : what it belongs to; both may be missing for reference values.
    value : level in one arm; number, list, text or None.
    effect : size of a contrast; number, text or None.
    time_d : [d] after surgery or start; number, text or None.
    sd, se : spread between subjects, standard error.
    ci95 : 95 % interval (low, high); one end may be None.
    n, p, note : subjects, p value as written, remark.
    seen : how this number was seen; the record's word unless the row says otherwise.
    extra : undocumented keys.
    """

    index: int
    measure: str
    unit: str | None
    arm: str | None = None
    contrast: str | None = None
    value: Any = None
    effect: Any = None
    time_d: Any = None
    sd: float | None = None
    se: float | None = None
    ci95: tuple[float | None, float | None] | None = None
    n: int | None = None
    p: Any = None
    note: str = ""
    seen: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Arm or contrast this result belongs to; empty for a reference value."""
        return self.arm or self.contrast or ""

    @property
    def number(self) -> float | None:
        """The value, or else the effect, as a float; None if it is not one number."""
        value = as_number(self.value)
        return value if value is not None else as_number(self.effect)

    @property
    def time(self) -> float | None:
        """Time as one number [d], or None."""
        return as_number(self.time_d)

    @property
    def is_recalled(self) -> bool:
        """Whether the number was remembered, not read; a remark that says so counts."""
        return self.seen == "recalled" or "recalled" in self.note.lower()

    @property
    def standard_error(self) -> float | None:
        """Standard error in the unit of the result: se, sd/sqrt(n), or interval / 3.92.

        None if it cannot be derived. For an interval the result is taken as symmetric, which is
        wrong for ratios.
        """
        if self.se is not None:
            return self.se
        if self.sd is not None and self.n:
            return self.sd / math.sqrt(self.n)
        low, high = self.ci95 or (None, None)
        return (high - low) / (2 * _Z95) if low is not None and high is not None else None


@dataclass(frozen=True)
class Record:
    """One study.

    Parameters
    ----------
    id : the string used in parameter tables, docstrings and reports.
    title, citation, doi, pmid : how to find it.
    where : pages on which the numbers stood.
    seen, kind, domain, species : see `SEEN`, `KINDS`, `DOMAINS`; species is prose.
    population, design : prose.
    arms, results : see `Arm`, `Result`.
    use : one of `USES`; it alone decides, `use_note` is prose.
    quality : the reader's doubts.
    extra : undocumented keys, kept as read.
    folder : one of `FOLDERS`, or empty for a user's own record.
    """

    id: str
    title: str
    citation: str
    doi: str | None
    pmid: str | None
    where: tuple[str, ...]
    seen: str
    kind: str
    domain: str
    species: str
    population: str
    design: str
    arms: tuple[Arm, ...]
    results: tuple[Result, ...]
    use: str
    use_note: str = ""
    quality: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""

    def arm(self, name: str) -> Arm | None:
        """Return the arm of this exact name, or None (labels of results often differ)."""
        return next((arm for arm in self.arms if arm.name == name), None)
