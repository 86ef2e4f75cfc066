"""Help is what a stranger types first: it must be quick, so it must import nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from osseo import __version__
from osseo.cli.app import app

HEAVY = (
    "numba", "llvmlite", "scipy", "plotly", "pint", "libsbml", "antimony", "matplotlib",
    "numpy", "jinja2", "sksundae", "yaml",
)  # fmt: skip
HELP_PAGES = ([], ["--help"], ["answer", "--help"], ["evidence", "--help"], ["model", "--help"])


@pytest.mark.parametrize("arguments", HELP_PAGES, ids=" ".join)
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from osseo.cli.app import app\n"
        "try:\n"
        f"    app({arguments!r})\n"
        "except SystemExit:\n"
        f"    print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_the_first_help_does_not_even_load_the_validator():
    """typer itself loads pydantic for the options of a command, not for the first page."""
    code = "import sys\nfrom osseo.cli.app import app\ntry:\n    app(['--help'])\n"
    code += "except SystemExit:\n    print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_commands_stand_under_what_people_want():
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    places = [
        text.index(word)
        for word in ("Answer a question", "│ answer", "│ simulate", "Look at evidence", "Look inside")
    ]
    assert places == sorted(places)
    assert "Not medical" in text


def command_names() -> list[list[str]]:
    names = []
    for command in app.registered_commands:
        names.append([command.name or command.callback.__name__])
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands:
            names.append([group.name, command.name or command.callback.__name__])
    return names


@pytest.mark.parametrize("command", command_names(), ids=" ".join)
def test_every_command_has_the_shared_options(command):
    text = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "80"}).output
    assert all(option in text for option in ("--json", "--out", "--quiet"))


@pytest.mark.parametrize("command", ["answer", "simulate"])
def test_commands_that_draw_take_a_seed(command):
    assert "--seed" in CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "80"}).output


def test_version():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"osseo {__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["answer"], ["evidence", "show"], ["answer", "x", "--draws", "0"]]
)
def test_a_wrong_call_is_bad_input(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2
