"""Radial columns of the graft (socket, implant): twin, ledgers, grid, and the planar limit."""

from dataclasses import replace

import numpy as np
import pytest

from osseo.compiler.reference import SiteReference, solve_site_reference
from osseo.engine.inputs import InputTable
from osseo.language import load_model
from osseo.scenario.types import Procedure
from osseo.simulate.site import simulate_site, site_overrides
from osseo.simulate.site_columns import site_system, solve_column
from osseo.simulate.site_parameters import load_procedure, procedure_table
from osseo.site import Column

DAYS = np.array([0.0, 28.0, 91.0, 183.0])
CASES = [("socket", "none", 10), ("socket", "dbbm", 10), ("implant", "none", 8)]
BONE = ("graft_matrix.osteoid", "graft_matrix.woven", "graft_matrix.lamellar")
VOLUME = "graft_volume.thickness"
STATUS = 0.9


class Ring:
    """The first column of a procedure, by the engine and by its twin."""

    def __init__(self, site, material, n_cells, radius=None):
        procedure = Procedure(site, material)
        self.site, graft, size = load_procedure(procedure)
        values = site_overrides(procedure, {})
        self.p = site_system().parameter_vector(procedure_table(self.site, graft), values)
        part = self.site.parts[0]
        if radius is not None:
            part = replace(part, radius_mm=radius, radius_share=0.0)
        edges = np.linspace(0.0, part.share_of_size * size, n_cells + 1)
        self.column = Column(edges, 1.0, part.face_areas(edges, size))

    def engine(self, dt=0.5):
        status = np.full((1, 1), STATUS)
        run = solve_column(
            self.column,
            self.site,
            self.p,
            status_times=np.zeros(1),
            status=status,
            times=DAYS,
            dt=dt,
        )
        assert run.ledger_error().max() < 1e-10
        return {name: run.state(name)[0] for name in site_system().state_names}

    def twin(self):
        ir, edges = load_model("graft_column"), self.column.edges_mm
        cells = {
            "graft_cells.distance": 0.5 * (edges[1:] + edges[:-1]),
            "graft_volume.cell_width": np.diff(edges),
        }
        closed = [row.field for row in ir.transport]
        column = SiteReference(ir, self.p[0], cells, closed, face_areas=self.column.face_areas)
        u = InputTable(np.zeros(1), np.full((1, 1, 1), STATUS))
        y0 = column.initial(u.values[0, 0], edges.size - 1)
        y = solve_site_reference(column, y0, times=DAYS, u=u, rtol=1e-7, atol=1e-10)
        return {name: y[:, i] for i, name in enumerate(column.model.state_names)}

    def new_bone(self, y):
        areas = self.column.cell_areas
        return 100.0 * (sum(y[name] for name in BONE) * areas).sum(-1) / (y[VOLUME] * areas).sum(-1)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]} {c[1]}")
def test_a_ring_agrees_with_its_unsplit_twin(case):
    ring = Ring(*case)
    found, expected = ring.engine(), ring.twin()
    assert ring.new_bone(expected).max() > 10
    np.testing.assert_allclose(ring.new_bone(found), ring.new_bone(expected), atol=0.1)
    np.testing.assert_allclose(found[VOLUME], expected[VOLUME], rtol=1e-3)
    for state in ("graft_vessels.vessels", "graft_cells.progenitors", "graft_cells.osteoblasts"):
        scale = np.abs(expected[state]).max()
        np.testing.assert_allclose(found[state], expected[state], atol=0.03 * scale)


def test_the_curvature_matters_and_a_wide_ring_is_a_plane():
    narrow, wide = Ring("socket", "none", 12), Ring("socket", "none", 12, radius=1e6)
    flat = Ring("socket", "none", 12)
    flat.column = Column(flat.column.edges_mm, 1.0)
    bone = [ring.new_bone(ring.engine()) for ring in (narrow, wide, flat)]
    np.testing.assert_allclose(bone[1], bone[2], rtol=1e-4)
    # walls on all sides: the same depth of clot fills earlier in a ring
    assert bone[0][2] > 1.05 * bone[2][2]


def test_halving_the_cells_of_a_ring_changes_bone_little():
    bone = [Ring("socket", "none", n).new_bone(Ring("socket", "none", n).engine())[2] for n in (12, 24, 48)]
    assert abs(bone[1] - bone[0]) < 1.5
    assert abs(bone[2] - bone[1]) < 0.6 * abs(bone[1] - bone[0])


def test_what_a_course_holds_is_the_volume_of_rings():
    course = simulate_site(
        Procedure("socket", "dbbm"),
        times=np.array([0.0, 91.0]),
        n=1,
        status_times=np.zeros(1),
        status=np.full((1, 1), STATUS),
    )
    column = course.columns[0]
    rings = np.diff(column.edges_mm) * column.cell_areas
    np.testing.assert_allclose(course.amounts["volume"][0][0, 0], rings)
    np.testing.assert_allclose(course.thickness()[0, 0], np.diff(column.edges_mm))
    # a cylinder of diameter d: half its radius times its wall
    assert column.volume_mm == pytest.approx(7.0 / 4.0)


def test_many_rings_at_once_are_the_rings_one_by_one():
    """However the engine groups its members, areas of faces reach every one."""
    overrides = {"graft_cells.speed": np.linspace(0.5, 1.8, 11)}
    status = {"status_times": np.zeros(1), "status": np.full((1, 1), STATUS)}

    def bone(values, n):
        done = simulate_site(Procedure("socket", "none"), values, times=DAYS[1:], n=n, **status)
        assert done.status.max() == 0 and done.ledger_error.max() < 1e-9
        return done.amounts["mineral"][0]

    together = bone(overrides, 11)
    for i, speed in enumerate(overrides["graft_cells.speed"]):
        np.testing.assert_allclose(
            bone({"graft_cells.speed": speed}, 1)[0], together[i], rtol=1e-6, atol=1e-9
        )
