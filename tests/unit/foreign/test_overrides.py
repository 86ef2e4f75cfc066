"""Overrides of a foreign model: what derives from them follows, what cannot be overridden is refused."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.errors import InputError

TEXT = """
  k = 2 * half; half = 0.25; x = 3 * k; y := k * x
  x' = -k * x
"""


def test_what_is_derived_at_the_start_follows(run):
    """k = 2 half and x = 3 k are assignments at the start; a value in place of k is kept as it is."""
    times = np.array([0.0, 1.0])
    for overrides, k, x in (
        ({}, 0.5, 1.5),
        ({"model.half": 0.5}, 1.0, 3.0),
        ({"model.k": 2.0}, 2.0, 6.0),
        ({"model.k": 2.0, "model.x": 1.0}, 2.0, 1.0),
    ):
        found_x, found_y = run(TEXT, times, "x", "y", overrides=overrides)
        np.testing.assert_allclose(found_x, x * np.exp(-k * times), rtol=1e-7)
        np.testing.assert_allclose(found_y, k * x * np.exp(-k * times), rtol=1e-7)


def test_what_cannot_be_overridden_is_refused_by_name(run):
    overrides = {"k": 1.0, "model.hald": 1.0, "model.y": 1.0}
    with pytest.raises(InputError, match="3 problems, nothing was run") as caught:
        run(TEXT, [0.0, 1.0], "x", overrides=overrides)
    text = str(caught.value)
    assert "did you mean model.k?" in text
    assert "did you mean model.half" in text
    assert "model.y: a rule of the file computes it" in text
