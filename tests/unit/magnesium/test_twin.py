"""The compiled body model under real doses against its reference twin: |a-b| <= 1e-6 max(|b|, scale)."""

from __future__ import annotations

import numpy as np
import pytest

from osseo.biology.registry import card
from osseo.compiler.reference import solve_reference
from osseo.engine.batch import solve_batch
from osseo.parameters import check_parameters, check_sources, load_parameters
from osseo.scenario.dosing import make_plan
from osseo.scenario.types import DoseRule
from osseo.simulate.body import body_system
from osseo.simulate.body_close import close_people, make_fraction
from osseo.simulate.body_doses import deliver

TIMES = np.array([-2.0, 0.0, 0.5, 7.0, 28.0])
RULES = (
    DoseRule("glycinate", 400 / 24.305, 2, True, -1.0, 28.0),
    DoseRule("citrate", 12.0, single=True, with_meals=False, start_d=0.3),
    DoseRule("sulfate", 16.2, single=True, route="iv", start_d=1.0, duration_d=20 / 1440),
)


@pytest.mark.parametrize("mode", ["averaged", "explicit"])
def test_body_agrees_with_its_twin(people, mode):
    system = body_system()
    habit, plan = (make_plan(r, people["mg_intake"], start=-2.0, stop=29.0) for r in ((), RULES))
    closed = close_people(system, load_parameters(), people, {}, habit)
    delivery = deliver(system, plan, make_fraction(system, closed.p), mode)
    y0 = system.initial(closed.p, np.zeros(len(system.input_names)))
    ours = solve_batch(
        system.kernel,
        closed.p,
        y0,
        times=TIMES,
        u=delivery.inputs,
        events=delivery.events,
        rtol=1e-9,
    ).y[0]
    u = type(delivery.inputs)(delivery.inputs.times, delivery.inputs.values[:1], "step")
    twin = solve_reference(
        system.ir, closed.p[0], y0[0], times=TIMES, u=u, events=delivery.events[0], rtol=1e-11
    )
    scale = np.maximum(np.abs(twin), np.abs(twin).max(axis=0))
    assert np.all(np.abs(ours - twin) <= 1e-6 * scale)


def test_every_parameter_has_a_row_and_every_source_exists():
    check_parameters(body_system().ir, load_parameters())
    check_sources(load_parameters("magnesium", "salts"))


@pytest.mark.parametrize(
    "module", ["magnesium_gut", "magnesium_pools", "magnesium_kidney", "magnesium_status"]
)
def test_every_symbol_of_a_card_is_in_the_model(module):
    ir = body_system().ir
    names = {q.name for q in (*ir.parameters, *ir.assignments, *ir.inputs)}
    names |= {arg for f in ir.functions for arg in f.args}
    names |= {"magnesium_status.serum_base"}  # a link
    for symbols in card(module)["symbols"]:
        for symbol in symbols.split(","):
            assert f"{module}.{symbol.strip()}" in names, symbol
