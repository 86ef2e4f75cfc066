"""A user's own study as text, and a way to write it."""

from __future__ import annotations

import pytest

OWN = """\
id: {id}
title: A trial of my own
citation: not published
where: [my notebook]
seen: fulltext
kind: rct
domain: graft-outcome
species: human
population: 20 adults, 10 men and 10 women, 55 +- 8 y
design: two arms, biopsy at 6 months
arms:
  - {{name: bone, n: 10, regimen: {{site: sinus, graft: xenograft DBBM}}}}
  - {{name: chips, n: 10, regimen: {{site: sinus, graft: autograft_particulate}}}}
results:
  - {{arm: bone, measure: new_bone_pct, time_d: 183, value: {value}, unit: "%", sd: {sd}, n: 10}}
  - {{arm: {arm}, measure: new_bone_pct, time_d: 183, value: 33, unit: "%", sd: 8, n: 10}}
  - {{arm: bone, measure: patient happiness, time_d: 183, value: 7, unit: "%"}}
use: reference
"""


@pytest.fixture
def write_study(tmp_path):
    """Return write(name, **changes) -> path of a study file."""

    def write(name="mine2026", **changes):
        words = {"id": name, "value": 28, "sd": 8, "arm": "chips"} | changes
        path = tmp_path / f"{name}.yaml"
        path.write_text(OWN.format(**words), encoding="utf-8")
        return path

    return write
