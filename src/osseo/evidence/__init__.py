"""Studies as data: 557 records with citation, arms and results, their split, grade and claims.

Floor 1. Light to import (JSON, CSV, YAML only). The records live in `data/`, one YAML per study;
`index.py` keeps a fast copy of them. See `SCHEMA.md`.
"""

from osseo.evidence.claims import Claim, claim, claim_ids, load_claims
from osseo.evidence.grading import grade, grade_steps, weakest
from osseo.evidence.index import build_index
from osseo.evidence.library import (
    citation,
    load_record,
    load_records,
    record_ids,
    record_role,
    search,
    split,
)
from osseo.evidence.lint import lint_records
from osseo.evidence.listing import claim_views, evidence_rows, record_view
from osseo.evidence.reading import read_record
from osseo.evidence.record import Arm, Record, Result

__all__ = [
    "Arm",
    "Claim",
    "Record",
    "Result",
    "build_index",
    "citation",
    "claim",
    "claim_ids",
    "claim_views",
    "evidence_rows",
    "grade",
    "grade_steps",
    "lint_records",
    "load_claims",
    "load_record",
    "load_records",
    "read_record",
    "record_ids",
    "record_role",
    "record_view",
    "search",
    "split",
    "weakest",
]
