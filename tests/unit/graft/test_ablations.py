"""Ablations are data: each turns its field off in a real run, and a broken file says what is wrong."""

import numpy as np
import pytest

from osseo.biology.ablations import ablation, ablation_names, read_ablations
from osseo.errors import ModelError, NameUnknown

#: what is exactly nothing once the field is off: (kind, field)
GONE = {
    "debris": [("densities", "clot"), ("densities", "tnf"), ("densities", "m1")],
    "macrophages": [("densities", "m1"), ("densities", "m2")],
    "growth_factor": [("densities", "growth_factor")],
    "mechanics": [("densities", "stimulus"), ("amounts", "fibrous")],
    "fibrous": [("amounts", "fibrous")],
    "cartilage": [("amounts", "cartilage")],
}
DAYS = (28.0, 91.0, 365.0)


@pytest.mark.parametrize("name", ablation_names())
@pytest.mark.parametrize("case", ["block", "filled"])
def test_the_column_runs_without_each_field(run, name, case):
    course = run(case, dict(ablation(name).overrides), times=DAYS)
    assert (course.status == 0).all()
    assert course.ledger_error.max() <= 1e-10
    for kind, field in GONE.get(name, ()):
        assert max(np.abs(a).max() for a in getattr(course, kind)[field]) == 0.0


@pytest.mark.parametrize(
    "name", [n for n in ablation_names() if n not in ("cartilage", "side_walls", "collapse")]
)
def test_each_ablation_changes_the_course(run, name):
    # an osteotomy has neither side walls nor pressure, nor cartilage as shipped
    given = dict(ablation(name).overrides)
    moved = []
    for case in ("block", "filled"):
        full, less = run(case, times=DAYS), run(case, given, times=DAYS)
        for a, b in zip(full.amounts["mineral"], less.amounts["mineral"], strict=True):
            moved.append(np.abs(a - b).max())
    assert max(moved) > 1e-5


def test_blood_supply_is_full_without_the_field_of_vessels(run):
    course = run("dbbm", dict(ablation("vessels").overrides), times=DAYS)
    np.testing.assert_allclose(course.densities["vessels"][0], 1.0, atol=0.06)


def test_an_unknown_ablation_offers_near_names():
    with pytest.raises(NameUnknown, match="cartilage"):
        ablation("cartilege")


def test_a_broken_file_lists_everything_wrong(tmp_path):
    path = tmp_path / "ablations.yaml"
    path.write_text(
        "one: {meaning: a, parameters: {graft_soft.k_scarr: 0}}\n"
        "two: {parameters: {graft_soft.k_scar: none}, extra: 1}\n"
        "three: 4\n",
        encoding="utf-8",
    )
    with pytest.raises(ModelError) as caught:
        read_ablations(path)
    text = str(caught.value)
    for part in ("k_scar", "no meaning", "extra", "three", "write a number"):
        assert part in text
