"""Graft materials and adjuncts as data: what each must say, its own magnesium apart, bad files refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import osseo.site
from osseo.errors import InputError
from osseo.simulate.site_notes import local_magnesium_note
from osseo.site import adjunct_names, load_adjunct, load_material, load_site, material_names
from osseo.site.anatomy import LocalMagnesium
from osseo.site.reading import read_adjunct, read_material
from osseo.site.rows import merge_rows

HERE = Path(osseo.site.__file__).parent
SINGLE = [name for name in material_names() if name != "none" and not load_material(name).mixture]
CELLS = "graft_cells.progenitor_day0"
LOSS = ("graft_material.resorbability", "graft_material.k_dissolution")


def value(material, name, default=0.0):
    return next((row.value for row in material.parameters if row.name == name), default)


def written(tmp_path, folder, name, change):
    data = yaml.safe_load((HERE / folder / f"{name}.yaml").read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SINGLE)
def test_every_single_graft_says_what_it_is(name):
    graft = load_material(name)
    assert graft.is_graft and graft.kind in ("autograft", "allograft", "xenograft", "synthetic")
    assert 0.1 < value(graft, "graft_material.solid_day0") < 0.9
    assert graft.pore_share == pytest.approx(1 - value(graft, "graft_material.solid_day0"))
    assert 0.5 < graft.surface_per_mm < 50
    assert value(graft, LOSS[0]) > 0
    assert any(row.name == "graft_material.packing" and row.layer == "patient" for row in graft.parameters)
    # living cells come with living bone and with nothing else
    assert (value(graft, CELLS) > 0) == (graft.kind == "autograft")
    assert graft.local_magnesium is not None and graft.local_magnesium.reason


def test_the_order_of_loss_is_the_order_observed():
    def loss(name):
        return [value(load_material(name), row) for row in LOSS]

    # bone of the patient goes first, donor bone later, DBBM and HA hardly; beta-TCP dissolves, BCP less
    assert loss("autograft_iliac")[0] > loss("fdba")[0] > loss("dbbm")[0]
    assert loss("beta_tcp")[1] > loss("bcp")[1] > loss("silicated_cap")[1] > loss("ha")[1] > 0
    assert loss("dbbm")[1] == 0


def test_magnesium_of_a_graft_is_told_and_never_computed_with():
    site, plain = load_site("sinus_lift"), load_material("beta_tcp")
    doped = replace(plain, local_magnesium=LocalMagnesium(30.0, 0.8, 365.0, "low", "", "for a test"))
    note = local_magnesium_note(doped)
    assert "30 mg/g" in note and "at most 24 mg/g over 365 d" in note and "enters no link" in note
    shared = {row.name: row for row in merge_rows(_shared(), site, plain).values()}
    assert merge_rows(_shared(), site, doped) == merge_rows(_shared(), site, plain)
    assert not any("magnesium" in name and "graft" in name for name in shared)
    # bone brings what bone has, ceramics without magnesium bring none
    assert local_magnesium_note(load_material("autograft_block")) == local_magnesium_note(plain) == ""


def _shared():
    from osseo.parameters import load_parameters

    return load_parameters("graft", "magnesium_links")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(propertis={}), "unknown key 'propertis'; did you mean properties"),
        (lambda d: d["properties"]["grain"].pop("reason"), "properties: grain: has no source"),
        (lambda d: d["properties"]["grain"].update(value="big"), "`value`: got 'big', expected a number"),
        (lambda d: d["local_magnesium"].update(released_share=2), "a share from 0 to 1"),
        (lambda d: d["local_magnesium"].pop("grade"), "local_magnesium: `grade` is missing"),
        (lambda d: d.update(aliases="beads"), "`aliases`: got 'beads', expected a list of words"),
        (lambda d: d.update(properties=[1]), r"properties: got \[1\], expected a mapping"),
    ],
)
def test_a_bad_graft_file_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read_material(written(tmp_path, "materials", "dbbm", change))


@pytest.mark.parametrize("name", adjunct_names())
def test_every_adjunct_says_what_trials_found(name):
    adjunct = load_adjunct(name)
    assert len(adjunct.findings) > 40 and adjunct.sites
    for row in adjunct.parameters:
        assert row.reason and row.lower >= 0
    for site, grafts in adjunct.informed:
        assert set(grafts) <= set(load_site(site).materials)


def test_what_adjuncts_bring_is_ordered_as_trials_have_it():
    factor = {name: value(load_adjunct(name), "graft_signals.factor_day0") for name in adjunct_names()}
    assert factor["rhbmp2"] > factor["rhpdgf"] > factor["prf"] > factor["prp"] > 0
    # uncertain ones may do nothing at all
    assert {a.lower for n in ("prf", "prp", "dbm_added") for a in load_adjunct(n).adds} == {0.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(grade="lowish"), "grade 'lowish'; did you mean low"),
        (lambda d: d.update(multiplies=d["adds"]), "is both added to and multiplied; keep one"),
        (lambda d: d.update(calibrated={"socket": ["dbbm"]}), "'socket' is not among `sites`"),
        (lambda d: d.update(ads=d.pop("adds")), "unknown key 'ads'; did you mean adds"),
        (lambda d: d.pop("findings"), "`findings` is missing"),
    ],
)
def test_a_bad_adjunct_file_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read_adjunct(written(tmp_path, "adjuncts", "rhbmp2", change))


def test_a_new_adjunct_is_one_file(tmp_path):
    path = written(tmp_path, "adjuncts", "rhbmp2", lambda d: d.update(name="own_factor", aliases=[]))
    assert read_adjunct(path).adds == tuple(
        replace(row, where="own.yaml: adds") for row in load_adjunct("rhbmp2").adds
    )


def test_rows_are_finite_and_in_their_range():
    for name in material_names():
        for row in load_material(name).parameters:
            assert np.isfinite([row.value, row.lower, row.upper]).all()
            assert row.lower <= row.value <= row.upper, (name, row.name)
