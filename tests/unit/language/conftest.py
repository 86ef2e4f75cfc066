"""Fixtures of the language tests: model text on the fly, loaded through the real door."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from osseo.language.load import load_model_files


@pytest.fixture
def write_module(tmp_path):
    """Write `NAME.ant` around the given body and return its path."""

    def write(name: str, body: str, before: str = "") -> Path:
        path = tmp_path / f"{name}.ant"
        inside = indent(dedent(body).strip("\n"), "  ")
        path.write_text(f"{dedent(before)}model {name}\n{inside}\nend\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def load_modules(write_module):
    """Load modules given as NAME=body."""

    def load(scope: str = "body", **bodies: str):
        paths = [write_module(name, body) for name, body in bodies.items()]
        return load_model_files(paths, "made", scope)

    return load
