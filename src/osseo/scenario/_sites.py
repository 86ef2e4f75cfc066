"""The door's view of `osseo.site`: which sites, grafts and endpoints exist, and which go together."""

from __future__ import annotations

from osseo.site.anatomy import Site
from osseo.site.reading import (
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)

__all__ = ["adjunct_words", "find_material", "find_site", "material_words", "mixture_names", "site_words"]


def adjunct_words() -> dict[str, str]:
    """Return every word that means an adjunct -> its name."""
    adjuncts = [load_adjunct(name) for name in adjunct_names()]
    return {word: a.name for a in adjuncts for word in (a.name, *a.aliases)}


def site_words() -> dict[str, str]:
    """Return every word that means a site -> its name."""
    sites = [load_site(name) for name in site_names()]
    return {word: site.name for site in sites for word in (site.name, *site.aliases)}


def find_site(word: str) -> Site:
    """Return the site a word means; the word is one of `site_words`."""
    return load_site(site_words()[word])


def material_words(site: Site | None) -> dict[str, str]:
    """Return every word that means a graft material -> its name, as the site understands it."""
    materials = [load_material(name) for name in material_names()]
    words = {word: m.name for m in materials for word in (*m.aliases, m.name)}
    for each in [load_site(name) for name in site_names()] if site is None else [site]:
        words |= dict(each.material_aliases)
    return words


def mixture_names() -> tuple[str, ...]:
    """Return the names of the grafts that are mixtures."""
    return tuple(name for name in material_names() if load_material(name).kind == "composite")


def find_material(word: str, site: Site | None) -> str:
    """Return the name of the material a word means at a site."""
    return material_words(site)[word]
