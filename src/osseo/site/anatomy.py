"""Site, Material and Adjunct: where a graft lies, what it is made of and what is added, as frozen data.

`reading.py` makes them from `sites/*.yaml`, `materials/*.yaml` and `adjuncts/*.yaml`. They carry parameter
rows that replace or change those of the shared table, and the geometry of the columns. Nothing simulates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from osseo.names import check_name
from osseo.parameters.parameter import Parameter
from osseo.site.course import Column

__all__ = ["SHAPES", "Adjunct", "Fixation", "LocalMagnesium", "Material", "Part", "Site", "Size"]

#: planar, or along the radius of a cylinder: from its wall inward to the axis, or outward from it
SHAPES = ("planar", "inward", "outward")


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
    """One column of the site: its length as a share of the size, and its share of the result.

    shape : `planar`, `inward` (a socket: from its wall to the axis) or `outward` (around a cylinder).
    radius_mm, radius_share : the near wall of a radial column lies at radius_mm + radius_share times the
        size [mm] from the axis.
    """

    share_of_size: float
    weight: float
    shape: str = "planar"
    radius_mm: float = 0.0
    radius_share: float = 0.0

    def face_areas(self, edges: np.ndarray, size: float) -> np.ndarray | None:
        """Return areas of the faces over that of the near wall (n_cells + 1,) [1]; None if planar."""
        if self.shape == "planar":
            return None
        radius = self.radius_mm + self.radius_share * size
        signed = edges if self.shape == "outward" else -edges
        return np.maximum(1.0 + signed / radius, 0.0)


@dataclass(frozen=True)
class LocalMagnesium:
    """Magnesium a graft lets go into its own tissue; reported, never added to magnesium from the mouth.

    content_mg_g [mg/g] of graft; released_share [1] over released_over_d [d]. No link of the column was
    measured on it: what raises magnesium beside a corroding particle says nothing of a tablet.
    """

    content_mg_g: float
    released_share: float
    released_over_d: float
    grade: str
    source: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Adjunct:
    """What is added to a graft. `adds` and `multiplies` are rows of what changes a parameter, by its name.

    findings : what trials say, in a sentence; grade : of the whole claim. sites : where it was tried.
    informed : (site, grafts) where a calibration record informs it.
    """

    name: str
    label: str
    aliases: tuple[str, ...]
    meaning: str
    findings: str
    grade: str
    adds: tuple[Parameter, ...] = ()
    multiplies: tuple[Parameter, ...] = ()
    sites: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    informed: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All rows; named `module.quantity@adjunct` they are the change, not the quantity."""
        return (*self.adds, *self.multiplies)


@dataclass(frozen=True)
class Material:
    """A graft material. `parameters` replace rows of the shared table.

    `mixture` names its components and their shares of bulk volume; empty for a single material.
    `properties` are (name, value, unit, source or reason) that describe it and enter no equation.
    `adjuncts` are what a procedure adds to it.
    """

    name: str
    label: str
    kind: str
    aliases: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    mixture: tuple[tuple[str, float], ...] = ()
    properties: tuple[tuple[str, float, str, str], ...] = ()
    local_magnesium: LocalMagnesium | None = None
    not_for: tuple[str, ...] = ()
    adjuncts: tuple[Adjunct, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, tuple(adjunct.name for adjunct in self.adjuncts)))

    @property
    def is_graft(self) -> bool:
        """Whether anything solid is put into the site."""
        return any(p.name == "graft_material.solid_day0" and p.value > 0 for p in self.parameters)

    @property
    def surface_per_mm(self) -> float | None:
        """Surface of the graft per volume of the site on day 0 [mm2/mm3 = 1/mm], 6 solid / grain of spheres.

        None where no grain is given. It describes; cells and osteoclasts of the model do not see it.
        """
        grain = next((value for name, value, _, _ in self.properties if name == "grain"), None)
        solid = next((p.value for p in self.parameters if p.name == "graft_material.solid_day0"), 0.0)
        return 6.0 * solid / grain if grain else None

    @property
    def pore_share(self) -> float:
        """Share of the site that is not graft on day 0 [1], pores inside grains not counted."""
        solid = next((p.value for p in self.parameters if p.name == "graft_material.solid_day0"), 0.0)
        return 1.0 - solid


@dataclass(frozen=True)
class Fixation:
    """A named way to hold a site. `parameters` replace those of the site; the default replaces none."""

    name: str
    label: str
    parameters: tuple[Parameter, ...] = ()
    not_calibrated: str = ""


@dataclass(frozen=True)
class Site:
    """An anatomical site.

    Parameters
    ----------
    name, label, aliases, meaning : what it is called.
    informed : grafts that a calibration record informs here; an answer concludes on no other.
    size : the length a procedure may set.
    parts : columns; weights sum to one.
    far_wall : law for vessels at the far side, `value` (own supply) or `no_flux` (mirror plane, axis).
    cell_mm : largest cell [mm], for a `grafted` and an `ungrafted` site.
    min_cells : fewest cells of a column.
    materials : names of the grafts that are used here; others can be simulated, flagged.
    not_calibrated : (material, why) for grafts used here that no calibration record informs.
    material_aliases : what a word means here, e.g. `autograft` -> `autograft_block`.
    endpoints : names of the endpoints that can be asked for.
    visits_d : default visits [d].
    validated_to_d : [d] the last day that a record of this site speaks to; later days are flagged.
    operation : size of the operation, `minor`, `intermediate` or `major`, and why.
    parameters : rows that replace those of the shared table; layer `patient` is drawn per patient. They
        hold for the fixation in use.
    fixations : named ways to hold it, the default first; empty if the site knows only one.
    fixation : the one in use.
    levels_max : most levels or segments treated at once.
    known_materials : every shipped graft, whether it is used here or not.
    not_for : what it must not be used for.
    """

    name: str
    label: str
    aliases: tuple[str, ...]
    meaning: str
    informed: tuple[str, ...]
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
    validated_to_d: float = 365.0
    operation: tuple[str, str] = ("intermediate", "")
    fixations: tuple[Fixation, ...] = ()
    fixation: str = ""
    levels_max: int = 1
    known_materials: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    not_calibrated: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.fixation))

    @property
    def calibrated(self) -> bool:
        """Whether any graft of this site is informed by a calibration record."""
        return bool(self.informed)

    def is_calibrated(self, material: str, adjuncts: Sequence[Adjunct] = ()) -> bool:
        """Return whether an answer may conclude on a graft, with what is added to it, at this site.

        Raises
        ------
        NameUnknown : there is no such graft.

        Examples
        --------
        >>> from osseo.site import load_site
        >>> load_site("sinus_lift").is_calibrated("beta_tcp")
        False
        """
        return self.why_not_calibrated(material, adjuncts) == ""

    def why_not_calibrated(self, material: str, adjuncts: Sequence[Adjunct] = ()) -> str:
        """Return why an answer may not conclude on a graft at this site, in one sentence, or nothing.

        Raises
        ------
        NameUnknown : there is no such graft.
        """
        name = self.material(material)
        why = self._why_of_graft(name) or self._why_of_fixation()
        unknown = [a.name for a in adjuncts if name not in dict(a.informed).get(self.name, ())]
        if not why and unknown:
            why = f"no calibration record informs {' and '.join(unknown)} in this graft here"
        return f"not calibrated: {self.label} with {name}: {why}" if why else ""

    def _why_of_graft(self, name: str) -> str:
        if name in self.informed:
            return ""
        if name not in self.materials:
            return "it is not used there, so no record can inform it"
        default = "no calibration record informs " + ("this graft here" if self.informed else "this site")
        return dict(self.not_calibrated).get(name, default)

    def _why_of_fixation(self) -> str:
        held = next((f for f in self.fixations if f.name == self.fixation), None)
        return held.not_calibrated if held else ""

    def material(self, name: str) -> str:
        """Return the material a word means at this site.

        Raises
        ------
        NameUnknown : there is no such graft; offers near names.

        Examples
        --------
        >>> from osseo.site import load_site
        >>> load_site("osteotomy_tibia").material("autograft")
        'autograft_particulate'
        """
        aliases = dict(self.material_aliases)
        name = aliases.get(name, name)
        known = [*self.materials, *self.known_materials, *aliases]
        check_name(name, list(dict.fromkeys(known)), "graft material", self.name)
        return name

    def why_unusual(self, material: str) -> str:
        """Return why a graft is odd at this site, in one sentence, or nothing where it is used.

        Examples
        --------
        >>> from osseo.site import load_site
        >>> load_site("spine_cervical").why_unusual("dbbm")[:45]
        'dbbm is not used in anterior cervical fusion '
        """
        name = self.material(material)
        if name in self.materials:
            return ""
        used = ", ".join(self.materials)
        return (
            f"{name} is not used in {self.label} (known there: {used}); simulated, but no record speaks to it"
        )

    def fixed_with(self, fixation: str) -> Site:
        """Return the site held by a named fixation; an empty name is the default.

        Raises
        ------
        NameUnknown : the site has no such fixation; offers near names.
        """
        if fixation in ("", self.fixation):
            return self
        named = {f.name: f for f in self.fixations}
        check_name(fixation, list(named), "fixation", self.name)
        own = {row.name: row for row in self.parameters}
        own |= {row.name: row for row in named[fixation].parameters}
        return replace(self, fixation=fixation, parameters=tuple(own.values()))

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
        edges = np.linspace(0.0, length, n_cells + 1)
        return Column(edges, part.weight, part.face_areas(edges, size))
