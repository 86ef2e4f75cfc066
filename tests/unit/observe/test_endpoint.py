from __future__ import annotations

import pytest

from osseo.evidence import record_ids, record_role
from osseo.observe.endpoint import check_endpoint, endpoint_names, load_endpoint
from osseo.parameters.table import load_parameters
from osseo.site.reading import load_site, site_names

MARGINS = {
    "new_bone_pct": 4.0,
    "residual_graft_pct": 4.0,
    "soft_tissue_pct": 4.0,
    "gap_fill_pct": 5.0,
    "volume_loss_pct": 5.0,
    "days_to_fill": 5.0,
    "days_to_placement": 5.0,
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
        ({"kind": "time"}, "has no of"),
        ({"kind": "time", "of": "z", "level": "observe.fill_level"}, "which is no endpoint"),
    ],
)
def test_wrong_entry_is_refused(change, message):
    assert check_endpoint("e", GOOD, {"e": GOOD}) == []
    issues = check_endpoint("e", GOOD | change, {"e": GOOD})
    assert any(message in str(issue) for issue in issues)
