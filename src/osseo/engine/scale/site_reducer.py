"""Reducers of columns: what a biopsy core holds at the requested times, without the fields being kept.

`solve_site_reduced` computes columns in blocks, takes the numbers out of each block and forgets its fields,
so that memory does not grow with members times cells. Unlike the reducers of `solve_batch` they look
at the requested times only; ask for more times to see more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from osseo.engine.grid import FieldTransport, Grid
from osseo.engine.inputs import InputTable
from osseo.engine.kernel import Kernel
from osseo.engine.scale.memory import check_memory
from osseo.engine.site import SiteResult, SiteSettings, solve_site
from osseo.engine.status import Status
from osseo.errors import InputError, Issue
from osseo.names import suggest

__all__ = ["CoreReducer", "ReducedColumns", "core_series", "reduce_series", "solve_site_reduced"]

_KINDS = ("value", "cumulative", "final", "max", "min", "area", "first_above", "first_below")
_BLOCK_BYTES, _BLOCK_MOST = 64_000_000, 1024


@dataclass(frozen=True)
class CoreReducer:
    """A quantity integrated over a biopsy core, and what is kept of its course.

    share(t) = sum_c s_c a_c A_c / sum_c s_c v_c A_c

    with amount a (of an output: output times v) and thickness v of cell c, its cross-section A, and the
    share s of the cell between the ends of the core.

    Parameters
    ----------
    kind : `value` (at every time), `cumulative` (integral since times[0] by trapezoids [unit d]), `final`,
        `max`, `min`, `area`; `first_above`, `first_below`: when `level` is reached [d], interpolated
        between times, infinite if it never is.
    states : indices of the amounts that are added; or give an output.
    output : index of an output that is a density.
    volume : state index of the thickness; -1 takes the widths of the grid.
    core : near and far end [mm] from the near wall, measured along the column as it then is.
    level : of `first_above` and `first_below`.
    """

    kind: str
    states: tuple[int, ...] = ()
    output: int = -1
    volume: int = -1
    core: tuple[float, float] = (0.0, math.inf)
    level: float = math.nan


@dataclass(frozen=True)
class ReducedColumns:
    """Numbers of n columns whose fields were not kept.

    Parameters
    ----------
    times : (n_times,) [d].
    series : (n, n_times, n_reducers) the share at every time; of `cumulative` its running integral.
    reduced : (n, n_reducers) one number each; of `value` and `cumulative` the last of the series.
    status : (n,) Status values; fail_time (n,) [d]. What failed is NaN from there on, its `reduced` is NaN.
    """

    times: np.ndarray
    series: np.ndarray
    reduced: np.ndarray
    status: np.ndarray
    fail_time: np.ndarray

    @property
    def ok(self) -> np.ndarray:
        """Mask (n,) of the members that reached the end."""
        return self.status == Status.OK


def core_series(result: SiteResult, grid: Grid, reducer: CoreReducer) -> np.ndarray:
    """Return the share (n, n_times) of a quantity in a core, from fields that are there."""
    volume = (
        result.y[..., reducer.volume]
        if reducer.volume >= 0
        else np.broadcast_to(grid.widths, result.y.shape[:3])
    )
    near, far = reducer.core
    ends = np.cumsum(volume, axis=-1)
    inside = np.clip(np.minimum(ends, far) - np.maximum(ends - volume, near), 0.0, None)
    weight = inside * grid.cell_areas
    if reducer.output >= 0:
        density = result.out[..., reducer.output]
    else:
        density = result.y[..., list(reducer.states)].sum(axis=-1) / volume
    return np.asarray((weight * density).sum(axis=-1) / weight.sum(axis=-1))


def reduce_series(
    times: np.ndarray, share: np.ndarray, reducer: CoreReducer
) -> tuple[np.ndarray, np.ndarray]:
    """Return the series (n, n_times) and the one number (n,) of a reducer."""
    running = np.zeros_like(share)
    np.cumsum(np.diff(times) * 0.5 * (share[:, 1:] + share[:, :-1]), axis=1, out=running[:, 1:])
    if reducer.kind in ("cumulative", "area"):
        running[:, 0] += 0.0 * share[:, 0]  # a member without a start has no integral
        return (running if reducer.kind == "cumulative" else share), running[:, -1]
    if reducer.kind in ("value", "final"):
        return share, share[:, -1]
    if reducer.kind in ("max", "min"):
        return share, share.max(axis=1) if reducer.kind == "max" else share.min(axis=1)
    return share, _first(times, share, reducer)


def _first(times: np.ndarray, share: np.ndarray, reducer: CoreReducer) -> np.ndarray:
    """Return when the level is first reached, linear between times."""
    sign = 1.0 if reducer.kind == "first_above" else -1.0
    over = sign * (share - reducer.level)
    reached = over >= 0
    i = reached.argmax(axis=1)
    rows = np.arange(len(share))
    before, after = over[rows, np.maximum(i - 1, 0)], over[rows, i]
    part = np.divide(-before, after - before, out=np.ones_like(after), where=(i > 0) & (after != before))
    found = times[np.maximum(i - 1, 0)] + part * (times[i] - times[np.maximum(i - 1, 0)])
    return np.where(reached.any(axis=1), found, np.inf)


def solve_site_reduced(
    kernel: Kernel,
    grid: Grid,
    p: np.ndarray,
    y0: np.ndarray,
    *,
    times: np.ndarray,
    transport: Sequence[FieldTransport],
    reducers: Sequence[CoreReducer],
    u: InputTable | None = None,
    **settings: Unpack[SiteSettings],
) -> ReducedColumns:
    """Compute columns and keep only what the reducers take from them; blocks change no bit.

    Parameters
    ----------
    kernel, grid, p, times, transport, u, settings : as for `solve_site`.
    y0 : (n or 1, n_cells, n_states).
    reducers : what to keep.

    Raises
    ------
    InputError : everything `solve_site` refuses; reducers that cannot be.
    """
    issues = [
        Issue(f"reducers[{i}]", *problem) for i, r in enumerate(reducers) for problem in _problems(r, kernel)
    ]
    if issues:
        raise InputError.from_issues("solve_site_reduced", issues)
    p, y0, times = (np.asarray(a, dtype=np.float64) for a in (p, y0, times))
    n = p.shape[0] if p.ndim == 2 else 0
    check_memory(
        "solve_site_reduced", 8 * n * times.size * len(reducers), f"the reduced numbers of {n} members"
    )
    held = 8 * max(times.size, 1) * grid.widths.size * max(kernel.n_states + kernel.n_outputs, 1)
    block = max(1, min(_BLOCK_MOST, _BLOCK_BYTES // held))
    parts = []
    for first in range(0, max(n, 1), block):
        rows = slice(first, min(n, first + block))
        result = solve_site(
            kernel,
            grid,
            p[rows],
            _rows(y0, rows, n),
            times=times,
            transport=transport,
            u=None if u is None else replace(u, values=u.values[rows if len(u.values) > 1 else slice(None)]),
            **_block_settings(settings, rows),
        )
        parts.append(_reduce(result, grid, reducers))
    series, reduced, status, fail_time = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return ReducedColumns(times, series, reduced, status, fail_time)


def _rows(y0: np.ndarray, rows: slice, n: int) -> np.ndarray:
    if y0.ndim == 3 and y0.shape[0] == 1:
        return np.broadcast_to(y0, (min(n, rows.stop) - rows.start, *y0.shape[1:]))
    return y0[rows]


def _block_settings(settings: SiteSettings, rows: slice) -> Any:
    cells = settings.get("p_cell")
    if cells is None or len(cells) <= 1:
        return settings
    return {**settings, "p_cell": np.asarray(cells)[rows]}


def _reduce(result: SiteResult, grid: Grid, reducers: Sequence[CoreReducer]) -> tuple[np.ndarray, ...]:
    found = [reduce_series(result.times, core_series(result, grid, r), r) for r in reducers]
    n, n_times = result.y.shape[:2]
    series = np.stack([s for s, _ in found], axis=2) if found else np.zeros((n, n_times, 0))
    reduced = np.stack([r for _, r in found], axis=1) if found else np.zeros((n, 0))
    return series, np.where(result.ok[:, None], reduced, np.nan), result.status, result.fail_time


def _problems(reducer: CoreReducer, kernel: Kernel) -> list[tuple[str, str]]:
    found = []
    if reducer.kind not in _KINDS:
        found.append((f"got kind {reducer.kind!r}", suggest(reducer.kind, _KINDS)))
    if bool(reducer.states) == (reducer.output >= 0):
        found.append((f"got states {reducer.states}, output {reducer.output}", "give one of the two"))
    most = max((*reducer.states, reducer.volume))
    if most >= kernel.n_states or reducer.output >= kernel.n_outputs or min((*reducer.states, 0)) < 0:
        sizes = f"{kernel.n_outputs} outputs and {kernel.n_states} states"
        found.append(
            (f"got states {reducer.states}, volume {reducer.volume}, output {reducer.output}", sizes)
        )
    if not 0.0 <= reducer.core[0] < reducer.core[1]:
        found.append((f"got core {reducer.core}", "give near and far end, near end first [mm]"))
    if reducer.kind.startswith("first_") and not math.isfinite(reducer.level):
        found.append((f"got level {reducer.level}", "give the level to be reached"))
    return found
