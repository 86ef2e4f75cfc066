"""What both loops share: calls of model code by address, and inputs at a time.

A model is compiled elsewhere; here it is only an integer. All arrays travel as addresses too, because
the numba functions that use this are compiled once and must not depend on any model. numba renews
the cache of a loop by the time stamp of the loop's own file: touch both loops after a change here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = [
    "all_finite",
    "all_inputs_finite",
    "bend",
    "call_attempt",
    "call_factor",
    "call_lanes",
    "call_model",
    "call_solve",
    "copy_vector",
    "fma",
    "interpolate",
    "jit",
    "jit_inline",
    "log_2",
    "row_of",
    "smallest_step",
    "two_to",
    "write_input",
]

# inner functions are never called from Python: without their wrappers the loops compile in half the time
_INNER = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
#: no fast-math: a NaN must stay one; only the outermost function of a loop is cached
jit = njit(**_INNER)
#: a tuple of arrays passed to a function that is not inlined is copied whole at every call
jit_inline = njit(forceinline=True, **_INNER)

# two instants nearer than this [d] are one, also where t is 0
SHORTEST = 1e-15

_DOUBLE = ir.DoubleType()
_POINTER = _DOUBLE.as_pointer()


def _emit_call(builder, args, argument_types):
    """Emit `((void (*)(...)) args[0])(args[1:]...)`, turning integers into pointers where asked."""
    signature = ir.FunctionType(ir.VoidType(), argument_types)
    function = builder.inttoptr(args[0], signature.as_pointer())
    values = [
        builder.inttoptr(value, kind) if kind is _POINTER else value
        for value, kind in zip(args[1:], argument_types, strict=True)
    ]
    builder.call(function, values)


@intrinsic
def _call_model(typingctx, address, t, y, p, u, out):
    """Call `void f(double t, double* y, double* p, double* u, double* out)`: rhs, jac or output."""
    signature = types.void(types.int64, types.float64, *[types.int64] * 4)

    def codegen(context, builder, sig, args):
        _emit_call(builder, args, [_DOUBLE] + [_POINTER] * 4)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _call_factor(typingctx, address, values, shift, lu):
    """Call `void factor(double* values, double shift, double* lu)`."""
    signature = types.void(types.int64, types.int64, types.float64, types.int64)

    def codegen(context, builder, sig, args):
        _emit_call(builder, args, [_POINTER, _DOUBLE, _POINTER])
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _call_solve(typingctx, address, lu, b):
    """Call `void solve(double* lu, double* b)`."""
    signature = types.void(types.int64, types.int64, types.int64)

    def codegen(context, builder, sig, args):
        _emit_call(builder, args, [_POINTER, _POINTER])
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _fma(typingctx, a, b, c):
    """Return a * b + c rounded once, as the lanes do."""
    signature = types.float64(types.float64, types.float64, types.float64)

    def codegen(context, builder, sig, args):
        return builder.fma(*args)

    return signature, codegen


@intrinsic
def _bits(typingctx, a):
    """Return the bits of a double."""
    signature = types.int64(types.float64)

    def codegen(context, builder, sig, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return signature, codegen


@intrinsic
def _from_bits(typingctx, a):
    """Return the double with these bits."""
    signature = types.float64(types.int64)

    def codegen(context, builder, sig, args):
        return builder.bitcast(args[0], _DOUBLE)

    return signature, codegen


@intrinsic
def _call_lanes(typingctx, address, block):
    """Call `void f(double* block)`: start or slope of all lanes."""
    signature = types.void(types.int64, types.int64)

    def codegen(context, builder, sig, args):
        _emit_call(builder, args, [_POINTER])
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _call_attempt(typingctx, address, block, atol, rtol):
    """Call `void attempt(double* block, double* atol, double rtol)`."""
    signature = types.void(types.int64, types.int64, types.int64, types.float64)

    def codegen(context, builder, sig, args):
        _emit_call(builder, args, [_POINTER, _POINTER, _DOUBLE])
        return context.get_dummy_value()

    return signature, codegen


# an intrinsic takes no typing context from its caller: tell type checkers so
call_model: Any = _call_model
call_factor: Any = _call_factor
call_solve: Any = _call_solve
call_lanes: Any = _call_lanes
call_attempt: Any = _call_attempt
fma: Any = _fma
bits_of: Any = _bits
from_bits: Any = _from_bits


@jit_inline
def write_input(knots, values, is_linear, segment, t, u):
    """Write the inputs at t, which lies in or near `segment`, into u; the ends of a table are held.

    knots (n_knots,); values (n_knots, n_inputs); segment -1 lies before the first knot.
    """
    n_knots = knots.size
    if n_knots == 0:
        return
    if segment < 0 or segment >= n_knots - 1 or is_linear == 0:
        held = min(max(segment, 0), n_knots - 1)
        for j in range(values.shape[1]):
            u[j] = values[held, j]
        return
    share = (t - knots[segment]) / (knots[segment + 1] - knots[segment])
    for j in range(values.shape[1]):
        u[j] = values[segment, j] + share * (values[segment + 1, j] - values[segment, j])


@jit
def all_finite(values):
    """Tell whether no number of a vector is NaN or infinite."""
    for i in range(values.size):
        if not np.isfinite(values[i]):
            return False
    return True


@jit
def all_inputs_finite(values):
    """Tell whether no number of a table is NaN or infinite."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            if not np.isfinite(values[i, j]):
                return False
    return True


@jit_inline
def copy_vector(into, values):
    """Copy one vector; unlike a slice assignment it cannot raise."""
    for i in range(into.size):
        into[i] = values[i]


@jit_inline
def row_of(table, i):
    """Row of member i in a table that has one row per member, or one for all."""
    return i if table.shape[0] > 1 else 0


@jit_inline
def log_2(x):
    """Return log2 of a normal positive x to 1e-7: enough to choose a step, in a tenth of the time."""
    bits = bits_of(x)
    exponent = (bits >> 52) - 1023
    m = from_bits((bits & 0xFFFFFFFFFFFFF) | (1023 << 52))
    s = (m - 1.4142135623730951) / (m + 1.4142135623730951)
    z = s * s
    return exponent + 0.5 + 2.8853900817779268 * s * (1.0 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7))))


@jit_inline
def two_to(x):
    """Return 2 to the power of x to 1e-7, for |x| below 1000."""
    whole = np.floor(x + 0.5)
    f = 0.6931471805599453 * (x - whole)
    share = 1.0 + f * (1.0 + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f * (1 / 720))))))
    return share * from_bits((int(whole) + 1023) << 52)


@jit_inline
def smallest_step(t):
    """Return the shortest step that time can resolve at t, however far the next stop is."""
    return max(SHORTEST, 8 * np.finfo(np.float64).eps * abs(t))


@jit
def bend(tableau, work):
    """Turn the first three k of the step just made into what its interpolation needs."""
    dense, k = tableau.dense, work.k
    for s in range(work.y.size):
        q_0, q_1, q_2 = 0.0, 0.0, 0.0
        for j in range(8):
            q_0 += dense[0, j] * k[j, s]
            q_1 += dense[1, j] * k[j, s]
            q_2 += dense[2, j] * k[j, s]
        k[0, s], k[1, s], k[2, s] = q_0, q_1, q_2


@jit
def interpolate(work, share):
    """Write the state at a share (0-1) of the step just made, after `bend`, into work.y_stage."""
    q, y, y_new, into = work.k, work.y, work.y_new, work.y_stage
    for s in range(y.size):
        bent = y_new[s] + (1 - share) * (q[0, s] + share * (q[1, s] + share * q[2, s]))
        into[s] = (1 - share) * y[s] + share * bent
