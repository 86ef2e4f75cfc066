"""The tables: every word of the shipped records is mapped or has a reason, and no row points nowhere."""

import csv
from pathlib import Path

import pytest

import osseo.evidence.vocabulary as vocabulary
from osseo.evidence import load_records
from osseo.evidence.vocabulary import (
    endpoint_words,
    find_graft,
    find_measure,
    find_salt,
    find_site,
    find_unit,
    suggest_word,
)
from osseo.evidence.vocabulary.tables import convert_factor, reason_text, regimen_keys, salt_reason
from osseo.evidence.vocabulary.wording import read_graft
from osseo.observe.endpoint import endpoint_names, load_endpoint
from osseo.site.reading import material_names, site_names
from osseo.units import MG_MOLAR_MASS

HERE = Path(vocabulary.__file__).parent


def rows(name):
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def results():
    return [result for record in load_records() for result in record.results]


def arms():
    return [arm for record in load_records() for arm in record.arms]


def test_every_measure_is_mapped_or_has_a_reason():
    names = {result.measure for result in results()}
    assert len(names) == 973
    for name in names:
        measure = find_measure(name)
        assert measure is not None, name
        assert bool(measure.endpoint) != bool(measure.reason), name


def test_every_unit_is_read_or_has_a_reason():
    names = {result.unit for result in results() if result.unit is not None}
    assert len(names) == 224
    for name in names:
        unit = find_unit(name)
        assert unit is not None, name
        assert bool(unit.canonical) != bool(unit.reason), name


@pytest.mark.parametrize(("key", "find", "count"), [("site", find_site, 58), ("graft", find_graft, 89)])
def test_every_site_and_graft_is_mapped_or_has_a_reason(key, find, count):
    texts = {str(arm.regimen[key]) for arm in arms() if arm.regimen.get(key) is not None}
    assert len(texts | ({"None"} if key == "graft" else set())) >= count
    for text in texts:
        found = find(text)
        assert found is not None, text
        assert found.site if key == "site" else (found.material or found.reason), text


def test_every_salt_is_mapped_or_has_a_reason():
    texts = {str(arm.regimen["salt"]) for arm in arms() if arm.regimen.get("salt") is not None}
    assert len(texts) == 32
    for text in texts:
        assert find_salt(text) or salt_reason(text), text


def test_every_regimen_key_has_a_meaning():
    keys = {key for arm in arms() for key in arm.regimen}
    assert keys <= set(regimen_keys())
    assert all(key.meaning for key in regimen_keys().values())


def test_no_word_is_listed_twice():
    for name in ("measures", "units", "sites", "grafts", "salts", "regimens", "endpoints", "reasons"):
        words = [next(iter(row.values())) for row in rows(name)]
        assert len(words) == len(set(words)), name


def test_rows_point_to_endpoints_and_reasons_that_exist():
    known = {row["reason"] for row in rows("reasons")}
    for row in rows("measures"):
        if row["endpoint"] == "unmapped":
            assert row["reason"] in known, row
        else:
            assert row["endpoint"] in endpoint_words(), row
            assert row["transform"] in ("", "complement", "negate"), row
            assert row["form"] in ("level", "change", "percent_change", "fitted"), row
            assert row["time"] in ("visit", "itself", "single_dose", "none"), row
    assert {row["reason"] for row in rows("units")} - {""} <= known


def test_a_complement_is_only_taken_of_a_share():
    for row in rows("measures"):
        if row["transform"] == "complement":
            assert endpoint_words()[row["endpoint"]].unit == "%", row


def test_what_osseo_observes_has_its_own_name_and_unit():
    """Under its own name or as a word of another endpoint, in its unit or a spelling of it."""
    same = {"HU": "HU", "points": "RUST", "per field": "vessels per field", "points/mm": "points/mm"}
    for name in endpoint_names():
        measure = find_measure(name)
        assert measure is not None and measure.endpoint, name
        unit = load_endpoint(name).unit
        assert endpoint_words()[measure.endpoint].unit in (unit, same.get(unit)), name


def test_sites_and_materials_of_the_model_are_words():
    assert all(find_site(name) for name in site_names())
    assert [name for name in material_names() if read_graft(name.replace("_", " "))[0] is None] == []


def test_mixtures_add_up():
    for row in rows("grafts"):
        shares = [share for _, share in find_graft(row["graft_text"]).materials]
        if shares and None not in shares:
            assert sum(shares) == pytest.approx(1.0)


def test_magnesium_is_converted_by_its_molar_mass():
    assert convert_factor("mg/dL", "mmol/L", "magnesium") == pytest.approx(10 / MG_MOLAR_MASS)
    assert convert_factor("mg", "mmol/d", "magnesium") == pytest.approx(1 / MG_MOLAR_MASS)
    assert convert_factor("mg/dL", "mmol/L") is None
    per_mg = regimen_keys()["elemental_mg_per_day"].factor
    assert per_mg == pytest.approx(1 / MG_MOLAR_MASS)


def test_every_conversion_has_its_inverse_or_is_one_way_by_meaning():
    table = {(r["canonical"], r["unit"], r["substance"]): float(r["factor"]) for r in rows("conversions")}
    for (start, end, substance), factor in table.items():
        back = table.get((end, start, substance))
        if back is not None:
            assert factor * back == pytest.approx(1.0), (start, end)


def test_capitals_do_not_matter_in_words_and_do_in_units():
    assert find_measure("NEW_BONE_PCT").endpoint == "new_bone_pct"
    assert find_graft("Xenograft dbbm").material == "dbbm"
    assert find_unit("MM") is None and find_unit("mM").canonical == "mmol/L"


@pytest.mark.parametrize(
    ("kind", "word", "near"),
    [
        ("measure", "new_bon_pct", "new_bone_pct"),
        ("unit", "mmol/l", "mmol/L"),
        ("site", "sinuss", "sinus"),
        ("graft", "xenograft DBMB", "xenograft DBBM"),
        ("salt", "citrat", "citrate"),
        ("regimen key", "elemental_mg_per_dy", "elemental_mg_per_day"),
    ],
)
def test_near_misses_are_suggested(kind, word, near):
    assert near in suggest_word(kind, word)


def test_a_word_unlike_any_other_gets_no_suggestion():
    assert suggest_word("measure", "qqqqzzzz") == ""


def test_reasons_are_sentences():
    assert reason_text("no-difference").startswith("zero")
    assert all(len(row["meaning"].split()) >= 4 for row in rows("reasons"))
