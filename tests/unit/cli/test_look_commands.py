from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def step(*arguments: str) -> dict[str, dict]:
    return {row["name"]: row for row in json.loads(run("step", *arguments, "--json", "-").stdout)}


def test_step_prints_every_state_and_assignment():
    rows = step("body")
    states = [r for r in rows.values() if r["derivative"] is not None]
    assert len(states) >= 8 and rows["magnesium_kidney.urine_flux"]["derivative"] is None
    text = run("step", "body").stdout
    assert all(name in text for name in rows)


def test_step_takes_parameters_and_states():
    assert step("body", "--set", "magnesium_kidney.GFR=0")["magnesium_kidney.urine_flux"]["value"] == 0.0
    filled = step("body", "--set", "magnesium_gut.absorbable_amount=2")
    assert filled["magnesium_gut.absorbable_amount"]["value"] == 2.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("magnesium_kidney.GRF=1", "magnesium_kidney.GFR"),
        ("magnesium_kidney.GFR=lots", "expected NAME=VALUE"),
        ("magnesium_kidney.GFR", "expected NAME=VALUE"),
    ],
)
def test_step_refuses_a_wrong_setting(text, words):
    done = run("step", "body", "--set", text)
    assert done.exit_code == 2 and words in done.stderr


def test_step_of_an_unknown_model_offers_near_names():
    done = run("step", "boddy")
    assert done.exit_code == 2 and "body" in done.stderr


def test_models_materials_sites():
    assert {m["model"] for m in json.loads(run("model", "list", "--json", "-").stdout)} >= {
        "body",
        "graft_column",
    }
    materials = json.loads(run("model", "materials", "--json", "-").stdout)
    dbbm = next(m for m in materials if m["material"] == "dbbm")
    assert "sinus_lift" in dbbm["calibrated_at"] and "ridge" in dbbm["also_used_at"]
    sites = json.loads(run("model", "sites", "--json", "-").stdout)
    assert {s["site"] for s in sites} >= {"sinus_lift", "osteotomy_tibia"}
    assert "sinus_lift" in run("model", "sites").stdout


def test_a_module_is_shown_with_card_parameters_and_equations():
    text = run("model", "show", "magnesium_kidney").stdout
    assert "filtered" in text and "urine_flux :=" in text and "rude1980" in text
    data = json.loads(run("model", "show", "magnesium_kidney", "--json", "-").stdout)
    assert {p["name"] for p in data["parameters"]} >= {"magnesium_kidney.Tm"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fracture_tibia", ["not calibrated: no calibration record has plated", "with cast", "(default)"]),
        ("dbbm", ["own magnesium 2.54 mg/g", "enters no link", "mordenfeld2010", "between patients"]),
        ("dbbm_autograft", ["80% dbbm and 20% autograft_particulate", "graft_material.partner_share"]),
        ("prf", ["sinus: uncertain", "graft_signals.factor_day0"]),
    ],
)
def test_a_site_a_graft_and_an_adjunct_are_shown(name, words):
    text = " ".join(run("model", "show", name).stdout.split())
    assert [word for word in words if word not in text] == []
    assert json.loads(run("model", "show", name, "--json", "-").stdout)["parameters"]
    assert max(len(line) for line in run("model", "show", name).stdout.splitlines()) <= 100


def test_what_is_shown_has_near_names():
    done = run("model", "show", "dbmm")
    assert done.exit_code == 2 and "dbbm" in done.stderr


def test_tables_are_written(tmp_path):
    assert run("model", "sites", "--out", str(tmp_path), "--quiet").exit_code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sites.csv", "sites.json"]
