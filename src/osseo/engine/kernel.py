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

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Kernel"]


@dataclass(frozen=True)
class Kernel:
    """Machine code of one model. `owner` keeps the code alive as long as the kernel is.

    Parameters
    ----------
    rhs, jac, factor, solve, output, initial : addresses of the functions above.
    n_states, n_parameters, n_inputs, n_outputs : sizes of y, p, u, out.
    n_nonzero : stored entries of the Jacobian; n_lu : entries of the factorisation with fill.
    uses_time : False promises that rhs does not read t, which saves two calls of rhs per step.
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
