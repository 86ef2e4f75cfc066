"""Parameter and ParameterSet: every number of the model once, with unit, range, source and grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from osseo.errors import InputError
from osseo.names import check_name

__all__ = ["DISTRIBUTIONS", "GRADES", "Parameter", "ParameterSet"]

#: `lower` and `upper` are the 5 and 95 % points of normal and lognormal, the ends of uniform and
#: loguniform; `fixed` is never drawn.
DISTRIBUTIONS = ("fixed", "normal", "lognormal", "uniform", "loguniform")
#: strongest first
GRADES = ("high", "moderate", "low", "very-low", "assumed")


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    Parameters
    ----------
    name : `module.quantity`.
    unit : house unit as text.
    value : central value, in that unit.
    lower, upper : range, read as `DISTRIBUTIONS` says.
    grade : one of `GRADES`.
    source : evidence ids joined by `;`, or empty when assumed.
    reason : why, mandatory when assumed.
    layer : `parameter` (what we do not know) or `patient` (who they are).
    where : file and line it was read from.
    """

    name: str
    unit: str
    value: float
    lower: float
    upper: float
    distribution: str
    grade: str
    source: str = ""
    reason: str = ""
    layer: str = "parameter"
    where: str = ""


class ParameterSet(Mapping[str, Parameter]):
    """An immutable table of parameters by full name."""

    def __init__(self, parameters: Iterable[Parameter] = ()) -> None:
        self._by_name: dict[str, Parameter] = {}
        for parameter in parameters:
            if parameter.name in self._by_name:
                first = self._by_name[parameter.name].where
                raise InputError(
                    f"{parameter.where}: {parameter.name} is given twice (first in {first}); keep one"
                )
            self._by_name[parameter.name] = parameter

    def __getitem__(self, name: str) -> Parameter:
        """Return a parameter by full name, with near names if it does not exist."""
        if name not in self._by_name:
            check_name(name, self._by_name, "parameter")
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over full names."""
        return iter(self._by_name)

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        """Return whether a parameter of this name exists."""
        return name in self._by_name

    def value(self, name: str) -> float:
        """Return the central value of a parameter."""
        return self[name].value

    def values_of(self, names: Iterable[str]) -> np.ndarray:
        """Return the central values of `names` as one vector, in that order."""
        return np.array([self[name].value for name in names], dtype=np.float64)

    def with_values(self, values: Mapping[str, float]) -> ParameterSet:
        """Return a copy in which some central values are replaced; unknown names are errors."""
        for name in values:
            check_name(name, self._by_name, "parameter")
        return ParameterSet(
            replace(p, value=float(values[p.name])) if p.name in values else p for p in self.values()
        )

    def union(self, *others: ParameterSet) -> ParameterSet:
        """Return one set of all parameters; a name given twice is an error."""
        sets = (self, *others)
        return ParameterSet(p for s in sets for p in s.values())
