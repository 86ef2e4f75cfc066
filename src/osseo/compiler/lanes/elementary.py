"""exp, ln, pow, tanh, sin, cos, atan of `width` doubles: range reduction and a power series, no table.

Accurate to 1-2 units in the last place over the whole range, with infinities, zeros, subnormal numbers and
not-a-number as in IEEE 754 (pow as in C). A lane depends on nothing but its own argument.

The series are those of the functions themselves (Taylor), cut where the rest is below 2^-56 on the reduced
range. Constants split into a sum of doubles are computed here from exact integers, not typed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from osseo.compiler.lanes.body import Body

__all__ = ["ELEMENTARY", "elementary_name", "emit_elementary", "emit_logs", "emit_power"]

_INF = math.inf
#: 1.5 * 2^52: adding it rounds to a whole number and leaves that in the low bits
_MAGIC, _MAGIC_BITS = 6755399441055744.0, 0x4338000000000000
_ONE_BITS = 0x3FF0000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_SIN_LIMIT = 1e6


def _atan_of_inverse(n: int) -> Fraction:
    """Return atan(1/n) to far beyond double precision."""
    return sum(
        (Fraction((-1) ** k, (2 * k + 1) * n ** (2 * k + 1)) for k in range(140 if n < 10 else 60)),
        Fraction(0),
    )


#: Machin's formula, and ln 2 = 2 atanh(1/3)
_PI = 4 * (4 * _atan_of_inverse(5) - _atan_of_inverse(239))
_LN2 = 2 * sum((Fraction(1, (2 * k + 1) * 3 ** (2 * k + 1)) for k in range(120)), Fraction(0))


def _split(value: Fraction, parts: int) -> list[float]:
    """Return doubles that sum to a number, each the rest rounded."""
    result = []
    for _ in range(parts):
        result.append(float(value))
        value -= Fraction(result[-1])
    return result


_LN2_HI, _LN2_LO = _split(_LN2, 2)
# so short that a product with a whole exponent is exact
_LN2_SHORT = math.ldexp(math.floor(math.ldexp(float(_LN2), 32)), -32)
_LN2_REST = float(_LN2 - Fraction(_LN2_SHORT))
_HALF_PI = _split(_PI / 2, 3)
_EXP = [1 / math.factorial(k) for k in range(2, 14)]
#: (atanh(s) / s - 1) / s^2 in powers of s^2
_ATANH = [1 / (2 * k + 3) for k in range(12)]
_ATAN = [(-1) ** (k + 1) / (2 * k + 3) for k in range(23)]
_SIN = [(-1) ** (k + 1) / math.factorial(2 * k + 3) for k in range(8)]
_COS = [(-1) ** k / math.factorial(2 * k + 4) for k in range(8)]


def elementary_name(op: str, width: int) -> str:
    """Return the name of an emitted function."""
    return f"osseo_{op}_{width}"


def _round(b: Body, x: str) -> tuple[str, str]:
    """Return x rounded to whole as a double, and a whole number whose low bits are that number."""
    shifted = b.add(x, b.number(_MAGIC))
    return b.sub(shifted, b.number(_MAGIC)), b.bits(shifted)


def _two_to(b: Body, low_bits: str) -> str:
    """Return 2^k from low bits that hold k, for normal results."""
    moved = b.whole_op("shl", low_bits, b.integer(52))
    return b.from_bits(b.whole_op("add", moved, b.integer(_ONE_BITS)))


def _within(b: Body, x: str, bound: float) -> str:
    """Return x cut to +-bound; not-a-number stays."""
    x = b.select(b.compare("ogt", x, b.number(bound)), b.number(bound), x)
    return b.select(b.compare("olt", x, b.number(-bound)), b.number(-bound), x)


def _exp_parts(b: Body, x: str, x_low: str | None = None) -> tuple[tuple[str, str], str, str]:
    """Return exp(x + x_low) - 2^k = 2^k q as (q as a sum, 2^(k/2), the rest of 2^k); |x| below 1000."""
    k, _ = _round(b, b.mul(x, b.number(1 / float(_LN2))))
    minus = b.neg(k)
    r = b.fma(minus, b.number(_LN2_HI), x)
    rest = b.mul(minus, b.number(_LN2_LO)) if x_low is None else b.fma(minus, b.number(_LN2_LO), x_low)
    near = b.add(r, rest)
    # what the sum of the two lost
    lost = b.add(b.sub(r, near), rest)
    bend = b.fma(b.mul(near, near), b.polynomial(near, _EXP), b.fma(lost, near, lost))
    half, half_bits = _round(b, b.mul(k, b.number(0.5)))
    _, other_bits = _round(b, b.sub(k, half))
    return (near, bend), _two_to(b, half_bits), _two_to(b, other_bits)


def _exp(b: Body, x: str) -> str:
    q, first, second = _exp_parts(b, _within(b, x, 1000.0))
    return b.mul(b.mul(b.add(b.add(*q), b.number(1.0)), first), second)


def _exponent(b: Body, x: str) -> tuple[str, str]:
    """Return e and m with x = 2^e m, m from 0.707 to 1.414, for a positive finite x."""
    small = b.compare("olt", x, b.number(2.0**-1022))
    scaled = b.select(small, b.mul(x, b.number(2.0**54)), x)
    bits = b.bits(scaled)
    offset = b.whole_op("sub", bits, b.integer(_ROOT_HALF_BITS))
    e = b.whole_op("ashr", offset, b.integer(52))
    m = b.from_bits(b.whole_op("sub", bits, b.whole_op("shl", e, b.integer(52))))
    e = b.sub(b.from_bits(b.whole_op("add", e, b.integer(_MAGIC_BITS))), b.number(_MAGIC))
    return b.select(small, b.sub(e, b.number(54.0)), e), m


def _log_ends(b: Body, x: str, result: str) -> str:
    """Put ln of 0, infinity, negative numbers and not-a-number in their places."""
    result = b.select(b.compare("oeq", x, b.number(_INF)), x, result)
    result = b.select(b.compare("oeq", x, b.number(0.0)), b.number(-_INF), result)
    return b.select(b.compare("uge", x, b.number(0.0)), result, b.number(math.nan))


def _ln(b: Body, x: str) -> str:
    e, m = _exponent(b, x)
    f = b.sub(m, b.number(1.0))
    s = b.div(f, b.add(f, b.number(2.0)))
    z = b.mul(s, s)
    # ln(1+f) = f - s (f - r) with r = 2 (atanh(s) - s) / s;  f^2/2 is split off because it is exact enough
    r = b.mul(b.mul(z, b.number(2.0)), b.polynomial(z, _ATANH))
    square = b.mul(b.mul(f, f), b.number(0.5))
    inner = b.fma(s, b.add(square, r), b.mul(e, b.number(_LN2_REST)))
    result = b.sub(b.mul(e, b.number(_LN2_SHORT)), b.sub(b.sub(square, inner), f))
    # not-a-number is unordered: add x, so that it is the one that is passed on
    return _log_ends(b, x, b.select(b.compare("uno", x, x), x, result))


def _log_twice(b: Body, x: str) -> tuple[str, str]:
    """Return ln of a positive finite x as the sum of two doubles, good to about 2^-66."""
    e, m = _exponent(b, x)
    f, g = b.sub(m, b.number(1.0)), b.add(m, b.number(1.0))
    g_low = b.sub(m, b.sub(g, b.number(1.0)))
    inverse = b.div(b.number(1.0), g)
    s = b.mul(f, inverse)
    s_low = b.mul(b.fma(b.neg(s), g_low, b.fma(b.neg(s), g, f)), inverse)
    z = b.mul(s, s)
    z_low = b.fma(b.add(s, s), s_low, b.fma(s, s, b.neg(z)))
    third_hi, third_lo = _split(Fraction(1, 3), 2)
    # t = z/3 + z^2 (1/5 + z/7 + ...), its first term twice as long
    t = b.mul(z, b.number(third_hi))
    rounded = b.fma(z, b.number(third_hi), b.neg(t))
    t_low = b.fma(z, b.number(third_lo), b.fma(z_low, b.number(third_hi), rounded))
    t, t_low = _add_smaller(b, t, b.mul(b.mul(z, z), b.polynomial(z, _ATANH[1:])), t_low)
    # 2 s (1 + t)
    d, d_low = b.add(s, s), b.add(s_low, s_low)
    product = b.mul(d, t)
    product_low = b.fma(d_low, t, b.fma(d, t_low, b.fma(d, t, b.neg(product))))
    log, log_low = _add_smaller(b, d, product, b.add(d_low, product_low))
    whole = b.mul(e, b.number(_LN2_SHORT))
    return _add_smaller(b, whole, log, b.fma(e, b.number(_LN2_REST), log_low))


def _add_smaller(b: Body, x: str, y: str, low: str) -> tuple[str, str]:
    """Return x + y + low as a double and what it lost, where y is smaller than x, or x is 0."""
    total = b.add(x, y)
    low = b.add(low, b.sub(y, b.sub(total, x)))
    result = b.add(total, low)
    return result, b.add(b.sub(total, result), low)


def _add_twice(b: Body, x: str, y: str, low: str) -> tuple[str, str]:
    """Return x + y + low as a double and what it lost, whichever of x and y is larger."""
    total = b.add(x, y)
    part = b.sub(total, x)
    lost = b.add(b.sub(x, b.sub(total, part)), b.sub(y, part))
    low = b.add(low, lost)
    result = b.add(total, low)
    return result, b.add(b.sub(total, result), low)


def emit_power(b: Body, x: str, y: str, logs: tuple[str, str] | None = None) -> str:
    """Return x^y; `logs` are those of `emit_logs(b, x)`, so that powers of one base share them."""
    log, low = logs or emit_logs(b, x)
    return b.call(elementary_name("pow", b.width), x, y, log, low)


def emit_logs(b: Body, x: str) -> tuple[str, str]:
    """Return ln |x| as the sum of two doubles; anything where x is 0 or not finite."""
    pair = f"{{ {b.kind}, {b.kind} }}"
    both = b.value(f"call {pair} @{elementary_name('logs', b.width)}({b.kind} {x})")
    return b.value(f"extractvalue {pair} {both}, 0"), b.value(f"extractvalue {pair} {both}, 1")


def _emit_pow(width: int) -> str:
    """Return the functions behind `emit_logs` and `emit_power`.

    Where x is positive and x^y neither overflows nor vanishes in every lane, what zeros, infinities and signs
    need is passed over; it would choose the same value there.
    """
    logs = Body(width)
    pair = f"{{ {logs.kind}, {logs.kind} }}"
    log, low = _log_twice(logs, logs.intrinsic("fabs", "%x"))
    half = logs.value(f"insertvalue {pair} poison, {logs.kind} {log}, 0")
    whole = logs.value(f"insertvalue {pair} {half}, {logs.kind} {low}, 1")
    text = "\n".join(logs.lines)
    first = (
        f"define internal {pair} @{elementary_name('logs', width)}({logs.kind} %x) nounwind "
        f"{{\nentry:\n{text}\n  ret {pair} {whole}\n}}\n"
    )
    b = Body(width)
    z = b.mul("%y", "%log")
    z_low = b.fma("%y", "%low", b.fma("%y", "%log", b.neg(z)))
    common = b.both("and", b.compare("ogt", "%x", b.number(0.0)), b.compare("olt", "%x", b.number(_INF)))
    common = b.both("and", common, b.compare("olt", b.intrinsic("fabs", z), b.number(700.0)))
    if width > 1:
        bits = b.value(f"bitcast {b.truth} {common} to i{width}")
        common = b.value(f"icmp eq i{width} {bits}, -1")
    b.line(f"br i1 {common}, label %plain, label %special")
    b.lines.append("plain:")
    q, one, two = _exp_parts(b, z, z_low)
    b.line(f"ret {b.kind} {b.mul(b.mul(b.add(b.add(*q), b.number(1.0)), one), two)}")
    b.lines.append("special:")
    result = _special_power(b, ("%x", "%y"), ("%log", z_low))
    return first + b.returning(elementary_name("pow", width), ("%x", "%y", "%log", "%low"), result)


def _special_power(b: Body, given: tuple[str, str], parts: tuple[str, str]) -> str:
    """Return x^y whatever x and y are; parts: ln |x| where that is finite, low part of y ln |x|."""
    x, y = given
    size = b.intrinsic("fabs", x)
    log = _log_ends(b, size, b.select(b.compare("uno", x, x), x, parts[0]))
    z = b.mul(y, log)
    plain = b.compare("olt", b.intrinsic("fabs", z), b.number(2000.0))
    q, one, two = _exp_parts(b, _within(b, z, 1000.0), b.select(plain, parts[1], b.number(0.0)))
    result = b.mul(b.mul(b.add(b.add(*q), b.number(1.0)), one), two)
    half = b.mul(y, b.number(0.5))
    is_whole = b.compare("oeq", b.intrinsic("floor", y), y)
    is_odd = b.both("and", is_whole, b.compare("une", b.intrinsic("floor", half), half))
    result = b.select(is_odd, b.intrinsic("copysign", result, x), result)
    below = b.both("and", b.compare("olt", x, b.number(0.0)), b.compare("one", x, b.number(-_INF)))
    result = b.select(b.both("and", below, b.invert(is_whole)), b.number(math.nan), result)
    # 1^y and x^0 are 1 whatever y and x are; (-1)^infinity is 1
    far = b.compare("oeq", b.intrinsic("fabs", y), b.number(_INF))
    result = b.select(b.both("and", far, b.compare("oeq", x, b.number(-1.0))), b.number(1.0), result)
    one_result = b.both("or", b.compare("oeq", x, b.number(1.0)), b.compare("oeq", y, b.number(0.0)))
    result = b.select(b.compare("uno", y, y), y, result)
    return b.select(one_result, b.number(1.0), result)


def _tanh(b: Body, x: str) -> str:
    size = b.intrinsic("fabs", x)
    (near, bend), first, second = _exp_parts(b, _within(b, b.add(size, size), 100.0))
    power, one, two = b.mul(first, second), b.number(1.0), b.number(2.0)
    q, rest = b.add(near, bend), b.sub(power, one)
    # e = exp(2x) - 1 as the sum of two; what a sum or a product lost is put back in the quotient e / (e + 2)
    e = b.fma(q, power, rest)
    q_low = b.sub(bend, b.sub(q, near))
    e_low = b.fma(q_low, power, b.fma(q, power, b.sub(rest, e)))
    bottom = b.add(e, two)
    bottom_low = b.sub(e, b.sub(bottom, two))
    inverse = b.div(one, bottom)
    share = b.mul(e, inverse)
    left = b.fma(b.neg(share), bottom_low, b.fma(b.neg(share), bottom, e))
    near_zero = b.fma(b.fma(e_low, b.mul(two, inverse), left), inverse, share)
    # far from 0 as 1 - 2 / (e + 2), which loses nothing there
    is_far = b.compare("ogt", size, b.number(0.5))
    result = b.select(is_far, b.fma(b.number(-2.0), inverse, one), near_zero)
    return b.intrinsic("copysign", result, x)


def _quarter(b: Body, x: str) -> tuple[str, str, str]:
    """Return x - k pi/2 as a sum of two doubles, and low bits that hold k."""
    k, bits = _round(b, b.mul(x, b.number(2 / math.pi)))
    minus = b.neg(k)
    first = b.fma(minus, b.number(_HALF_PI[0]), x)
    product = b.mul(minus, b.number(_HALF_PI[1]))
    product_low = b.fma(minus, b.number(_HALF_PI[1]), b.neg(product))
    product_low = b.fma(minus, b.number(_HALF_PI[2]), product_low)
    near, low = _add_twice(b, first, product, product_low)
    return near, low, bits


def _sin_of_part(b: Body, r: str, low: str, z: str) -> str:
    cubed = b.mul(b.mul(z, r), b.polynomial(z, _SIN))
    return b.add(r, b.add(cubed, b.fma(b.mul(low, z), b.number(-0.5), low)))


def _cos_of_part(b: Body, r: str, low: str, z: str) -> str:
    half = b.mul(z, b.number(0.5))
    first = b.sub(b.number(1.0), half)
    lost = b.sub(b.sub(b.number(1.0), first), half)
    rest = b.fma(b.mul(z, z), b.polynomial(z, _COS), b.fma(b.neg(r), low, lost))
    return b.add(first, rest)


def _circle(b: Body, x: str, shift: int) -> str:
    """Return sin(x + shift pi/2) of lanes that are not too large."""
    r, low, bits = _quarter(b, x)
    z = b.mul(r, r)
    turn = b.whole_op("add", bits, b.integer(shift))

    def has(bit: int) -> str:
        masked = b.whole_op("and", turn, b.integer(bit))
        return b.value(f"icmp ne {b.whole} {masked}, {b.integer(0)}")

    result = b.select(has(1), _cos_of_part(b, r, low, z), _sin_of_part(b, r, low, z))
    return b.select(has(2), b.neg(result), result)


def _sin(b: Body, x: str) -> str:
    # -0 stays -0
    return b.select(b.compare("oeq", x, b.number(0.0)), x, _far_circle(b, x, "sin", _circle(b, x, 0)))


def _cos(b: Body, x: str) -> str:
    return _far_circle(b, x, "cos", _circle(b, x, 1))


def _far_circle(b: Body, x: str, op: str, near: str) -> str:
    """Take the system's function where the argument is too large for the reduction here."""
    is_near = b.compare("olt", b.intrinsic("fabs", x), b.number(_SIN_LIMIT))
    safe = b.select(is_near, b.number(0.0), x)
    far = b.call(elementary_name(f"far_{op}", b.width), safe)
    return b.select(is_near, near, far)


def _atan(b: Body, x: str) -> str:
    size = b.intrinsic("fabs", x)
    high = b.compare("ogt", size, b.number(1 + math.sqrt(2)))
    middle = b.compare("ogt", size, b.number(math.sqrt(2) - 1))
    one, zero = b.number(1.0), b.number(0.0)
    top = b.select(high, b.number(-1.0), b.select(middle, b.sub(size, one), size))
    bottom = b.select(high, size, b.select(middle, b.add(size, one), one))
    z = b.div(top, bottom)
    lost = b.div(b.fma(b.neg(z), bottom, top), bottom)
    lost = b.select(b.compare("oeq", b.intrinsic("fabs", lost), b.intrinsic("fabs", lost)), lost, zero)
    square = b.mul(z, z)
    bend = b.fma(b.mul(square, z), b.polynomial(square, _ATAN), lost)
    half, quarter = _split(_PI / 2, 2), _split(_PI / 4, 2)
    base = b.select(high, b.number(half[0]), b.select(middle, b.number(quarter[0]), zero))
    base_low = b.select(high, b.number(half[1]), b.select(middle, b.number(quarter[1]), zero))
    result = b.add(base, b.add(z, b.add(bend, base_low)))
    return b.intrinsic("copysign", result, x)


#: operation -> writer of its value from its argument; `pow` is apart
ELEMENTARY: dict[str, Callable[..., str]] = {
    "exp": _exp,
    "ln": _ln,
    "tanh": _tanh,
    "sin": _sin,
    "cos": _cos,
    "atan": _atan,
}
_DECLARED = (("fma", 3), ("fabs", 1), ("sqrt", 1), ("floor", 1), ("copysign", 2))


def emit_elementary(ops: Iterable[str], width: int) -> str:
    """Return declarations and functions for operations of one width."""
    b = Body(width)
    lines = [f"declare {b.kind} @llvm.{name}.{b.suffix}({', '.join([b.kind] * n)})" for name, n in _DECLARED]
    for op in sorted(ops & ELEMENTARY.keys()):
        if op in ("sin", "cos"):
            lines.append(_emit_far(op, width))
        body = Body(width)
        lines.append(body.returning(elementary_name(op, width), ("%x",), ELEMENTARY[op](body, "%x")))
    if "pow" in ops:
        lines.append(_emit_pow(width))
    return "\n".join(lines) + "\n"


def _emit_far(op: str, width: int) -> str:
    """Return a function that calls the system's own, lane by lane, if any lane is not 0."""
    b = Body(width)
    zero = b.number(0.0)
    is_far = b.compare("une", "%x", zero)
    if width > 1:
        bits = b.value(f"bitcast {b.truth} {is_far} to i{width}")
        is_far = b.value(f"icmp ne i{width} {bits}, 0")
    b.line(f"br i1 {is_far}, label %far, label %near")
    b.lines.append("near:")
    b.line(f"ret {b.kind} {zero}")
    b.lines.append("far:")
    result = "%x"
    for lane in range(width):
        one = "%x" if width == 1 else b.value(f"extractelement {b.kind} %x, i64 {lane}")
        value = b.value(f"call double @{op}(double {one})")
        result = (
            value if width == 1 else b.value(f"insertelement {b.kind} {result}, double {value}, i64 {lane}")
        )
    return f"declare double @{op}(double)\n" + b.returning(
        elementary_name(f"far_{op}", width), ("%x",), result
    )
