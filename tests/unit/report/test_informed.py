from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

from osseo.parameters import Draws
from osseo.report.informed import update_picture, updates_of, updates_to_csv


@pytest.fixture
def draws() -> Draws:
    values = np.column_stack([np.linspace(1.0, 3.0, 101), np.linspace(0.0, 1.0, 101)])
    meta = {
        "parameters": {
            "a.wide@dbbm": ["1/d", 2.0, 0.0, 4.0, "normal"],
            "a.kept": ["1", 0.5, 0.05, 0.95, "normal"],
        },
        "sd_ratio": {"a.wide@dbbm": 0.4, "a.kept": 0.97},
    }
    return Draws(("a.kept", "a.wide@dbbm"), values[:, ::-1], meta)


def test_best_informed_first_with_both_spreads(draws):
    first, last = updates_of(draws)
    assert (first.name, first.prior) == ("a.wide@dbbm", (0.0, 2.0, 4.0))
    assert first.posterior == pytest.approx((1.1, 2.0, 2.9))
    assert (first.is_informed, last.is_informed) == (True, False)


def test_a_number_without_a_known_prior_is_left_out(draws):
    assert updates_of(Draws(draws.names, draws.values)) == ()


def test_data_and_picture_show_the_same(draws):
    update = updates_of(draws)[0]
    line = next(iter(csv.DictReader(io.StringIO(updates_to_csv([update])))))
    assert float(line["posterior_5"]) == update.posterior[0]
    bars = [
        tuple(map(float, b))
        for b in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', update_picture(update))
    ]
    assert bars[0] == (4.0, 192.0)
    assert bars[1] == pytest.approx((4 + 192 * 1.1 / 4, 192 * 1.8 / 4), abs=0.06)
