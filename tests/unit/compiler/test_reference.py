"""The reference twin on a model small enough to check by hand, and against exact solutions."""

import antimony
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from osseo.compiler import compile_model
from osseo.compiler.reference import ReferenceModel, solve_reference
from osseo.engine.events import EventRow, expand_events
from osseo.engine.inputs import InputTable
from osseo.errors import InputError, ModelError, SolveError

_SOFTPLUS = """
function softplus(x, s)
  piecewise(x, x > 0, 0) + s * ln(1 + exp(-abs(x) / s))
end
"""
_GUT = """
model gut
  const k_absorb, feed, day0, cap, dose, half
  flux := k_absorb * lumen
  absorbed := min(cap, half / (half + dose))
  lumen = day0
  lumen' = feed - flux
end
"""
_BLOOD = f"""{_SOFTPLUS}
model blood
  const flux, threshold, splay, k_out, k_bone, n
  loss := k_out * softplus(serum - threshold, splay)
  deposit := k_bone * max(serum, bone)^n + tanh(serum) * sqrt(serum) - serum^2 * k_bone
  serum = 1
  serum' = flux - loss - deposit
  bone = 0
  bone' = deposit * (1 + abs(bone - serum)) + piecewise(1, time > 2 && serum <= 9, 0) - log10(1 + serum)
end
"""


def to_sbml(text, module):
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    return antimony.getSBMLString(module)


@pytest.fixture(scope="module")
def linked(make_ir):
    """Return two linked modules, written once as SBML and once, by hand, as expressions."""
    return make_ir(
        {
            "gut.lumen": ("gut.day0", "gut.feed - gut.flux"),
            "blood.serum": ("1", "gut.flux - blood.loss - blood.deposit"),
            "blood.bone": (
                "0",
                "blood.deposit * (1 + abs(blood.bone - blood.serum))"
                "+ piecewise(1, time > 2 and blood.serum <= 9, 0)"
                f"- ln(1 + blood.serum) / ln({10})",
            ),
        },
        ["gut.k_absorb", "gut.day0", "gut.cap", "gut.half"]
        + [f"blood.{x}" for x in ("threshold", "splay", "k_out", "k_bone", "n")],
        ["gut.feed"],
        {
            "gut.flux": "gut.k_absorb * gut.lumen",
            "blood.over": "blood.serum - blood.threshold",
            "blood.loss": "blood.k_out * (piecewise(blood.over, blood.over > 0, 0)"
            " + blood.splay * ln(1 + exp(-abs(blood.over) / blood.splay)))",
            "blood.deposit": "blood.k_bone * max(blood.serum, blood.bone)**blood.n"
            " + tanh(blood.serum) * sqrt(blood.serum) - blood.serum**2 * blood.k_bone",
        },
        outputs=("blood.loss", "gut.flux"),
        functions={"gut.absorbed": (("gut.dose",), "min(gut.cap, gut.half / (gut.half + gut.dose))")},
        sbml={"gut": to_sbml(_GUT, "gut"), "blood": to_sbml(_BLOOD, "blood")},
        links={"blood.flux": "gut.flux"},
    )


P = np.array([0.7, 3.0, 0.4, 2.0, 0.8, 0.05, 1.3, 0.2, 1.7])


def test_twin_and_machine_code_agree_on_every_derivative(linked):
    system, twin = compile_model(linked), ReferenceModel(linked)
    rng = np.random.default_rng(3)
    for t in (0.0, 5.0):
        for y in rng.uniform(0, 3, (40, 3)):
            u = rng.uniform(0, 2, 1)
            # both are exact up to rounding in another order
            assert_allclose(twin.rhs(t, y, P, u), system.rhs(t, y, P, u), rtol=1e-12, atol=1e-13)
            assert_allclose(twin.output(t, y, P, u), system.output(t, y, P, u), rtol=1e-12)
    assert_array_equal(twin.initial(P, u), [3.0, 1.0, 0.0])
    assert_array_equal(system.initial(P, u), [3.0, 1.0, 0.0])


def test_twin_differences_equal_the_analytic_jacobian(linked):
    system, twin = compile_model(linked), ReferenceModel(linked)
    y, u = np.array([1.0, 1.4, 0.3]), np.array([0.5])
    assert_allclose(twin.jac(5.0, y, P, u), system.jac(5.0, y, P, u), rtol=1e-7, atol=1e-9)


def test_twin_evaluates_the_exported_function(linked):
    system, twin = compile_model(linked), ReferenceModel(linked)
    dose = {"gut.dose": np.linspace(0, 20, 7)}
    expected = np.minimum(0.4, 2 / (2 + dose["gut.dose"]))
    assert_allclose(twin.function("gut.absorbed", dose, P), expected, rtol=1e-15)
    assert_allclose(system.function("gut.absorbed", dose, P), expected, rtol=1e-15)


@pytest.fixture(scope="module")
def decay(make_ir):
    """Return dx/dt = u - k x, whose solution is known between any two jumps."""
    text = "model d\n const k, u\n x = 1\n x' = u - k * x\nend"
    return make_ir({"d.x": ("1", "d.u - d.k * d.x")}, ["d.k"], ["d.u"], sbml={"d": to_sbml(text, "d")})


def decayed(x, k, inflow, duration):
    return inflow / k + (x - inflow / k) * np.exp(-k * duration)


def test_bolus_and_infusion_equal_the_exact_solution(decay):
    k = 0.8
    rows = [
        EventRow(-1.0, "infusion", "d.x", 4.0, duration=3.0),
        EventRow(0.0, "bolus", "d.x", 1.0),
        EventRow(1.0, "bolus", "d.x", 2.0, every=1.0, count=2),
    ]
    events = expand_events(rows, {"d.x": 0})
    times = np.array([0.0, 0.5, 1.0, 2.0, 3.0])
    y = solve_reference(decay, np.array([k]), np.array([1.0]), times=times, u=np.array([0.1]), events=events)
    rate = 4 / 3
    x_half = decayed(2.0, k, 0.1 + rate, 0.5)
    x_one = decayed(2.0, k, 0.1 + rate, 1.0) + 2
    x_two = decayed(x_one, k, 0.1 + rate, 1.0) + 2
    x_three = decayed(x_two, k, 0.1, 1.0)
    assert_allclose(y[:, 0], [2.0, x_half, x_one, x_two, x_three], rtol=1e-7)


def test_inputs_step_and_slope(decay):
    times = np.array([0.0, 1.0, 2.0, 3.0])
    knots, values = np.array([0.0, 1.0, 2.0]), np.array([[[0.0], [2.0], [5.0]]])
    step = InputTable(times=knots, values=values, kind="step")
    p, y0 = np.array([0.5]), np.array([1.0])
    one = decayed(1.0, 0.5, 0.0, 1.0)
    two = decayed(one, 0.5, 2.0, 1.0)
    three = decayed(two, 0.5, 5.0, 1.0)
    y = solve_reference(decay, p, y0, times=times, u=step)
    assert_allclose(y[:, 0], [1.0, one, two, three], rtol=1e-7)
    # x' = 2 t - k x has x = 2 t / k - 2 / k^2 + C exp(-k t)
    line = InputTable(times=knots, values=values, kind="linear")
    y = solve_reference(decay, p, y0, times=times[:2], u=line)
    assert_allclose(y[1, 0], 4 - 8 + 9 * np.exp(-0.5), rtol=1e-7)


def test_an_assembly_without_its_module_is_refused(linked):
    from dataclasses import replace

    with pytest.raises(ModelError, match="SBML has rates for"):
        ReferenceModel(replace(linked, sbml={"gut": linked.sbml["gut"]}))
    unlinked = ReferenceModel(replace(linked, links={}))
    with pytest.raises(ModelError, match=r"blood\.flux has neither a value nor a formula"):
        unlinked.rhs(0.0, np.ones(3), P, np.ones(1))


def test_twin_is_not_made_from_our_expressions(linked):
    from dataclasses import replace

    from osseo.language.ir import Num

    emptied = replace(linked, rates=(Num(0.0),) * 3, assignment_exprs=(Num(0.0),) * 4)
    y, u = np.array([1.0, 1.4, 0.3]), np.array([0.5])
    expected = ReferenceModel(linked).rhs(0.0, y, P, u)
    assert_array_equal(ReferenceModel(emptied).rhs(0.0, y, P, u), expected)
    assert np.all(expected != 0)


def test_times_must_increase_and_a_blow_up_is_reported(decay, make_ir):
    with pytest.raises(InputError, match="increasing"):
        solve_reference(decay, np.ones(1), np.ones(1), times=np.array([1.0, 0.0]), u=np.ones(1))
    text = "model b\n x = 1\n x' = x^2\nend"
    burst = make_ir({"b.x": ("1", "b.x**2")}, sbml={"b": to_sbml(text, "b")})
    with pytest.raises(SolveError, match="reference twin of test from 0"):
        solve_reference(burst, np.array([]), np.ones(1), times=np.array([0.0, 2.0]))


@pytest.mark.parametrize(
    "formula, values",
    [
        ("piecewise(1, x > 3, 2, x > 2 || x == -1, 3, x > 1 && !(x >= 2), 4)", [1, 2, 3, 4, 2, 4]),
        ("piecewise(1, x != 2, 0)", [1, 1, 1, 0, 1, 1]),
        ("root(3, x + 1)^3 - 1", [4.0, 2.5, 1.5, 2.0, -1.0, 0.0]),
        ("log(2, 2^x)", [4.0, 2.5, 1.5, 2.0, -1.0, 0.0]),
        ("min(x, 2, 3) + max(x, 2, 1)", [6.0, 4.5, 3.5, 4.0, 1.0, 2.0]),
        ("-(-x) - 0", [4.0, 2.5, 1.5, 2.0, -1.0, 0.0]),
    ],
)
def test_formulas_have_the_values_sbml_gives_them(make_ir, formula, values):
    sbml = {"f": to_sbml(f"model f\n x = 0\n x' = {formula}\nend", "f")}
    twin = ReferenceModel(make_ir({"f.x": ("0", "0")}, sbml=sbml))
    x = np.array([[4.0, 2.5, 1.5, 2.0, -1.0, 0.0]])
    assert_allclose(twin.rhs(0.0, x, np.array([]))[0], values, rtol=1e-14, atol=1e-14)


def test_an_operation_the_twin_does_not_know_is_named(make_ir):
    sbml = {"f": to_sbml("model f\n x = 0\n x' = arccosh(x)\nend", "f")}
    with pytest.raises(ModelError, match=r"unknown operation in arccosh\(x\)"):
        ReferenceModel(make_ir({"f.x": ("0", "0")}, sbml=sbml))
