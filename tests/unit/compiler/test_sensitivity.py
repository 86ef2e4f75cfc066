"""Forward sensitivities against closed forms, finite differences of the same model, and through doses."""

import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.compiler.sensitivity import compile_sensitivities
from osseo.engine import EventRow, InputTable, expand_events, solve_batch
from osseo.errors import InputError, NameUnknown
from osseo.language import load_model
from osseo.language.ir import Call, ModelIR, Num, Quantity, Sym
from osseo.parameters import load_parameters

TIMES = np.linspace(0.0, 5.0, 11)


def decay():
    """x' = -k x, x(0) = start, output 2 x/volume."""
    x = Quantity("m.x", "mmol", "state")
    p = tuple(Quantity(f"m.{n}", "1", "parameter") for n in ("k", "start", "volume"))
    conc = Quantity("m.conc", "mmol/L", "output")
    return ModelIR(
        "m",
        "body",
        (x,),
        p,
        (),
        (conc,),
        (Call("div", (Sym("m.x"), Sym("m.volume"))),),
        (Sym("m.start"),),
        (Call("neg", (Call("mul", (Sym("m.k"), Sym("m.x"))),)),),
        ("m.conc",),
    )


def solve_decay(rows=()):
    ir = decay()
    made = compile_sensitivities(ir, ["m.k", "m.start", "m.volume"])
    p = np.array([[0.7, 3.0, 2.0], [0.2, 5.0, 4.0]])
    table = made.events(expand_events(rows, made.system.state_index))
    result = solve_batch(made.kernel, p, made.initial(p), times=TIMES, events=table, rtol=1e-11)
    result.raise_if_failed()
    return made, p, result


def test_closed_form_of_states_start_values_and_outputs():
    made, p, result = solve_decay()
    y, dy = made.split(result.y, p)
    k, start, volume = (column[:, None] for column in p.T)
    x = start * np.exp(-k * TIMES)
    # 1e-9: a hundred times the tolerance of the run
    np.testing.assert_allclose(y[:, :, 0], x, rtol=1e-9)
    exact = [-TIMES * x, x / start, 0 * x]
    np.testing.assert_allclose(dy[:, :, 0], np.stack(exact, axis=-1), rtol=1e-9, atol=1e-9)
    out, d_out = made.split(result.out, p)
    np.testing.assert_allclose(out[:, :, 0], x / volume, rtol=1e-9)
    exact = [-TIMES * x / volume, x / start / volume, -x / volume**2]
    np.testing.assert_allclose(d_out[:, :, 0], np.stack(exact, axis=-1), rtol=1e-9, atol=1e-9)


def test_a_dose_moves_no_sensitivity_and_a_reset_ends_them():
    rows = [EventRow(1.0, "bolus", "m.x", 4.0), EventRow(3.0, "reset", "m.x", 2.0)]
    made, p, result = solve_decay(rows)
    _, dy = made.split(result.y, p)
    k, start = p[:, 0, None], p[:, 1, None]
    before = TIMES[(TIMES >= 1.0) & (TIMES < 3.0)]
    exact = -before * start * np.exp(-k * before) - (before - 1) * 4.0 * np.exp(-k * (before - 1))
    np.testing.assert_allclose(dy[:, (TIMES >= 1) & (TIMES < 3), 0, 0], exact, rtol=1e-9)
    after = TIMES[TIMES >= 3.0] - 3.0
    np.testing.assert_allclose(
        dy[:, TIMES >= 3, 0, 0], -after * 2.0 * np.exp(-k * after), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(dy[:, TIMES >= 3, 0, 1], 0.0, atol=1e-12)


def test_restart_gives_the_start_and_its_sensitivity_back():
    _, _, result = solve_decay([EventRow(2.0, "reset", "*", 0.0)])
    np.testing.assert_array_equal(result.y[:, 4], result.y[:, 0])


@pytest.mark.parametrize("model", ["body", "graft_column"])
def test_shipped_models_against_central_differences(model):
    """Every state and output of the shipped models, to the parameters that move them most."""
    ir = load_model(model)
    system = compile_model(ir)
    p = system.parameter_vector(load_parameters())
    u = np.full((1, len(system.input_names)), 0.7)
    names = [name for name, value in zip(system.parameter_names, p[0], strict=True) if value != 0][:6]
    made = compile_sensitivities(ir, names)
    times, table = np.array([0.0, 1.0, 20.0]), InputTable(np.zeros(1), u[None], "step")
    run = {"times": times, "u": table, "rtol": 1e-11, "atol": 1e-13}
    result = solve_batch(made.kernel, p, made.initial(p, u), **run)
    result.raise_if_failed()
    share = 1e-5
    up_down = np.repeat(p, 2 * len(names), axis=0)
    for i, name in enumerate(names):
        column = system.parameter_index[name]
        up_down[2 * i, column] *= 1 + share
        up_down[2 * i + 1, column] *= 1 - share
    start = system.initial(up_down, np.repeat(u, len(up_down), axis=0))
    moved = solve_batch(system.kernel, up_down, start, **run)
    moved.raise_if_failed()
    plain = solve_batch(system.kernel, p, system.initial(p, u), **run)
    for got, other, own in ((result.y, moved.y, plain.y), (result.out, moved.out, plain.out)):
        values, slopes = made.split(got, p)
        np.testing.assert_allclose(values, own, rtol=1e-8, atol=1e-10)
        for i, name in enumerate(names):
            p_k = p[0, system.parameter_index[name]]
            quotient = (other[2 * i] - other[2 * i + 1]) / (2 * share)
            scale = np.abs(own).max() + np.abs(quotient).max()
            # 1e-6 of the largest value: what a quotient of step 1e-5 of runs at 1e-11 can show
            np.testing.assert_allclose(slopes[0, ..., i] * p_k, quotient, rtol=1e-5, atol=1e-6 * scale)


def robertson():
    """Three stiff reactions, as in the engine's tests."""
    x, y, z = (Sym(f"m.{name}") for name in "xyz")
    a, b, c = (Sym(f"m.{name}") for name in "abc")
    first = Call("mul", (a, x))
    second = Call("mul", (b, y, z))
    third = Call("mul", (c, y, y))
    return ModelIR(
        "m",
        "body",
        tuple(Quantity(f"m.{name}", "1", "state") for name in "xyz"),
        tuple(Quantity(f"m.{name}", "1", "parameter") for name in "abc"),
        (),
        (),
        (),
        (Num(1.0), Num(0.0), Num(0.0)),
        (
            Call("sub", (second, first)),
            Call("sub", (first, Call("add", (second, third)))),
            third,
        ),
    )


def test_stiff_sensitivities_against_casadi():
    """Robertson at t = 40: CasADi 3.8.2, CVODES forward, reltol 1e-11, abstol 1e-15, run 24 November 2026."""
    casadi = [
        [-4.247558770873e00, 1.373080797214e-05, -2.288355088683e-09],
        [4.591196252115e-05, -2.357192114143e-10, -1.138059509576e-13],
        [4.247512858910e00, -1.373057225293e-05, 2.288468894634e-09],
    ]
    made = compile_sensitivities(robertson(), ["m.a", "m.b", "m.c"])
    p = np.array([[0.04, 1e4, 3e7]])
    start = made.start(np.array([[1.0, 0.0, 0.0]]))
    result = solve_batch(made.kernel, p, start, times=[0.0, 40.0], rtol=1e-11, atol=1e-16)
    # 1e-7: what both runs agree on
    np.testing.assert_allclose(made.split(result.y, p)[1][0, -1], casadi, rtol=1e-7)


def test_names_are_checked():
    with pytest.raises(NameUnknown, match=r"m\.kk"):
        compile_sensitivities(decay(), ["m.kk"])
    with pytest.raises(InputError, match="each once"):
        compile_sensitivities(decay(), ["m.k", "m.k"])
