"""From sittings to what the engine takes: dose events, or a daily inflow that is constant in steps.

Both ask the model's dose map once per sitting, so they deliver the same amounts; they differ only in
when, within the day, magnesium enters. Also what was given up to a time, counted apart from the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from osseo.compiler.system import System
from osseo.engine.batch import InputTable
from osseo.engine.events import EventRow, EventTable, expand_events
from osseo.errors import ModelError
from osseo.names import check_name
from osseo.scenario.dosing import DosePlan, SingleDose, Stretch, count_days

__all__ = ["MODES", "Delivery", "count_given", "deliver"]

MODES = ("averaged", "explicit")
Fraction = Callable[[np.ndarray, np.ndarray], np.ndarray]
_TAGS = ("dose_absorbable", "dose_transit", "dose_iv")
_INFLOWS = ("magnesium_gut.absorbable_inflow", "magnesium_gut.transit_inflow")


@dataclass(frozen=True)
class Delivery:
    """What n members receive: one event table each, and the input table."""

    events: tuple[EventTable, ...]
    inputs: InputTable


@dataclass(frozen=True)
class _Row:
    """An event row whose amount differs between members, amount (n,)."""

    row: EventRow
    amount: np.ndarray


def deliver(system: System, plan: DosePlan, fraction: Fraction, mode: str) -> Delivery:
    """Turn a plan into events and inputs.

    Parameters
    ----------
    system : the compiled body model, for the places of its doses and inflows.
    plan : sittings, single doses and infusions.
    fraction : f(sitting (n,), phi (n,)) -> absorbed fraction (n,).
    mode : `averaged`, sittings as a constant inflow per stretch; `explicit`, every sitting an event.
        Single doses and infusions are events in both.

    Returns
    -------
    Delivery : amounts [mmol], inflows [mmol/d].
    """
    check_name(mode, MODES, "dosing mode", "simulate_body")
    targets = [_target(system, tag) for tag in _TAGS]
    rows = _infusion_rows(plan, targets[2]) + _single_rows(plan, fraction, targets)
    if mode == "explicit":
        for stretch in plan.stretches:
            rows += _sitting_rows(stretch, fraction, targets)
    n = plan.stretches[0].sittings[0].amount.size
    tables = tuple(expand_events([_with_amount(r, i) for r in rows], system.state_index) for i in range(n))
    return Delivery(tables, _inflow(system, plan, fraction, averaged=mode == "averaged"))


def _target(system: System, tag: str) -> str:
    found = system.ir.tagged(tag)
    if len(found) != 1:
        names = ", ".join(q.name for q in found) or "none"
        raise ModelError(f"model {system.ir.name}: tag {tag} is on {names}; expected one state")
    return found[0].name


def _with_amount(row: _Row, i: int) -> EventRow:
    base = row.row
    amount = float(row.amount[i])
    return EventRow(
        base.time, base.kind, base.target, amount, base.duration, every=base.every, count=base.count
    )


def _infusion_rows(plan: DosePlan, target: str) -> list[_Row]:
    n = plan.stretches[0].sittings[0].amount.size
    return [
        _Row(EventRow(d.time, "infusion", target, 0.0, d.duration), np.full(n, d.amount))
        for d in plan.infusions
    ]


def _split(
    amount: np.ndarray, absorbed: np.ndarray, targets: list[str], time: float, count: int
) -> list[_Row]:
    """Return the two boluses of a sitting; what is not absorbed is in transit, to the last bit."""
    every = 1.0 if count > 1 else 0.0
    parts = (amount * absorbed, amount - amount * absorbed)
    return [
        _Row(EventRow(time, "bolus", target, 0.0, every=every, count=count), part)
        for target, part in zip(targets, parts, strict=False)
    ]


def _single_rows(plan: DosePlan, fraction: Fraction, targets: list[str]) -> list[_Row]:
    rows: list[_Row] = []
    for dose in plan.singles:
        rows += _split(dose.amount, _net_fraction(dose, fraction), targets, dose.time, 1)
    return rows


def _net_fraction(dose: SingleDose, fraction: Fraction) -> np.ndarray:
    """Return (n,) what of a single dose is absorbed on top of its meal, as a fraction of the dose.

    net = (A(dose + meal) - A(meal)) / dose: the meal is in the diet already, and is absorbed less well
    because of the dose.
    """
    whole = fraction(dose.sitting, dose.phi) * dose.sitting
    alone = np.where(dose.meal > 0, fraction(dose.meal, dose.meal_phi) * dose.meal, 0.0)
    net = np.divide(whole - alone, dose.amount, out=np.zeros_like(dose.amount), where=dose.amount > 0)
    return np.clip(net, 0.0, 1.0)


def _sitting_rows(stretch: Stretch, fraction: Fraction, targets: list[str]) -> list[_Row]:
    rows: list[_Row] = []
    for sitting in stretch.sittings:
        first, count = count_days(stretch, sitting.clock)
        if count > 0:
            absorbed = fraction(sitting.amount, sitting.phi)
            rows += _split(sitting.amount, absorbed, targets, first, count)
    return rows


def _inflow(system: System, plan: DosePlan, fraction: Fraction, averaged: bool) -> InputTable:
    """Return the inflows of absorbable and transit magnesium, constant in each stretch."""
    n = plan.stretches[0].sittings[0].amount.size
    values = np.zeros((n, len(plan.stretches), len(system.input_names)))
    places = [system.input_index[name] for name in _INFLOWS]
    for k, stretch in enumerate(plan.stretches if averaged else ()):
        for sitting in stretch.sittings:
            absorbed = sitting.amount * fraction(sitting.amount, sitting.phi)
            values[:, k, places[0]] += absorbed
            values[:, k, places[1]] += sitting.amount - absorbed
    knots = np.array([stretch.start for stretch in plan.stretches])
    return InputTable(times=knots, values=values, kind="step")


def count_given(delivery: Delivery, start: float, times: np.ndarray) -> np.ndarray:
    """Return (n, n_times) [mmol] all magnesium given from `start` up to and including each time.

    It counts doses and inflows themselves, not the model's states, so that it can check them.
    """
    inputs = delivery.inputs
    edges = np.append(inputs.times, np.inf)
    lasted = np.clip(times[:, None], edges[:-1], edges[1:]) - np.maximum(edges[:-1], start)
    flowed = inputs.values.sum(axis=2) @ np.maximum(lasted, 0.0).T
    given = np.broadcast_to(flowed, (len(delivery.events), times.size)).copy()
    for i, table in enumerate(delivery.events):
        past = table.time[None, :] <= times[:, None]
        given[i] += past @ table.jump
        given[i] += np.maximum(times[:, None] - table.time[None, :], 0.0) @ table.rate
    return given
