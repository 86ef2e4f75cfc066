"""The key of a linked model: every text it is made from, the code of this floor, the parsers' versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osseo.cache import make_key, source_key, version_of
from osseo.language.library import model_folder

__all__ = ["model_key"]


def model_key(paths: Sequence[str | Path], name: str, scope: str, transport: str | Path | None) -> str | None:
    """Return the key of a model, or None if one of its files cannot be read."""
    files = [Path(path) for path in paths] + [model_folder() / "units.ant"]
    if transport:
        files.append(Path(transport))
    try:
        texts = [(path.name, path.read_bytes()) for path in files]
    except OSError:
        return None
    here = Path(__file__).parent
    code = (source_key(here), (here.parent / "units.py").read_bytes())
    versions = [version_of(package) for package in ("python-libsbml", "antimony", "pint")]
    return make_key(texts, name, scope, bool(transport), code, versions)
