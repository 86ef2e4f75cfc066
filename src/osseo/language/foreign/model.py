"""ForeignModel: a ModelIR with the values of its file, its events and the names of what it reports.

Symbols keep their SBML ids behind a prefix: `model.X` is what X means in a formula of the file,
`amount.S` and `concentration.S` are the two readings of a species, `local.R.k` is a parameter of reaction R.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osseo.errors import InputError, Issue, ModelError
from osseo.language.foreign.value import Start, evaluate_all
from osseo.language.ir import Expr, ModelIR
from osseo.names import suggest

__all__ = ["Assignment", "ForeignEvent", "ForeignModel", "ForeignRefusal"]


class ForeignRefusal(ModelError):
    """A model that osseo does not compute; `constructs` says why, in the words of the table in the docs."""

    def __init__(self, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message, issues)
        self.constructs = tuple(dict.fromkeys(issue.message for issue in issues)) or (message,)


@dataclass(frozen=True)
class Assignment:
    """What an event sets.

    Parameters
    ----------
    state : full name of the state that is set.
    value : output that holds the new value, in the meaning of the file.
    volume : output the value is multiplied by (the value is a concentration, the state an amount), or none.
    """

    state: str
    value: str
    volume: str | None = None


@dataclass(frozen=True)
class ForeignEvent:
    """An event of the file; triggers, delays, priorities and values are outputs of the ModelIR.

    Parameters
    ----------
    name : id, or its place in the file.
    trigger : output that is 1 while the trigger holds, else 0.
    starts_true : the trigger counts as having held before time 0, so that it does not fire there.
    persistent : a delayed event is carried out even if its trigger has ceased to hold.
    from_trigger_time : values are those of the instant of the trigger, not of the execution.
    delay, priority : outputs, or none.
    """

    name: str
    trigger: str
    starts_true: bool
    persistent: bool
    from_trigger_time: bool
    delay: str | None
    priority: str | None
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class ForeignModel:
    """A foreign model, ready to be compiled.

    Parameters
    ----------
    ir : states, parameters and outputs; the numbers of the file are not in it, except literals.
    formulas : every quantity at time 0: number, initial assignment or rule.
    events : in the order of the file.
    switches : outputs that are 1 or 0 and change where a rate may jump; and for each the output
        whose sign it is (or none).
    held_amounts : states that are concentrations, and the output with their volume: an event that
        changes the volume leaves the amount as it is.
    species : ids, for readings as amount or concentration.
    """

    ir: ModelIR
    formulas: Mapping[str, Expr]
    events: tuple[ForeignEvent, ...]
    switches: tuple[tuple[str, str | None], ...]
    held_amounts: tuple[tuple[str, str], ...]
    species: tuple[str, ...]

    def start(self, overrides: Mapping[str, float] | None = None) -> Start:
        """Return parameter values and start values at time 0.

        Parameters
        ----------
        overrides : full name of a parameter (or of a state) -> value in place of the file's.

        Raises
        ------
        InputError : an override of what the model does not have, or of what a rule computes.
        ForeignRefusal : a value that is needed is nowhere given.
        """
        known = [q.name for q in (*self.ir.parameters, *self.ir.states)]
        issues = []
        for name in sorted(set(overrides or {}) - set(known)):
            is_rule = name in self.formulas
            text = "a rule of the file computes it" if is_rule else "no parameter or state of this model"
            near = f"did you mean model.{name}?" if f"model.{name}" in known else suggest(name, known)
            issues.append(Issue(name, text, "" if is_rule else near))
        if issues:
            raise InputError.from_issues(f"{self.ir.name}: overrides", issues)
        return evaluate_all(self.ir, self.formulas, overrides or {})

    def reading(self, variable: str, kind: str = "") -> str:
        """Return the output that answers to a variable of the file.

        Parameters
        ----------
        variable : SBML id.
        kind : `amount`, `concentration` or nothing (what the id means in formulas).

        Raises
        ------
        ForeignRefusal : the model has no such reading.
        """
        prefix = kind if kind and variable in self.species else "model"
        name = f"{prefix}.{variable}"
        if name not in self.ir.outputs:
            raise ForeignRefusal.from_issues(
                self.ir.name, [Issue(variable, f"{prefix} of a quantity that has none")], "nothing was run"
            )
        return name
