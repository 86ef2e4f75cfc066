"""Site and material files: what they say, and how bad ones are refused."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import osseo.site
from osseo.errors import InputError, NameUnknown
from osseo.site import (
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)
from osseo.site.document import OWN_FOLDER, place_files
from osseo.site.reading import read_material, read_site

SITES = Path(osseo.site.__file__).parent / "sites"


def changed_site(tmp_path, change):
    data = yaml.safe_load((SITES / "sinus_lift.yaml").read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "sinus_lift.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


SHIPPED_SITES = {
    "arthrodesis_hindfoot", "cleft", "fracture_femur", "fracture_hip", "fracture_humerus",
    "fracture_scaphoid", "fracture_tibia", "hip_acetabulum", "implant", "nonunion", "osteotomy_tibia",
    "ridge", "sinus_lift", "socket", "spine_cervical", "spine_interbody", "spine_posterolateral",
}  # fmt: skip
#: families of graft that a user may ask for
FAMILIES = {
    "autograft_block", "autograft_particulate", "autograft_local", "autograft_iliac", "fdba",
    "allograft_cancellous", "allograft_mixed", "allograft_structural", "allograft_wedge", "dbm", "dbbm", "ha",
    "beta_tcp", "bcp", "bioglass", "silicated_cap", "dbbm_autograft", "none",
}  # fmt: skip


def test_shipped_names():
    assert set(site_names()) == SHIPPED_SITES
    assert set(material_names()) >= FAMILIES
    assert set(adjunct_names()) >= {"rhbmp2", "prf", "prp", "dbm_added"}


@pytest.mark.parametrize("kind", ["sites", "materials", "adjuncts"])
def test_the_registry_is_its_folder_and_words_are_unique(kind):
    names, load = {
        "sites": (site_names, load_site),
        "materials": (material_names, load_material),
        "adjuncts": (adjunct_names, load_adjunct),
    }[kind]
    assert set(names()) == {path.stem for path in (SITES.parent / kind).glob("*.yaml")}
    words = [word for name in names() for word in (name, *load(name).aliases)]
    assert len(words) == len(set(words))


OWN = """
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site
from osseo.site import load_material, load_site, material_names
import numpy as np
assert "coral" in material_names() and load_material("coralline").name == "coral"
sinus = load_site("sinus_lift")
assert "not used" in sinus.why_unusual("coral") and not sinus.is_calibrated("coral")
done = simulate_site(Procedure("sinus_lift", "coral"), times=np.array([91.0]), n=1,
                     status_times=np.zeros(1), status=np.full((1, 1), 0.85))
assert done.status[0] == 0 and done.amounts["mineral"][0].sum() > 0
assert load_material("coral_mix").mixture[0] == ("coral", 0.6)
assert load_site("jaw").label == "sinus floor lift" and not load_site("jaw").calibrated
"""


def own_folder(tmp_path):
    folder = tmp_path / "materials"
    folder.mkdir()
    text = (SITES.parent / "materials" / "dbbm.yaml").read_text(encoding="utf-8")
    text = text.replace("name: dbbm", "name: coral").replace("[bio_oss, xenograft]", "[coralline]")
    (folder / "coral.yaml").write_text(text, encoding="utf-8")
    mixed = "name: coral_mix\nlabel: mix\nclass: composite\nmixture: {coral: 0.6, autograft_iliac: 0.4}\n"
    (folder / "coral_mix.yaml").write_text(mixed, encoding="utf-8")
    sites = tmp_path / "sites"
    sites.mkdir()
    text = (SITES / "sinus_lift.yaml").read_text(encoding="utf-8").replace("name: sinus_lift", "name: jaw")
    text = text.replace("aliases: [sinus, sinus_augmentation]", "aliases: []")
    (sites / "jaw.yaml").write_text(text, encoding="utf-8")


def run_with(folder, code):
    environment = {**os.environ, OWN_FOLDER: str(folder)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


def test_a_new_graft_is_one_file_and_no_code(tmp_path):
    own_folder(tmp_path)
    done = run_with(tmp_path, OWN)
    assert done.returncode == 0, done.stderr


def test_a_bad_folder_of_ones_own_is_refused(tmp_path, monkeypatch):
    own_folder(tmp_path)
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path))
    assert set(place_files("materials")) == {*material_names(), "coral", "coral_mix"}
    (tmp_path / "materials" / "dbbm.yaml").write_text("name: dbbm", encoding="utf-8")
    with pytest.raises(InputError, match=r"materials/dbbm\.yaml has the name of a shipped file; rename it"):
        place_files("materials")
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="is no folder"):
        place_files("sites")
    (tmp_path / "materials" / "dbbm.yaml").unlink()
    own = tmp_path / "materials" / "coral.yaml"
    own.write_text(own.read_text(encoding="utf-8").replace("[coralline]", "[bio_oss]"), encoding="utf-8")
    done = run_with(tmp_path, "from osseo.site import load_material; load_material('dbbm')")
    assert "'bio_oss' means dbbm and coral; rename one of them" in done.stderr
    (tmp_path / "materials" / "coral.yaml").rename(tmp_path / "materials" / "shell.yaml")
    done = run_with(tmp_path, "from osseo.site import material_names; material_names()")
    assert "coral" in done.stderr and done.returncode != 0


@pytest.mark.parametrize("name", site_names())
def test_a_site_names_only_grafts_that_exist(name):
    site = load_site(name)
    words = [*site.materials, *dict(site.material_aliases)]
    assert {load_material(site.material(word)).name for word in words} == set(site.materials)
    assert set(site.known_materials) == set(material_names())
    assert all(site.why_unusual(name) == "" for name in site.materials)


@pytest.mark.parametrize("name", site_names())
@pytest.mark.parametrize("grafted", [True, False])
def test_columns_share_the_site_and_follow_its_size(name, grafted):
    site = load_site(name)
    columns = site.columns(grafted=grafted)
    assert sum(c.weight for c in columns) == pytest.approx(1, abs=1e-12)
    largest = dict(site.cell_mm)["grafted" if grafted else "ungrafted"]
    assert max(np.diff(c.edges_mm).max() for c in columns) <= largest + 1e-9
    twice = site.columns(2 * site.size.value, grafted)
    for one, two in zip(columns, twice, strict=True):
        assert two.edges_mm[-1] == pytest.approx(2 * one.edges_mm[-1])


def test_host_bone_crosses_a_clot_in_cells_of_at_most_150_um():
    for name in site_names():
        for column in load_site(name).columns(grafted=False):
            assert np.diff(column.edges_mm).max() <= 0.15 + 1e-9


def test_aliases_lead_to_the_site():
    assert load_site("osteotomy") is load_site("hto") is load_site("osteotomy_tibia")
    assert load_site("sinus_lift").material("autograft") == "autograft_block"
    assert not load_material("none").is_graft


def test_near_names_are_offered():
    with pytest.raises(NameUnknown, match="did you mean dbbm"):
        load_material("dbb")
    with pytest.raises(NameUnknown, match="did you mean sinus_lift"):
        load_site("sinus_lft")
    with pytest.raises(NameUnknown, match="sinus_lift: unknown graft material 'autogaft'"):
        load_site("sinus_lift").material("autogaft")


def test_a_graft_that_is_not_used_there_is_flagged_and_not_refused():
    neck = load_site("spine_cervical")
    assert neck.material("dbbm") == "dbbm"
    assert "dbbm is not used in anterior cervical fusion" in neck.why_unusual("dbbm")
    assert "not used there" in neck.why_not_calibrated("dbbm")


def test_all_problems_of_a_site_file_are_listed(tmp_path):
    def spoil(data):
        data["maetrials"] = data.pop("materials")
        data["far_wall"] = "no_flow"
        data["parts"][0]["weight"] = 0.5
        data["calibrated"] = ["dbbm", "coral"]
        data["size"]["lower"] = 20
        row = data["parameters"]["graft_cells.seeding"]
        row["grade"], row["reason"] = "lowish", ""
        row["vlaue"] = row.pop("value")

    with pytest.raises(InputError) as caught:
        read_site(changed_site(tmp_path, spoil))
    text = str(caught.value)
    for part in (
        "unknown key 'maetrials'; did you mean materials",
        "`materials` is missing",
        "far_wall: got 'no_flow'; did you mean no_flux",
        "weights of the columns do not sum to 1",
        "expected 0 < lower <= value <= upper",
        "unknown key 'vlaue'; did you mean value",
        "calibrated: 'coral' is not among `materials`",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("grade", "lowish", "grade 'lowish'; did you mean low"),
        ("distribution", "lognorm", "did you mean lognormal"),
        ("value", "0.3", "`value`: got '0.3', expected a number"),
        ("lower", 5.0, "expected lower <= value <= upper"),
        ("reason", "", "has no source"),
    ],
)
def test_a_bad_number_of_a_site_is_refused(tmp_path, key, value, message):
    def spoil(data):
        data["parameters"]["graft_cells.seeding"][key] = value

    with pytest.raises(InputError, match=message):
        read_site(changed_site(tmp_path, spoil))


def test_a_graft_that_is_not_calibrated_says_why():
    sinus, gap = load_site("sinus_lift"), load_site("osteotomy_tibia")
    assert sinus.is_calibrated("dbbm") and sinus.why_not_calibrated("xenograft") == ""
    assert not sinus.is_calibrated("beta_tcp")
    assert gap.why_not_calibrated("allograft").startswith(
        "not calibrated: open-wedge tibial osteotomy with allograft_wedge: its records (hto_wedge_allograft50"
    )
    with pytest.raises(NameUnknown, match="did you mean bcp"):
        sinus.is_calibrated("bpc")


def test_every_graft_says_no_more_than_its_records_allow():
    """Calibrated: a target of the fit stands at this site with this graft, held and added to so."""
    from osseo.calibrate.graft import EXPERIMENTS
    from osseo.calibrate.reading import load_targets

    used = {EXPERIMENTS[t.experiment] for t in load_targets("graft")}
    informed = {
        (p.site, load_site(p.site).fixed_with(p.fixation).fixation, p.material, p.adjuncts) for p in used
    }
    held = [load_site(n).fixed_with(f.name) for n in site_names() for f in load_site(n).fixations]
    held += [site for site in map(load_site, site_names()) if not site.fixations]
    added = [(), *((a,) for a in adjunct_names())]
    claimed = {
        (site.name, site.fixation, material, adjuncts)
        for site in held
        for material in site.known_materials
        for adjuncts in added
        if site.is_calibrated(material, tuple(map(load_adjunct, adjuncts)))
    }
    assert claimed <= informed
    # what a record informs and the file does not claim says why
    for site, _, material, adjuncts in informed - claimed:
        assert adjuncts or material in dict(load_site(site).not_calibrated)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"beta_tpc": "no record"}, "'beta_tpc' is not among `materials`; did you mean beta_tcp"),
        ({"beta_tcp": ""}, "expected a sentence that says why"),
        ({"dbbm": "no record"}, "dbbm is said to be calibrated too; keep one"),
        (["beta_tcp"], "expected a mapping; write  material: why"),
    ],
)
def test_a_bad_list_of_what_is_not_calibrated_is_refused(tmp_path, value, message):
    def spoil(data):
        data["not_calibrated"] = value

    with pytest.raises(InputError, match=message):
        read_site(changed_site(tmp_path, spoil))


@pytest.mark.parametrize("text", ["- a\n- b\n", "name: [\n", "name: x\n"])
def test_a_file_that_is_no_material_is_refused(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.yaml"):
        read_material(path)


def test_every_number_has_a_source_or_a_reason():
    for thing in [load_site(n) for n in site_names()] + [load_material(n) for n in material_names()]:
        for row in thing.parameters:
            assert row.source or (row.grade == "assumed" and row.reason), row.name
