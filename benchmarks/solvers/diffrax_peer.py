"""diffrax (Kvaerno5 under vmap, 64 bit) on one case; doses at equal intervals become a scan over segments."""

import runpy

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from harness import run

jax.config.update("jax_enable_x64", True)
COMPILED = {}


def prepare(case):
    """Load the right-hand side."""
    return runpy.run_path(str(case.folder / "model.py"))["rhs"]


def _segment(rhs, share):
    def solve(p, y0, times, rtol):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rhs),
            diffrax.Kvaerno5(),
            t0=times[0],
            t1=times[-1],
            dt0=None,
            y0=y0,
            args=p,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol * share),
            max_steps=100_000,
            throw=False,
        )
        ok = solution.result == diffrax.RESULTS.successful
        return jnp.where(ok, solution.ys, jnp.nan)

    return solve


def _compile(rhs, case):
    plan = list(case.segments())
    if len({len(grid) for grid, *_ in plan}) > 1:
        raise SystemExit("diffrax: segments between doses differ in length")
    grids = jnp.array([grid for grid, *_ in plan])
    jumps = np.zeros((len(plan), case.y0.shape[1]))
    for k, (_, doses, *_) in enumerate(plan):
        for _, state, amount in doses:
            jumps[k, state] += amount
    solve = _segment(rhs, case.atol_share)

    def whole(p, y0, rtol):
        def step(y, part):
            course = solve(p, y + part[1], part[0], rtol)
            return course[-1], course

        return jax.lax.scan(step, y0, (grids, jnp.array(jumps)))[1]

    return jax.jit(jax.vmap(whole, in_axes=(0, 0, None))).lower(case.p, case.y0, 1e-3).compile()


def solve(rhs, case, rtol):
    """Solve all members in one compiled call."""
    key = len(case.p)
    if key not in COMPILED:
        COMPILED[key] = _compile(rhs, case)
    found = np.array(COMPILED[key](case.p, case.y0, rtol))
    result = np.full((len(case.p), case.times.size, case.y0.shape[1]), np.nan)
    result[:, 0] = case.y0
    for k, (_, _, rows, places) in enumerate(case.segments()):
        result[:, rows] = found[:, k, places]
    return result


run("diffrax", diffrax.__version__, prepare, solve, members=8, note="8 members")
