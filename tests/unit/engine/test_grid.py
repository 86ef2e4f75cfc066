"""Grids of a column."""

import numpy as np
import pytest

from osseo.engine.grid import Grid, graded_grid, uniform_grid
from osseo.errors import InputError


def test_uniform():
    grid = uniform_grid(10.0, 4)
    np.testing.assert_allclose(grid.edges, [0, 2.5, 5, 7.5, 10])
    np.testing.assert_allclose(grid.widths, 2.5)
    np.testing.assert_allclose(grid.centres, [1.25, 3.75, 6.25, 8.75])
    assert grid.n_cells == 4


def test_graded_grid_starts_fine_and_grows_by_its_ratio():
    grid = graded_grid(10.0, 0.1, 1.2)
    widths = grid.widths
    assert widths[0] <= 0.1
    np.testing.assert_allclose(widths[1:] / widths[:-1], 1.2, rtol=1e-9)
    assert grid.edges[-1] == 10.0
    np.testing.assert_allclose(graded_grid(3.0, 0.3, 1.0).widths, 0.3)


@pytest.mark.parametrize("edges", [[0.0], [0.0, 1.0, 1.0], [0.0, 2.0, 1.0], [0.0, np.nan], [[0.0, 1]]])
def test_bad_edges(edges):
    with pytest.raises(InputError, match="grid"):
        Grid(np.array(edges))


def test_bad_lengths():
    with pytest.raises(InputError, match="both must be positive"):
        uniform_grid(-1.0, 3)
    with pytest.raises(InputError, match="ratio >= 1"):
        graded_grid(1.0, 0.1, 0.9)
