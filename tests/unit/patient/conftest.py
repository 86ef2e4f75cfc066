"""Pages of the seven examples, each made once."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from osseo.answer.patient import make_page
from osseo.scenario.profile.door import parse_profile, read_profile

FOLDER = Path(__file__).parents[3] / "examples" / "patients"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
TODAY = date(2026, 11, 24)


@cache
def example_page(name: str):
    return make_page(read_profile(FOLDER / f"{name}.yaml", TODAY))


@pytest.fixture(params=NAMES)
def example(request):
    """Each example's page in turn."""
    return example_page(request.param)


@pytest.fixture
def page_of():
    """The page of a named example."""
    return example_page


@pytest.fixture
def profile_from():
    """A profile from YAML text, read on a fixed day."""
    return lambda text: parse_profile(text, TODAY)
