"""Posteriors without one study, from the shipped fit of the graft: for scores left-one-study-out.

A record and all its arms leave together. Nothing is simulated: see `linear.py` and decision 0242.
"""

from __future__ import annotations

from functools import lru_cache

from osseo.calibrate.apart.linear import LinearFit, read_linear
from osseo.calibrate.graft_free import prior_only
from osseo.calibrate.posterior import draw_around
from osseo.calibrate.space import make_space
from osseo.errors import CalibrationError
from osseo.names import check_name
from osseo.parameters import Draws, draw_priors
from osseo.site.posterior import graft_posterior

__all__ = ["loso_posterior", "loso_records"]


@lru_cache(maxsize=1)
def _shipped() -> tuple[LinearFit, Draws]:
    draws = graft_posterior()
    if "linear" not in draws.meta:
        raise CalibrationError("the posterior of graft holds no linear fit; run `osseo calibrate graft`")
    return read_linear(draws.meta["linear"]), draws


def loso_records() -> tuple[str, ...]:
    """Return the records the shipped fit rests on, each of which can be left out."""
    return tuple(sorted(set(_shipped()[0].records)))


def loso_posterior(record: str, *, n: int | None = None, seed: int | None = None) -> Draws:
    """Return posterior draws of the graft column as if one record had never been read.

    Parameters
    ----------
    record : a calibration record the fit used, see `loso_records`.
    n, seed : number and seed of the draws; None takes those of the shipped posterior, so that a draw
        differs from the shipped one by what the record taught and by nothing else.

    Returns
    -------
    draws : the columns of the shipped posterior; meta has `left_out`, and `mode` without the record.

    Raises
    ------
    NameUnknown : the fit does not rest on this record.
    """
    from osseo.calibrate.graft import graft_table

    linear, shipped = _shipped()
    check_name(record, loso_records(), "record of the graft fit")
    n = shipped.n if n is None else n
    seed = int(shipped.meta["seed"]) if seed is None else seed
    table = graft_table()
    space = make_space(table, shipped.meta["free"])
    mode, covariance = linear.without({record})
    fitted = Draws(space.names, draw_around(space, mode, covariance, n, seed), {})
    joined = fitted.join(draw_priors(table, prior_only(table, space.names), n, seed))
    values = dict(zip(space.names, map(float, space.to_values(mode)[0]), strict=True))
    meta = {**shipped.meta, "kind": "posterior without a study", "left_out": record, "mode": values}
    return Draws(joined.names, joined.values, meta)
