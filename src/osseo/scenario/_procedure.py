"""The `procedure`, `endpoints` and `margins` parts of a scenario, checked against the site's own data."""

from __future__ import annotations

from osseo.names import suggest
from osseo.scenario import _sites
from osseo.scenario._document import Node
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.types import Procedure
from osseo.site.anatomy import Site

__all__ = ["read_endpoints", "read_margins", "read_procedure"]

_SIZE_KEYS = ("height", "opening", "size")


def read_procedure(reader: Reader, node: Node | None) -> tuple[Procedure | None, Site | None]:
    """Return the procedure, and its site even if the graft could not be read."""
    if node is None:
        return None, None
    parts = reader.mapping(node, ("site", "graft"), required=("site", "graft"))
    word = reader.choice(parts.get("site"), _sites.site_words(), "site")
    site = None if word is None else _sites.find_site(word)
    if "graft" not in parts:
        return None, site
    return _read_graft(reader, parts["graft"], site), site


def _read_graft(reader: Reader, graft: Node, site: Site | None) -> Procedure | None:
    if graft.value == "none":
        graft = Node({"material": graft}, graft.line, graft.path)
    parts = reader.mapping(graft, ("material", *_SIZE_KEYS), required=("material",))
    material = _read_material(reader, parts.get("material"), site)
    size = _read_size(reader, parts, site)
    if site is None or material is None:
        return None
    return Procedure(site=site.name, material=material, size_mm=size)


def _read_material(reader: Reader, node: Node | None, site: Site | None) -> str | None:
    word = reader.choice(node, _sites.material_words(site), "material")
    if node is None or word is None:
        return None
    material = _sites.find_material(word, site)
    if site is not None and material not in site.materials:
        known = ", ".join(site.materials)
        reader.problem(node, f"{site.name} does not offer the graft {word}", f"it has {known}")
        return None
    return material


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
