"""The Draws file: exact round trip, nothing half-written, changes noticed."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from osseo.errors import InputError, NameUnknown
from osseo.parameters import Draws, read_draws, write_draws
from osseo.parameters.draws import meta_path

MADE = Draws(("m.a", "m.b"), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), {"kind": "posterior"})
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(FINITE, FINITE), max_size=20))
def test_round_trip_is_exact_to_the_last_bit(tmp_path, rows):
    values = np.array(rows, dtype=np.float64).reshape(len(rows), 2)
    draws = Draws(("m.a", "m.b"), values, {"kind": "prior", "seed": 3, "notes": ["x"]})
    again = read_draws(write_draws(draws, tmp_path / "draws.csv"))
    assert again.names == draws.names
    assert again.meta == draws.meta
    assert_array_equal(again.values, values)
    assert_array_equal(np.signbit(again.values), np.signbit(values))


def test_columns_rows_and_join():
    assert_array_equal(MADE.column("m.b"), [2, 4, 6])
    assert_array_equal(MADE.rows([2, 0]).column("m.a"), [5, 1])
    other = Draws(("m.b", "m.c"), np.array([[9.0, 7.0]] * 3), {"kind": "joined"})
    joined = MADE.join(other)
    assert joined.names == ("m.a", "m.b", "m.c")
    assert_array_equal(joined.values[0], [1, 9, 7])
    with pytest.raises(InputError, match="got 3 and 1 draws"):
        MADE.join(MADE.rows([0]))
    with pytest.raises(NameUnknown, match="unknown drawn parameter"):
        MADE.column("m.x")


def test_values_cannot_be_changed_and_are_not_shared():
    values = np.array([[1.0]])
    draws = Draws(("m.a",), values)
    values[0, 0] = 2.0
    assert draws.column("m.a")[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        draws.values[0, 0] = 3.0


def test_shape_and_names_are_checked():
    with pytest.raises(InputError, match=r"shape \(3,\) for 1 names"):
        Draws(("m.a",), np.zeros(3))
    with pytest.raises(InputError, match=r"m\.a is given twice"):
        Draws(("m.a", "m.a"), np.zeros((1, 2)))


def test_a_changed_value_is_noticed(tmp_path):
    path = write_draws(MADE, tmp_path / "draws.csv")
    path.write_text(path.read_text().replace("3.0", "3.5"))
    with pytest.raises(InputError, match="values differ from the side file"):
        read_draws(path)


def test_a_changed_header_and_bad_cells_are_shown_together(tmp_path):
    path = write_draws(MADE, tmp_path / "draws.csv")
    path.write_text("m.a,m.x\n1.0,two\nnan,4.0\n")
    with pytest.raises(InputError) as caught:
        read_draws(path)
    assert [i.where for i in caught.value.issues] == ["draws.csv:1", "draws.csv:2", "draws.csv:3"]


def test_missing_files_are_named(tmp_path):
    with pytest.raises(InputError, match="draws cannot be read"):
        read_draws(tmp_path / "absent.csv")
    path = write_draws(MADE, tmp_path / "draws.csv")
    meta_path(path).unlink()
    with pytest.raises(InputError, match="needs its side file"):
        read_draws(path)


def test_nothing_half_written_when_the_disk_refuses(tmp_path, monkeypatch):
    path = write_draws(MADE, tmp_path / "draws.csv")
    before = path.read_text()

    def refuse(source: str, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError, match="no space left"):
        write_draws(MADE.rows([0]), path)
    assert path.read_text() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["draws.csv", "draws.meta.json"]


def test_meta_must_be_plain_and_the_ending_csv(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_draws(Draws(("m.a",), np.zeros((1, 1)), {"x": object()}), tmp_path / "d.csv")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match=r"written as \.csv"):
        write_draws(MADE, tmp_path / "draws.txt")
