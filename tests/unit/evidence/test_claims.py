"""The 43 audited claims."""

import pytest
import yaml

from osseo.errors import NameUnknown
from osseo.evidence import (
    claim,
    claim_ids,
    claim_views,
    evidence_rows,
    grade,
    load_claims,
    load_record,
    record_view,
)
from osseo.evidence.claims import VERDICTS
from osseo.evidence.grading import GRADES
from osseo.evidence.index import DATA


def test_there_are_exactly_43():
    assert claim_ids() == tuple(f"C{n:02d}" for n in range(1, 44))


def test_every_record_of_a_claim_exists_in_the_folder_the_audit_names():
    rows = yaml.safe_load((DATA / "claims.yaml").read_text(encoding="utf-8"))["claims"]
    for row, item in zip(rows, load_claims(), strict=True):
        assert len(row["best_evidence"]) == len(item.records)
        for reference, record_id in zip(row["best_evidence"], item.records, strict=True):
            folder = reference.split(":")[0] if ":" in reference else "mg-bone"
            assert load_record(record_id).folder == folder, f"{item.id} {reference}"


def test_words_are_known_and_texts_are_there():
    for item in load_claims():
        assert item.verdict in VERDICTS and item.grade in GRADES
        assert item.trace in {"yes", "partly", "no"}
        assert item.text and item.evidence and item.source and item.model_hook


def test_claims_keep_their_own_grade():
    first = claim("C03")
    assert (first.grade, first.records) == ("high", ())
    with pytest.raises(NameUnknown, match="C03"):
        claim("C003")


def test_views_join_claims_and_records():
    view = record_view("yazd2013")
    assert "C01" in view.claims and view.grade == "very-low" and view.downgrade is not None
    for item in claim_views():
        assert item.record_grades == tuple((r, grade(r)) for r in item.claim.records)


def test_rows_list_every_record():
    rows = evidence_rows()
    assert len(rows) == 566
    assert {row.id for row in rows if row.seen == "recalled" and row.grade != "very-low"} == set()
