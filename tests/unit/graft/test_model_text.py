"""The text of the graft column: units, parameters, sources, and where magnesium may touch it."""

from importlib import resources

import pytest
import yaml

from osseo.biology.registry import CARD_KEYS, model_entry
from osseo.evidence import record_ids
from osseo.language import check_units, load_model
from osseo.language.ir import symbols
from osseo.parameters import check_parameters, check_sources, load_parameters
from osseo.simulate.site_parameters import procedure_table
from osseo.site import load_material, load_site, material_names, site_names

MODULES = model_entry("graft_column").modules
LINKS = ["osteoblast", "osteoclast", "vessel", "macrophage", "mineral", "energy"]


@pytest.fixture(scope="module")
def column():
    return load_model("graft_column")


def test_units_close(column):
    check_units(column)


def test_every_parameter_has_a_row_and_every_row_is_used(column):
    check_parameters(column, load_parameters("graft", "magnesium_links"))


def test_sources_of_tables_sites_and_materials_are_records():
    check_sources(load_parameters("graft", "magnesium_links"))
    for site in map(load_site, site_names()):
        for material in map(load_material, material_names()):
            check_sources(procedure_table(site, material))


@pytest.mark.parametrize("link", LINKS)
def test_each_link_is_used_once_and_nothing_else_knows_magnesium(column, link):
    name = f"magnesium_links.link_{link}"
    formulas = [*column.assignment_exprs, *column.rates]
    names = [q.name for q in (*column.assignments, *column.states)]
    users = [n for n, expr in zip(names, formulas, strict=True) if name in symbols(expr)]
    assert len(users) == 1, users


def test_no_graft_formula_reads_status_or_an_elasticity(column):
    names = [q.name for q in (*column.assignments, *column.states)]
    for name, expr in zip(names, [*column.assignment_exprs, *column.rates], strict=True):
        if not name.startswith("magnesium_links."):
            used = {s for s in symbols(expr) if s.startswith("magnesium_links.")}
            assert used <= {f"magnesium_links.link_{link}" for link in LINKS}


@pytest.mark.parametrize("module", MODULES)
def test_every_file_has_a_mechanism_card_with_known_sources(module):
    folder = resources.files("osseo.biology")
    card = yaml.safe_load((folder / f"{module}.yaml").read_text(encoding="utf-8"))
    assert set(card) >= set(CARD_KEYS) - {"equation"}
    if module != "magnesium_links":
        assert card["equation"]
    assert set(card["sources"]) <= set(record_ids())
    text = (folder / f"{module}.ant").read_text(encoding="utf-8")
    for symbol in card["symbols"]:
        assert symbol.rstrip("*") in text, symbol
