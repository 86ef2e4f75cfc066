"""Site and material files: what they say, and how bad ones are refused."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import osseo.site
from osseo.errors import InputError, NameUnknown
from osseo.site import load_material, load_site, material_names, site_names
from osseo.site.reading import read_material, read_site

SITES = Path(osseo.site.__file__).parent / "sites"


def changed_site(tmp_path, change):
    data = yaml.safe_load((SITES / "sinus_lift.yaml").read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "sinus_lift.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def test_shipped_names():
    assert site_names() == ("osteotomy_tibia", "sinus_lift")
    assert set(material_names()) == {
        "allograft_cancellous",
        "allograft_mixed",
        "allograft_wedge",
        "autograft_block",
        "autograft_particulate",
        "bcp",
        "beta_tcp",
        "dbbm",
        "dbbm_autograft",
        "fdba",
        "none",
    }


@pytest.mark.parametrize("name", site_names())
def test_a_site_names_only_grafts_that_exist(name):
    site = load_site(name)
    words = [*site.materials, *dict(site.material_aliases)]
    assert {load_material(site.material(word)).name for word in words} == set(site.materials)


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
    with pytest.raises(NameUnknown, match="sinus_lift: unknown graft material 'none'"):
        load_site("sinus_lift").material("none")


def test_all_problems_of_a_site_file_are_listed(tmp_path):
    def spoil(data):
        data["maetrials"] = data.pop("materials")
        data["far_wall"] = "no_flow"
        data["parts"][0]["weight"] = 0.5
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
    """Calibrated means: a target of the shipped fit stands at this site with this graft."""
    from osseo.calibrate.graft import EXPERIMENTS
    from osseo.calibrate.reading import load_targets

    used = {EXPERIMENTS[t.experiment] for t in load_targets("graft")}
    informed = {(procedure.site, procedure.material) for procedure in used}
    claimed = {
        (site.name, material)
        for site in map(load_site, site_names())
        for material in site.materials
        if site.is_calibrated(material)
    }
    assert claimed == informed


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"beta_tpc": "no record"}, "'beta_tpc' is not among `materials`; did you mean beta_tcp"),
        ({"beta_tcp": ""}, "expected a sentence that says why"),
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
