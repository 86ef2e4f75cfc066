"""The arithmetic of an answer: paired differences -> probabilities, and inputs -> shares of variance.

Arrays are laid out (n_theta, n_patients): one row is one draw of what we do not know, its columns are
patients drawn for it. Nothing here knows a model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Probabilities", "first_order_shares", "group_share", "mean_effects", "probabilities"]


#: share of the variance of means that is never taken out as patient sampling noise
_LEAST_LEFT = 0.1


@dataclass(frozen=True)
class Probabilities:
    """The four probabilities of a paired difference D against a margin m, better direction positive.

    too_small = Pr(|E_i D| < m); gain = Pr(E_i D > m); loss = Pr(E_i D < -m); share_gain = share of
    patients with D > m; positive = Pr(E_i D > 0), never to be shown alone.
    """

    too_small: float
    gain: float
    loss: float
    share_gain: float
    positive: float


def mean_effects(difference: np.ndarray) -> np.ndarray:
    """Return the effect averaged over patients, one value per draw, free of patient sampling noise.

    m_t = mean_i D_ti;  B = var_t(m_t);  W = mean_t var_i(D_ti)
    E_t = M + (m_t - M) sqrt(max(0, 1 - W / (n_i B)))

    A mean over few patients scatters more than the mean over all patients would; the factor takes
    exactly that surplus variance out (one-way analysis of variance) and leaves the grand mean.

    Parameters
    ----------
    difference : (n_theta, n_patients)  Paired differences; NaN members are left out.

    Returns
    -------
    effect : (n_theta,)  NaN where every patient of a draw failed.
    """
    d = np.asarray(difference, dtype=float)
    count = np.isfinite(d).sum(axis=1)
    ok = count > 0
    filled = np.where(np.isfinite(d), d, 0.0)
    mean = np.full(d.shape[0], np.nan)
    mean[ok] = filled[ok].sum(axis=1) / count[ok]
    many = count > 1
    if many.sum() < 2:
        return mean
    grand = float(np.mean(mean[ok]))
    return np.asarray(grand + (mean - grand) * _kept(d[many]))


def _kept(d: np.ndarray) -> float:
    """Return the factor that takes patient sampling noise out of means over patients.

    Variances are of values cut at their 2.5 and 97.5 % points: differences have long tails, and a few
    patients would otherwise make all of the spread look like noise. At least a tenth of the variance is
    left: where draws cannot be told from noise, too wide is honest and no spread at all is not.
    """
    d = np.clip(d, *np.nanquantile(d, [0.025, 0.975]))
    count = np.isfinite(d).sum(axis=1)
    between = float(np.var(np.nanmean(d, axis=1), ddof=1))
    noise = float(np.mean(np.nanvar(d, axis=1) * count / (count - 1) / count))
    left = 1.0 - noise / between if between > 0 else 0.0
    return float(np.sqrt(max(left, _LEAST_LEFT)))


def probabilities(difference: np.ndarray, margin: float, better: int = 1) -> Probabilities:
    """Return the four probabilities of DESIGN 5.4 for paired differences (n_theta, n_patients).

    Examples
    --------
    >>> d = np.array([[5.0], [0.0], [0.0], [-5.0]])
    >>> p = probabilities(d, 4.0)
    >>> p.too_small, p.gain, p.loss
    (0.5, 0.25, 0.25)
    """
    effect = better * mean_effects(difference)
    effect = effect[np.isfinite(effect)]
    each = better * np.asarray(difference, dtype=float).ravel()
    each = each[np.isfinite(each)]
    if effect.size == 0:
        return Probabilities(*(float("nan"),) * 5)
    return Probabilities(
        too_small=float(np.mean(np.abs(effect) < margin)),
        gain=float(np.mean(effect > margin)),
        loss=float(np.mean(effect < -margin)),
        share_gain=float(np.mean(each > margin)),
        positive=float(np.mean(effect > 0)),
    )


def _cut(y: np.ndarray) -> np.ndarray:
    """Return values cut at their 1 and 99 % points: one extreme patient must not decide a share."""
    return np.clip(y, *np.quantile(y, [0.01, 0.99]))


def first_order_shares(inputs: np.ndarray, output: np.ndarray, n_patients: int = 1) -> np.ndarray:
    """Return the share of Var(output) that each input explains on its own, linearly.

    b_k = cov(z_k, y),  se_k^2 = sum_t (sum_i z_k r_k)^2 / n^2,  S_k = (b_k^2 - se_k^2) / Var(y)

    z_k is the standardised input, r_k the residual of y on it, t the draws and i the patients of a draw.
    The squared standard error is taken off because even an input without effect has a squared slope
    above zero: such a share scatters around 0.

    Parameters
    ----------
    inputs : (n, k)  Drawn inputs; constant columns get share 0.
    output : (n,)    Paired difference; rows with NaN are left out.
    n_patients : () [1]  Rows of one draw, next to each other.

    Returns
    -------
    share : (k,) [1]

    Assumptions: inputs drawn independently; interactions are in no share.
    """
    rows = np.isfinite(output)
    x, y = np.asarray(inputs, dtype=float)[rows], np.asarray(output, dtype=float)[rows]
    share = np.zeros(np.shape(inputs)[1])
    if len(y) < 3 or np.ptp(y) == 0:
        return share
    y = _cut(y) - _cut(y).mean()
    spread = x.std(axis=0)
    use = spread > 1e-12 * np.maximum(1.0, np.abs(x).max(axis=0))
    z = (x[:, use] - x[:, use].mean(axis=0)) / spread[use]
    slope = z.T @ y / len(y)
    residual = y[:, None] - z * slope
    draw = np.flatnonzero(rows) // n_patients
    starts = np.flatnonzero(np.concatenate([[True], np.diff(draw) > 0]))
    error2 = (np.add.reduceat(z * residual, starts, axis=0) ** 2).sum(axis=0) / len(y) ** 2
    share[use] = (slope**2 - error2) / y.var()
    return share


def group_share(output: np.ndarray, frozen: np.ndarray) -> float:
    """Return the share of Var(output) that a group of inputs explains together.

    S = cov(y, y') / sqrt(Var(y) Var(y'))

    y' is computed with the same draws of the group and fresh draws of everything else (pick and freeze), so
    what y and y' have in common is what the group decides.

    Parameters
    ----------
    output, frozen : (n,)  Pairs with a NaN are left out.

    Returns
    -------
    share : [1] between 0 and 1; NaN if nothing varies.
    """
    both = np.isfinite(output) & np.isfinite(frozen)
    if both.sum() < 3 or np.ptp(output[both]) == 0 or np.ptp(frozen[both]) == 0:
        return float("nan")
    return float(np.clip(np.corrcoef(_cut(output[both]), _cut(frozen[both]))[0, 1], 0.0, 1.0))
