"""`osseo step` and `osseo model`: look inside the model, its materials and its sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import typer

from osseo.cli.doors import OsseoGroup
from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Listing, Output
from osseo.errors import InputError

__all__ = ["model_app", "step"]

model_app = typer.Typer(
    cls=OsseoGroup, no_args_is_help=True, help="The models, graft materials and sites osseo knows."
)

Model = Annotated[str, typer.Argument(help="A model of `osseo model list`, e.g. body.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Replace a parameter, input or state; repeat."),
]


def step(
    model: Model = "body",
    setting: Setting = None,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Print every derivative and assignment of a model at one state."""
    places = Output.checked(json, out, quiet)
    from osseo.compiler import compile_model
    from osseo.compiler.step import derivatives_at
    from osseo.language import load_model
    from osseo.parameters import load_parameters

    system = compile_model(load_model(model))
    kinds = (system.parameter_names, system.input_names, system.state_names)
    overrides, inputs, states = _sorted_settings(setting or (), kinds)
    rows = derivatives_at(system, load_parameters(), overrides, inputs=inputs, states=states)
    table = [(r.name, r.role, r.value, r.unit, r.derivative, r.derivative_unit) for r in rows]
    columns = ("name", "role", "value", "unit", "derivative", "derivative_unit")
    Output(places.json, places.out, quiet=True).show_listing(Listing(f"step-{model}", columns, table))
    if places.talks:
        short = [(r.name, f"{r.value:.6g}", r.unit, _rate(r)) for r in rows]
        Output().show_listing(Listing(model, ("name", "value", "unit", "derivative"), short))


def _rate(row) -> str:
    return "" if row.derivative != row.derivative else f"{row.derivative:+.6g} {row.derivative_unit}"


def _sorted_settings(settings: Sequence[str], kinds: Sequence[tuple[str, ...]]) -> list[dict[str, float]]:
    """Sort NAME=VALUE into one mapping for each kind of name."""
    from osseo.names import check_name

    known = [name for names in kinds for name in names]
    found: list[dict[str, float]] = [{} for _ in kinds]
    for text in settings:
        name, equals, value = (part.strip() for part in text.partition("="))
        check_name(name, known, "quantity", "--set")
        place = next(i for i, names in enumerate(kinds) if name in names)
        found[place][name] = _number(value if equals else "", text)
    return found


def _number(value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"--set {text}: expected NAME=VALUE with a number in the unit `osseo step` prints")
    return number


@model_app.command("list")
def list_models(json: JsonFile = "", out: OutDir = None, quiet: Quiet = False) -> None:
    """List the models and the files they are made of."""
    places = Output.checked(json, out, quiet)
    from osseo.report.catalogue import model_rows

    columns = ("model", "scope", "modules", "meaning")
    places.show_listing(Listing("models", columns, model_rows()))


@model_app.command("show")
def show_module(
    name: Annotated[
        str, typer.Argument(help="A module, site, graft or adjunct: magnesium_kidney, socket, dbbm, prf.")
    ],
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Show what a module, a site, a graft or an adjunct means, its sources, limits and numbers."""
    places = Output.checked(json, out, quiet)
    from osseo.biology.registry import module_names
    from osseo.names import check_name
    from osseo.report.catalogue import module_lines, module_to_dict
    from osseo.report.places import place_lines, place_names, place_to_dict

    check_name(name, (*module_names(), *place_names()), "module, site, graft or adjunct")
    is_module = name in module_names()
    data = module_to_dict(name) if is_module else place_to_dict(name)
    places.write_json(data)
    if out is not None:
        Output(str(out / f"{name}.json"), quiet=True).write_json(data)
    for line in module_lines(name) if is_module else place_lines(name):
        places.say(line)


@model_app.command("materials")
def list_materials(json: JsonFile = "", out: OutDir = None, quiet: Quiet = False) -> None:
    """List the graft materials and the sites each is used at."""
    places = Output.checked(json, out, quiet)
    from osseo.report.catalogue import material_rows

    columns = ("material", "class", "calibrated_at", "also_used_at", "name")
    shown = ("material", "class", "calibrated_at", "name")
    places.show_listing(Listing("materials", columns, material_rows(), shown=shown))


@model_app.command("sites")
def list_sites(json: JsonFile = "", out: OutDir = None, quiet: Quiet = False) -> None:
    """List the anatomical sites, whether each is calibrated, and its endpoints."""
    places = Output.checked(json, out, quiet)
    from osseo.report.catalogue import site_rows

    columns = (
        "site", "calibrated", "calibrated_with", "materials", "fixations", "endpoints", "name",
    )  # fmt: skip
    shown = ("site", "calibrated_with", "fixations", "name")
    places.show_listing(Listing("sites", columns, site_rows(), shown=shown))
