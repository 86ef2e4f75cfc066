from __future__ import annotations

import numpy as np
import pytest

from osseo.site.course import Column, SiteCourse

DENSITIES = ("clot", "vessels", "progenitors", "osteoblasts", "osteoclasts")


def _build(times, columns, shares, *, left=1.0, status=None, site="sinus_lift", material="dbbm"):
    """A course whose tissue shares are given: shares[field][i_column] broadcasts to (n, n_times, n_cells)."""
    times = np.asarray(times, dtype=float)
    n = max(np.asarray(s).shape[0] for column in shares.values() for s in column)
    fields = dict.fromkeys(("osteoid", "mineral", "graft", *shares))
    amounts = {"volume": []} | {field: [] for field in fields}
    for i, column in enumerate(columns):
        widths = np.diff(column.edges_mm)
        shape = (n, times.size, widths.size)
        volume = np.broadcast_to(np.asarray(left) * widths * column.cell_areas, shape).copy()
        amounts["volume"].append(volume)
        for field in fields:
            share = shares.get(field, [np.zeros((1, 1, 1))] * len(columns))[i]
            amounts[field].append(volume * np.broadcast_to(share, shape))
    return SiteCourse(
        site=site,
        material=material,
        times_d=times,
        columns=tuple(columns),
        amounts={field: tuple(arrays) for field, arrays in amounts.items()},
        densities={name: () for name in DENSITIES},
        status=np.zeros(n, dtype=int) if status is None else np.asarray(status),
        ledger_error=np.zeros(n),
    )


@pytest.fixture
def build_course():
    """The builder of courses with given tissue shares."""
    return _build


@pytest.fixture
def column():
    """One column of 10 mm in 20 equal cells."""
    return Column(np.linspace(0.0, 10.0, 21), 1.0)


@pytest.fixture
def course(column):
    """Two members over 200 d; bone rises linearly with time, three times as fast in the second."""
    times = np.linspace(0.0, 200.0, 101)
    rise = times[None, :, None] / 200.0
    mineral = np.array([0.1, 0.3])[:, None, None] * rise
    osteoid = np.full((1, 1, 1), 0.02)
    graft = np.full((1, 1, 1), 0.30)
    shares = {"mineral": [mineral], "osteoid": [osteoid], "graft": [graft]}
    return _build(times, [column], shares)
