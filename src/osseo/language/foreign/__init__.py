"""Foreign SBML: models written elsewhere, with numbers and without our units, read into a ModelIR.

Right or refused, never wrong: what is not understood in full is refused, with the construct named.
"""

from __future__ import annotations

from osseo.language.foreign.load import read_foreign
from osseo.language.foreign.model import ForeignEvent, ForeignModel, ForeignRefusal

__all__ = ["ForeignEvent", "ForeignModel", "ForeignRefusal", "read_foreign"]
