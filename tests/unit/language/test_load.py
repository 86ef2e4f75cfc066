"""The door: caching, hash, unreadable files."""

import pickle
from dataclasses import replace

import pytest

from osseo.errors import ModelError, NameUnknown
from osseo.language import check_units, load_model, load_model_files
from osseo.language.ir import Sym
from osseo.language.library import read_models
from osseo.language.load import hash_of

BODY = """
const k; k has per_d
const base; base has mmol
amount = base; amount has mmol
amount' = -k * amount
"""


def test_a_shipped_model_is_loaded_once():
    assert load_model("teaching") is load_model("teaching")


def test_unknown_model_offers_near_names():
    with pytest.raises(NameUnknown, match="unknown model 'teachin'; did you mean teaching"):
        load_model("teachin")


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("const k;", "// a comment\n\nconst k;", True),
        ("amount has mmol", 'amount has mmol; amount is "Mg"', True),
        ("-k * amount", "-k * amount * 1", False),
        ("-k * amount", "k * amount", False),
        ("amount = base", "amount = base * 1", False),
        ("amount has mmol", 'amount has mmol; amount notes "tag: dose_iv"', False),
        ("amount has mmol", 'amount has mmol; amount notes "role: ledger"', False),
    ],
)
def test_hash_sees_what_is_computed_and_nothing_else(load_modules, old, new, is_same):
    assert (load_modules(m=BODY.replace(old, new)).hash == load_modules(m=BODY).hash) is is_same


def test_hash_does_not_depend_on_the_folder(load_modules, tmp_path_factory, write_module):
    path = write_module("m", BODY)
    other = tmp_path_factory.mktemp("other") / "m.ant"
    other.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    one, two = (load_model_files([p], "made", "body") for p in (path, other))
    assert one.hash == two.hash == hash_of(one)


def test_a_model_survives_pickling(load_modules):
    ir = load_modules(m=BODY)
    again = pickle.loads(pickle.dumps(ir))  # noqa: S301 - our own bytes
    assert again == ir
    assert hash_of(again) == ir.hash


def test_loading_one_model_leaves_no_trace_in_the_next(load_modules):
    before = load_modules(m=BODY).hash
    load_modules(other=BODY.replace("-k", "k"), m=BODY)
    with pytest.raises(ModelError):
        load_modules(m=BODY + "x := +* 1")
    assert load_modules(m=BODY).hash == before


def test_check_units_works_on_a_model_made_by_hand(load_modules):
    ir = load_modules(m=BODY)
    check_units(ir)
    with pytest.raises(ModelError, match=r"m\.amount: the rate is mmol, expected mmol/d"):
        check_units(replace(ir, rates=(Sym("m.amount"),)))


def test_missing_file_and_other_problems_are_shown_together(write_module, tmp_path):
    bad = write_module("bad", BODY.replace("k has per_d", ""))
    with pytest.raises(ModelError) as caught:
        load_model_files([tmp_path / "absent.ant", bad], "made", "body")
    text = str(caught.value)
    assert "absent.ant: cannot be read" in text
    assert "bad.k: has no unit" in text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x := 1\n", "expected one model block, got none"),
        ("model m\n x := 1\nend\nmodel n\n x := 1\nend\n", "expected one model block, got m, n"),
        ("model n\n x := 1\nend\n", "model is called n, the file m"),
    ],
)
def test_one_model_block_named_as_the_file(tmp_path, source, said):
    path = tmp_path / "m.ant"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(ModelError, match=said):
        load_model_files([path], "made", "body")


def test_scope_and_double_modules_are_checked(write_module):
    path = write_module("m", BODY)
    with pytest.raises(ModelError) as caught:
        load_model_files([path, path], "made", "planet")
    assert "scope 'planet'" in str(caught.value)
    assert "module is given twice" in str(caught.value)


def test_models_yaml_is_checked_as_a_whole(tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text(
        "a: {scope: bodi, modules: [x]}\nb: {scope: body, moduls: [x]}\n"
        "c: {scope: body, modules: [x, x], transport: t.yaml}\nd: 3\n",
        encoding="utf-8",
    )
    with pytest.raises(ModelError) as caught:
        read_models(path)
    text = str(caught.value)
    for said in ("scope 'bodi'", "unknown key 'moduls'", "no modules", "listed twice", "got 3"):
        assert said in text
