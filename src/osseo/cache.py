"""What was computed once and may be kept on disk: linked models and machine code, by content.

A key says everything a content depends on, so that an entry is right or absent. Entries are written whole
(temporary file, then rename), so that processes may race; one that is damaged is as good as absent. The
folder is OSSEO_CACHE, or `osseo` in the user's cache folder; where it cannot be written, nothing is kept.
Entries are trusted like the program itself: keep the folder as private as an installation.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from osseo.files import write_bytes

__all__ = [
    "cache_folder",
    "can_keep",
    "keep",
    "make_key",
    "read_entry",
    "source_key",
    "version_of",
    "write_entry",
]

T = TypeVar("T")

_MAGIC = b"osseo-cache-1\n"


def cache_folder() -> Path:
    """Return the folder of the cache; it may not exist."""
    given = os.environ.get("OSSEO_CACHE")
    if given:
        return Path(given).expanduser()
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "osseo"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "osseo" / "cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/osseo").expanduser()
    return Path("~/.cache/osseo").expanduser()


def make_key(*parts: object) -> str:
    """Return a key from texts, bytes and numbers; the division into parts counts."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


@cache
def source_key(folder: Path) -> str:
    """Return a key of all Python files of a folder, so that changed code never meets old entries."""
    return make_key(*(path.read_bytes() for path in sorted(folder.glob("*.py"))))


@cache
def version_of(package: str) -> str:
    """Return the version of an installed package, empty if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def read_entry(kind: str, key: str) -> bytes | None:
    """Return an entry, or None if there is none, or none that is whole."""
    try:
        raw = _path(kind, key).read_bytes()
    except (OSError, RuntimeError):
        return None
    head, content = raw[: len(_MAGIC) + 32], raw[len(_MAGIC) + 32 :]
    return content if head == _MAGIC + hashlib.sha256(content).digest() else None


def write_entry(kind: str, key: str, content: bytes) -> bool:
    """Keep an entry; return whether that was possible."""
    try:
        write_bytes(_path(kind, key), _MAGIC + hashlib.sha256(content).digest() + content)
    except (OSError, RuntimeError):
        return False
    return True


def can_keep() -> bool:
    """Return whether entries can be written at all."""
    return write_entry("probe", "probe", b"")


def keep(kind: str, key: str, made: type[T], make: Callable[[], T]) -> T:
    """Return the kept Python object of a key, or make and keep it.

    The key must hold the source of the classes and of `make`. What `make` raises is raised.
    """
    content = read_entry(kind, key)
    if content is not None:
        # the user's own folder, checked to be whole, written by this very code: see the head of this file
        found = pickle.loads(content)  # noqa: S301
        if isinstance(found, made):
            return found
    value = make()
    write_entry(kind, key, pickle.dumps(value))
    return value


def _path(kind: str, key: str) -> Path:
    return cache_folder() / kind / key
