"""Every site and every graft has an example, and every example runs: read, simulated, some answered."""

from pathlib import Path

import numpy as np
import pytest

from osseo.answer import answer_scenario
from osseo.report import view_course
from osseo.scenario.door import read_scenario
from osseo.simulate.course import simulate
from osseo.simulate.site_parameters import load_procedure
from osseo.site import load_site, material_names, site_names

ROOT = Path(__file__).resolve().parents[3] / "examples"
GRAFTS = sorted((ROOT / "grafts").glob("*.yaml"))
ALL = [*sorted(ROOT.glob("*.yaml")), *GRAFTS]


def test_every_site_and_every_graft_has_an_example():
    procedures = [read_scenario(path).procedure for path in ALL]
    assert {p.site for p in procedures} == set(site_names())
    assert {p.material for p in procedures} == set(material_names())
    held = {load_procedure(p)[0].fixation for p in procedures}
    assert held > {"cast", "none", "nail_open", "plate"}
    assert any(p.adjuncts for p in procedures) and any(p.levels > 1 for p in procedures)


def test_the_readme_lists_every_example():
    listed = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in ALL if f"`{path.relative_to(ROOT)}`" not in listed] == []
    assert "examples/README.md" in (ROOT.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GRAFTS, ids=lambda p: p.stem)
def test_an_example_is_simulated_and_shown(path):
    for course in simulate(path, n_draws=3):
        assert course.n_failed == 0
        for graft in course.grafts:
            assert graft.status.max() == 0 and graft.ledger_error.max() < 1e-9
            shares = sum(a[-1, -1].sum() for a in graft.amounts["mineral"])
            assert np.isfinite(shares) and shares > 0
        view = view_course(course)
        site, graft, _ = load_procedure(course.scenario.procedure)
        assert ("not calibrated" in view.page.answer.headline) != site.is_calibrated(
            graft.name, graft.adjuncts
        )


@pytest.mark.parametrize("stem", ["spine-posterolateral-rhbmp2", "hip-bioglass"])
def test_an_example_is_answered(stem):
    (result,) = answer_scenario(ROOT / "grafts" / f"{stem}.yaml", n_draws=40)
    assert result.rows and not result.stopped
    scenario = read_scenario(ROOT / "grafts" / f"{stem}.yaml")
    asked = {row.endpoint for row in result.rows}
    assert asked <= set(load_site(scenario.procedure.site).endpoints)
    if stem == "hip-bioglass":
        notes = " ".join(result.notes)
        assert "bioglass is not used in impacted bone graft of the hip" in notes
        assert "not calibrated" in result.sentence
    if stem == "spine-posterolateral-rhbmp2":
        assert any("rhBMP-2: lumbar fusion" in note for note in result.notes)
