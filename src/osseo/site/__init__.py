"""Where a graft lies and what it is made of: sites, materials, column geometry, and the course arrays.

Floor 3. `load_site(name)`, `load_material(name)`, `site_names()`, `material_names()`.
"""

from __future__ import annotations

from osseo.site.anatomy import Material, Part, Site, Size
from osseo.site.course import Column, SiteCourse
from osseo.site.reading import load_material, load_site, material_names, site_names

__all__ = [
    "Column",
    "Material",
    "Part",
    "Site",
    "SiteCourse",
    "Size",
    "load_material",
    "load_site",
    "material_names",
    "site_names",
]
