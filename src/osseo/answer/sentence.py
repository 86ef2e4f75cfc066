"""One sentence a layperson understands, chosen by the probabilities and by nothing else."""

from __future__ import annotations

from osseo.answer.result import EndpointRow

__all__ = ["plain_sentence"]

_SURE = 0.9
_LIKELY = 0.67


def _amount(row: EndpointRow) -> str:
    unit = {"%": "percentage points", "d": "days"}.get(row.unit, row.unit)
    return f"{row.margin:.2g} {unit}"


def _share(p: float) -> str:
    """Return a probability in words that a finite number of draws can stand for."""
    return "more than 99%" if p > 0.99 else f"{p:.0%}"


def _when(row: EndpointRow) -> str:
    return "" if row.visit_d is None else f" on day {row.visit_d:g}"


def plain_sentence(row: EndpointRow, regimen: str) -> str:
    """Return the sentence for the primary endpoint.

    Parameters
    ----------
    row : the primary endpoint at the primary visit, with a margin.
    regimen : the regimen in words, e.g. `400 mg magnesium a day as glycinate`.
    """
    what = f"{row.label}{_when(row)}"
    if row.withheld:
        return (
            f"No conclusion on {what} can be drawn ({row.withheld}). The figures below are what the model "
            "says, from assumed numbers that no study has checked."
        )
    if not row.p_too_small == row.p_too_small or row.margin is None:
        return f"No answer could be computed for {what}: see the notes."
    opening = f"Taking {regimen}"
    margin = _amount(row)
    if row.p_too_small >= _SURE:
        return (
            f"{opening} very probably makes no difference to your graft that matters: the change in {what} "
            f"is smaller than {margin} in {_share(row.p_too_small)} of what we consider possible, too small "
            "to matter and too small to see."
        )
    if row.p_too_small >= _LIKELY:
        return (
            f"{opening} probably makes no difference that matters to {what}, but a change of more than "
            f"{margin} cannot be ruled out: better {row.p_gain:.0%}, worse {row.p_loss:.0%}."
        )
    if row.p_gain >= _LIKELY:
        return f"{opening} probably improves {what} by more than {margin} ({row.p_gain:.0%})."
    if row.p_loss >= _LIKELY:
        return f"{opening} probably worsens {what} by more than {margin} ({row.p_loss:.0%})."
    return (
        f"We cannot say whether {regimen} changes {what}: too small to matter {row.p_too_small:.0%}, "
        f"better {row.p_gain:.0%}, worse {row.p_loss:.0%}."
    )
