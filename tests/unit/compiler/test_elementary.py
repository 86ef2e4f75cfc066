"""exp, ln, pow, tanh, sin, cos, atan of every width: error in the last place, ends, and equal bits."""

import ctypes
import itertools

import numpy as np
import pytest

from osseo.compiler.lanes.body import Body
from osseo.compiler.lanes.elementary import elementary_name, emit_elementary, emit_power
from osseo.compiler.native import make_native

WIDTHS = (1, 2, 4, 8)
LONG = np.longdouble
pytestmark = pytest.mark.skipif(np.finfo(LONG).nmant < 63, reason="needs a longer type to compare with")
EXACT = {
    "exp": np.exp,
    "ln": np.log,
    "pow": np.power,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
}
ENDS = np.array(
    "0 -0 inf -inf nan 1 -1 2 -2 0.5 -0.5 3 -3 5e-324 -5e-324 1.5e-323 2.3e-308 -2.3e-308 1.7e308 "
    "-1.7e308 1e300 9007199254740994 -9007199254740994".split(),
    dtype=float,
)


def _wrapper(op, width):
    """Write a function that applies an operation to n rows of an array."""
    body = Body(width)
    with body.loop("%n") as (row, _, _):
        x = body.load("%a", row)
        if op == "pow":
            value = emit_power(body, x, body.load("%b", row))
        else:
            value = body.call(elementary_name(op, width), x)
        body.store("%out", row, value)
    return body.text(f"run_{op}", "ptr %a, ptr %b, ptr %out, i64 %n")


@pytest.fixture(scope="module")
def functions():
    """Return {width: native code} with `run_exp` and so on."""
    codes = {}
    for width in WIDTHS:
        text = emit_elementary(EXACT, width) + "".join(_wrapper(op, width) for op in EXACT)
        codes[width] = make_native(text, [f"run_{op}" for op in EXACT])
    return codes


def _aligned(values, n):
    whole = np.ones(n + 8)
    skip = (-whole.ctypes.data // 8) % 8
    whole[skip : skip + values.size] = values
    return whole[skip : skip + n]


def apply(functions, width, op, x, y=None):
    n = -(-x.size // 8) * 8
    a, b, out = _aligned(x, n), _aligned(x if y is None else y, n), _aligned(x, n)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)
    call(functions[width].addresses[f"run_{op}"])(a.ctypes.data, b.ctypes.data, out.ctypes.data, n // width)
    return out[: x.size].copy()


def ulps(found, exact):
    """Largest error in units of the last place, where both are finite; ends must be alike."""
    with np.errstate(all="ignore"):
        near = exact.astype(np.float64)
        assert np.array_equal(np.isnan(found), np.isnan(near))
        inside = np.isfinite(found) & np.isfinite(near)
        assert np.array_equal(found[~inside & ~np.isnan(near)], near[~inside & ~np.isnan(near)])
        return float((np.abs(found.astype(LONG) - exact) / np.spacing(np.abs(near)))[inside].max())


def samples(op, n=20_000):
    rng = np.random.default_rng(5)
    anything = rng.integers(0, 2**64, n, dtype=np.uint64).view(np.float64)
    small, unit = rng.uniform(-1e-3, 1e-3, n), rng.uniform(-1, 1, n)
    special = {
        "exp": [rng.uniform(-746, 710, n)],
        "ln": [np.abs(anything), 1 + small, np.exp(rng.uniform(-744, -700, n)), rng.uniform(0.5, 2, n)],
        "sin": [rng.uniform(-1e6, 1e6, n), np.round(rng.uniform(0, 1e5, n)) * np.pi],
        "cos": [rng.uniform(-1e6, 1e6, n), (np.round(rng.uniform(0, 1e5, n)) + 0.5) * np.pi],
    }
    return np.concatenate([anything, small, unit, rng.uniform(-20, 20, n), ENDS, *special.get(op, [])])


@pytest.mark.parametrize("op", [op for op in EXACT if op != "pow"])
def test_error_and_ends(functions, op):
    x = samples(op)
    with np.errstate(all="ignore"):
        exact = EXACT[op](x.astype(LONG))
        theirs = EXACT[op](x)
    scalar = apply(functions, 1, op, x)
    assert ulps(scalar, exact) < (1.0 if op in ("exp", "ln", "sin", "cos") else 2.0)
    known = ~np.isnan(theirs)
    assert np.array_equal(np.signbit(scalar[known]), np.signbit(theirs[known]))
    for width in WIDTHS[1:]:
        assert np.array_equal(apply(functions, width, op, x), scalar, equal_nan=True)


def test_power_over_its_range(functions):
    rng, n = np.random.default_rng(6), 20_000
    pairs = [
        (np.exp(rng.uniform(-3, 3, n)), rng.uniform(-5, 5, n)),
        (np.exp(rng.uniform(-700, 700, n)), rng.uniform(-1.1, 1.1, n)),
        (np.exp(rng.uniform(-1, 1, n)), rng.uniform(-745, 745, n)),
        (1 + rng.uniform(-1e-3, 1e-3, n), rng.uniform(-7e5, 7e5, n)),
        (rng.uniform(-5, 5, n), np.round(rng.uniform(-30, 30, n))),
        (np.exp(rng.uniform(-744, -700, n)), rng.uniform(0.5, 1.0, n)),
    ]
    for x, y in pairs:
        with np.errstate(all="ignore"):
            exact = np.power(x.astype(LONG), y.astype(LONG))
        found = apply(functions, 1, "pow", x, y)
        assert ulps(found, exact) < 1.0
        for width in WIDTHS[1:]:
            assert np.array_equal(apply(functions, width, "pow", x, y), found, equal_nan=True)


def test_power_at_the_ends_is_that_of_c(functions):
    x, y = (np.array(v) for v in zip(*itertools.product(ENDS, ENDS), strict=True))
    with np.errstate(all="ignore"):
        theirs = np.power(x, y)
    for width in WIDTHS:
        found = apply(functions, width, "pow", x, y)
        assert np.array_equal(np.isnan(found), np.isnan(theirs))
        known = ~np.isnan(theirs)
        assert np.array_equal(np.signbit(found[known]), np.signbit(theirs[known]))
        inside = known & np.isfinite(theirs)
        assert np.array_equal(found[known & ~inside], theirs[known & ~inside])
        gap = np.abs(found[inside] - theirs[inside])
        assert np.all(gap <= 2 * np.spacing(np.abs(theirs[inside])))


def test_one_lane_does_not_touch_another(functions):
    rng = np.random.default_rng(8)
    x = rng.uniform(0.1, 5.0, 64)
    for op in EXACT:
        clean = apply(functions, 8, op, x, x)
        for poison in (np.nan, np.inf, -1e300, 1e9):
            spoilt = x.copy()
            spoilt[3::8] = poison
            found = apply(functions, 8, op, spoilt, spoilt)
            others = np.arange(64) % 8 != 3
            assert np.array_equal(found[others], clean[others])
