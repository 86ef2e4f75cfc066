"""What every data file of a site, a graft or an adjunct goes through first: a mapping with known keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import suggest

__all__ = ["OWN_FOLDER", "is_shipped", "key_issues", "load_document", "place_files", "read_words"]

#: environment variable that names a folder with `sites`, `materials` or `adjuncts` of a user's own
OWN_FOLDER = "OSSEO_PLACES"
_SHIPPED = Path(__file__).parent


def is_shipped(path: Path) -> bool:
    """Return whether a file of a place came with osseo."""
    return path.parent.parent == _SHIPPED


def place_files(kind: str) -> dict[str, Path]:
    """Return the files of all places of a kind by their stem: shipped ones, then the user's own.

    Parameters
    ----------
    kind : `sites`, `materials` or `adjuncts`.

    Raises
    ------
    InputError : the folder of the user does not exist, or one of its files has the name of a shipped one.
    """
    files = {path.stem: path for path in sorted((_SHIPPED / kind).glob("*.yaml"))}
    given = os.environ.get(OWN_FOLDER, "")
    if not given:
        return files
    folder = Path(given)
    if not folder.is_dir():
        raise InputError(
            f"{OWN_FOLDER}: {given} is no folder; name one that holds sites, materials or adjuncts"
        )
    own = {path.stem: path for path in sorted((folder / kind).glob("*.yaml"))}
    twice = sorted(set(own) & set(files))
    if twice:
        raise InputError(f"{OWN_FOLDER}: {kind}/{twice[0]}.yaml has the name of a shipped file; rename it")
    return files | own


def key_issues(
    where: str, data: Mapping[str, Any], known: tuple[str, ...], optional: tuple[str, ...]
) -> list[Issue]:
    """Return an issue for every unknown key and every missing one."""
    issues = [
        Issue(where, f"unknown key {key!r}", suggest(str(key), known)) for key in data if key not in known
    ]
    return issues + [
        Issue(where, f"`{key}` is missing") for key in known if key not in data and key not in optional
    ]


def load_document(path: Path) -> Mapping[str, Any]:
    """Return the mapping in a YAML file.

    Raises
    ------
    InputError : the file cannot be read, is no YAML, or holds something else.
    """
    try:
        data = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path.name}: cannot be read: {error}; give a readable YAML file") from error
    if not isinstance(data, Mapping):
        raise InputError(f"{path.name}: got {type(data).__name__}, expected a mapping of keys")
    return data


def read_words(
    where: str, data: Mapping[str, Any], keys: tuple[str, ...], issues: list[Issue]
) -> dict[str, tuple[str, ...]]:
    """Return lists of words by key; what is no list of words becomes an issue."""
    words = {}
    for key in keys:
        value = data.get(key, ())
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            issues.append(Issue(where, f"`{key}`: got {value!r}, expected a list of words"))
            value = ()
        words[key] = tuple(value)
    return words
