"""Machine code against arithmetic done another way: values, Jacobians, starts, outputs."""

import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

from osseo.compiler import compile_model
from osseo.compiler.compile import hash_model
from osseo.errors import InputError, ModelError, NameUnknown
from osseo.parameters.parameter import Parameter, ParameterSet

P_ROBERTSON = np.array([0.04, 3e7, 1e4])


def finite_differences(system, t, y, p, u):
    """Fourth-order central differences of the right-hand side."""
    columns = []
    for j in range(len(y)):
        h = 1e-3 * max(abs(y[j]), 1e-2)
        shift = np.zeros_like(y)
        shift[j] = h

        def at(k, shift=shift):
            return system.rhs(t, y + k * shift, p, u)

        columns.append((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h))
    return np.stack(columns, axis=1)


def test_robertson_equals_its_formula(robertson):
    system = compile_model(robertson)
    a, b, c = y = np.array([0.9, 2e-5, 0.1])
    slow, fast, back = P_ROBERTSON * [a, b**2, b * c]
    # one rounding per operation, in another order
    expected = [-slow + back, slow - back - fast, fast]
    assert_allclose(system.rhs(0, y, P_ROBERTSON), expected, rtol=1e-13)
    assert_allclose(system.output(0, y, P_ROBERTSON), [fast, a], rtol=1e-15)
    assert_array_equal(system.initial(P_ROBERTSON), [1, 0, 0])


def test_robertson_jacobian_equals_its_formula(robertson):
    system = compile_model(robertson)
    _, b, c = y = np.array([0.9, 2e-5, 0.1])
    k_slow, k_fast, k_back = P_ROBERTSON
    expected = [
        [-k_slow, k_back * c, k_back * b],
        [k_slow, -k_back * c - 2 * k_fast * b, -k_back * b],
        [0, 2 * k_fast * b, 0],
    ]
    assert_allclose(system.jac(0, y, P_ROBERTSON), expected, rtol=1e-14)
    assert len(system.pattern) == 7  # the structural zeros are not stored


def test_every_operation_equals_numpy(every_operation):
    system = compile_model(every_operation)
    t, u = 0.7, np.array([0.3])
    p = x_base, scale, n = np.array([0.6, 1.4, 2.5])
    x, y, z, w, v = state = np.array([0.8, 0.5, 1.7, 0.9, 4.2])
    top = max(x, y * scale * x, w - 2)
    expected = [
        np.exp(-x) + np.log(y) - np.sqrt(z) * x + u[0],
        np.tanh(x * z) / (1 + y**n) + scale * x + y,
        top + abs(x - y) + t * z**3 + z**-2 - y**0.5,
        x**2,
        min(x * w, y, z) + x**y + (v - 3) ** n,
    ]
    assert_allclose(system.rhs(t, state, p, u), expected, rtol=1e-14)
    splay = max(x, 0) + n * np.log(1 + np.exp(-abs(x) / n))
    assert_allclose(system.output(t, state, p, u), [top, splay, scale * x], rtol=1e-14)
    y_start = x_base * scale
    assert_allclose(system.initial(p, u), [x_base, y_start, 0, y_start + 1, 0], rtol=1e-15)


@pytest.mark.parametrize(
    "state",
    [
        [0.8, 0.5, 1.7, 0.9, 4.2],
        [0.3, 0.5, 0.7, 0.9, 2.2],
        [0.3, 1.5, 4.5, 6.9, -1.0],
        [2.3, 1.5, 5.0, 0.2, 3.5],
    ],
)
def test_jacobian_equals_finite_differences(every_operation, state):
    system = compile_model(every_operation)
    p, u, y = np.array([0.6, 1.4, 2.5]), np.array([0.3]), np.array(state)
    # fourth-order differences of step 1e-3 leave about 1e-9 of error
    assert_allclose(system.jac(0.7, y, p, u), finite_differences(system, 0.7, y, p, u), rtol=1e-7, atol=1e-9)


def test_van_der_pol_and_brusselator_equal_scipy(make_ir):
    ir = make_ir(
        {
            "v.x": ("2", "v.y"),
            "v.y": ("0", "v.mu * (1 - v.x**2) * v.y - v.x"),
            "b.x": ("b.x_day0", "b.a + b.x**2 * b.y - (b.b + 1) * b.x"),
            "b.y": ("b.x_day0 + b.b", "b.b * b.x - b.x**2 * b.y"),
        },
        ["v.mu", "b.a", "b.b", "b.x_day0"],
    )
    system = compile_model(ir)
    p = np.array([5.0, 1.0, 3.0, 1.2])

    def oracle(t, y):
        x, xdot, c, d = y
        oscillator = [xdot, 5 * (1 - x * x) * xdot - x]
        return [*oscillator, 1 + c * c * d - 4 * c, 3 * c - c * c * d]

    y0 = [2, 0, 1.2, 4.2]
    assert_allclose(system.initial(p), y0, rtol=1e-15)
    # the same method at the same tolerance; the analytic Jacobian may change the steps
    options = {"method": "Radau", "rtol": 1e-9, "atol": 1e-12}
    expected = solve_ivp(oracle, (0, 10), y0, **options).y[:, -1]
    found = solve_ivp(
        lambda t, y: system.rhs(t, y, p),
        (0, 10),
        y0,
        jac=lambda t, y: system.jac(t, y, p),
        **options,
    )
    assert_allclose(found.y[:, -1], expected, rtol=1e-6)


def test_softplus_is_finite_and_half_sloped_at_zero(make_ir):
    text = "max(s.x, 0) + s.splay * ln(1 + exp(-abs(s.x) / s.splay))"
    system = compile_model(make_ir({"s.x": ("0", text)}, ["s.splay"]))
    p = np.array([0.01])
    assert system.jac(0, np.array([0.0]), p)[0, 0] == 0.5
    assert system.rhs(0, np.array([1e4]), p)[0] == 1e4
    assert system.jac(0, np.array([1e4]), p)[0, 0] == 1.0
    assert system.jac(0, np.array([-1e4]), p)[0, 0] == 0.0


def test_derivative_of_a_branch_not_taken_is_zero_even_if_infinite(make_ir):
    system = compile_model(make_ir({"s.x": ("0", "max(s.x, 0)**s.n")}, ["s.n"]))
    assert system.jac(0, np.array([-1.0]), np.array([0.5]))[0, 0] == 0.0
    assert system.jac(0, np.array([4.0]), np.array([0.5]))[0, 0] == 0.25


@pytest.mark.parametrize("poisoned", range(5))
def test_not_a_number_reaches_every_rate_that_uses_it(every_operation, poisoned):
    system = compile_model(every_operation)
    y, p, u = np.array([0.8, 0.5, 1.7, 0.9, 4.2]), np.array([0.6, 1.4, 2.5]), np.array([0.3])
    y[poisoned] = np.nan
    # d/dt of each state reads these states outside of conditions
    uses = ["xyz", "xyz", "xyzw", "", "xyzwv"]
    rates = system.rhs(0.7, y, p, u)
    for i, names in enumerate(uses):
        if "xyzwv"[poisoned] in names:
            assert np.isnan(rates[i])
    if poisoned == 4:
        assert_array_equal(np.isnan(rates), [False, False, False, False, True])


def test_not_a_number_in_a_parameter_or_input_is_passed_on(every_operation):
    system = compile_model(every_operation)
    y, p, u = np.array([0.8, 0.5, 1.7, 0.9, 4.2]), np.array([0.6, 1.4, 2.5]), np.array([0.3])
    rates = system.rhs(0.7, y, np.array([0.6, np.nan, 2.5]), u)
    assert_array_equal(np.isnan(rates), [False, True, True, False, False])
    assert np.isnan(system.rhs(0.7, y, p, np.array([np.nan]))[0])


def test_no_fast_math_flags(every_operation, robertson):
    """Without flags every operation is rounded as IEEE 754 says, in every width alike."""
    flags = re.compile(r"\b(fast|nnan|ninf|nsz|reassoc|afn|arcp|contract)\b")
    for ir in (every_operation, robertson):
        system = compile_model(ir)
        texts = [system.assembly, system.kernel.owner.assembly]
        texts += [system.kernel.make_lanes(width).owner.assembly for width in (2, 4, 8)]
        for text in texts:
            assert not flags.search(text)
            assert len(re.findall(r"@llvm\.fma", text)) > 5


def test_common_subexpressions_are_computed_once(make_ir):
    text = "exp(c.k * c.x) / (1 + exp(c.k * c.x)) - exp(c.x * c.k)"
    system = compile_model(make_ir({"c.x": ("0", text)}, ["c.k"]))
    rhs = system.assembly.split("define void @rhs")[1].split("define")[0]
    jac = system.assembly.split("define void @jac")[1].split("define")[0]
    assert rhs.count("@osseo_exp") == 1
    assert jac.count("@osseo_exp") == 1


def test_functions_hold_only_what_they_need(make_ir):
    ir = make_ir(
        {"c.x": ("0", "-c.x")},
        ["c.k"],
        assignments={"c.heavy": "exp(c.x)", "c.dead": "tanh(c.x)"},
        outputs=("c.heavy",),
    )
    parts = compile_model(ir).assembly.split("define void @")[1:]
    calls = {part.split("(")[0]: part.count("call double") for part in parts}
    assert calls == {"rhs": 0, "jac": 0, "output": 1, "initial": 0, "factor": 0, "solve": 0}


def test_rows_are_computed_one_by_one(robertson):
    system = compile_model(robertson)
    rng = np.random.default_rng(7)
    y, p = rng.uniform(0, 1, (4, 3)), rng.uniform(0, 1, (4, 3))
    for call in (system.rhs, system.jac, system.output):
        assert_array_equal(call(0, y, p), [call(0, y[i], p[i]) for i in range(4)])
    assert_array_equal(system.rhs(0, y[0], p)[2], system.rhs(0, y[0], p[2]))
    assert system.initial(p).shape == (4, 3)


def test_a_vector_of_the_wrong_length_is_refused(robertson):
    system = compile_model(robertson)
    with pytest.raises(InputError, match=r"got p of shape \(2,\); expected \(3,\)"):
        system.rhs(0, np.zeros(3), np.zeros(2))


def test_same_model_is_compiled_once_and_any_change_is_seen(robertson, make_ir):
    system = compile_model(robertson)
    assert compile_model(robertson) is system
    assert compile_model(pickle.loads(pickle.dumps(robertson))) is system  # noqa: S301
    assert pickle.loads(pickle.dumps(system)) is system  # noqa: S301
    other = make_ir({"r.a": ("1", "-r.k * r.a")}, ["r.k"])
    changed = make_ir({"r.a": ("1", "r.k * r.a")}, ["r.k"])
    assert compile_model(other) is not compile_model(changed)
    assert hash_model(other) != hash_model(changed)
    assert re.fullmatch("[0-9a-f]{64}", system.hash)


def test_unknown_names_and_circles_are_all_reported(make_ir):
    ir = make_ir(
        {"c.x": ("0", "c.flx + c.loop"), "c.y": ("c.y", "sinh(c.x)")},
        ["c.k"],
        assignments={"c.flux": "c.k", "c.loop": "c.pool * 1", "c.pool": "c.loop"},
    )
    with pytest.raises(ModelError, match=r"model test: 4 problems, nothing was compiled") as error:
        compile_model(ir)
    text = str(error.value)
    assert "c.x: 'c.flx' is no quantity of the model; did you mean c.flux" in text
    assert "c.loop depends on itself" in text
    assert "c.y depends on itself" in text
    assert "operation 'sinh'" in text


def test_start_values_may_not_depend_on_time(make_ir):
    with pytest.raises(ModelError, match="'time' is no quantity"):
        compile_model(make_ir({"c.x": ("time", "0")}))


def parameter(name, value):
    return Parameter(name, "1", value, value, value, "fixed", "assumed", reason="test")


def test_parameter_vector_takes_values_and_overrides(robertson):
    system = compile_model(robertson)
    pset = ParameterSet([parameter(n, v) for n, v in zip(system.parameter_names, P_ROBERTSON, strict=True)])
    assert_array_equal(system.parameter_vector(pset), [P_ROBERTSON])
    p = system.parameter_vector(pset, {"r.k_fast": np.array([1.0, 2.0]), "r.k_slow": 9.0}, 2)
    assert_array_equal(p, [[9, 1, 1e4], [9, 2, 1e4]])


def test_every_parameter_without_a_value_is_named(robertson):
    system = compile_model(robertson)
    pset = ParameterSet([parameter("r.k_slow", 1.0), parameter("other.thing", 1.0)])
    with pytest.raises(InputError, match="parameters of robertson: 2 problems") as error:
        system.parameter_vector(pset, {"other.thing": 2.0})
    assert "r.k_fast: no value" in str(error.value)
    assert "r.k_back: no value" in str(error.value)


def test_overrides_that_answer_to_nothing_or_do_not_fit_are_refused(robertson):
    system = compile_model(robertson)
    pset = ParameterSet([parameter(n, 1.0) for n in system.parameter_names])
    with pytest.raises(InputError, match="2 problems") as error:
        system.parameter_vector(pset, {"r.k_fats": 1.0, "r.k_slow": np.ones(3)}, 2)
    assert "did you mean r.k_fast" in str(error.value)
    assert "got values of shape (3,); expected one or (2,)" in str(error.value)


def test_exported_function_is_vectorised(make_ir):
    ir = make_ir(
        {"g.x": ("0", "-g.x")},
        ["g.vmax", "g.km", "g.cap"],
        assignments={"g.limit": "g.cap / g.km"},
        functions={"g.absorbed": (("g.dose",), "min(g.limit, g.vmax / (g.km + g.dose))")},
    )
    system = compile_model(ir)
    dose = np.array([0.0, 1.0, 10.0])
    p = np.array([[2.0, 3.0, 1.5], [4.0, 5.0, 9.0]])
    one = system.function("g.absorbed", {"g.dose": dose}, p[0])
    assert_allclose(one, np.minimum(0.5, 2 / (3 + dose)), rtol=1e-15)
    both = system.function("g.absorbed", {"g.dose": dose[:, None]}, p)
    assert both.shape == (3, 2)
    assert_allclose(both[:, 1], np.minimum(1.8, 4 / (5 + dose)), rtol=1e-15)
    assert system.function("g.absorbed", {"g.dose": 1.0}, p).shape == (2,)


def test_exported_function_refuses_wrong_names(make_ir):
    ir = make_ir({"g.x": ("0", "-g.x")}, ["g.k"], functions={"g.f": (("g.d",), "g.k * g.d")})
    system = compile_model(ir)
    with pytest.raises(NameUnknown, match=r"did you mean g\.f"):
        system.function("g.ff", {"g.d": 1.0}, np.ones(1))
    with pytest.raises(InputError, match="2 problems") as error:
        system.function("g.f", {"g.dd": 1.0}, np.ones(1))
    assert "g.d: argument without a value" in str(error.value)


def test_exported_function_may_not_depend_on_a_state(make_ir):
    ir = make_ir({"g.x": ("0", "-g.x")}, ["g.k"], functions={"g.f": (("g.d",), "g.x * g.d")})
    with pytest.raises(ModelError, match="depends on a state"):
        compile_model(ir).function("g.f", {"g.d": 1.0}, np.ones(1))


def test_compiling_needs_neither_numba_nor_the_twin(robertson):
    program = (
        "import pickle, sys\n"
        "from osseo.compiler import compile_model\n"
        "compile_model(pickle.load(sys.stdin.buffer))\n"
        "print(sorted({'numba', 'sksundae', 'libsbml', 'scipy', 'pint'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(robertson), capture_output=True, check=True
    )
    assert run.stdout.split() == [b"[]"]


@pytest.mark.parametrize("symbol", ["<", "<=", ">", ">=", "==", "!="])
def test_comparisons_below_at_above_and_without_a_number(make_ir, symbol):
    text = f"piecewise(7, c.x {symbol} c.k, 3)"
    system = compile_model(make_ir({"c.x": ("0", text)}, ["c.k"]))
    for x in (1.0, 2.0, 3.0, np.nan):
        expected = 7.0 if eval(f"x {symbol} 2.0", {"x": x}) else 3.0  # noqa: S307
        assert system.rhs(0, np.array([x]), np.array([2.0]))[0] == expected


def test_first_piece_that_holds_is_taken(make_ir):
    text = "piecewise(1, c.x > 3, 2, c.x > 2 or c.x == -1, 3, c.x > 1 and not c.x >= 2, 4)"
    system = compile_model(make_ir({"c.x": ("0", text)}))
    y = np.array([[4.0], [2.5], [1.5], [2.0], [-1.0], [0.0]])
    assert_array_equal(system.rhs(0, y, np.array([]))[:, 0], [1, 2, 3, 4, 2, 4])


def test_kernel_says_whether_time_is_read(make_ir):
    timed = make_ir({"c.x": ("0", "c.f")}, assignments={"c.f": "time * c.x"})
    still = make_ir({"c.x": ("0", "-c.x")}, assignments={"c.f": "time"}, outputs=("c.f",))
    assert compile_model(timed).kernel.uses_time is True
    assert compile_model(still).kernel.uses_time is False
    assert compile_model(still).output(2.5, np.ones(1), np.array([]))[0] == 2.5
