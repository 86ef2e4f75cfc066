"""From what is known of a person to n virtual patients like them.

What was said is the same in every patient; what was left out is drawn, keyed by (seed, patient,
purpose), and listed in `People.blanks` with the cohort it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from osseo.errors import InputError
from osseo.parameters.draw import uniform_stream
from osseo.population.cohort import Cohort, correlation, load_cohorts
from osseo.units import MG_MOLAR_MASS

__all__ = ["People", "PersonLike", "draw_people"]

#: from mL/min to L/d
_L_PER_D = 1.44
_MAGNESIUM = ("mg_intake", "urine_mg", "serum_mg")
_ADULT_Y = 18.0


class PersonLike(Protocol):
    """What of a person is read here; `osseo.scenario.types.Person` is one (a floor above)."""

    @property
    def age_y(self) -> float:
        """Age [y]."""
        ...

    @property
    def sex(self) -> str:
        """`female` or `male`."""
        ...

    @property
    def kidney_disease(self) -> str:
        """`yes`, `no` or `unknown`."""
        ...

    @property
    def egfr(self) -> float | None:
        """Filtration [mL/min/1.73m2]."""
        ...

    @property
    def weight_kg(self) -> float | None:
        """Body weight [kg]."""
        ...

    @property
    def serum_mg(self) -> float | None:
        """Habitual total serum magnesium [mmol/L]."""
        ...

    @property
    def mg_intake(self) -> float | None:
        """Magnesium from food [mmol/d]."""
        ...

    @property
    def urine_mg(self) -> float | None:
        """Magnesium in 24-h urine [mmol/d]."""
        ...

    @property
    def diabetes(self) -> bool | None:
        """Whether the person has diabetes."""
        ...


def draw_uniform(seed: int, purpose: str, n: int) -> np.ndarray:
    """Return (n,) uniform numbers; patient i's depends on seed, i and purpose alone."""
    return uniform_stream(seed, f"person.{purpose}", n)


def draw_normal(seed: int, purpose: str, n: int) -> np.ndarray:
    """Return (n,) standard normal numbers, keyed as `draw_uniform`."""
    return ndtri(draw_uniform(seed, purpose, n))


@dataclass(frozen=True)
class People:
    """n virtual patients.

    Parameters
    ----------
    columns : name -> (n,): age_y [y], male [0 or 1], weight_kg [kg], egfr [mL/min/1.73m2],
        gfr [L/d], serum_mg [mmol/L], mg_intake [mmol/d], urine_mg [mmol/d].
    blanks : (name, drawn from, records) of each quantity that was drawn.
    seed : of the draw.
    """

    columns: Mapping[str, np.ndarray]
    blanks: tuple[tuple[str, str, tuple[str, ...]], ...]
    seed: int

    @property
    def n(self) -> int:
        """Return the number of patients."""
        return len(self.columns["age_y"])


def draw_people(person: PersonLike, n: int, seed: int) -> People:
    """Return n patients who agree with what is known of a person.

    Serum, intake and urine are drawn together (Gaussian copula), given those of them that are known.
    Absolute filtration gfr = egfr (weight / 70 kg)^(2/3), in L/d.

    Parameters
    ----------
    person : known and unknown quantities in house units; None is a blank.
    n : () [1] number of patients; patient i does not depend on it.
    seed : () any integer; the same seed gives the same patients.

    Returns
    -------
    people : columns (n,) and the list of blanks.

    Raises
    ------
    InputError : n < 1, or a person under 18 y, for whom no cohort is kept.

    Sources: jiao2026 (serum), masterplan_mg2021 (serum in kidney disease), bertinato2017 (diabetes),
    jand2024 and nhanes1516_nutrients (intake), joosten2013a (urine); filtration, weight and
    correlations assumed, see cohorts.yaml.
    """
    _check(person, n)
    ill = _draw_illness(person, n, seed)
    egfr = _draw_egfr(person, ill, seed)
    weight = _draw_weight(person, n, seed)
    surface = load_cohorts()["body_surface"].numbers
    magnesium = _draw_magnesium(person, ill, seed)
    columns = {
        "age_y": np.full(n, float(person.age_y)),
        "male": np.full(n, float(person.sex == "male")),
        "weight_kg": weight,
        "egfr": egfr,
        "gfr": _L_PER_D * egfr * (weight / surface["reference_weight"]) ** surface["exponent"],
        **magnesium,
    }
    return People(columns, _list_blanks(person, ill), seed)


def _check(person: PersonLike, n: int) -> None:
    if n < 1:
        raise InputError(f"draw_people: got n {n}; draw at least one person")
    if person.age_y < _ADULT_Y:
        raise InputError(f"draw_people: got age {person.age_y:g} y; there is no cohort under {_ADULT_Y:g} y")


def _draw_illness(person: PersonLike, n: int, seed: int) -> np.ndarray:
    """Return which patients (n,) have kidney disease: as said, by eGFR, or by chance if unknown."""
    below = load_cohorts()["egfr"].numbers["lower"]
    if person.egfr is not None:
        return np.full(n, person.egfr < below or person.kidney_disease == "yes")
    if person.kidney_disease in ("yes", "no"):
        return np.full(n, person.kidney_disease == "yes")
    share = load_cohorts()["kidney_disease_share"].numbers["value"]
    return draw_uniform(seed, "kidney_disease", n) < share


def _draw_egfr(person: PersonLike, ill: np.ndarray, seed: int) -> np.ndarray:
    if person.egfr is not None:
        return np.full(ill.size, float(person.egfr))
    well_law, ill_law = load_cohorts()["egfr"], load_cohorts()["egfr_kidney_disease"]
    u = draw_uniform(seed, "egfr", ill.size)
    line = well_law.numbers
    mean = line["at_age_30"] + line["per_year"] * (person.age_y - 30.0)
    well = well_law.truncated(u, mean)
    return np.where(ill, ill_law.truncated(u, ill_law.numbers["mean"]), well)


def _draw_weight(person: PersonLike, n: int, seed: int) -> np.ndarray:
    if person.weight_kg is not None:
        return np.full(n, float(person.weight_kg))
    return load_cohorts()["weight_kg"].value(draw_normal(seed, "weight_kg", n), person.sex)


def _draw_magnesium(person: PersonLike, ill: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return intake, urine and serum (n,): known ones as said, the others given those."""
    n = ill.size
    laws = {name: load_cohorts()[name] for name in _MAGNESIUM}
    sick = load_cohorts()["serum_mg_kidney_disease"]
    shift = _draw_shift(person, n, seed)
    scores = {}
    for name in _MAGNESIUM:
        said = getattr(person, name)
        if said is not None:
            scores[name] = _score(laws[name], sick, said, person.sex, ill, shift)
    scores |= _draw_scores(scores, n, seed)
    values = {name: laws[name].value(scores[name], person.sex) for name in _MAGNESIUM}
    values["mg_intake"] = values["mg_intake"] / MG_MOLAR_MASS
    values["serum_mg"] = shift + np.where(ill, sick.value(scores["serum_mg"], person.sex), values["serum_mg"])
    for name in _MAGNESIUM:
        said = getattr(person, name)
        if said is not None:
            values[name] = np.full(n, float(said))
    return values


def _score(
    law: Cohort, sick: Cohort, said: float, sex: str, ill: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return the standard score (n,) of a known value within the cohort of each patient."""
    if law.name != "serum_mg":
        value = said * MG_MOLAR_MASS if law.name == "mg_intake" else said
        return np.broadcast_to(law.score(np.asarray(value), sex), ill.shape)
    return np.where(ill, sick.score(said - shift, sex), law.score(said - shift, sex))


def _draw_scores(known: Mapping[str, np.ndarray], n: int, seed: int) -> dict[str, np.ndarray]:
    """Return the scores (n,) of the unknown quantities given the known ones."""
    unknown = [name for name in _MAGNESIUM if name not in known]
    if not unknown:
        return {}
    k = len(known)
    joint = correlation((*known, *unknown))
    fresh = np.array([draw_normal(seed, name, n) for name in unknown])
    if k == 0:
        drawn = np.linalg.cholesky(joint) @ fresh
    else:
        weights = np.linalg.solve(joint[:k, :k], joint[:k, k:]).T
        left = joint[k:, k:] - weights @ joint[:k, k:]
        drawn = weights @ np.array(list(known.values())) + np.linalg.cholesky(left) @ fresh
    return dict(zip(unknown, drawn, strict=True))


def _draw_shift(person: PersonLike, n: int, seed: int) -> np.ndarray:
    if not person.diabetes:
        return np.zeros(n)
    law = load_cohorts()["serum_mg_diabetes_shift"].numbers
    return law["lower"] + (law["upper"] - law["lower"]) * draw_uniform(seed, "diabetes_shift", n)


def _list_blanks(person: PersonLike, ill: np.ndarray) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    blanks = []
    for name in ("serum_mg", "mg_intake", "urine_mg", "egfr", "weight_kg"):
        if getattr(person, name) is not None:
            continue
        laws = [load_cohorts()[key] for key in _cohorts_of(name, person, ill)]
        records = tuple(dict.fromkeys(r for law in laws for r in law.records))
        blanks.append((name, "; ".join(law.drawn_from for law in laws), records))
    return tuple(blanks)


def _cohorts_of(name: str, person: PersonLike, ill: np.ndarray) -> list[str]:
    """Return the names of the cohorts a blank was drawn from."""
    if name not in ("serum_mg", "egfr"):
        return [name]
    keys = [] if ill.all() else [name]
    if ill.any():
        keys.append(f"{name}_kidney_disease")
    if name == "egfr" and person.kidney_disease == "unknown":
        keys = ["egfr", "kidney_disease_share", "egfr_kidney_disease"]
    if name == "serum_mg" and person.diabetes:
        keys.append("serum_mg_diabetes_shift")
    return keys
