"""The disk cache: whole entries or none, races, damage, a folder that cannot be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from osseo import cache
from osseo.compiler.native import make_native
from osseo.language import load as language_load

ASSEMBLY = """
define void @double(ptr %x) {
  %v = load double, ptr %x, align 8
  %w = fmul double %v, 2.0
  store double %w, ptr %x, align 8
  ret void
}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OSSEO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def call(code):
    import ctypes

    x = ctypes.c_double(21.0)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(code.addresses["double"])(ctypes.addressof(x))
    return x.value


def test_written_is_read_again(folder):
    assert cache.read_entry("kind", "key") is None
    assert cache.write_entry("kind", "key", b"content")
    assert cache.read_entry("kind", "key") == b"content"
    assert cache.read_entry("other", "key") is None


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign"])
def test_a_damaged_entry_is_no_entry(folder, damage):
    cache.write_entry("kind", "key", b"content" * 100)
    path = folder / "kind" / "key"
    raw = path.read_bytes()
    path.write_bytes(
        {"cut": raw[:-5], "flip": raw[:-1] + b"!", "empty": b"", "foreign": b"x" + raw[1:]}[damage]
    )
    assert cache.read_entry("kind", "key") is None
    assert cache.keep("kind", "key", str, lambda: "made again") == "made again"
    assert cache.keep("kind", "key", str, lambda: "not made") == "made again"


def test_keys_tell_parts_and_types_apart():
    keys = [
        cache.make_key(*parts) for parts in (("ab", "c"), ("a", "bc"), (b"ab", "c"), ("ab", 1), ("ab", 1.0))
    ]
    assert len(set(keys)) == len(keys)


def test_where_the_folder_is(monkeypatch):
    monkeypatch.setenv("OSSEO_CACHE", "/somewhere")
    assert cache.cache_folder() == Path("/somewhere")
    monkeypatch.delenv("OSSEO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/x/.cache")
    assert cache.cache_folder() == Path("/home/x/.cache/osseo")


def test_code_is_kept_damaged_code_is_made_again(folder):
    assert call(make_native(ASSEMBLY, ["double"])) == 42.0
    (entry,) = (folder / "code").iterdir()
    whole = entry.read_bytes()
    assert call(make_native(ASSEMBLY, ["double"])) == 42.0
    assert entry.read_bytes() == whole
    entry.write_bytes(whole[: len(whole) // 2])
    assert call(make_native(ASSEMBLY, ["double"])) == 42.0
    assert len(entry.read_bytes()) == len(whole)
    assert [p.name for p in entry.parent.iterdir()] == [entry.name]


def test_without_a_writable_folder_everything_works(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OSSEO_CACHE", str(tmp_path / "file" / "cache"))
    assert not cache.can_keep()
    assert call(make_native(ASSEMBLY, ["double"])) == 42.0
    assert cache.keep("kind", "key", int, lambda: 3) == 3


def test_processes_that_race_all_get_it_right(folder):
    code = f"""
import ctypes
from osseo.compiler.native import make_native
x = ctypes.c_double(21.0)
code = make_native({ASSEMBLY!r}, ["double"])
ctypes.CFUNCTYPE(None, ctypes.c_void_p)(code.addresses["double"])(ctypes.addressof(x))
assert x.value == 42.0
"""
    running = [subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ)) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert len(list((folder / "code").iterdir())) == 1


def test_a_kept_model_is_the_linked_model_and_needs_no_parser(folder):
    paths = language_load.model_entries()["body"].paths
    made = language_load.load_model_files(paths, "body", "body")
    assert language_load.load_model_files(paths, "body", "body") == made
    code = """
import sys
from osseo.language import load_model
from osseo.parameters import load_parameters
model, parameters = load_model("body"), load_parameters()
print(model.hash, *[name for name in ("libsbml", "antimony", "pint") if name in sys.modules])
"""
    found = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
        ).stdout.split()
        for _ in range(2)
    ]
    assert found[1] == [made.hash]


def test_changed_text_is_another_model(folder, tmp_path):
    text = """model thing
  x is "X"
  k = k
  x has mmol
end
"""
    path = tmp_path / "thing.ant"
    path.write_text(text)
    first = language_load.model_key([path], "thing", "body", None)
    path.write_text(text.replace("X", "Y"))
    assert language_load.model_key([path], "thing", "body", None) != first
    assert language_load.model_key([path], "thing", "site", None) != first
    assert language_load.model_key([tmp_path / "none.ant"], "thing", "body", None) is None
