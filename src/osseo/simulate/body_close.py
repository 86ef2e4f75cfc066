"""Closing the person: the parameters that make habitual life a steady state of the model.

At steady state what is absorbed from the habitual diet leaves in urine. One of serum and tubular maximum
is known or drawn, the other follows; urine, where known or drawn, sets how well the person absorbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from osseo.compiler.system import System
from osseo.parameters.parameter import ParameterSet
from osseo.scenario.dosing import DosePlan

__all__ = ["ClosedPeople", "close_by_serum", "close_by_tm", "close_people", "make_fraction"]

_GUT, _POOLS, _KIDNEY = "magnesium_gut", "magnesium_pools", "magnesium_kidney"
_SITTING, _PHI = f"{_GUT}.sitting", f"{_GUT}.phi"
_FRACTION = f"{_GUT}.absorbed_fraction"
#: [1] a cap this high is no cap, to ask the dose map what it would absorb without one
_NO_CAP = 1e6
_GRAMS_PER_KG = 1000.0


@dataclass(frozen=True)
class ClosedPeople:
    """People at their habitual steady state; all arrays (n,).

    Parameters
    ----------
    p : (n, n_parameters) parameter vectors of the model, closed.
    serum : [mmol/L] habitual total serum; tm : [mmol/L] tubular maximum.
    efficiency : [1] absorption relative to the reference curve; absorbed, diet : [mmol/d].
    notes : sentences about people who do not fit the ranges.
    """

    p: np.ndarray
    serum: np.ndarray
    tm: np.ndarray
    efficiency: np.ndarray
    absorbed: np.ndarray
    diet: np.ndarray
    notes: tuple[str, ...] = ()


def _excess(urine: np.ndarray, gfr: np.ndarray, splay: np.ndarray) -> np.ndarray:
    """Return the inverse of softplus(x, splay) = urine / gfr: filtrate above the maximum [mmol/L]."""
    level = np.maximum(urine / gfr, np.finfo(float).tiny)
    width = np.maximum(splay, np.finfo(float).tiny)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        soft = width * np.log(-np.expm1(-level / width))
    return level + soft


def close_by_serum(
    serum: np.ndarray, urine: np.ndarray, *, gfr: np.ndarray, uf_frac: np.ndarray, splay: np.ndarray
) -> np.ndarray:
    """Return the tubular maximum at which a person of this serum loses this much in urine.

    Tm = f C - x,  softplus(x, splay) = urine / GFR

    Parameters
    ----------
    serum : (n,) [mmol/L] habitual total serum.
    urine : (n,) [mmol/d] what is absorbed from the habitual diet.
    gfr : (n,) [L/d].
    uf_frac : (n,) [1].
    splay : (n,) [mmol/L].

    Returns
    -------
    tm : (n,) [mmol/L]; outside 0.50-0.65 the person is unusual, which `close_people` says.

    Sources: rude1980 (threshold), altura1994 (uf_frac).
    """
    return uf_frac * serum - _excess(urine, gfr, splay)


def close_by_tm(
    tm: np.ndarray, urine: np.ndarray, *, gfr: np.ndarray, uf_frac: np.ndarray, splay: np.ndarray
) -> np.ndarray:
    """Return the habitual serum that follows from a tubular maximum, GFR and absorbed diet.

    C = (Tm + x) / f,  softplus(x, splay) = urine / GFR

    Parameters
    ----------
    tm : (n,) [mmol/L].
    urine, gfr, uf_frac, splay : as in `close_by_serum`.

    Returns
    -------
    serum : (n,) [mmol/L]; rises as GFR falls.

    Sources: rude1980, cunningham2012 (serum rises only at low clearance).
    """
    return (tm + _excess(urine, gfr, splay)) / uf_frac


def make_fraction(system: System, p: np.ndarray):
    """Return f(sitting (n,), phi (n,)) -> absorbed fraction (n,), the model's own dose map."""

    def fraction(sitting: np.ndarray, phi: np.ndarray) -> np.ndarray:
        return system.function(_FRACTION, {_SITTING: sitting, _PHI: phi}, p)

    return fraction


def close_people(
    system: System,
    pset: ParameterSet,
    columns: Mapping[str, np.ndarray],
    overrides: Mapping[str, np.ndarray],
    habit: DosePlan,
) -> ClosedPeople:
    """Close n people on their habitual diet.

    Parameters
    ----------
    system : the compiled body model; pset : its parameters.
    columns : population columns (n,): weight_kg, gfr [L/d], mg_intake [mmol/d], and where known
        serum_mg [mmol/L] and urine_mg [mmol/d]. NaN is unknown.
    overrides : full parameter name -> (n,) drawn values; a drawn Tm is used where serum is unknown.
    habit : the plan of the diet alone.

    Returns
    -------
    ClosedPeople.

    Assumptions: urine equals absorption; sweat and endogenous faecal magnesium are neglected.
    """
    diet = np.asarray(columns["mg_intake"], dtype=float)
    n = diet.size
    known = {f"{_KIDNEY}.GFR": columns.get("gfr"), f"{_POOLS}.weight": _grams(columns)}
    own = dict(overrides) | {name: value for name, value in known.items() if value is not None}
    p = system.parameter_vector(pset, own, n)
    place = {name.partition(".")[2]: i for name, i in system.parameter_index.items()}
    notes: list[str] = []
    p[:, place["efficiency"]] = _efficiency(system, pset, p, columns, habit, notes)
    absorbed = _absorbed(system, p, habit)
    kidney = {"gfr": p[:, place["GFR"]]} | {name: p[:, place[name]] for name in ("uf_frac", "splay")}
    given = np.asarray(columns.get("serum_mg", np.full(n, np.nan)), dtype=float)
    has_serum = np.isfinite(given)
    tm_drawn = p[:, place["Tm"]]
    serum = np.where(has_serum, given, close_by_tm(tm_drawn, absorbed, **kidney))
    tm = np.where(has_serum, close_by_serum(serum, absorbed, **kidney), tm_drawn)
    known = np.asarray(columns.get("urine_mg", np.full(n, np.nan)), dtype=float)
    capped = np.isfinite(known) & (absorbed < (1.0 - 1e-6) * known)
    _note(notes, capped, "have more urine than the absorption cap allows; theirs is lower here")
    closed = {
        "Tm": tm,
        "serum_base": serum,
        "absorbed_base": absorbed,
        "unabsorbed_base": diet - absorbed,
    }
    for name, value in closed.items():
        p[:, place[name]] = value
    limits = pset[f"{_KIDNEY}.Tm"]
    _note(notes, (tm < limits.lower) | (tm > limits.upper), _tm_text(limits.lower, limits.upper))
    return ClosedPeople(p, serum, tm, p[:, place["efficiency"]].copy(), absorbed, diet, tuple(notes))


def _grams(columns: Mapping[str, np.ndarray]) -> np.ndarray | None:
    weight = columns.get("weight_kg")
    return None if weight is None else np.asarray(weight, dtype=float) * _GRAMS_PER_KG


def _tm_text(low: float, high: float) -> str:
    return f"need a tubular maximum outside {low:g}-{high:g} mmol/L to hold their serum"


def _note(notes: list[str], which: np.ndarray, text: str) -> None:
    if which.any():
        notes.append(f"{int(which.sum())} of {which.size} people {text}")


def _absorbed(system: System, p: np.ndarray, habit: DosePlan) -> np.ndarray:
    """Return (n,) [mmol/d] absorbed from the habitual diet."""
    fraction = make_fraction(system, p)
    eaten = habit.stretches[0].sittings
    return np.sum([s.amount * fraction(s.amount, s.phi) for s in eaten], axis=0)


def _efficiency(
    system: System,
    pset: ParameterSet,
    p: np.ndarray,
    columns: Mapping[str, np.ndarray],
    habit: DosePlan,
    notes: list[str],
) -> np.ndarray:
    """Return (n,) absorption relative to the reference curve: urine / curve(diet), within its range."""
    i_efficiency = system.parameter_index[f"{_GUT}.efficiency"]
    drawn = p[:, i_efficiency]
    urine = np.asarray(columns.get("urine_mg", np.full(drawn.size, np.nan)), dtype=float)
    curve_p = p.copy()
    curve_p[:, i_efficiency] = 1.0
    curve_p[:, system.parameter_index[f"{_GUT}.absorption_cap"]] = _NO_CAP
    curve = _absorbed(system, curve_p, habit)
    has_urine = np.isfinite(urine) & (curve > 0)
    wanted = np.divide(urine, curve, out=drawn.copy(), where=has_urine)
    limits = pset[f"{_GUT}.efficiency"]
    clipped = np.clip(wanted, limits.lower, limits.upper)
    text = f"have urine that the absorption range {limits.lower:g}-{limits.upper:g} cannot explain"
    _note(notes, has_urine & (clipped != wanted), text)
    return np.where(has_urine, clipped, drawn)
