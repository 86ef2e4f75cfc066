"""Status: how the course of one member ended. The value is the sentence a user reads."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["SENTENCES", "Status"]


class Status(IntEnum):
    """Outcome of one member of a batch; anything but OK makes its outputs NaN from then on."""

    OK = 0
    STEP_TOO_SMALL = 1
    TOO_MANY_STEPS = 2
    NOT_FINITE = 3
    BAD_INPUT = 4
    NEGATIVE_STATE = 5
    NO_STEADY_STATE = 6

    @property
    def sentence(self) -> str:
        """Return the status as a sentence."""
        return SENTENCES[self]


SENTENCES = {
    Status.OK: "the course was computed to its end",
    Status.STEP_TOO_SMALL: "the step size fell below the smallest that time can resolve",
    Status.TOO_MANY_STEPS: "the step limit was reached before the end",
    Status.NOT_FINITE: "a state or a derivative became infinite or not a number",
    Status.BAD_INPUT: "a parameter, an input or a start value was not a finite number",
    Status.NEGATIVE_STATE: "an amount became negative beyond rounding",
    Status.NO_STEADY_STATE: "endless repeats of the dose do not bring the model to a steady state",
}
