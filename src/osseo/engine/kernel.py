"""Kernel: the addresses and sizes through which the engine sees a model. It knows no names.

C signatures (all arrays are contiguous double, y (n_states,), p (n_parameters,), u (n_inputs,)):

    void rhs    (double t, double* y, double* p, double* u, double* dydt)
    void jac    (double t, double* y, double* p, double* u, double* values)   (n_nonzero,) of df/dy
    void factor (double* values, double shift, double* lu)     LU of  shift*I - df/dy, (n_lu,)
    void solve  (double* lu, double* b)                        b := (shift*I - df/dy)^-1 b, in place
    void output (double t, double* y, double* p, double* u, double* out)      (n_outputs,)
    void initial(double* p, double* u, double* y0)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["ColumnKernel", "ColumnLaw", "Kernel", "LaneKernel"]


class ColumnLaw(NamedTuple):
    """How one field moves: indices of its state, volume (or -1), coefficient, and of walls held (or -1)."""

    field: int
    volume: int
    coefficient: int
    near: int
    far: int


@dataclass(frozen=True)
class ColumnKernel:
    """Machine code that advances `width` columns side by side, through a table of addresses.

    void react(int64* table)   void refine(int64* table)   void transport(int64* table)
    void check(int64* table)   void outputs(int64* table)      see `native.column_arrays`
    """

    width: int
    react: int
    refine: int
    transport: int
    check: int
    outputs: int
    owner: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class LaneKernel:
    """Machine code that advances `width` members side by side; see `native.lane_arrays` for its block.

    void start(double* block)   void slope(double* block)
    void attempt(double* block, double* atol, double rtol)
    """

    width: int
    start: int
    slope: int
    attempt: int
    owner: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Kernel:
    """Machine code of one model. `owner` keeps the code alive as long as the kernel is.

    Parameters
    ----------
    rhs, jac, factor, solve, output, initial : addresses of the functions above.
    n_states, n_parameters, n_inputs, n_outputs : sizes of y, p, u, out.
    n_nonzero : stored entries of the Jacobian; n_lu : entries of the factorisation with fill.
    uses_time : False promises that rhs does not read t, which saves two calls of rhs per step.
    make_lanes, make_columns : return the code for a number of members, or of columns with these laws of
        transport, side by side, with the same bits; None if there is only the scalar form.
    """

    rhs: int
    jac: int
    factor: int
    solve: int
    output: int
    initial: int
    n_states: int
    n_parameters: int
    n_inputs: int
    n_outputs: int
    n_nonzero: int
    n_lu: int
    owner: Any = field(default=None, repr=False, compare=False)
    uses_time: bool = True
    make_lanes: Callable[[int], LaneKernel] | None = field(default=None, repr=False, compare=False)
    make_columns: Callable[[int, tuple[ColumnLaw, ...]], ColumnKernel] | None = field(
        default=None, repr=False, compare=False
    )
