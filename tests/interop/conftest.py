"""Where the foreign material lies: OSSEO_SBML_CASES, or shared/sbml beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "sbml"
ABSENT = "needs the SBML material: set OSSEO_SBML_CASES to its folder (see docs/sbml.md)"


@pytest.fixture(scope="session")
def material() -> Path:
    """Return the folder with semantic-cases.zip and biomodels/, or skip."""
    folder = Path(os.environ.get("OSSEO_SBML_CASES", BESIDE))
    if not folder.is_dir():
        pytest.skip(ABSENT)
    return folder


@pytest.fixture(scope="session")
def cases(material) -> Path:
    """Return the archive of semantic cases, or skip."""
    path = material / "semantic-cases.zip"
    if not path.is_file():
        pytest.skip(ABSENT)
    return path


@pytest.fixture(scope="session")
def biomodels(material) -> Path:
    """Return the folder of BioModels, or skip."""
    path = material / "biomodels"
    if not path.is_dir():
        pytest.skip(ABSENT)
    return path
