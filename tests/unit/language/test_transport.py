"""Transport tables of site models."""

import pytest
import yaml

from osseo.errors import ModelError
from osseo.language.ir import Transport, Wall
from osseo.language.load import load_model_files

BODY = """
const width; width has mm
const spread; spread has mm2_per_d
const host; host has dimensionless
const k; k has per_d
cell = width; cell has mm
cell' = -k * cell
vessel = 0; vessel has mm
vessel' = k * cell
D := spread; D has mm2_per_d; D notes "role: output"
leak := k * cell; leak has mm_per_d; leak notes "role: output"
"""
GOOD = {
    "field": "m.vessel",
    "law": "diffusion",
    "volume": "m.cell",
    "coefficient": "m.D",
    "near": {"law": "value", "parameter": "m.host"},
    "far": "no_flux",
}


@pytest.fixture
def load_with(write_module, tmp_path):
    def load(*fields, body=BODY, **more):
        path = tmp_path / "made.transport.yaml"
        path.write_text(yaml.safe_dump({"fields": list(fields), **more}), encoding="utf-8")
        return load_model_files([write_module("m", body)], "made", "site", path)

    return load


def test_a_table_becomes_transport(load_with):
    ir = load_with(GOOD)
    assert ir.transport == (
        Transport("m.vessel", "m.cell", "diffusion", "m.D", Wall("value", "m.host"), Wall("no_flux")),
    )


def test_walls_count_in_the_hash(load_with):
    body = BODY.replace("vessel' = k * cell", "vessel' = k * cell * host")
    assert load_with(GOOD, body=body).hash != load_with({**GOOD, "near": "no_flux"}, body=body).hash


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"law": "taxis"}, "unknown transport law 'taxis'"),
        ({"feild": 1}, "unknown key 'feild'; did you mean field?"),
        ({"field": "m.vesel"}, "field 'm.vesel' is no state of the model; did you mean m.vessel"),
        ({"volume": "m.width"}, "volume 'm.width' is no state"),
        ({"coefficient": "m.spread"}, "coefficient 'm.spread' is no output"),
        ({"coefficient": "m.leak"}, "coefficient m.leak has mm/d, expected mm^2/d"),
        ({"far": {"law": "valu"}}, "unknown wall law 'valu'; did you mean value?"),
        ({"far": {"law": "value"}}, "value needs `parameter:`"),
        ({"near": {"law": "value", "parameter": "m.width"}}, "wall value m.width has mm, expected the"),
        ({"near": {"law": "value", "parameter": "m.host", "at": 1}}, "unknown key 'at'"),
        ({"near": 3}, "got 3; write {law: no_flux}"),
    ],
)
def test_what_is_wrong_is_said(load_with, change, said):
    body = BODY.replace("vessel' = k * cell", "vessel' = k * cell * host")
    with pytest.raises(ModelError) as caught:
        load_with(GOOD | change, body=body)
    assert any(said in str(i) for i in caught.value.issues), caught.value.issues


def test_missing_keys_and_double_fields_are_shown_together(load_with):
    with pytest.raises(ModelError) as caught:
        load_with(GOOD, GOOD, {"field": "m.cell"})
    text = str(caught.value)
    assert "field m.vessel is given twice" in text
    assert "fields[2]: missing law, volume, coefficient, near, far" in text


def test_a_missing_table_is_an_issue(write_module, tmp_path):
    with pytest.raises(ModelError, match=r"none\.yaml: cannot be read"):
        body = BODY.replace("vessel' = k * cell", "vessel' = k * cell * host")
        load_model_files([write_module("m", body)], "made", "site", tmp_path / "none.yaml")
