"""One case: right, refused with the construct named, or wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osseo.errors import InputError, Issue, ModelError, SolveError
from osseo.language.foreign import ForeignRefusal, read_foreign
from osseo.language.foreign.value import MissingValue
from osseo.verify.archive import Case, Settings
from osseo.verify.course import solve_foreign

__all__ = ["REFUSED", "RIGHT", "WRONG", "Verdict", "judge"]

RIGHT, REFUSED, WRONG = "right", "refused", "wrong"
#: every course is computed twice, looser and with other samples; where they differ it is refused
OTHER_SAMPLES = 941


@dataclass(frozen=True)
class Verdict:
    """How a case ended.

    Parameters
    ----------
    case, level, tags : of the case.
    verdict : `right`, `refused` or `wrong`.
    constructs : why it was refused.
    detail : where it is wrong: variable, time, got and expected.
    """

    case: str
    level: str
    tags: tuple[str, ...]
    verdict: str
    constructs: tuple[str, ...] = ()
    detail: str = ""


def judge(case: Case) -> Verdict:
    """Return the verdict of a case: a value is right within absolute + relative * |expected|."""
    if case.kind != "TimeCourse":
        return _verdict(case, REFUSED, (f"test type {case.kind}",))
    try:
        return _compare(case, _course(case))
    except ForeignRefusal as refusal:
        return _verdict(case, REFUSED, refusal.constructs)
    except ModelError as error:
        return _verdict(case, REFUSED, ("SBML with errors",), str(error))
    except InputError as error:
        return _verdict(case, REFUSED, ("settings that cannot be run",), str(error))
    except (MissingValue, LookupError, ArithmeticError, ValueError, TypeError, RuntimeError) as error:
        return _verdict(case, REFUSED, ("fault in osseo",), f"{type(error).__name__}: {error}")
    except SolveError as error:
        return _verdict(case, REFUSED, ("course that cannot be computed",), str(error))


def _verdict(case: Case, verdict: str, constructs: tuple[str, ...] = (), detail: str = "") -> Verdict:
    return Verdict(case.name, case.level, case.tags, verdict, constructs, detail)


def _course(case: Case) -> np.ndarray:
    """Return our table, (n_times, n_variables)."""
    settings = case.settings
    model = read_foreign(case.sbml, f"case {case.name}")
    names = []
    for variable in case.columns:
        kind = "amount" if variable in settings.amount else ""
        kind = "concentration" if variable in settings.concentration else kind
        names.append(model.reading(variable, kind))
    atol = min(1e-13, 1e-4 * settings.absolute)
    course = solve_foreign(model, _times(case), atol=atol)
    again = solve_foreign(model, _times(case), rtol=1e-8, atol=10 * atol, samples=OTHER_SAMPLES)
    ours, other = (np.column_stack([c.column(name) for name in names]) for c in (course, again))
    if not _near(other, ours, settings).all():
        issue = Issue(case.name, "course that is not settled by the tolerance")
        raise ForeignRefusal.from_issues(f"case {case.name}", [issue])
    return ours


def _times(case: Case) -> np.ndarray:
    """Return the times as the settings say, unrounded; those of the results if there are others."""
    settings = case.settings
    if settings.steps + 1 != case.times.size:
        return case.times
    return settings.start + settings.duration * np.arange(case.times.size) / max(settings.steps, 1)


def _near(ours: np.ndarray, expected: np.ndarray, settings: Settings) -> np.ndarray:
    """Return where values agree within the tolerance of a case."""
    with np.errstate(invalid="ignore"):
        near = np.abs(ours - expected) <= settings.absolute + settings.relative * np.abs(expected)
    return near | (ours == expected) | (np.isnan(ours) & np.isnan(expected))


def _compare(case: Case, ours: np.ndarray) -> Verdict:
    expected = case.expected
    if ours.shape != expected.shape:
        return _verdict(case, WRONG, detail=f"table of shape {ours.shape}; expected {expected.shape}")
    near = _near(ours, expected, case.settings)
    if near.all():
        return _verdict(case, RIGHT)
    i, j = np.argwhere(~near)[0]
    detail = (
        f"{case.columns[j]} at t = {case.times[i]:g}: got {ours[i, j]:.9g}, expected {expected[i, j]:.9g}"
    )
    return _verdict(case, WRONG, detail=f"{detail} ({np.count_nonzero(~near)} of {near.size} values)")
