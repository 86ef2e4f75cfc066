"""The targets of the graft fit: roles, experiments, and what is compared with what."""

import pytest

from osseo.calibrate.graft import EXPERIMENTS, experiments_of, graft_problem, level_targets
from osseo.calibrate.graft_readings import DAYS, READINGS
from osseo.calibrate.reading import TARGETS, load_experiments, load_targets, read_targets, target_names
from osseo.errors import CalibrationError
from osseo.evidence import load_record, record_role
from osseo.simulate.site_parameters import load_procedure

GROUPS = ("dental", "fracture", "sinus", "spine")


@pytest.mark.parametrize("name", target_names())
def test_every_record_of_every_fit_has_the_role_calibration(name):
    for target in load_targets(name):
        assert record_role(target.record) == "calibration"
        assert load_record(target.record).seen != "recalled"
        assert target.reason


def test_only_people_calibrate_people_and_the_dog_stands_alone():
    assert {load_record(t.record).species for t in load_targets("graft")} == {"human"}
    assert {t.record for t in load_targets("dog")} == {"cardaropoli2003"}
    assert "cardaropoli2003" not in {t.record for t in load_targets("graft")}


def test_the_folder_is_read_as_one_fit():
    parts = [read_targets_of(group) for group in GROUPS]
    whole = load_targets("graft")
    assert len(whole) == sum(map(len, parts)) >= 100
    assert len({t.key for t in whole}) == len(whole)
    assert len({t.record for t in whole}) >= 50


def read_targets_of(group):
    """Return targets of one group; a file alone does not know the domains of the folder."""
    return [t for t in load_targets("graft") if t.experiment in own_experiments(group)]


def own_experiments(group):
    import yaml

    text = (TARGETS / "graft" / f"{group}.yaml").read_text(encoding="utf-8")
    return set(yaml.safe_load(text)["experiments"])


def test_a_file_that_names_a_domain_needs_its_meaning():
    with pytest.raises(CalibrationError, match="unknown domain 'new_bone'"):
        read_targets(TARGETS / "graft" / "sinus.yaml")


@pytest.mark.parametrize("name", load_experiments("graft"))
def test_every_experiment_can_be_set_up_and_is_used(name):
    site, material, _ = load_procedure(EXPERIMENTS[name])
    assert site.why_unusual(material.name) == ""
    targets = load_targets("graft")
    against = {dict(t.recipe).get("against") for t in targets}
    assert name in {t.experiment for t in targets} | against


def test_every_target_has_a_reading_and_an_experiment():
    for target in load_targets("graft"):
        assert target.experiment in EXPERIMENTS
        assert target.endpoint in READINGS or target.endpoint in DAYS
        assert dict(target.recipe).get("against", target.experiment) in EXPERIMENTS


def test_a_difference_has_no_study_effect_within_a_study():
    for target in load_targets("graft"):
        if "against" in dict(target.recipe):
            assert target.study_sd == 0.0, target.key


def test_experiments_are_read_on_the_days_of_their_targets():
    named = {e.name: e for e in experiments_of(load_targets("graft"))}
    assert set(named["sinus_dbbm"].days) >= {91.0, 122.0, 152.0, 183.0, 192.0, 365.0}
    # read for the contrast with BCP only because a target names it
    assert 14.0 in named["plf_icbg"].days and 548.0 in named["plf_icbg"].days
    assert named["tibia_nail"].has_search and not named["tibia_cast"].has_search


def test_levels_are_not_differences():
    keys = {t.key for t in level_targets()}
    assert "tatullo2012[0] sinus_dbbm.new_bone_pct@91d" in keys
    assert not any(key.startswith(("alkandari2025", "kim1999plfvolume")) for key in keys)


def test_a_record_leaves_with_all_its_arms():
    whole, without = graft_problem(), graft_problem(without=["park_jds2020_allograft"])
    gone = {t.key for t in whole.targets} - {t.key for t in without.targets}
    assert len(gone) == 6 and all(key.startswith("park_jds2020_allograft") for key in gone)
