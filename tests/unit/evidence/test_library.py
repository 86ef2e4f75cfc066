"""Look-ups in the shipped evidence."""

import subprocess
import sys
from collections import Counter

import pytest

from osseo import evidence
from osseo.errors import NameUnknown
from osseo.evidence.index import DATA
from osseo.evidence.record import FOLDERS


def test_every_record_is_shipped():
    assert len(evidence.record_ids()) == 566
    folders = Counter(record.folder for record in evidence.load_records())
    assert set(folders) == set(FOLDERS)
    assert folders["mg-pk"] == sum(1 for _ in (DATA / "mg-pk").glob("*.yaml"))


def test_a_record_holds_what_its_file_says():
    record = evidence.load_record("acdf_qct2025")
    arm = record.arm("autograft")
    assert (record.folder, record.kind, record.use) == ("graft", "cohort", "calibration")
    assert arm is not None and arm.n == 80 and arm.regimen["graft"] == "autograft"
    first = record.results[0]
    assert (first.label, first.measure, first.time) == ("autograft", "fusion_volume_mm3", 91.0)
    assert first.number == 185.04
    assert first.standard_error == pytest.approx(92.67 / 80**0.5)


def test_gaps_stay_gaps():
    record = evidence.load_record("yazd2013")
    assert all(result.number is None for result in record.results)
    assert record.doi is None


def test_unknown_id_offers_near_names():
    with pytest.raises(NameUnknown, match="yazd2013"):
        evidence.load_record("yadz2013")
    with pytest.raises(NameUnknown, match="yazd2013"):
        evidence.record_role("yadz2013")


def test_filters_agree_with_the_split():
    roles = evidence.split()
    assert len(roles) == 566
    for use in ("calibration", "validation", "prior", "reference"):
        found = {record.id for record in evidence.load_records(use=use)}
        assert found == {record_id for record_id, role in roles.items() if role == use}


def test_unknown_filter_value_offers_near_names():
    with pytest.raises(NameUnknown, match="calibration"):
        evidence.load_records(use="calibrate")


def test_split_cannot_be_changed():
    with pytest.raises(TypeError):
        evidence.split()["yazd2013"] = "calibration"


@pytest.mark.parametrize("text", ["glycinate", "sinus DBBM", "Fordtran", "yazd2013"])
def test_search_finds_every_word(text):
    hits = evidence.search(text)
    assert hits
    for record in hits:
        whole = repr(record).lower()
        assert all(word in whole for word in text.lower().split())


def test_search_puts_the_id_first_and_respects_filters():
    assert evidence.search("yazd2013")[0].id == "yazd2013"
    assert evidence.search("magnesium", limit=3, folder="graft")
    assert all(r.folder == "graft" for r in evidence.search("magnesium", folder="graft"))
    assert evidence.search("zzqqxx") == ()


def test_citation_names_the_source():
    text = evidence.citation("fine1991")
    assert "Fine KD" in text and "10.1172/JCI115317" in text


def test_loading_evidence_imports_nothing_heavy():
    code = (
        "import sys, osseo.evidence as e; e.search('glycinate'); e.evidence_rows(); "
        "heavy = {'numba','llvmlite','scipy','pint','pydantic','libsbml','numpy'} & set(sys.modules); "
        "sys.exit(repr(sorted(heavy)) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
