"""The version, in one place, so that any floor may name it."""

from __future__ import annotations

__all__ = ["VERSION"]

VERSION = "0.1.0"
