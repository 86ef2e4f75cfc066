"""What both loops share: calls of model code by address, and inputs at a time.

A model is compiled elsewhere; here it is only an integer. All arrays travel as addresses too, because
the numba functions that use this are compiled once and must not depend on any model. numba renews
the cache of a loop by the time stamp of the loop's own file: touch both loops after a change here.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["call_factor", "call_model", "call_solve", "jit", "jit_inline", "write_input"]

# inner functions are never called from Python: without their wrappers the loops compile in half the time
_INNER = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
#: no fast-math: a NaN must stay one; only the outermost function of a loop is cached
jit = njit(**_INNER)
#: a tuple of arrays passed to a function that is not inlined is copied whole at every call
jit_inline = njit(forceinline=True, **_INNER)

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


# an intrinsic takes no typing context from its caller: tell type checkers so
call_model: Any = _call_model
call_factor: Any = _call_factor
call_solve: Any = _call_solve


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
