"""Magnesium in the body over time: people, a regimen and a horizon in, courses out.

People are at their habitual steady state before the first dose. Many people are advanced at once, each
alone; one who fails is a row of NaN with a reason. It knows nothing of grafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from osseo.compiler.compile import compile_model
from osseo.compiler.system import System
from osseo.engine.batch import solve_batch
from osseo.engine.result import BatchResult
from osseo.errors import InputError, Issue
from osseo.language.load import load_model
from osseo.names import check_name
from osseo.parameters import load_parameters
from osseo.scenario.dosing import DosePlan, dosing_values, make_plan
from osseo.scenario.types import DoseRule
from osseo.simulate.body_close import ClosedPeople, close_people, make_fraction
from osseo.simulate.body_doses import MODES, count_given, deliver

__all__ = ["BODY_OUTPUTS", "BodyCourse", "body_system", "simulate_body"]

#: what a course reports: name -> (label, unit)
BODY_OUTPUTS = {
    "serum_total": ("Total serum magnesium", "mmol/L"),
    "serum_ionised": ("Ionised magnesium", "mmol/L"),
    "status": ("Magnesium status", "mmol/L"),
    "urine_24h": ("Magnesium in 24-h urine", "mmol/d"),
    "fractional_excretion": ("Fractional excretion of magnesium", "1"),
    "absorbed": ("Magnesium absorbed", "mmol/d"),
    "balance": ("Magnesium given minus lost, since the start", "mmol"),
    "stores": ("Exchangeable and bone magnesium", "mmol"),
    "stool_mg": ("Magnesium in stool", "mmol/d"),
    "stool_water": ("Stool water held by magnesium", "g/d"),
}
_COLUMNS = ("mg_intake",)
#: [d] the run starts a day early, so that the first urine collection is a whole day
_DAY = 1.0
_DIGITS = 9  # times closer than 1e-9 d are one


@dataclass(frozen=True)
class BodyCourse:
    """Magnesium in n people over time.

    Parameters
    ----------
    times : (n_times,) [d], day 0 is surgery.
    outputs : name of `BODY_OUTPUTS` -> (n, n_times). urine_24h, stool_mg and absorbed are of the 24 h
        that end at the time. NaN from a failure on.
    ledger_error : (n,) [1] largest gap in the magnesium account, relative to all that was given.
    status : (n,) Status values of the solver.
    serum_base, tm : (n,) [mmol/L] habitual serum and tubular maximum, one of them solved for.
    efficiency : (n,) [1] absorption relative to the reference curve.
    start : [d] begin of the run.
    notes : sentences about people who do not fit the ranges.
    model_hash : hash of the compiled model.
    """

    times: np.ndarray
    outputs: Mapping[str, np.ndarray]
    ledger_error: np.ndarray
    status: np.ndarray
    serum_base: np.ndarray
    tm: np.ndarray
    efficiency: np.ndarray
    start: float
    notes: tuple[str, ...] = ()
    model_hash: str = ""

    def __getitem__(self, name: str) -> np.ndarray:
        """Return an output (n, n_times) by name, with near names if it does not exist."""
        check_name(name, self.outputs, "body output", "BodyCourse")
        return self.outputs[name]


@cache
def body_system(name: str = "body") -> System:
    """Return the compiled body model, once per process."""
    return compile_model(load_model(name))


def simulate_body(
    columns: Mapping[str, np.ndarray],
    rules: Sequence[DoseRule],
    *,
    times: np.ndarray,
    overrides: Mapping[str, np.ndarray] | None = None,
    mode: str = "averaged",
    system: System | None = None,
) -> BodyCourse:
    """Simulate magnesium in n people under a regimen.

    Parameters
    ----------
    columns : population columns, each (n,): mg_intake [mmol/d] always; weight_kg [kg], gfr [L/d],
        serum_mg [mmol/L], urine_mg [mmol/d], meal_phytate [mmol] where known. A missing column or a
        NaN is unknown: serum then follows from the tubular maximum, absorption from its parameter.
    rules : the regimen; empty is the diet alone. Compare arms with `placebo_of` the same rules, so
        that both are computed at the same instants.
    times : (n_times,) [d] increasing.
    overrides : full parameter name -> (n,) values, e.g. draws.
    mode : `averaged` (sittings as a constant inflow) or `explicit` (each sitting an event).
    system : a compiled body model, default the shipped one.

    Returns
    -------
    BodyCourse.

    Raises
    ------
    InputError : a column is missing or has another length, times do not increase.

    Assumptions: constant diet, GFR and weight; urine equals absorption at steady state; no
    haemodilution (it acts on what is observed, not on status).
    Valid for: adults with a kidney; not for dialysis, salt-wasting, pregnancy.

    Examples
    --------
    >>> course = simulate_body({"mg_intake": np.array([12.0])}, (), times=np.array([0.0, 28.0]))
    >>> bool(abs(course["serum_total"][0, 1] - course.serum_base[0]) < 1e-6)
    True
    """
    times = np.asarray(times, dtype=float)
    people = _check(columns, times, mode)
    system = body_system() if system is None else system
    drawn = dict(overrides or {})
    values = dosing_values(drawn)
    start = float(min([rule.start_d for rule in rules] + [0.0, times[0]])) - _DAY
    end = float(times[-1])
    diet, phytate = people["mg_intake"], people.get("meal_phytate", 0.0)
    habit, plan = (
        make_plan(r, diet, start=start, stop=end + _DAY, values=values, meal_phytate=phytate)
        for r in ((), rules)
    )
    closed = close_people(system, load_parameters(), people, drawn, habit)
    delivery = deliver(system, plan, make_fraction(system, closed.p), mode)
    grid = np.unique(np.round(np.concatenate([[start], times, times - _DAY]), _DIGITS))
    result = solve_batch(
        system.kernel,
        closed.p,
        system.initial(closed.p, np.zeros(len(system.input_names))),
        times=grid,
        u=delivery.inputs,
        events=delivery.events,
    )
    given = count_given(delivery, start, grid)
    return _course(system, closed, plan, result, given, times)


def _check(columns: Mapping[str, np.ndarray], times: np.ndarray, mode: str) -> dict[str, np.ndarray]:
    """Return the columns as arrays of one length, or raise with everything that is wrong."""
    check_name(mode, MODES, "dosing mode", "simulate_body")
    people = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in columns.items()}
    issues = [
        Issue(f"columns.{name}", "is missing", "give it for every person")
        for name in _COLUMNS
        if name not in people
    ]
    n = next(iter(people.values())).size if people else 0
    issues += [
        Issue(f"columns.{name}", f"has shape {value.shape}; expected ({n},)")
        for name, value in people.items()
        if value.shape != (n,)
    ]
    if times.ndim != 1 or times.size == 0 or not np.all(np.diff(times) > 0):
        issues.append(Issue("times", f"shape {times.shape}; expected increasing times", "sort them"))
    if issues:
        raise InputError.from_issues("simulate_body", issues)
    return people


def _course(
    system: System,
    closed: ClosedPeople,
    plan: DosePlan,
    result: BatchResult,
    given: np.ndarray,
    times: np.ndarray,
) -> BodyCourse:
    """Reduce what the engine returned to what is reported."""
    now = np.searchsorted(result.times, np.round(times, _DIGITS))
    before = np.searchsorted(result.times, np.round(times - _DAY, _DIGITS))
    out = {name.partition(".")[2]: result.out[:, now, i] for name, i in system.output_index.items()}

    def day(series: np.ndarray) -> np.ndarray:
        return series[:, now] - series[:, before]

    urine = result.y[:, :, system.state_index["magnesium_kidney.urine_amount"]]
    stool = result.y[:, :, system.state_index["magnesium_gut.stool_amount"]]
    stores = result.out[:, :, system.output_index["magnesium_pools.stores"]]
    water_per_mg = np.divide(
        out["stool_water"],
        out["stool_flux"],
        out=np.zeros_like(out["stool_flux"]),
        where=out["stool_flux"] > 0,
    )
    outputs = {
        "serum_total": out["serum_total"],
        "serum_ionised": out["serum_ionised"],
        "status": result.y[:, now, system.state_index["magnesium_status.status"]],
        "urine_24h": day(urine),
        "fractional_excretion": out["fractional_excretion"],
        "absorbed": day(stores + urine - _infused(plan, result.times)),
        "balance": (given - urine - stool)[:, now],
        "stores": out["stores"],
        "stool_mg": day(stool),
        "stool_water": day(stool) * water_per_mg,
    }
    return BodyCourse(
        times=times,
        outputs=outputs,
        ledger_error=_ledger_error(system, result, given),
        status=result.status,
        serum_base=closed.serum,
        tm=closed.tm,
        efficiency=closed.efficiency,
        start=float(result.times[0]),
        notes=closed.notes,
        model_hash=system.hash,
    )


def _infused(plan: DosePlan, times: np.ndarray) -> np.ndarray:
    """Return (n_times,) [mmol] given by vein up to each time."""
    shares = [d.amount * np.clip((times - d.time) / d.duration, 0.0, 1.0) for d in plan.infusions]
    return np.sum(shares, axis=0) if shares else np.zeros_like(times)


def _ledger_error(system: System, result: BatchResult, given: np.ndarray) -> np.ndarray:
    """Return (n,) the largest gap between what was given and what all amounts gained.

    Every state in mmol counts: pools, gut and the integrated losses. Relative to all that was given.
    """
    amounts = [i for i, q in enumerate(system.ir.states) if q.unit == "mmol"]
    total = result.y[:, :, amounts].sum(axis=2)
    gap = np.abs(total - total[:, :1] - given).max(axis=1)
    return gap / np.maximum(given[:, -1], np.finfo(float).tiny ** 0.5)
