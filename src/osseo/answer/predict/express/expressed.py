"""What the model says to one result, before study and sampling spread are added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["KIND_WORDS", "Expressed"]

#: kinds of results as domains name them
KIND_WORDS = {"level": "levels", "contrast": "contrasts", "course": "time courses"}


@dataclass(frozen=True)
class Expressed:
    """Draws of the expected study mean, and how its subjects differ.

    Parameters
    ----------
    draws : (n_draws,) in the unit of the endpoint.
    patient_sds : SD of one measured subject in each arm; for paired designs one SD of the difference.
    domain : for scoring. notes : what was assumed. paired : whether the same subjects were in both arms.
    people : who was simulated, in words. fits_unit : unit of the draws.
    true_sds : SDs between subjects without the error of measuring; empty where not told apart.
    shared_sd : error of laboratory or method that all subjects of a study share; n does not shrink it.
    scale : on which studies scatter around the draws: `identity`, `logit` (shares in %) or `log` (times).
    common_sd : what all studies of a kind have in common against the model; a meta-analysis has it too.
    vague : whether the study does not say how the endpoint was read.
    """

    draws: np.ndarray
    patient_sds: tuple[float, ...]
    domain: str
    notes: tuple[str, ...] = ()
    paired: bool = False
    people: str = ""
    fits_unit: str = ""
    true_sds: tuple[float, ...] = ()
    shared_sd: float = 0.0
    scale: str = "identity"
    common_sd: float = 0.0
    vague: bool = False
