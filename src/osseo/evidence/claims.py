"""The audited claims: what a typical article on the subject says, and what the evidence says about it.

Claims carry their own grade and verdict, set by reading, not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from osseo.errors import EvidenceError
from osseo.evidence.index import DATA
from osseo.evidence.reading import read_yaml
from osseo.names import check_name

__all__ = ["VERDICTS", "Claim", "claim", "claim_ids", "load_claims"]

VERDICTS = ("supported", "partly", "contested", "unsupported", "untraceable")


@dataclass(frozen=True)
class Claim:
    """One checkable claim with its audit.

    Parameters
    ----------
    id : C01 to C43.
    section : of the article.
    text : the claim.
    kind : effect-size, mechanism, comparative or guideline.
    source : what the article names as its source, or none.
    trace : whether that source was found: yes, partly or no.
    records : evidence ids that speak to it, best first.
    evidence : what they say.
    verdict : one of `VERDICTS`.
    grade : certainty about the claim as worded for a patient who takes oral magnesium.
    relevance : oral-human, oral-animal, local-implant or in-vitro.
    model_hook : where osseo lets the claim act.
    """

    id: str
    section: str
    text: str
    kind: str
    source: str
    trace: str
    records: tuple[str, ...]
    evidence: str
    verdict: str
    grade: str
    relevance: str
    model_hook: str


def _plain_id(reference: str) -> str:
    """Return the record id of `folder:id` or `id` (ids are unique across folders)."""
    return reference.split(":", 1)[-1]


def _make_claim(row: dict[str, Any]) -> Claim:
    return Claim(
        id=row["id"],
        section=row["section"],
        text=row["claim"],
        kind=row["kind"],
        source=row["cited_source_as_stated"],
        trace=row["found"],
        records=tuple(_plain_id(reference) for reference in row["best_evidence"]),
        evidence=row["what_the_evidence_says"],
        verdict=row["verdict"],
        grade=row["grade"],
        relevance=row["relevance"],
        model_hook=row["model_hook"],
    )


@cache
def load_claims() -> tuple[Claim, ...]:
    """Return all audited claims in the order of the article.

    Examples
    --------
    >>> len(load_claims()), load_claims()[0].verdict
    (43, 'unsupported')
    """
    path = DATA / "claims.yaml"
    data, _, issues = read_yaml(path)
    if issues:
        raise EvidenceError.from_issues(str(path), issues, done="no claim was read")
    try:
        return tuple(_make_claim(row) for row in data["claims"])
    except (KeyError, TypeError) as error:
        raise EvidenceError(f"{path}: a claim lacks {error}; reinstall osseo") from error


def claim_ids() -> tuple[str, ...]:
    """Return the ids of all claims."""
    return tuple(claim.id for claim in load_claims())


def claim(claim_id: str) -> Claim:
    """Return one claim.

    Raises
    ------
    NameUnknown : no such claim; offers near ids.
    """
    check_name(claim_id, claim_ids(), "claim")
    return next(c for c in load_claims() if c.id == claim_id)
