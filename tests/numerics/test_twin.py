"""The machine code and the engine against the reference twin, for every model that is shipped.

The twin reads the SBML by itself and is integrated by CVODE; nothing but the SBML text, the links and the
order of names is shared. Bound of the design: |a - b| <= 1e-6 max(|b|, state scale).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from osseo.compiler import compile_model
from osseo.compiler.reference import ReferenceModel, solve_reference
from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, expand_events
from osseo.engine.inputs import InputTable
from osseo.language import load_model
from osseo.language.library import model_entries
from osseo.parameters import load_parameters

MODELS = sorted(model_entries())
BODY_MODELS = [name for name in MODELS if model_entries()[name].scope == "body"]
TIMES = np.array([-10.0, -3.0, 0.0, 0.01, 0.5, 1.0, 1.5, 7.0, 30.0, 60.0])


def twins(name):
    ir = load_model(name)
    return compile_model(ir), ReferenceModel(ir)


def random_vectors(system, pset, n=30, seed=5):
    """Scatter parameters around their values, and states around their start."""
    rng = np.random.default_rng(seed)
    kernel = system.kernel
    p = system.parameter_vector(pset, n=n) * rng.uniform(0.7, 1.4, (n, kernel.n_parameters))
    u = rng.uniform(0.1, 5.0, (n, kernel.n_inputs))
    start = system.initial(p, u)
    y = start * rng.uniform(0.5, 1.5, start.shape) + rng.uniform(0.01, 0.3, start.shape)
    return y, p, u


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_outputs_and_starts_agree(name):
    system, twin = twins(name)
    y, p, u = random_vectors(system, load_parameters())
    rates, outputs = system.rhs(3.0, y, p, u), system.output(3.0, y, p, u)
    expected = np.array([twin.rhs(3.0, *row) for row in zip(y, p, u, strict=True)])
    assert np.all(np.isfinite(expected))
    # where large fluxes cancel, the error is a rounding of the largest rate of that state
    scale = np.abs(expected).max(axis=0, keepdims=True)
    assert np.all(np.abs(rates - expected) <= 1e-12 * scale)
    expected = [twin.output(3.0, *row) for row in zip(y, p, u, strict=True)]
    assert_allclose(outputs, expected, rtol=1e-12)
    expected = [twin.initial(*row) for row in zip(p, u, strict=True)]
    assert_allclose(system.initial(p, u), expected, rtol=1e-13)


@pytest.mark.parametrize("name", MODELS)
def test_jacobians_agree(name):
    system, twin = twins(name)
    y, p, u = random_vectors(system, load_parameters(), n=5)
    for row in zip(y, p, u, strict=True):
        expected = twin.jac(3.0, *row)
        # central differences: truncation and rounding leave about 1e-9 of the largest entry
        scale = np.abs(expected).max()
        assert np.abs(system.jac(3.0, *row) - expected).max() <= 1e-7 * scale


@pytest.mark.parametrize("name", MODELS)
def test_exported_functions_agree(name):
    system, twin = twins(name)
    _, p, _ = random_vectors(system, load_parameters())
    for function in system.ir.functions:
        args = {arg: np.linspace(0.05, 20.0, 30) for arg in function.args}
        found = system.function(function.name, args, p)
        expected = [twin.function(function.name, {k: v[i] for k, v in args.items()}, p[i]) for i in range(30)]
        assert_allclose(found, expected, rtol=1e-13)


def scenario(system, seed=8):
    """Return doses into every state that takes them, and inputs that slope between knots."""
    targets = [q.name for q in system.ir.states if any(t.startswith("dose") for t in q.tags)]
    rows = []
    for i, target in enumerate(targets):
        rows += [
            EventRow(-3.0, "bolus", target, 4.0, lag=0.25, every=1.0, count=5),
            EventRow(0.5, "infusion", target, 6.0 + i, duration=0.3),
        ]
    knots = np.array([-10.0, -3.0, 1.0, 20.0])
    shape = (1, len(knots), system.kernel.n_inputs)
    values = np.random.default_rng(seed).uniform(1.0, 6.0, shape)
    return expand_events(rows, system.state_index), InputTable(knots, values)


@pytest.mark.parametrize("settings", [{}, {"rtol": 1e-9, "atol": 1e-11}], ids=["default", "tight"])
@pytest.mark.parametrize("name", BODY_MODELS)
def test_courses_agree(name, settings):
    system, twin = twins(name)
    _, p, _ = random_vectors(system, load_parameters(), n=2)
    p[0] = system.parameter_vector(load_parameters())[0]
    events, u = scenario(system)
    assert events.time.size > 0
    y0 = system.initial(p, u.values[0, :1])
    found = solve_batch(system.kernel, p, y0, times=TIMES, u=u, events=events, **settings)
    assert found.ok.all()
    for i in range(len(p)):
        expected = solve_reference(twin, p[i], y0[i], times=TIMES, u=u, events=events, rtol=1e-11, atol=1e-12)
        bound = 1e-6 * np.maximum(np.abs(expected), np.abs(expected).max(axis=0))
        assert np.all(np.abs(found.y[i] - expected) <= bound)
        moved = np.abs(expected - expected[0]).max(axis=0)
        assert np.count_nonzero(moved > 1e-3) >= len(moved) / 2  # the course is not a rest


def test_a_planted_difference_is_seen():
    """A twin whose SBML has one operation changed does not agree."""
    from dataclasses import replace

    ir = load_model("body")
    module = "magnesium_kidney"
    assert "<times/>" in ir.sbml[module]
    broken = replace(ir, sbml={**ir.sbml, module: ir.sbml[module].replace("<times/>", "<plus/>", 1)})
    system = compile_model(ir)
    y, p, u = random_vectors(system, load_parameters(), n=1)
    expected = ReferenceModel(ir).rhs(0.0, y[0], p[0], u[0])
    wrong = ReferenceModel(broken).rhs(0.0, y[0], p[0], u[0])
    assert_allclose(system.rhs(0.0, y[0], p[0], u[0]), expected, rtol=1e-9)
    assert not np.allclose(wrong, expected, rtol=1e-3)


def test_resets_agree():
    system, twin = twins("body")
    rows = [
        EventRow(1.0, "bolus", "magnesium_gut.absorbable_amount", 3.0),
        EventRow(4.0, "reset", "magnesium_gut.absorbable_amount", 0.5),
        EventRow(6.0, "infusion", "magnesium_pools.ecf_amount", 4.0, duration=2.0),
    ]
    events = expand_events(rows, system.state_index)
    assert events.action.any()
    p = system.parameter_vector(load_parameters())
    none = np.zeros(len(system.input_names))
    y0 = system.initial(p, none)
    u = InputTable(TIMES[[0, -1]], np.array([[none, none]]))
    found = solve_batch(system.kernel, p, y0, times=TIMES, u=u, events=events, rtol=1e-9)
    expected = solve_reference(twin, p[0], y0[0], times=TIMES, u=u, events=events, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found.y[0], expected, rtol=1e-6, atol=1e-9)
