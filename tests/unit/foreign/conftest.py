"""Small foreign models written in Antimony or SBML, run through the whole path."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.language.foreign import read_foreign
from osseo.verify.classic import antimony_to_sbml
from osseo.verify.course import solve_foreign

HEAD = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m">'


@pytest.fixture
def read():
    """Return read(Antimony text) -> ForeignModel."""
    return lambda text: read_foreign(antimony_to_sbml(f"model m\n{text}\nend\n", "m"), "m")


@pytest.fixture
def run(read):
    """Return run(Antimony text, times, names...) -> columns."""

    def course(text, times, *names, **settings):
        found = solve_foreign(read(text), np.asarray(times, dtype=float), **settings)
        columns = [found.column(name if "." in name else f"model.{name}") for name in names]
        return columns[0] if len(columns) == 1 else columns

    return course


@pytest.fixture
def sbml():
    """Return sbml(content of the model element) -> ForeignModel."""
    return lambda content: read_foreign(f"{HEAD}{content}</model></sbml>", "m")
