"""Random-effects pooling: what published studies of one cell say together, and what a new one may find.

A cell is one endpoint at one site with one material (or salt) in one window of time. Between-study variance
is Paule-Mandel's. It knows values with spread, not records; `pooling_values.py` collects those.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from osseo.errors import EvidenceError

__all__ = [
    "FEW",
    "Cell",
    "LeftOut",
    "Pooled",
    "StudyValue",
    "Typical",
    "leave_out",
    "make_typical",
    "on_scale",
    "pool",
    "spread_share",
    "subject_sd",
    "typical_n",
]

#: with fewer studies than this the between-study SD of a cell is not believed on its own
FEW = 4
_HALF = 0.5
_PERCENT = 100.0
_MOST_STEPS, _TOLERANCE = 200, 1e-12
#: upper limit of the 90 % interval
_UPPER = 0.95


@dataclass(frozen=True)
class Cell:
    """What is pooled: `against` is empty for levels, the other material (or `placebo`) for differences.

    `scale` is `identity`, `logit` for a share of patients, or `log` for a time, which is log-normal.
    """

    endpoint: str
    unit: str
    site: str
    material: str
    window: str
    against: str = ""
    scale: str = "identity"

    @property
    def name(self) -> str:
        """Return one line that names the cell."""
        what = f"{self.material} - {self.against}" if self.against else self.material
        return " | ".join(part for part in (self.endpoint, self.site, what, self.window) if part)


@dataclass(frozen=True)
class StudyValue:
    """One number of one study: value [unit of the cell], SD between subjects, subjects, SE of the mean.

    A share of patients is in %. Missing parts are None and are filled from the cell, which is noted.
    """

    record: str
    label: str
    value: float
    time_d: float | None = None
    sd: float | None = None
    n: int | None = None
    se: float | None = None


@dataclass(frozen=True)
class Typical:
    """What is typical of an endpoint over all its cells, for cells that cannot say it themselves.

    between_sd : pooled between-study SD, weighted by degrees of freedom; df : those; n_cells : how many.
    within_sd : pooled SD between subjects, None if no study gives one; n : median number of subjects.
    relative : whether `between_sd` is a share of the mean, because no cell of the endpoint gives one.
    """

    between_sd: float
    df: int
    n_cells: int
    within_sd: float | None
    n: int
    relative: bool = False

    def between(self, mean: float) -> float:
        """Return the between-study SD that goes with a mean."""
        return self.between_sd * abs(mean) if self.relative else self.between_sd


@dataclass(frozen=True)
class Pooled:
    """A pooled cell; numbers are on the scale of the cell (logit for shares), see `back`.

    Parameters
    ----------
    cell : what was pooled. studies, effects, errors : (k,) one per study; its mean and standard error.
    mean, error : pooled mean and its standard error.
    between_sd : used between-study SD; own_between_sd : of this cell alone; floored : whether they differ.
    within_sd : between subjects, None for shares and where unknown.
    q, i2 : heterogeneity. df : of the interval.
    assumed : sentences about what was filled in.
    """

    cell: Cell
    studies: tuple[str, ...]
    effects: np.ndarray
    errors: np.ndarray
    mean: float
    error: float
    between_sd: float
    own_between_sd: float
    floored: bool
    within_sd: float | None
    q: float
    i2: float
    df: int
    n_typical: int
    assumed: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """Return the number of studies."""
        return len(self.studies)

    def back(self, value: float) -> float:
        """Return a number of the cell's scale in its unit."""
        if self.cell.scale == "log":
            return math.exp(value)
        return _expit(value) if self.cell.scale == "logit" else value

    def sampling_sd(self, n: int | None = None) -> float:
        """Return the sampling SD of the mean of a new study of n subjects, on the cell's scale."""
        n = self.n_typical if not n else n
        if self.cell.scale == "logit":
            p = _expit(self.mean) / _PERCENT
            return 1.0 / math.sqrt(max(n * p * (1.0 - p), _HALF))
        if self.within_sd is not None:
            return self.within_sd / math.sqrt(n)
        return float(np.median(self.errors))

    def predictive_sd(self, n: int | None = None, se: float | None = None) -> float:
        """Return the SD of the mean that a new study of n subjects finds, on the cell's scale."""
        sampling = self.sampling_sd(n) if se is None else se
        return math.sqrt(self.between_sd**2 + self.error**2 + sampling**2)

    def predict(self, n: int | None = None, se: float | None = None) -> tuple[float, float, float]:
        """Return the mean and 90 % prediction interval of a new study, in the unit of the cell.

        Parameters
        ----------
        n : subjects of the new study; None takes what is typical of the endpoint.
        se : its standard error on the cell's scale, where that is known and n does not say it.
        """
        from scipy.stats import t

        half = float(t.ppf(_UPPER, self.df)) * self.predictive_sd(n, se)
        return self.back(self.mean), self.back(self.mean - half), self.back(self.mean + half)


@dataclass(frozen=True)
class LeftOut:
    """A study of a cell against the pool of all others: in the unit of the cell."""

    record: str
    observed: float
    predicted: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Return whether the study lies in the interval that the others predict."""
        return self.low <= self.observed <= self.high


def _expit(value: float) -> float:
    return _PERCENT / (1.0 + math.exp(-value))


def on_scale(cell: Cell, values: Sequence[StudyValue]) -> Sequence[StudyValue]:
    """Return values on the scale of a cell: times as logarithms, with relative spread; shares stay in %."""
    if cell.scale != "log":
        return values
    return [
        replace(
            v,
            value=math.log(v.value),
            sd=None if v.sd is None else v.sd / v.value,
            se=None if v.se is None else v.se / v.value,
        )
        for v in values
        if v.value > 0
    ]


@dataclass(frozen=True)
class _Study:
    record: str
    effect: float
    error: float
    n: int | None
    sd: float | None
    assumed: str = ""


def _logit_study(value: StudyValue, n: int) -> tuple[float, float]:
    """Return logit and its standard error of a share in %, with half a patient added to both sides."""
    good = value.value / _PERCENT * n + _HALF
    bad = n + 1.0 - good
    return math.log(good / bad), math.sqrt(1.0 / good + 1.0 / bad)


def _one(value: StudyValue, cell: Cell, within_sd: float | None, n_typical: int) -> _Study | None:
    """Return one value on the scale of the cell with a standard error; None if nothing gives one."""
    notes = [] if value.n else [f"{value.record}: n not given, {n_typical} taken"]
    n = value.n or n_typical
    if cell.scale == "logit":
        effect, error = _logit_study(value, n)
    elif value.se is not None and value.se > 0:
        effect, error, notes = value.value, value.se, []
    else:
        sd = value.sd or within_sd
        if not sd:
            return None
        notes += [] if value.sd else [f"{value.record}: SD not given, {sd:.3g} of the other studies taken"]
        effect, error = value.value, sd / math.sqrt(n)
    return _Study(value.record, effect, error, value.n, value.sd, "; ".join(notes))


def _merge(parts: Sequence[_Study]) -> _Study:
    """Return one study from several of its values: precision-weighted, as the cell has one per study."""
    weights = np.array([part.error**-2 for part in parts])
    effect = float(weights @ np.array([part.effect for part in parts]) / weights.sum())
    # values of one study share its laboratory and often its patients, so precision does not add up
    error = float(np.sqrt(np.mean([part.error**2 for part in parts])))
    notes = "; ".join(dict.fromkeys(part.assumed for part in parts if part.assumed))
    return _Study(parts[0].record, effect, error, parts[0].n, parts[0].sd, notes)


def _spread(value: StudyValue) -> float | None:
    """Return the SD between subjects of one value, from its SE where no SD is given."""
    if value.sd:
        return value.sd
    return value.se * math.sqrt(value.n) if value.se and value.n else None


def subject_sd(values: Sequence[StudyValue]) -> float | None:
    """Return the SD between subjects pooled over values, weighted by n - 1; None if none gives it."""
    spreads = [(sd, value.n) for value in values if (sd := _spread(value))]
    known = [(sd, n - 1) for sd, n in spreads if n and n > 1] or [(sd, 1) for sd, _ in spreads]
    total = sum(weight for _, weight in known)
    return math.sqrt(sum(sd**2 * weight for sd, weight in known) / total) if total else None


def typical_n(values: Sequence[StudyValue]) -> int:
    """Return the median number of subjects of studies, at least 2; 10 where none gives it."""
    known = [v.n for v in values if v.n]
    return max(2, int(np.median(known))) if known else 10


def _studies(
    cell: Cell, values: Sequence[StudyValue], within_sd: float | None, n_typical: int
) -> list[_Study]:
    found: dict[str, list[_Study]] = {}
    for value in values:
        study = _one(value, cell, within_sd, n_typical)
        if study is not None:
            found.setdefault(study.record, []).append(study)
    return [_merge(parts) for parts in found.values()]


def _paule_mandel(effects: np.ndarray, variances: np.ndarray) -> tuple[float, float]:
    """Return between-study variance (not below 0) and Cochran's Q; (0, 0) for a single study."""
    if effects.size < 2:
        return 0.0, 0.0
    return _solved(tuple(effects.tolist()), tuple(variances.tolist()))


@lru_cache(maxsize=4096)
def _solved(effects: tuple[float, ...], variances: tuple[float, ...]) -> tuple[float, float]:
    """Solve one cell; leaving one study out changes few cells, so most are asked again and again.

    F(tau2) = sum w (y - mean)^2 - (k - 1) = 0,  w = 1 / (v + tau2)

    F falls and is convex, so Newton's steps from 0 rise to the root; below 0 there is none to find.
    """
    y, v = np.array(effects), np.array(variances)
    tau2, q = 0.0, 0.0
    for step in range(_MOST_STEPS):
        w = 1.0 / (v + tau2)
        gap = y - w @ y / w.sum()
        excess = float(w @ gap**2) - (y.size - 1)
        q = excess + y.size - 1 if step == 0 else q
        change = excess / float(w**2 @ gap**2) if excess > 0 else 0.0
        tau2 += change
        if change <= _TOLERANCE * tau2:
            break
    return tau2, q


def make_typical(cells: Mapping[Cell, Sequence[StudyValue]]) -> Typical | None:
    """Return what is typical over cells of one endpoint; None if no cell has two studies.

    between SD = sqrt(sum (k - 1) tau^2 / sum (k - 1)) over cells with k >= 2 studies

    Parameters
    ----------
    cells : values by cell, all on one scale.
    """
    cells = {cell: on_scale(cell, values) for cell, values in cells.items()}
    everything = [value for values in cells.values() for value in values]
    within_all, n = subject_sd(everything), typical_n(everything)
    total, df, used = 0.0, 0, 0
    for cell, values in cells.items():
        studies = _studies(cell, values, subject_sd(values) or within_all, n)
        if len(studies) < 2:
            continue
        effects = np.array([s.effect for s in studies])
        tau2, _ = _paule_mandel(effects, np.array([s.error**2 for s in studies]))
        total, df, used = total + (len(studies) - 1) * tau2, df + len(studies) - 1, used + 1
    if not df:
        return None
    return Typical(math.sqrt(total / df), df, used, within_all, n)


def pool(cell: Cell, values: Sequence[StudyValue], typical: Typical | None = None) -> Pooled:
    """Pool the studies of one cell.

    Parameters
    ----------
    cell, values : see there; several values of one study become one.
    typical : of the endpoint. With fewer than `FEW` studies the between-study SD is at least this.

    Returns
    -------
    Pooled.

    Raises
    ------
    EvidenceError : no value has, or can be given, a standard error.

    Examples
    --------
    >>> cell = Cell("new_bone_pct", "%", "sinus_lift", "dbbm", "")
    >>> rows = [StudyValue(f"s{i}", "", v, sd=8.0, n=16) for i, v in enumerate((20.0, 30.0, 25.0, 35.0))]
    >>> round(pool(cell, rows).mean, 1)
    27.5
    """
    values = on_scale(cell, values)
    within = subject_sd(values) or (typical.within_sd if typical else None)
    n_typical = typical.n if typical else typical_n(values)
    studies = _studies(cell, values, within, n_typical)
    if not studies:
        raise EvidenceError(f"{cell.name}: no study gives a spread or an SE; nothing can be pooled")
    effects = np.array([s.effect for s in studies])
    errors = np.array([s.error for s in studies])
    tau2, q = _paule_mandel(effects, errors**2)
    own = math.sqrt(tau2)
    floor = typical.between(float(effects.mean())) if typical and len(studies) < FEW else 0.0
    used = max(own, floor)
    weights = 1.0 / (errors**2 + used**2)
    k = len(studies)
    return Pooled(
        cell=cell,
        studies=tuple(s.record for s in studies),
        effects=effects,
        errors=errors,
        mean=float(weights @ effects / weights.sum()),
        error=float(1.0 / math.sqrt(weights.sum())),
        between_sd=used,
        own_between_sd=own,
        floored=used > own,
        within_sd=None if cell.scale == "logit" else within,
        q=q,
        i2=max(0.0, 1.0 - (k - 1) / q) if q > 0 else 0.0,
        df=max(k - 1, typical.df if typical and k < FEW else 0, 1),
        n_typical=n_typical,
        assumed=tuple(s.assumed for s in studies if s.assumed),
    )


def spread_share(cells: Mapping[Cell, Sequence[StudyValue]]) -> tuple[float, int, int]:
    """Return how far studies differ relative to their subjects: the median over cells of any endpoint.

    share = median over cells of tau / within SD  (tau itself on a logit scale)

    A median, because a few laboratory markers differ between studies by far more than between subjects.

    Returns
    -------
    share : () [1]. df : sum of k - 1. n_cells : that had two studies and an SD between subjects.
    """
    shares, df = [], 0
    for cell, given in cells.items():
        values = on_scale(cell, given)
        within = 1.0 if cell.scale == "logit" else subject_sd(values)
        if within is None:
            continue
        studies = _studies(cell, values, within, typical_n(values))
        if len(studies) < 2:
            continue
        effects, errors = (np.array([getattr(s, part) for s in studies]) for part in ("effect", "error"))
        shares.append(math.sqrt(_paule_mandel(effects, errors**2)[0]) / within)
        df += len(studies) - 1
    return (float(np.median(shares)) if shares else 0.0), df, len(shares)


def leave_out(
    cell: Cell, values: Sequence[StudyValue], record: str, typical: Typical | None
) -> LeftOut | None:
    """Predict one study of a cell from all others; None if the others give no spread.

    Parameters
    ----------
    cell, values : of all studies. record : the one left out.
    typical : of the endpoint without that study.
    """
    rest = [value for value in values if value.record != record]
    own = [value for value in values if value.record == record]
    try:
        seen = pool(cell, own, typical)
        predicted, low, high = pool(cell, rest, typical).predict(next((v.n for v in own if v.n), None))
    except EvidenceError:
        return None
    return LeftOut(record, seen.back(float(seen.effects[0])), predicted, low, high)
