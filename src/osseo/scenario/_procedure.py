"""The `procedure`, `endpoints` and `margins` parts of a scenario, checked against the site's own data."""

from __future__ import annotations

from dataclasses import replace

from osseo.names import suggest
from osseo.scenario import _sites
from osseo.scenario._document import Node
from osseo.scenario._person import listed_under
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.types import Procedure
from osseo.site.anatomy import Site

__all__ = ["read_endpoints", "read_margins", "read_procedure"]

_SIZE_KEYS = (
    "height", "opening", "size", "width", "gap", "diameter", "thickness", "span", "depth",
)  # fmt: skip
_ADJUNCT_KEYS = ("adjunct", "adjuncts")


def read_procedure(reader: Reader, node: Node | None) -> tuple[Procedure | None, Site | None]:
    """Return the procedure, and its site even if the graft could not be read."""
    if node is None:
        return None, None
    keys = ("site", "graft", "fixation", "levels", *_ADJUNCT_KEYS)
    parts = reader.mapping(node, keys, required=("site", "graft"), hints=listed_under(" under person"))
    word = reader.choice(parts.get("site"), _sites.site_words(), "site")
    site = None if word is None else _sites.find_site(word)
    held = _read_fixation(reader, parts.get("fixation"), site)
    levels = _read_levels(reader, parts.get("levels"), site)
    added = _read_adjuncts(reader, parts)
    if "graft" not in parts:
        return None, site
    procedure = _read_graft(reader, parts["graft"], site)
    if procedure is not None:
        procedure = replace(procedure, fixation=held, levels=levels, adjuncts=added)
    return procedure, site


def _read_fixation(reader: Reader, node: Node | None, site: Site | None) -> str:
    """Return the fixation; empty for the default of the site, so that saying it changes no hash."""
    word = reader.text(node)
    if node is None or word is None or site is None:
        return ""
    known = [fixation.name for fixation in site.fixations]
    word = word.lower()
    if word in known:
        return "" if word == known[0] else word
    hint = f"it has {', '.join(known)}" if known else "it knows one way only, leave it out"
    reader.problem(node, f'{site.name} has no fixation "{word}"', suggest(word, known) or hint)
    return ""


def _read_levels(reader: Reader, node: Node | None, site: Site | None) -> int:
    if node is None:
        return 1
    if site is not None and site.levels_max == 1 and reader.text(node) not in (None, "1"):
        reader.problem(node, f"{site.name} is one place, not several levels", "leave levels out")
        return 1
    return reader.integer(node, 1, site.levels_max if site else 9) or 1


def _read_adjuncts(reader: Reader, parts: dict[str, Node]) -> tuple[str, ...]:
    given = [key for key in _ADJUNCT_KEYS if key in parts]
    if len(given) > 1:
        reader.problem(parts[given[1]], "adjuncts are given twice, as adjunct and adjuncts", "keep one")
    words = _sites.adjunct_words()
    names: list[str] = []
    for key in given[:1]:
        node = parts[key]
        for child in node.value if isinstance(node.value, list) else [node]:
            word = reader.choice(child, words, "adjunct")
            if word is not None and words[word] in names:
                reader.problem(child, f"{words[word]} is given twice", "name each adjunct once")
            elif word is not None:
                names.append(words[word])
    return tuple(sorted(names))


def _read_graft(reader: Reader, graft: Node, site: Site | None) -> Procedure | None:
    if isinstance(graft.value, str):
        graft = Node({"material": graft}, graft.line, graft.path)
    mixed = _mixture_in(graft)
    if mixed is not None:
        what = "a mixture is a graft of its own, in a file with its shares (see examples/README.md)"
        reader.problem(mixed, what, f"name one: {', '.join(_sites.mixture_names())}")
        return None
    parts = reader.mapping(graft, ("material", *_SIZE_KEYS), required=("material",))
    material = _read_material(reader, parts.get("material"), site)
    size = _read_size(reader, parts, site)
    if site is None or material is None:
        return None
    return Procedure(site=site.name, material=material, size_mm=size)


def _mixture_in(graft: Node) -> Node | None:
    """Return where shares of a mixture are written into a scenario, which takes the name of one."""
    if not isinstance(graft.value, dict):
        return None
    material = graft.value.get("material")
    written = material is not None and isinstance(material.value, dict | list)
    return material if written else graft.value.get("mixture")


def _read_material(reader: Reader, node: Node | None, site: Site | None) -> str | None:
    word = reader.choice(node, _sites.material_words(site), "material")
    if node is None or word is None:
        return None
    # a graft that is not used at this site is simulated, and the answer says so
    return _sites.find_material(word, site)


def _read_size(reader: Reader, parts: dict[str, Node], site: Site | None) -> float | None:
    given = [key for key in _SIZE_KEYS if key in parts]
    if len(given) > 1:
        reader.problem(parts[given[1]], f"the size is given twice, as {' and '.join(given)}", "keep one")
    if not given:
        return None
    low, high = (site.size.lower, site.size.upper) if site else (1.0, 40.0)
    limits = f"from {low:g} to {high:g} mm" + (f" ({site.size.meaning})" if site else "")
    spec = Quantity("a length", "10 mm", (("mm", 1.0),), low, high, limits)
    return reader.quantity(parts[given[0]], spec)


def read_endpoints(reader: Reader, node: Node | None, site: Site | None) -> tuple[str, ...]:
    """Return the endpoints asked for; one that the site does not have is a problem."""
    if node is None:
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    names = []
    for child in nodes:
        word = reader.text(child)
        if word is not None and _is_endpoint(reader, child, word, site):
            names.append(word)
    return tuple(names)


def read_margins(reader: Reader, node: Node | None, site: Site | None) -> dict[str, float]:
    """Return the smallest differences the user treats as real, in points, % of time or mm."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        reader.problem(node, "expected a margin per endpoint", "e.g.  margins: {new_bone_pct: 4}")
        return {}
    margins = {}
    for name, child in node.value.items():
        value = _read_margin(reader, child)
        if _is_endpoint(reader, child, name, site) and value is not None:
            margins[name] = value
    return margins


def _is_endpoint(reader: Reader, node: Node, name: str, site: Site | None) -> bool:
    if site is None or name in site.endpoints:
        return True
    hint = suggest(name, site.endpoints) or f"it has {', '.join(site.endpoints)}"
    reader.problem(node, f'{site.name} has no endpoint "{name}"', hint)
    return False


def _read_margin(reader: Reader, node: Node) -> float | None:
    word = reader.text(node)
    if word is None:
        return None
    number = word.removesuffix("points").removesuffix("%").strip()
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if 0.0 < value <= 100.0:
        return value
    reader.problem(node, f'got "{word}"; expected a number above 0 and at most 100, e.g. 4 points')
    return None
