"""The arithmetic of an answer: paired differences -> probabilities, and inputs -> shares of variance.

Arrays are laid out (n_theta, n_patients): one row is one draw of what we do not know, its columns are
patients drawn for it. Nothing here knows a model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Probabilities", "ShareModel", "mean_effects", "probabilities"]


#: share of the spread of means that must be left to be told from patient sampling noise
_TOLD_APART = 0.1


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
    patients would otherwise make all of the spread look like noise. Where the spread between draws
    cannot be told from that noise nothing is taken out: too wide is honest, no spread at all is not.
    """
    d = np.clip(d, *np.nanquantile(d, [0.025, 0.975]))
    count = np.isfinite(d).sum(axis=1)
    between = float(np.var(np.nanmean(d, axis=1), ddof=1))
    noise = float(np.mean(np.nanvar(d, axis=1) * count / (count - 1) / count))
    left = 1.0 - noise / between if between > 0 else 0.0
    return float(np.sqrt(left)) if left > _TOLD_APART else 1.0


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


class ShareModel:
    """The share of the variance of an output that each drawn input explains on its own, linearly.

    output = a + sum_k b_k z_k + e (least squares, z standardised);  S_k = (b_k^2 - se_k^2) / Var(output)

    The squared standard error is taken off because even an input without effect has a squared slope
    above zero; a share without effect therefore scatters around 0, and sums are unbiased. The output is
    cut at its 1 and 99 % points, so that one extreme patient does not decide what dominates. The
    inputs are factorised once and serve every endpoint.

    Parameters
    ----------
    inputs : (n, k)  Drawn inputs; constant columns get share 0.

    Assumptions: inputs drawn independently; interactions are left in the rest (1 - sum of shares).
    """

    def __init__(self, inputs: np.ndarray) -> None:
        self._inputs = np.asarray(inputs, dtype=float)
        spread = self._inputs.std(axis=0)
        scale = np.maximum(1.0, np.abs(self._inputs).max(axis=0, initial=0.0))
        self._use = spread > 1e-12 * scale
        x = self._inputs[:, self._use]
        self._z = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / spread[self._use]])
        self._inverse = np.linalg.pinv(self._z)

    def shares(self, output: np.ndarray) -> np.ndarray:
        """Return the shares (k,) [1] for an output (n,); NaN if there are too few rows to tell.

        Rows whose output is NaN are left out.
        """
        rows = np.isfinite(output)
        if not rows.all():
            inner = ShareModel(self._inputs[rows])
            return inner.shares(np.asarray(output)[rows])
        y = np.asarray(output, dtype=float)
        share = np.zeros(self._inputs.shape[1])
        n, width = self._z.shape
        if n < width + 10:
            return np.full_like(share, np.nan)
        y = np.clip(y, *np.quantile(y, [0.01, 0.99]))
        variance = y.var()
        if width == 1 or variance <= 0:
            return share
        solution = self._inverse @ y
        residual = y - self._z @ solution
        sigma2 = float(residual @ residual) / (n - width)
        error2 = sigma2 * (self._inverse**2).sum(axis=1)
        share[self._use] = (solution[1:] ** 2 - error2[1:]) / variance
        return share
