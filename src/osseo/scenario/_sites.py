"""The door's view of `osseo.site`: which sites, grafts and endpoints exist, and which go together."""

from __future__ import annotations

from osseo.site.anatomy import Site
from osseo.site.reading import load_material, load_site, material_names, site_names

__all__ = ["find_material", "find_site", "material_words", "site_words"]


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
    words = {word: m.name for m in materials for word in (m.name, *m.aliases)}
    for each in [load_site(name) for name in site_names()] if site is None else [site]:
        words |= dict(each.material_aliases)
    return words


def find_material(word: str, site: Site | None) -> str:
    """Return the name of the material a word means at a site."""
    return material_words(site)[word]
