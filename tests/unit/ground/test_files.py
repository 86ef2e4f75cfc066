"""Files are written whole or not at all."""

from __future__ import annotations

import os

import pytest

from osseo.errors import InputError
from osseo.files import check_writable_folder, write_bytes, write_text


def test_text_is_written_with_its_folders_and_nothing_is_left_behind(tmp_path):
    path = write_text(tmp_path / "a" / "b.txt", "Magnesium µ")
    assert path.read_text(encoding="utf-8") == "Magnesium µ"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_a_failed_rename_leaves_the_old_file(tmp_path, monkeypatch):
    path = write_text(tmp_path / "a.txt", "old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_is_not_a_folder(tmp_path):
    place = write_text(tmp_path / "taken", "")
    with pytest.raises(InputError, match="choose another folder with --out"):
        check_writable_folder(place)


def test_a_folder_is_made(tmp_path):
    assert check_writable_folder(tmp_path / "x" / "y").is_dir()
