"""EventRow: one dose rule as a person would say it, and what can be wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osseo.errors import InputError, Issue
from osseo.names import check_name

__all__ = ["ALL_STATES", "KINDS", "MOST_REPEATS", "STEADY", "EventRow", "check_rows", "infusion_shape"]

KINDS = ("bolus", "infusion", "reset")
STEADY = ("", "replace", "add")
#: administrations that one rule may have: more is a slip, and would fill the memory
MOST_REPEATS = 1_000_000
#: target of a reset that concerns the whole system
ALL_STATES = "*"


@dataclass(frozen=True)
class EventRow:
    """One dose rule.

    Parameters
    ----------
    time : [d] first administration, day 0 is surgery.
    kind : `bolus` (amount at once), `infusion` (amount over duration, or at a rate), or `reset`: the target
        is set to `amount` and its infusions stop; target `*` puts every state back to its start value.
        What was given before a reset and has not arrived (lag) is cancelled; later repeats are given.
    target : full name of the state that receives it.
    amount : [unit of the state]; for an infusion, the whole amount.
    duration : [d] of an infusion; leave it 0 if `rate` is given.
    lag : [d] added to every administration time.
    every, count : [d], repeats; count 1 means once.
    rate : [unit of the state/d] of an infusion; leave it 0 if `duration` is given.
    steady : `replace`: at `time` the system is where endless repeats every `every` days have brought it
        (other doses do not count, their infusions stop); `add`: that state is added to what is there;
        empty: no steady state. An infusion with a rate, no amount and no `every` has run for ever and
        ends at `time`.
    """

    time: float
    kind: str
    target: str
    amount: float
    duration: float = 0.0
    lag: float = 0.0
    every: float = 0.0
    count: int = 1
    rate: float = 0.0
    steady: str = ""

    @property
    def is_endless(self) -> bool:
        """Tell whether this is the steady state of a constant infusion."""
        return bool(self.steady) and self.kind == "infusion" and self.every == 0


def infusion_shape(row: EventRow) -> tuple[float, float]:
    """Return the rate [unit/d] and the duration [d] of an infusion row."""
    if row.rate:
        return row.rate, row.amount / row.rate
    return row.amount / row.duration, row.duration


def check_rows(rows: Sequence[EventRow], state_index: Mapping[str, int]) -> None:
    """Raise for unknown names at once, and for everything else that is wrong in one error.

    Raises
    ------
    NameUnknown : unknown kind, target or steady word. InputError : all other problems together.
    """
    issues: list[Issue] = []
    for i, row in enumerate(rows):
        where = f"event {i}"
        check_name(row.kind, KINDS, "event kind", where)
        check_name(row.steady, STEADY, "steady state", where)
        if not (row.kind == "reset" and row.target == ALL_STATES):
            check_name(row.target, state_index, "dose target", where)
        issues += [Issue(where, text) for text in _problems(row)]
    if issues:
        raise InputError.from_issues("dose rows", issues)


def _problems(row: EventRow) -> list[str]:
    found = []
    numbers = {name: getattr(row, name) for name in ("time", "duration", "lag", "every", "rate")}
    found += [
        f"got {name} {v}; expected a finite number" for name, v in numbers.items() if not math.isfinite(v)
    ]
    found += [
        f"got {name} {v}; expected 0 or more" for name, v in numbers.items() if name != "time" and v < 0
    ]
    if row.count < 1 or (row.count > 1 and row.every <= 0):
        found.append(f"got count {row.count}, every {row.every}; repeats need every > 0")
    if row.count > MOST_REPEATS:
        found.append(f"got count {row.count}; expected at most {MOST_REPEATS}: give an infusion or an inflow")
    if row.kind == "infusion":
        found += _infusion_problems(row)
    elif row.duration or row.rate:
        found.append(f"got a duration or rate on a {row.kind}; only an infusion has them")
    if row.kind == "reset" and (row.lag or row.every or row.count > 1 or row.steady):
        found.append("a reset has no lag, repeats or steady state")
    if row.steady and row.kind == "bolus" and row.every <= 0:
        found.append(f"got every {row.every}; the steady state of a bolus needs every > 0")
    return found


def _infusion_problems(row: EventRow) -> list[str]:
    if row.is_endless:
        good = row.rate > 0 and row.duration == 0 and row.amount == 0
        return [] if good else ["a constant infusion at steady state needs rate > 0, no amount, no duration"]
    if row.duration > 0 and row.rate > 0:
        return ["got both duration and rate; give one"]
    if row.duration > 0 or (row.rate > 0 and row.amount > 0):
        return []
    return [f"got infusion of {row.duration} d at rate {row.rate}; expected duration > 0 or rate > 0"]
