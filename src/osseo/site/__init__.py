"""Where a graft lies and what it is made of: sites, materials, column geometry, and the course arrays.

Floor 3. `load_site(name)`, `load_material(name)`, `load_adjunct(name)` and the lists of their names.
"""

from __future__ import annotations

from osseo.site.anatomy import Adjunct, Fixation, Material, Part, Site, Size
from osseo.site.course import Column, SiteCourse
from osseo.site.reading import (
    adjunct_names,
    load_adjunct,
    load_material,
    load_site,
    material_names,
    site_names,
)

__all__ = [
    "Adjunct",
    "Column",
    "Fixation",
    "Material",
    "Part",
    "Site",
    "SiteCourse",
    "Size",
    "adjunct_names",
    "load_adjunct",
    "load_material",
    "load_site",
    "material_names",
    "site_names",
]
