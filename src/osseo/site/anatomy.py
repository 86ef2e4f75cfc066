"""Site and Material: where a graft lies and what it is made of, as frozen data.

`reading.py` makes them from `sites/*.yaml` and `materials/*.yaml`. They carry parameter rows that replace
those of the shared table, and the geometry of the columns. Nothing here simulates.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from osseo.names import check_name
from osseo.parameters.parameter import Parameter
from osseo.site.course import Column

__all__ = ["Material", "Part", "Site", "Size"]


@dataclass(frozen=True)
class Size:
    """The one length a procedure may set [mm]: its own value, its range, and where both come from."""

    meaning: str
    value: float
    lower: float
    upper: float
    grade: str
    source: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Part:
    """One column of the site: its length as a share of the size, and its share of the result."""

    share_of_size: float
    weight: float


@dataclass(frozen=True)
class Material:
    """A graft material. `parameters` replace rows of the shared table.

    `mixture` names its components and their shares of bulk volume; empty for a single material.
    """

    name: str
    label: str
    kind: str
    aliases: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    mixture: tuple[tuple[str, float], ...] = ()

    @property
    def is_graft(self) -> bool:
        """Whether anything solid is put into the site."""
        return any(p.name == "graft_material.solid_day0" and p.value > 0 for p in self.parameters)


@dataclass(frozen=True)
class Site:
    """An anatomical site.

    Parameters
    ----------
    name, label, aliases, meaning : what it is called.
    calibrated : False makes an answer refuse to conclude.
    size : the length a procedure may set.
    parts : columns; weights sum to one.
    far_wall : law for vessels at the far side, `value` (own supply) or `no_flux` (mirror plane).
    cell_mm : largest cell [mm], for a `grafted` and an `ungrafted` site.
    min_cells : fewest cells of a column.
    materials : names of the grafts this site offers.
    not_calibrated : (material, why) for grafts that can be simulated here but that no calibration record
        informs; an answer must not conclude on them.
    material_aliases : what a word means here, e.g. `autograft` -> `autograft_block`.
    endpoints : names of the endpoints that can be asked for.
    visits_d : default visits [d].
    parameters : rows that replace those of the shared table; layer `patient` is drawn per patient.
    not_for : what it must not be used for.
    """

    name: str
    label: str
    aliases: tuple[str, ...]
    meaning: str
    calibrated: bool
    size: Size
    parts: tuple[Part, ...]
    far_wall: str
    cell_mm: tuple[tuple[str, float], ...]
    min_cells: int
    materials: tuple[str, ...]
    material_aliases: tuple[tuple[str, str], ...]
    endpoints: tuple[str, ...]
    visits_d: tuple[float, ...]
    parameters: tuple[Parameter, ...]
    not_for: tuple[str, ...] = ()
    not_calibrated: tuple[tuple[str, str], ...] = ()

    def is_calibrated(self, material: str) -> bool:
        """Return whether an answer may conclude on a graft at this site.

        Raises
        ------
        NameUnknown : this site has no such graft.

        Examples
        --------
        >>> from osseo.site import load_site
        >>> load_site("sinus_lift").is_calibrated("beta_tcp")
        False
        """
        return self.why_not_calibrated(material) == ""

    def why_not_calibrated(self, material: str) -> str:
        """Return why an answer may not conclude on a graft at this site, in one sentence, or nothing.

        Raises
        ------
        NameUnknown : this site has no such graft.
        """
        name = self.material(material)
        reasons = dict(self.not_calibrated)
        if self.calibrated and name not in reasons:
            return ""
        why = reasons.get(name, "no calibration record informs this site")
        return f"not calibrated: {self.label} with {name}: {why}"

    def material(self, name: str) -> str:
        """Return the material a word means at this site.

        Raises
        ------
        NameUnknown : this site has no such graft; offers near names.

        Examples
        --------
        >>> from osseo.site import load_site
        >>> load_site("osteotomy_tibia").material("autograft")
        'autograft_particulate'
        """
        aliases = dict(self.material_aliases)
        name = aliases.get(name, name)
        check_name(name, [*self.materials, *aliases], "graft material", self.name)
        return name

    def columns(self, size_mm: float | None = None, grafted: bool = True) -> tuple[Column, ...]:
        """Return the columns of the site.

        Parameters
        ----------
        size_mm : [mm] graft height or opening; None takes the site's own.
        grafted : ungrafted sites need finer cells, because host bone must cross a clot.
        """
        size = self.size.value if size_mm is None else float(size_mm)
        cell = dict(self.cell_mm)["grafted" if grafted else "ungrafted"]
        return tuple(self._column(part, size, cell) for part in self.parts)

    def _column(self, part: Part, size: float, cell: float) -> Column:
        length = part.share_of_size * size
        n_cells = max(self.min_cells, ceil(length / cell - 1e-9))
        return Column(np.linspace(0.0, length, n_cells + 1), part.weight)
