"""How much studies differ, for cells that cannot say it themselves: of the endpoint, of serum, of contrasts.

Everything is estimated from calibration records, without the study that is predicted (0341, 0344).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from statistics import median

from osseo.evidence.library import load_records
from osseo.evidence.pooling import (
    Cell,
    LeftOut,
    Pooled,
    StudyValue,
    Typical,
    leave_out,
    make_typical,
    on_scale,
    pool,
    spread_share,
    subject_sd,
    typical_n,
)
from osseo.evidence.pooling_values import pooled_cells, scale_of
from osseo.evidence.vocabulary import endpoint_words

__all__ = ["SHARED_BY_ARMS", "contrast_typical", "leave_one_out", "pool_cell", "serum_typical", "typical_of"]

#: fewest degrees of freedom with which an endpoint says how much its studies differ
_ENOUGH = 3
#: people whose serum is set by dialysate; they say nothing of how others differ
_SET_SERUM = re.compile(r"dialysis", re.I)
#: share of the between-study variance of a level that both arms of a study have in common (assumed, 0.5 to
#: 0.95): laboratory, surgeon, patients and reading are the same; what is left is how the treatment interacts
SHARED_BY_ARMS = 0.8
#: degrees of freedom with which that assumption counts beside the contrasts themselves
_PRIOR_DF = 4
#: a share near 0 or 100 % still differs between studies: p (1 - p) is taken no smaller than at 5 %
_LEAST_VARIANCE = 0.05
#: groups of endpoints of the body, not of bone and its repair
_BODY_GROUPS = ("magnesium", "laboratory", "nutrition", "anaesthesia", "adherence")
_SERUM = ("serum_total", "serum_ionised")


def _same(cells: Mapping[Cell, Sequence[StudyValue]], cell: Cell) -> dict[Cell, Sequence[StudyValue]]:
    """Return the cells that say how much studies of this kind differ: of the endpoint, or all shares."""
    kin = (bool(cell.against), cell.scale)
    alike = {c: v for c, v in cells.items() if (bool(c.against), c.scale) == kin}
    if cell.scale in ("logit", "log"):
        return alike
    return {c: v for c, v in alike.items() if (c.endpoint, c.unit) == (cell.endpoint, cell.unit)}


@cache
def _set_serum() -> frozenset[str]:
    """Return the records whose people have serum magnesium set by dialysate or an infusion."""
    return frozenset(r.id for r in load_records() if _SET_SERUM.search(r.population))


def _merged(cells: Mapping[Cell, Sequence[StudyValue]]) -> dict[Cell, Sequence[StudyValue]]:
    """Return cells of one endpoint with all materials and times of a site put together."""
    found: dict[Cell, list[StudyValue]] = {}
    for cell, values in cells.items():
        wide = replace(cell, material="any", window="any", against="any" if cell.against else "")
        found.setdefault(wide, []).extend(values)
    return dict(found)


def _without(cells: Mapping[Cell, Sequence[StudyValue]], record: str) -> dict[Cell, tuple[StudyValue, ...]]:
    kept = {c: tuple(v for v in values if v.record != record) for c, values in cells.items()}
    return {c: v for c, v in kept.items() if v}


def typical_of(cell: Cell, *, without: str = "", wide: bool = False) -> Typical | None:
    """Return how much studies of an endpoint differ, over all its cells.

    Parameters
    ----------
    cell : gives endpoint, unit, scale, and whether it is a difference.
    without : a study that must not count.
    wide : for cells merged over material and time, whose studies differ more.

    Shares of patients are taken together on the logit scale, times on the logarithm. Differences have a
    rule of their own (`contrast_typical`), and so has serum (`serum_typical`). Where an endpoint's own
    cells have fewer than three degrees of freedom, it is the median share, over cells of all endpoints,
    of the SD between subjects; but not more than that of the endpoint's cells merged over material and
    time, which can only differ more.
    """
    known = without if without in _pooled_studies() else ""
    if cell.against:
        return contrast_typical(_probe(cell), known)
    if cell.endpoint in _SERUM:
        return serum_typical(cell, known)
    return _typical(_probe(cell), known, wide)


def _probe(cell: Cell) -> Cell:
    against = "any" if cell.against else ""
    blank = replace(cell, site="", material="", window="", against=against)
    kin = {"logit": ("any share", "%"), "log": ("any time", "d")}
    return (
        replace(blank, endpoint=kin[cell.scale][0], unit=kin[cell.scale][1]) if cell.scale in kin else blank
    )


@cache
def _pooled_studies() -> frozenset[str]:
    return frozenset(value.record for values in pooled_cells().values() for value in values)


@cache
def _typical(probe: Cell, without: str, wide: bool) -> Typical | None:
    cells = _same(_without(pooled_cells(), without) if without else pooled_cells(), probe)
    own, merged = make_typical(cells), make_typical(_merged(cells))
    if merged is not None and merged.df < _ENOUGH:
        merged = None
    if wide and merged is not None:
        return merged
    if own is not None and own.df >= _ENOUGH:
        return own
    share, df, n_cells = _relative_spread(probe.scale, without)
    scaled = [v for c, values in cells.items() for v in on_scale(c, values)]
    shared = make_fallback(scaled, share, df, n_cells, own)
    if merged is None or shared is None:
        return shared or merged
    return merged if shared.relative or merged.between_sd <= shared.between_sd else shared


def _levels_of(probe: Cell) -> Cell:
    """Return the levels whose differences a probe is: their scale follows from the endpoint."""
    return _probe(replace(probe, against="", scale=scale_of(probe.endpoint)))


def _centre(probe: Cell, without: str) -> float | None:
    """Return the median level of an endpoint over its cells, in its unit."""
    cells = _without(pooled_cells(), without) if without else pooled_cells()
    own = [
        v.value
        for c, values in cells.items()
        for v in values
        if c.endpoint == probe.endpoint and not c.against
    ]
    return median(own) if own else None


@cache
def contrast_typical(probe: Cell, without: str) -> Typical | None:
    """Return how much studies differ in a difference between two arms (or two times of one arm).

    tau^2 = (df tau_own^2 + 4 * 2 (1 - s) tau_level^2) / (df + 4),  s = `SHARED_BY_ARMS`

    tau_own is pooled over the contrasts of the endpoint; few have two studies, and their tau is near 0
    because their errors are large. So it is weighted with what the levels say: arms of one study share s
    of their between-study variance, and the rest, once for each arm, stays in a difference.

    Parameters
    ----------
    probe : a blank cell of the endpoint with `against` set. without : a study that must not count.
    """
    own = make_typical(_same(_without(pooled_cells(), without) if without else pooled_cells(), probe))
    level = typical_of(_levels_of(probe), without=without)
    if level is None:
        return own
    if level.within_sd is None and own is None:
        share = _body_share(probe, without) or level.between_sd
        return Typical(
            math.sqrt(2 * (1 - SHARED_BY_ARMS)) * share, _PRIOR_DF, 0, None, level.n, relative=True
        )
    tau_level = _body_tau(probe, level, without)
    scale, centre = scale_of(probe.endpoint), _centre(probe, without)
    if probe.unit.startswith("ln "):
        # a logarithm of a ratio differs as logits or logarithms do
        tau_level /= 1.0 if scale in ("logit", "log") or not centre else abs(centre)
    elif scale == "logit":
        share = (centre or 50.0) / 100.0
        tau_level *= 100.0 * max(share * (1.0 - share), _LEAST_VARIANCE)
    elif scale == "log" or level.relative:
        tau_level *= abs(centre) if centre is not None else 1.0
    prior = 2.0 * (1.0 - SHARED_BY_ARMS) * tau_level**2
    df = 0 if own is None else own.df
    tau = math.sqrt((df * (own.between_sd**2 if own else 0.0) + _PRIOR_DF * prior) / (df + _PRIOR_DF))
    if probe.unit.startswith("ln "):
        return Typical(math.sqrt(prior), _PRIOR_DF, 0, None, level.n)
    within = (own.within_sd if own else None) or (
        None if level.within_sd is None else math.sqrt(2) * level.within_sd
    )
    return Typical(tau, df + _PRIOR_DF, 0 if own is None else own.n_cells, within, level.n)


def _body_tau(probe: Cell, level: Typical, without: str) -> float:
    """Return the between-study SD of levels; of the body, in the share of its subjects' SD that serum has.

    Serum is the only endpoint of the body whose studies say it on comparable people; what the others would
    borrow from endpoints of bone is larger than any trial of magnesium shows.
    """
    share = _body_share(probe, without)
    return level.between_sd if share is None or level.within_sd is None else level.within_sd * share


def _body_share(probe: Cell, without: str) -> float | None:
    """Return between-study SD over SD between subjects of serum magnesium; None for bone and its repair."""
    if endpoint_words()[probe.endpoint].group not in _BODY_GROUPS:
        return None
    serum = serum_typical(replace(probe, endpoint="serum_total", unit="mmol/L", against=""), without)
    return None if serum is None or not serum.within_sd else serum.between_sd / serum.within_sd


def _before(values: Iterable[StudyValue]) -> list[StudyValue]:
    """Return the first value of each study: what its people have before anything is done."""
    first: dict[str, StudyValue] = {}
    for value in (v for v in values if v.time_d is not None and v.time_d <= 0.0):
        known = first.get(value.record)
        if known is None or (value.time_d or 0.0) < (known.time_d or 0.0):
            first[value.record] = value
    return list(first.values())


@cache
def serum_typical(cell: Cell, without: str) -> Typical | None:
    """Return how much studies differ in serum magnesium of people who have had nothing yet.

    tau / mean over total and ionised magnesium together, by the first value of every calibration study

    Which salt, site or week a study belongs to does not matter before it begins, so all of them are one
    cell of each kind; in cells by salt and week hardly any two studies meet. Dialysis is left out.
    """
    pooled: dict[Cell, list[StudyValue]] = {}
    for own, values in pooled_cells().items():
        kept = [v for v in values if v.record not in _set_serum() and v.record != without]
        if own.endpoint in _SERUM and not own.against and kept:
            wide = replace(own, site="", material="any", window="before")
            pooled.setdefault(wide, []).extend(kept)
    shares = {c: _shares_of_mean(rows) for c, values in pooled.items() if (rows := _before(values))}
    found = make_typical(shares)
    own = [v for c, values in pooled.items() for v in _before(values) if c.endpoint == cell.endpoint]
    if found is None or not own:
        return _typical(_probe(cell), without, False)
    mean = sum(v.value for v in own) / len(own)
    within = subject_sd(own) or (None if found.within_sd is None else found.within_sd * mean)
    return Typical(found.between_sd * mean, found.df, found.n_cells, within, typical_n(own))


def _shares_of_mean(values: Sequence[StudyValue]) -> list[StudyValue]:
    mean = sum(v.value for v in values) / len(values)
    return [
        replace(
            v,
            value=v.value / mean,
            sd=None if v.sd is None else v.sd / mean,
            se=None if v.se is None else v.se / mean,
        )
        for v in values
    ]


def make_fallback(
    values: Sequence[StudyValue], share: float, df: int, n_cells: int, own: Typical | None
) -> Typical | None:
    """Return what is typical where the endpoint itself says too little.

    between SD = share * SD between subjects; or of the mean where no study gives an SD.
    """
    if df == 0:
        return own
    within = subject_sd(values)
    n = typical_n(values)
    if within is None:
        return Typical(share, df, n_cells, None, n, relative=True)
    return Typical(share * within, df, n_cells, within, n)


@cache
def _relative_spread(scale: str, without: str) -> tuple[float, int, int]:
    """Return `spread_share` over the levels of all endpoints that are not shares, or over shares."""
    cells = _without(pooled_cells(), without) if without else dict(pooled_cells())
    alike = ("logit",) if scale == "logit" else ("identity", "log")
    return spread_share({c: v for c, v in cells.items() if not c.against and c.scale in alike})


def pool_cell(cell: Cell, *, without: str = "") -> Pooled:
    """Return a cell pooled; `without` leaves one study out, of the spread between studies too.

    Raises
    ------
    EvidenceError : no study of the cell gives a spread.
    """
    values = [v for v in pooled_cells().get(cell, ()) if v.record != without]
    return pool(cell, values, typical_of(cell, without=without))


def leave_one_out(cell: Cell) -> tuple[LeftOut, ...]:
    """Predict every study of a cell from all others; nothing of the study left out is used."""
    studies = dict.fromkeys(v.record for v in pooled_cells()[cell])
    if len(studies) < 2:
        return ()
    rows = (leave_out(cell, pooled_cells()[cell], s, typical_of(cell, without=s)) for s in studies)
    return tuple(row for row in rows if row is not None)
