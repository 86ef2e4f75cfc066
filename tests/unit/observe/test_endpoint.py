from __future__ import annotations

import pytest

from osseo.evidence import record_ids, record_role
from osseo.observe.curves import curve_names
from osseo.observe.endpoint import check_endpoint, endpoint_names, load_endpoint
from osseo.parameters.table import load_parameters
from osseo.site.reading import load_site, site_names

#: resolution floors: nothing smaller is believed, whatever its probability
MARGINS = {
    **dict.fromkeys(("new_bone_pct", "residual_graft_pct", "soft_tissue_pct"), 4.0),
    **dict.fromkeys(("total_bone_pct", "lamellar_pct", "cartilage_pct"), 4.0),
    **dict.fromkeys(
        ("gap_fill_pct", "volume_loss_pct", "defect_filled_pct", "incorporated_pct", "bic_pct"), 5.0
    ),
    **dict.fromkeys(("days_to_fill", "days_to_placement", "days_to_fusion", "days_to_union"), 5.0),
    **dict.fromkeys(("days_to_loading", "days_to_weight_bearing"), 5.0),
    **dict.fromkeys(
        ("fused_ct_pct", "fused_film_pct", "union_pct", "failure_1y_pct", "reoperation_pct"), 3.0
    ),
    **dict.fromkeys(("width_loss_mm", "height_loss_mm", "ridge_gain_mm", "front_mm"), 0.5),
    **dict.fromkeys(("rust", "mrust"), 1.0),
    "isq": 3.0,
    "removal_torque_ncm": 15.0,
    "vessels_per_field": 2.0,
    "density_mgha": 30.0,
    "density_hu": 50.0,
    "depth_profile": None,
}


@pytest.mark.parametrize("name", endpoint_names())
def test_margin_is_the_resolution_floor_of_the_design(name):
    assert load_endpoint(name).margin == MARGINS[name]


@pytest.mark.parametrize("site", site_names())
def test_every_endpoint_of_a_site_is_registered(site):
    for name in load_site(site).endpoints:
        assert site in load_endpoint(name).sites
    assert endpoint_names(site) == load_site(site).endpoints


def test_every_endpoint_belongs_to_a_site():
    for name in endpoint_names():
        assert load_endpoint(name).sites


@pytest.mark.parametrize("name", endpoint_names())
def test_noise_has_a_source_or_a_reason(name):
    sd = load_endpoint(name).sd_measurement
    assert 0 < sd.lower <= sd.value <= sd.upper
    assert sd.source or sd.reason


@pytest.mark.parametrize("row", load_parameters("observe").values(), ids=lambda row: row.name)
def test_no_number_of_reading_rests_on_a_record_kept_for_validation(row):
    named = {word.strip("(),;.") for word in f"{row.source} {row.reason}".split()}
    for record in named & set(record_ids()):
        assert record_role(record) != "validation"


def test_margin_of_a_time_is_a_share_of_it():
    assert load_endpoint("days_to_placement").margin_at(200.0) == pytest.approx(10.0)
    assert load_endpoint("new_bone_pct").margin_at(200.0) == 4.0
    assert load_endpoint("depth_profile").margin_at(1.0) is None


def test_label_of_a_time_names_the_level_of_the_table():
    level = load_parameters("observe").value("observe.placement_level")
    assert load_endpoint("days_to_placement").label == f"days until new bone reaches {100 * level:.0f} %"


GOOD = {
    "label": "x",
    "unit": "%",
    "kind": "level",
    "better": 1,
    "margin": 4,
    "noise": "observe.new_bone_noise",
    "meaning": "y",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "guess"}, "got kind 'guess'"),
        ({"better": 0}, "expected 1 or -1"),
        ({"noise": "observe.none"}, "is not in parameters/tables/observe.csv"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"kind": "time", "level": "observe.fill_level"}, "has no of"),
        ({"kind": "time", "of": "z", "level": "observe.fill_level"}, "which is no endpoint"),
    ],
)
def test_wrong_entry_is_refused(change, message):
    assert check_endpoint("isq", GOOD, {"isq": GOOD}) == []
    issues = check_endpoint("isq", GOOD | change, {"isq": GOOD})
    assert any(message in str(issue) for issue in issues)


def test_an_endpoint_that_nothing_reads_is_refused():
    issues = check_endpoint("isp", GOOD, {"isp": GOOD})
    assert any("has no reading" in str(issue) and "isq" in str(issue) for issue in issues)


def test_every_reading_is_an_endpoint_and_every_other_endpoint_waits_for_one():
    waiting = {name for name in endpoint_names() if load_endpoint(name).of}
    assert set(curve_names()) == set(endpoint_names()) - waiting


@pytest.mark.parametrize("name", endpoint_names())
def test_what_is_in_percent_or_days_has_its_noise_as_a_share(name):
    endpoint = load_endpoint(name)
    unit = {"mm": "mm", "mgHA/cm3": "mg/cm^3", "Ncm": "N*cm", "points/mm": "1/mm"}.get(endpoint.unit, "1")
    assert endpoint.sd_measurement.unit == unit
    assert endpoint.at_visits == (endpoint.kind not in ("time", "once"))


def test_a_failure_is_called_what_it_is_at_every_site_that_has_it():
    for site in load_endpoint("failure_1y_pct").sites:
        label = load_endpoint("failure_1y_pct").at(site).label
        wanted = "fused" if site.startswith("spine") else "united" if "fracture" in site else ""
        assert wanted in label and label != "failed by one year", site
    assert load_endpoint("isq").at("implant") is load_endpoint("isq")


def test_a_label_for_no_site_is_refused():
    issues = check_endpoint("isq", GOOD | {"label_at": {"spin": "a", "spone": "b"}}, {"isq": GOOD})
    assert len(issues) == 1 and "no site begins with 'spone'" in str(issues[0])
