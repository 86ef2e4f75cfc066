"""The reference twin, kept forever: the SBML read again, linked again, and integrated by SUNDIALS CVODE.

`ReferenceModel` evaluates a model, `solve_reference` integrates a body, `solve_site_reference` a column of
tissue by the unsplit method of lines. Nothing here shares a line with the emitter or the engine's loops.
"""

from __future__ import annotations

from osseo.compiler.reference.course import solve_reference
from osseo.compiler.reference.model import ReferenceModel
from osseo.compiler.reference.site import SiteReference, solve_site_reference

__all__ = ["ReferenceModel", "SiteReference", "solve_reference", "solve_site_reference"]
