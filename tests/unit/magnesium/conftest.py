"""A few people, a regimen, and copies of the model text with one place changed."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.compiler.compile import compile_model
from osseo.language.library import model_folder
from osseo.language.load import load_model_files
from osseo.scenario.types import DoseRule

MODULES = ("magnesium_gut", "magnesium_pools", "magnesium_kidney", "magnesium_status")


@pytest.fixture(scope="session")
def people():
    """Three people who differ in everything."""
    return {
        "weight_kg": np.array([58.0, 75.0, 96.0]),
        "gfr": np.array([110.0, 144.0, 60.0]),
        "mg_intake": np.array([8.0, 12.0, 16.0]),
        "serum_mg": np.array([0.74, 0.82, 0.88]),
        "urine_mg": np.array([2.9, 4.2, 5.0]),
    }


@pytest.fixture(scope="session")
def regimen():
    """The headline: 400 mg elemental as glycinate from day -56."""
    return (DoseRule("glycinate", 400 / 24.305, 1, True, -56.0, 180.0),)


@pytest.fixture
def changed_system(tmp_path):
    """Return changed_system(module, old text, new text) -> System of the changed model text."""

    def make(module, old, new):
        for name in MODULES:
            text = (model_folder() / f"{name}.ant").read_text(encoding="utf-8")
            if name == module:
                assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}.ant"
                text = text.replace(old, new)
            (tmp_path / f"{name}.ant").write_text(text, encoding="utf-8")
        paths = [tmp_path / f"{name}.ant" for name in MODULES]
        return compile_model(load_model_files(paths, "changed", "body"))

    return make
