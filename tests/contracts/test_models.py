"""Contracts every registered model and module keeps; forgetting to register a file fails."""

import pickle
import re
from fnmatch import filter as filter_names

import pytest

from osseo.biology.registry import (
    card,
    model_entry,
    model_files,
    model_names,
    module_names,
    unregistered_files,
)
from osseo.evidence import record_ids
from osseo.language import check_units, load_model
from osseo.language.formula import hidden_numbers
from osseo.language.ir import symbols
from osseo.language.library import model_folder
from osseo.language.load import hash_of
from osseo.parameters import check_parameters, check_sources, load_parameters

MODELS = model_names()
MODULES = module_names()
_SAID = re.compile(r'//[^\n]*|#[^\n]*|/\*.*?\*/|"[^"\n]*"', re.DOTALL)
_EXPONENT = re.compile(r"\^\s*\(?\s*-?\s*\d+(\.\d+)?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w.])")


def members_of(module: str) -> set[str]:
    """All names of one module, whatever their role."""
    names = set()
    for name in MODELS:
        if module in model_entry(name).modules:
            ir = load_model(name)
            quantities = (*ir.states, *ir.parameters, *ir.inputs, *ir.assignments)
            names |= {q.name for q in quantities}
            names |= {f.name for f in ir.functions} | {a for f in ir.functions for a in f.args}
            names |= set(ir.links)
    return {n.partition(".")[2] for n in names if n.startswith(f"{module}.")}


@pytest.mark.parametrize("name", MODELS)
def test_model_loads_and_its_units_close(name):
    ir = load_model(name)
    check_units(ir)
    assert ir.name == name
    assert ir.scope == model_entry(name).scope
    assert set(ir.sbml) == set(model_entry(name).modules)
    assert ir.states


@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_table_fit(name):
    check_parameters(load_model(name), load_parameters())


def test_every_cited_source_of_every_parameter_exists():
    check_sources(load_parameters())


@pytest.mark.parametrize("name", MODELS)
def test_model_survives_a_round_trip_with_the_same_hash(name):
    ir = load_model(name)
    again = pickle.loads(pickle.dumps(ir))  # noqa: S301 - our own bytes
    assert again == ir
    assert hash_of(again) == ir.hash


@pytest.mark.parametrize("name", MODELS)
def test_no_expression_hides_a_number(name):
    ir = load_model(name)
    expressions = (*ir.rates, *ir.initial, *ir.assignment_exprs, *(f.expr for f in ir.functions))
    assert [n for e in expressions for n in hidden_numbers(e)] == []


@pytest.mark.parametrize("name", MODELS)
def test_an_assignment_comes_after_all_it_needs(name):
    ir = load_model(name)
    later = {q.name for q in ir.assignments}
    for q, expr in zip(ir.assignments, ir.assignment_exprs, strict=True):
        assert not symbols(expr) & later, q.name
        later.discard(q.name)


@pytest.mark.parametrize("name", MODELS)
def test_every_symbol_of_every_expression_is_a_quantity(name):
    ir = load_model(name)
    known = {q.name for q in (*ir.states, *ir.parameters, *ir.inputs, *ir.assignments)}
    for expr in (*ir.rates, *ir.assignment_exprs):
        assert symbols(expr) <= known | {"time"}
    given = {q.name for q in (*ir.parameters, *ir.inputs)}
    for expr in ir.initial:
        assert symbols(expr) <= given


@pytest.mark.parametrize("name", MODELS)
def test_transport_names_a_state_its_volume_and_an_output(name):
    ir = load_model(name)
    states = {q.name for q in ir.states}
    for t in ir.transport:
        assert {t.field, t.volume} <= states
        assert t.coefficient in ir.outputs
    assert bool(ir.transport) == (ir.scope == "site")


@pytest.mark.parametrize("module", MODULES)
def test_model_text_has_no_number(module):
    """Read without the loader: only 0, 1 and exponents stand in the file."""
    source = (model_folder() / f"{module}.ant").read_text(encoding="utf-8")
    text = _EXPONENT.sub("^n", _SAID.sub(" ", source))
    assert [n for n in _NUMBER.findall(text) if n not in ("0", "1")] == []


@pytest.mark.parametrize("module", MODULES)
def test_module_has_a_card_whose_symbols_and_sources_exist(module):
    said = card(module)
    members = members_of(module)
    # one line of a card may speak of several: `k_cell, k_slow` or `e_low_*`
    spoken = [part.strip() for key in said["symbols"] for part in key.split(",")]
    assert [part for part in spoken if not filter_names(members, part)] == []
    assert {str(source) for source in said["sources"]} <= set(record_ids())
    assert said["meaning"].strip()
    assert said["wrong_if"]


def test_every_model_file_is_registered():
    assert unregistered_files() == ()


def test_every_card_and_table_belongs_to_a_module_or_model():
    files = {p.stem for p in model_folder().glob("*.yaml")} - {"models"}
    transports = {f"{name}.transport" for name in MODELS}
    assert files <= set(MODULES) | transports | {"ablations"}


@pytest.mark.parametrize("name", MODELS)
def test_model_files_exist_in_order(name):
    assert tuple(p.stem for p in model_files(name)) == model_entry(name).modules
    assert all(p.is_file() for p in model_files(name))
