"""Stiff classics: four textbook problems, as Antimony text, with the solutions published for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from osseo.errors import ModelError
from osseo.language.foreign import ForeignModel, read_foreign
from osseo.verify.course import solve_foreign

__all__ = ["Classic", "antimony_to_sbml", "classic_names", "load_classic", "relative_error"]

FOLDER = Path(__file__).parent / "classics"


@dataclass(frozen=True)
class Classic:
    """A problem with its published solution at `end`, species y1, y2, ... (n_species,)."""

    name: str
    model: ForeignModel
    end: float
    solution: np.ndarray


def antimony_to_sbml(text: str, name: str) -> str:
    """Return Antimony text as SBML.

    Raises
    ------
    ModelError : Antimony does not read it; the message is its own.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise ModelError(f"{name}: {antimony.getLastError()}")
    return antimony.getSBMLString(antimony.getMainModuleName()) or ""


@cache
def _references() -> dict[str, dict]:
    return yaml.safe_load((FOLDER / "references.yaml").read_text(encoding="utf-8"))


def classic_names() -> tuple[str, ...]:
    """Return the names of the problems."""
    return tuple(_references())


@cache
def load_classic(name: str) -> Classic:
    """Return a problem by name."""
    text = (FOLDER / f"{name}.ant").read_text(encoding="utf-8")
    entry = _references()[name]
    model = read_foreign(antimony_to_sbml(text, name), name)
    return Classic(name, model, float(entry["end"]), np.array(entry["solution"]))


def relative_error(classic: Classic, rtol: float, atol: float) -> float:
    """Return the largest relative error of the species at the end."""
    course = solve_foreign(classic.model, np.array([0.0, classic.end]), rtol=rtol, atol=atol)
    names = [f"model.y{i + 1}" for i in range(classic.solution.size)]
    ours = np.array([course.column(name)[-1] for name in names])
    return float(np.max(np.abs(ours / classic.solution - 1.0)))
