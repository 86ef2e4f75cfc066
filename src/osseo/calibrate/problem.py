"""FitProblem: what one fit needs, and the hashes by which a stale posterior is recognised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osseo.calibrate.search.scale import to_scale
from osseo.calibrate.space import FreeSpace, make_space
from osseo.calibrate.target import Target
from osseo.parameters.parameter import Parameter, ParameterSet

__all__ = ["FitProblem", "hash_of", "parameter_fingerprint", "target_fingerprint"]

Array = NDArray[np.float64]


def hash_of(content: object) -> str:
    """Return the SHA-256 of plain data (floats written in full)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def parameter_fingerprint(p: Parameter) -> list[Any]:
    """Return what of a parameter changes a fit: unit, numbers and distribution, not prose."""
    return [p.unit, float(p.value), float(p.lower), float(p.upper), p.distribution]


def target_fingerprint(target: Target) -> list[Any]:
    """Return what of a target changes a fit."""
    recipe = dict(target.recipe)
    reading = [recipe.get(key) for key in ("against", "from_d", "compare")]
    return [
        target.value, target.unit, target.sd, target.scale,
        target.n, target.study, target.domain, target.study_sd, *reading,
    ]  # fmt: skip


@dataclass(frozen=True)
class FitProblem:
    """One fit: free parameters, targets, and the model that predicts them.

    Parameters
    ----------
    name : of the fit; the Draws file is called so.
    parameters : the tables the model reads; every row counts for the staleness check.
    free : full names of the fitted parameters, at most 25.
    targets : made from evidence, see `load_targets`.
    predict : values (n, k) of the free parameters, columns in the order of `free`, to predictions
        (n, m) in the order and units of `targets`; NaN where a run failed.
    model_hash : hash of the compiled model(s).
    setup : anything else that changes predictions (grid, step, experiments); plain data, hashed.
    """

    name: str
    parameters: ParameterSet
    free: tuple[str, ...]
    targets: tuple[Target, ...]
    predict: Callable[[Array], Array]
    model_hash: str
    setup: Mapping[str, Any] = field(default_factory=dict)

    def space(self) -> FreeSpace:
        """Return the space of the free parameters."""
        return make_space(self.parameters, self.free)

    def covariance(self) -> Array:
        """Return the covariance (m, m) of the targets around the model, each on its scale.

        Own errors on the diagonal; what one study reports within one domain shares its effect.
        """
        sd = np.array([t.sd for t in self.targets])
        effect = np.array([t.study_sd for t in self.targets])
        groups = [(t.study, t.domain) if t.study_sd > 0 else i for i, t in enumerate(self.targets)]
        shared = np.array([[a == b for b in groups] for a in groups])
        return np.diag(sd**2) + shared * np.outer(effect, effect)

    def on_scale(self, predicted: Array) -> Array:
        """Return predictions (n, m), in the units of the targets, on their scales."""
        columns = [to_scale(predicted[:, i], t.scale) for i, t in enumerate(self.targets)]
        return np.column_stack(columns)

    def fingerprint(self) -> dict[str, Any]:
        """Return hashes of everything the posterior depends on, and the rows behind them."""
        rows = {name: parameter_fingerprint(p) for name, p in self.parameters.items()}
        targets = {target.key: target_fingerprint(target) for target in self.targets}
        return {
            "model_hash": self.model_hash,
            "setup_sha256": hash_of(dict(self.setup)),
            "parameters_sha256": hash_of(rows),
            "targets_sha256": hash_of(targets),
            "free": list(self.free),
            "parameters": rows,
            "targets": targets,
        }
