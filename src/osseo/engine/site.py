"""`solve_site`: fields that react in every cell of a column and diffuse between cells.

A macro-step is half transport, reactions, half transport. The model comes as a `Kernel` of addresses
and holds for every cell alike; what differs between cells are states and parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

import numpy as np

from osseo.engine.failure import Failures, summarise_failures
from osseo.engine.grid import FaceLaw, FieldTransport, Grid
from osseo.engine.inputs import InputTable, pack_inputs
from osseo.engine.kernel import ColumnLaw, Kernel
from osseo.engine.native.column_arrays import ColumnLanes, ColumnSizes, make_column_lanes
from osseo.engine.native.loops import kind_of, load_loop
from osseo.engine.native.site_arrays import SiteCourseArrays, SiteTask, make_site_work
from osseo.engine.scale.memory import check_memory
from osseo.engine.status import Status
from osseo.engine.threads import check_width, choose_width, run_chunks
from osseo.errors import InputError, Issue, SolveError

__all__ = ["SiteResult", "SiteSettings", "solve_site"]


_LANE_PARTS = ("react", "refine", "transport", "check", "outputs")


class SiteSettings(TypedDict, total=False):
    """How cells differ, and how exactly to compute.

    p_cell (n or 1, n_cells, k) replaces columns p_cell_index (k,) of p cell by cell. dt [d]: longest
    macro-step. tolerance: gap between the Euler and the Heun step, over the scale of the state, above
    which a cell is cut into substeps. scale (n_states,): smallest amount that matters, default
    1 % of the mean cell width (densities of order one); it grows with the amounts met. width: columns side by
    side (default: what the processor holds); it changes no bit of the result.
    """

    p_cell: np.ndarray | None
    p_cell_index: np.ndarray | Sequence[int] | None
    dt: float
    tolerance: float
    scale: np.ndarray | float | None
    n_threads: int | None
    width: int | None


@dataclass(frozen=True)
class SiteResult:
    """Columns of n members.

    Parameters
    ----------
    times : (n_times,) [d].
    y : (n, n_times, n_cells, n_states) amounts per unit area; NaN from a failure on.
    out : (n, n_times, n_cells, n_outputs).
    wall_in : (n, n_times, n_fields) amount that entered through both faces since times[0].
    status : (n,) Status values; fail_time (n,) [d], NaN where OK.
    n_steps : (n,) macro-steps; n_calls (n,) calls of the right-hand side.
    failures : where each column stood, and in which cell.
    """

    times: np.ndarray
    y: np.ndarray
    out: np.ndarray
    wall_in: np.ndarray
    status: np.ndarray
    fail_time: np.ndarray
    n_steps: np.ndarray
    n_calls: np.ndarray
    failures: Failures = field(repr=False)

    @property
    def ok(self) -> np.ndarray:
        """Mask (n,) of the members that reached the end."""
        return self.status == Status.OK

    def raise_if_failed(self, names: Sequence[str] = (), units: Sequence[str] = ()) -> None:
        """Raise if any member failed.

        Raises
        ------
        SolveError : how many, the first reason, and the report of the member that failed first.
        """
        if not np.all(self.ok):
            raise SolveError(summarise_failures(self, names, units))


def solve_site(
    kernel: Kernel,
    grid: Grid,
    p: np.ndarray,
    y0: np.ndarray,
    *,
    times: np.ndarray,
    transport: Sequence[FieldTransport],
    u: InputTable | None = None,
    **settings: Unpack[SiteSettings],
) -> SiteResult:
    """Courses of n columns by Strang splitting; threads and order change no bit.

    d a_i/dt = rate_i + F_(i-1/2) - F_(i+1/2),   F = (rho_i - rho_(i+1)) / (v_i/2D_i + v_(i+1)/2D_(i+1))

    with amounts a per unit area, thickness v of a cell (a state that starts at the grid's width)
    and density rho = a/v. The flux out of one cell is the flux into the next, so amounts close to
    rounding. A wall that holds a density lies half a cell from the first centre. In a radial column F
    is multiplied by the area of its face over the cross-section of the cell (`Grid.face_areas`), and
    amounts close after weighting by that cross-section; `wall_in` is in units of the reference area.

    Parameters
    ----------
    kernel : the model of one cell.
    grid : cells at day 0.
    p : (n, n_parameters); wall values are parameters too.
    y0 : (n, n_cells, n_states) amounts at times[0], none negative.
    times : (n_times,) [d] strictly increasing; macro-steps are shortened to meet them.
    transport : fields that move; the coefficient must not depend on the moving density itself.
    u : inputs, read once per macro-step at its middle (at its ends for transport and outputs).
    settings : p_cell, p_cell_index, dt (0.25 d), tolerance (0.02), scale, n_threads.

    Returns
    -------
    result : a member that fails has a status, and NaN from then on; nothing is raised.

    Raises
    ------
    InputError : arrays of the wrong shape, unsorted times, indices outside the model.
    """
    task = SiteTask(**_make_task(kernel, grid, (p, y0, times), u, transport, settings))
    n, n_fields = task.y0.shape[0], len(transport)
    course = SiteCourseArrays(**_make_course(kernel, task.y0.shape, task.times.size, n_fields))
    width = choose_width(n, settings.get("width"))
    run = _make_run(kernel, task, course, grid, width)
    run_chunks(run, n, settings.get("n_threads"), width=width)
    return SiteResult(
        times=task.times,
        y=course.y,
        out=course.out,
        wall_in=course.wall_in,
        status=course.status,
        fail_time=course.fail_time,
        n_steps=course.n_steps,
        n_calls=course.n_calls,
        failures=Failures(
            course.fail_step,
            course.fail_state,
            course.fail_component,
            event_time=np.full(n, np.nan),
            cell=course.fail_cell,
        ),
    )


def _make_run(
    kernel: Kernel, task: SiteTask, course: SiteCourseArrays, grid: Grid, width: int
) -> Callable[[int, int], None]:
    """Return the function that computes members first..last-1, side by side if there are several."""
    n_cells, n_fields = grid.n_cells, task.field.size
    sizes = (kernel.n_states, kernel.n_parameters, kernel.n_inputs, kernel.n_outputs)
    if kernel.make_columns is None or width == 1:
        groups = (task, course, make_site_work(n_cells, sizes, n_fields))
        run_columns = load_loop("osseo.engine._site_loop", "run_columns", *map(kind_of, groups))

        def run(first: int, last: int) -> None:
            run_columns(task, course, make_site_work(n_cells, sizes, n_fields), first, last)

        return run
    laws = zip(task.field, task.volume, task.coefficient, task.near, task.far, strict=True)
    code = kernel.make_columns(width, tuple(ColumnLaw(*map(int, law)) for law in laws))
    addresses = {f"lane_{name}": getattr(code, name) for name in _LANE_PARTS}
    task = task._replace(**addresses)
    column_sizes = ColumnSizes(*sizes, n_cells, n_fields, task.p_cell_index.size)
    geometry = (task.widths, task.face_areas, task.cell_areas)

    def make_lanes() -> ColumnLanes:
        return make_column_lanes(width, column_sizes, task.p_cell_index, geometry)

    groups = (task, course, make_site_work(n_cells, sizes, n_fields), make_lanes())
    run_lanes = load_loop("osseo.engine._site_lane_loop", "run_column_lanes", *map(kind_of, groups))

    def run_side_by_side(first: int, last: int) -> None:
        # the code is called by address: hold it until the run ends
        _ = code
        run_lanes(task, course, make_site_work(n_cells, sizes, n_fields), make_lanes(), first, last)

    return run_side_by_side


def _make_task(kernel, grid, arrays, u, transport, settings: SiteSettings) -> dict[str, Any]:
    """Check everything that was given and lay it out for the loop."""
    # copies: the loop is compiled for arrays that may be written, whatever the caller has
    p, y0, times = (np.array(a, dtype=np.float64, order="C") for a in arrays)
    n = y0.shape[0] if y0.ndim == 3 else 0
    issues = _check_shapes(kernel, grid, p, y0, times)
    knots, values, is_linear, input_issues = pack_inputs(u, n, kernel.n_inputs)
    issues += input_issues + _check_transport(kernel, transport)
    p_cell, p_cell_index, cell_issues = _pack_cells(kernel, grid, n, settings)
    dt, tolerance = float(settings.get("dt", 0.25)), float(settings.get("tolerance", 0.02))
    if not (dt > 0 and tolerance > 0):
        issues.append(Issue("dt, tolerance", f"got {dt}, {tolerance}; both must be positive"))
    scale = np.asarray(0.0 if settings.get("scale") is None else settings.get("scale"), dtype=np.float64)
    if scale.shape not in ((), (kernel.n_states,)) or not np.all(np.isfinite(scale) & (scale >= 0)):
        issues.append(Issue("scale", f"got {scale!r}; expected 0 or more, () or ({kernel.n_states},)"))
    issues += cell_issues + check_width(settings.get("width"))
    if issues:
        raise InputError.from_issues("solve_site", issues)
    return {
        "rhs": kernel.rhs,
        "output": kernel.output,
        **{f"lane_{name}": 0 for name in _LANE_PARTS},
        "p": p,
        "p_cell": p_cell,
        "p_cell_index": p_cell_index,
        "y0": y0,
        "times": times,
        "knots": knots,
        "u": values,
        "is_linear": is_linear,
        "widths": grid.widths,
        "face_areas": grid.face_areas,
        "cell_areas": grid.cell_areas,
        **_pack_transport(kernel.n_states, transport),
        "scale": _pack_scale(settings.get("scale"), grid, kernel.n_states),
        "dt": dt,
        "tolerance": tolerance,
    }


def _pack_scale(scale: Any, grid: Grid, n_states: int) -> np.ndarray:
    """Smallest amount that matters, per state (n_states,)."""
    smallest = 0.01 * float(np.mean(grid.widths)) if scale is None else scale
    return np.array(np.broadcast_to(np.asarray(smallest, dtype=np.float64), (n_states,)))


def _check_shapes(kernel: Kernel, grid: Grid, p, y0, times) -> list[Issue]:
    """Compare the arrays with the sizes of the model and the grid."""
    issues = []
    cells = (grid.n_cells, kernel.n_states)
    if y0.ndim != 3 or y0.shape[1:] != cells:
        issues.append(Issue("y0", f"got shape {y0.shape}; expected (n, {cells[0]}, {cells[1]})"))
    elif p.shape != (y0.shape[0], kernel.n_parameters):
        want = f"({y0.shape[0]}, {kernel.n_parameters})"
        issues.append(Issue("p", f"got shape {p.shape}; expected {want}"))
    if times.ndim != 1 or not times.size or not np.all(np.isfinite(times)):
        issues.append(Issue("times", f"got shape {times.shape}; expected finite times (n_times,)"))
    elif np.any(np.diff(times) <= 0):
        issues.append(Issue("times", "they do not increase", "sort them and drop repeats"))
    return issues


def _pack_cells(
    kernel: Kernel, grid: Grid, n: int, settings: SiteSettings
) -> tuple[np.ndarray, np.ndarray, list[Issue]]:
    """Return the parameters that differ between cells, where they go, and what is wrong."""
    given, where = settings.get("p_cell"), settings.get("p_cell_index")
    if given is None and where is None:
        return np.zeros((1, grid.n_cells, 0)), np.zeros(0, dtype=np.int64), []
    p_cell = np.array([] if given is None else given, dtype=np.float64, order="C")
    index = np.array([] if where is None else where, dtype=np.int64)
    issues = []
    expected = (grid.n_cells, index.size)
    if p_cell.ndim != 3 or p_cell.shape[0] not in (1, n) or p_cell.shape[1:] != expected:
        want = f"(1 or {n}, {expected[0]}, {expected[1]})"
        issues.append(Issue("p_cell", f"got shape {p_cell.shape}; expected {want}"))
    if np.any((index < 0) | (index >= kernel.n_parameters)):
        issues.append(Issue("p_cell_index", f"got {index}; expected 0..{kernel.n_parameters - 1}"))
    return p_cell, index, issues


def _check_transport(kernel: Kernel, transport: Sequence[FieldTransport]) -> list[Issue]:
    """Check that every index of every field lies inside the model."""
    issues = []
    for i, law in enumerate(transport):
        where = f"transport[{i}]"
        if not 0 <= law.field < kernel.n_states or not -1 <= law.volume < kernel.n_states:
            got = f"got field {law.field}, volume {law.volume}"
            issues.append(Issue(where, f"{got}; the model has {kernel.n_states} states"))
        if not 0 <= law.coefficient < kernel.n_outputs:
            got = f"got coefficient {law.coefficient}"
            issues.append(Issue(where, f"{got}; the model has {kernel.n_outputs} outputs"))
        for face, wall in (("near", law.near), ("far", law.far)):
            issues += _check_wall(f"{where}.{face}", wall, kernel.n_parameters)
    return issues


def _check_wall(where: str, wall: FaceLaw, n_parameters: int) -> list[Issue]:
    """Check the law at one face."""
    if wall.kind not in ("no_flux", "value"):
        return [Issue(where, f"got {wall.kind!r}; expected no_flux or value")]
    if wall.kind == "value" and not 0 <= wall.parameter < n_parameters:
        return [Issue(where, f"got parameter {wall.parameter}; expected 0..{n_parameters - 1}")]
    return []


def _pack_transport(n_states: int, transport: Sequence[FieldTransport]) -> dict[str, np.ndarray]:
    """Lay the transport laws out as index arrays (n_fields,); -1 is a face without flux."""

    def column(values) -> np.ndarray:
        return np.array(list(values), dtype=np.int64)

    volume = column(law.volume for law in transport)
    is_volume = np.zeros(n_states, dtype=np.int64)
    is_volume[volume[volume >= 0]] = 1
    return {
        "field": column(law.field for law in transport),
        "volume": volume,
        "coefficient": column(law.coefficient for law in transport),
        "near": column(w.parameter if w.kind == "value" else -1 for w in _walls(transport, "near")),
        "far": column(w.parameter if w.kind == "value" else -1 for w in _walls(transport, "far")),
        "is_volume": is_volume,
    }


def _walls(transport: Sequence[FieldTransport], face: str) -> list[FaceLaw]:
    """Laws at one face, field by field."""
    return [getattr(law, face) for law in transport]


def _make_course(kernel: Kernel, shape, n_times: int, n_fields: int) -> dict[str, np.ndarray]:
    """Allocate the results; NaN wherever nothing will be written."""
    n, n_cells, n_states = shape
    size = 8 * n * n_times * n_cells * (n_states + kernel.n_outputs)
    check_memory("solve_site", size, f"the fields of {n} members at {n_times} times", "solve_site_reduced")
    return {
        "y": np.full((n, n_times, n_cells, n_states), np.nan),
        "out": np.full((n, n_times, n_cells, kernel.n_outputs), np.nan),
        "wall_in": np.full((n, n_times, n_fields), np.nan),
        "status": np.zeros(n, dtype=np.int64),
        "n_steps": np.zeros(n, dtype=np.int64),
        "n_calls": np.zeros(n, dtype=np.int64),
        "fail_time": np.full(n, np.nan),
        "fail_step": np.full(n, np.nan),
        "fail_state": np.full((n, n_states), np.nan),
        "fail_component": np.full(n, -1, dtype=np.int64),
        "fail_cell": np.full(n, -1, dtype=np.int64),
    }
