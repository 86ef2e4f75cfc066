"""Sites, graft materials and adjuncts by name: every file of a folder is one, and nothing lists them.

Adding one is adding a file to `sites/`, `materials/` or `adjuncts/`, here or in a folder of one's own that
the environment variable OSSEO_PLACES names. A file has the name of what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from osseo.errors import InputError, Issue
from osseo.names import check_name
from osseo.site.anatomy import Adjunct, Material, Site
from osseo.site.document import is_shipped, place_files
from osseo.site.material_file import read_adjunct, read_material
from osseo.site.site_file import read_site

__all__ = [
    "adjunct_names",
    "load_adjunct",
    "load_material",
    "load_site",
    "material_names",
    "read_adjunct",
    "read_material",
    "read_site",
    "site_names",
]

_READERS: dict[str, Callable[[Path], Any]] = {
    "sites": read_site,
    "materials": read_material,
    "adjuncts": read_adjunct,
}


@cache
def _all(kind: str) -> dict[str, Any]:
    things = {stem: _READERS[kind](path) for stem, path in place_files(kind).items()}
    wrong = [
        Issue(f"{stem}.yaml", f"holds {t.name!r}", "name both alike")
        for stem, t in things.items()
        if t.name != stem
    ]
    if wrong:
        raise InputError.from_issues(kind, wrong)
    # whatever an own file claims: no record of the shipped fit informs it
    own = {stem for stem, path in place_files(kind).items() if not is_shipped(path)}
    return {
        stem: replace(thing, informed=()) if stem in own and kind != "materials" else thing
        for stem, thing in things.items()
    }


@cache
def _words(kind: str) -> dict[str, str]:
    """Return every word that means a thing -> its name; one word for two things is refused."""
    words: dict[str, str] = {}
    for name, thing in _all(kind).items():
        for word in (name, *thing.aliases):
            if words.setdefault(word, name) != name:
                raise InputError(f"{kind}: {word!r} means {words[word]} and {name}; rename one of them")
    return words


def _load(kind: str, what: str, name: str) -> Any:
    words = _words(kind)
    if name not in words:
        check_name(name, list(words), what)
    return _all(kind)[words[name]]


def site_names() -> tuple[str, ...]:
    """Return the names of all shipped sites."""
    return tuple(_all("sites"))


def material_names() -> tuple[str, ...]:
    """Return the names of all shipped graft materials, `none` among them."""
    return tuple(_all("materials"))


def adjunct_names() -> tuple[str, ...]:
    """Return the names of all shipped adjuncts."""
    return tuple(_all("adjuncts"))


def load_site(name: str) -> Site:
    """Return a shipped site by name or alias, held by its default fixation.

    Raises
    ------
    NameUnknown : with near names.

    Examples
    --------
    >>> load_site("sinus_lift").materials[:3]
    ('dbbm', 'autograft_block', 'autograft_particulate')
    """
    return _load("sites", "site", name)


def load_material(name: str) -> Material:
    """Return a shipped graft material by name or alias.

    Raises
    ------
    NameUnknown : with near names.
    """
    return _load("materials", "graft material", name)


def load_adjunct(name: str) -> Adjunct:
    """Return a shipped adjunct by name or alias.

    Raises
    ------
    NameUnknown : with near names.
    """
    return _load("adjuncts", "adjunct", name)
