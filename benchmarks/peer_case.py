"""What a case is: one problem that every solver gets, and the folder in which they find it."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from osseo.language.ir import ModelIR

__all__ = ["Case", "write_case"]


@dataclass(frozen=True)
class Case:
    """One problem.

    Parameters
    ----------
    name, meaning : of the case.
    ir : model without outputs.
    p, y0 : (n, n_parameters), (n, n_states), y0 before the doses at times[0].
    times : (n_times,).
    doses : (time, state, amount).
    scale : (n_states,) or (n_groups,) what an error is divided by; None is the largest value of the
        reference.
    u : inputs, held.
    atol_share : absolute over relative tolerance.
    wanted : error at which solvers are compared.
    groups : (n_states,) states of one group are added before the error is taken (a column's total); states
        of group -1 are not looked at.
    members : of the reference.
    """

    name: str
    meaning: str
    ir: ModelIR
    p: np.ndarray
    y0: np.ndarray
    times: np.ndarray
    doses: tuple[tuple[float, int, float], ...] = ()
    scale: np.ndarray | None = None
    u: tuple[float, ...] = ()
    atol_share: float = 1e-4
    wanted: float = 1e-5
    groups: np.ndarray | None = None
    members: int = 8

    @property
    def start(self) -> np.ndarray:
        """Start values with the doses of the start in them."""
        y0 = self.y0.copy()
        for time, state, amount in self.doses:
            if time == self.times[0]:
                y0[:, state] += amount
        return y0

    def grouped(self, y: np.ndarray) -> np.ndarray:
        """Return y (.., n_states) as (.., n_groups)."""
        if self.groups is None:
            return y
        return np.stack(
            [y[..., self.groups == g].sum(axis=-1) for g in range(self.groups.max() + 1)], axis=-1
        )


def write_case(case: Case, folder: Path) -> None:
    """Write arrays, names and the model as osseo and scikit-sundae read it."""
    later = [d for d in case.doses if d[0] > case.times[0]]
    np.savez(
        folder / "case.npz",
        p=case.p,
        y0=case.start,
        times=case.times,
        atol_share=case.atol_share,
        doses=np.array(later).reshape(-1, 3),
        u=np.array(case.u),
    )
    (folder / "states.json").write_text(json.dumps([q.name.replace(".", "__") for q in case.ir.states]))
    (folder / "ir.pkl").write_bytes(pickle.dumps(case.ir))
