from __future__ import annotations

import copy

import pytest

_BASE = {
    "question": "Does it help?",
    "person": {"age": "58 y", "sex": "female", "kidney_disease": "no"},
    "procedure": {"site": "sinus_lift", "graft": {"material": "dbbm", "height": "10 mm"}},
    "regimen": [{"salt": "glycinate", "dose": "400 mg", "as": "elemental", "from": "-56 d", "to": "180 d"}],
}


@pytest.fixture
def document() -> dict:
    """A complete scenario as a mapping, to be changed freely."""
    return copy.deepcopy(_BASE)
