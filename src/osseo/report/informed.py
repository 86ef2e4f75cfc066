"""Prior against posterior: what the calibration data taught about each number of the graft.

Read from the Draws file the answer itself reads, and from what its writer says about the priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from osseo.parameters import Draws
from osseo.report.data import to_csv
from osseo.report.numbers import show
from osseo.report.palette import DIFFERENCE

__all__ = ["Update", "update_picture", "updates_of", "updates_to_csv"]

#: posterior over prior SD above which a number counts as not informed by data (DESIGN 5.4)
NOT_INFORMED = 0.9
WIDTH, HEIGHT, EDGE = 200, 26, 4


@dataclass(frozen=True)
class Update:
    """One number before and after the data: (5, 50, 95 % points) and the ratio of the SDs."""

    name: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    sd_ratio: float

    @property
    def is_informed(self) -> bool:
        """Whether data narrowed the number by more than 10 %."""
        return self.sd_ratio <= NOT_INFORMED


def updates_of(draws: Draws) -> tuple[Update, ...]:
    """Return an update for every drawn number whose prior the file tells, best informed first."""
    priors = draws.meta.get("parameters", {})
    ratios = draws.meta.get("sd_ratio", {})
    found = []
    for name, column in draws.columns().items():
        if name in priors and name in ratios:
            unit, value, lower, upper = priors[name][:4]
            low, middle, high = (float(q) for q in np.quantile(column, [0.05, 0.5, 0.95]))
            prior = (float(lower), float(value), float(upper))
            found.append(Update(name, str(unit), prior, (low, middle, high), float(ratios[name])))
    return tuple(sorted(found, key=lambda u: u.sd_ratio))


def updates_to_csv(updates: Sequence[Update]) -> str:
    """Return the updates as a CSV table."""
    columns = ("name", "unit", "prior_5", "prior_50", "prior_95", "posterior_5", "posterior_50",
               "posterior_95", "sd_ratio")  # fmt: skip
    return to_csv(columns, [(u.name, u.unit, *u.prior, *u.posterior, u.sd_ratio) for u in updates])


def update_picture(update: Update) -> str:
    """Return the prior as an open bar above the posterior as a filled one, both 5 to 95 %, as SVG."""
    text = (
        f"{update.name} [{update.unit}]: prior {_range(update.prior)}, posterior {_range(update.posterior)}"
    )
    ends = (*update.prior, *update.posterior)
    low, span = min(ends), (max(ends) - min(ends)) or 1.0
    bars = [
        _bar(values, (low, span), y, style)
        for values, y, style in (
            (update.prior, 3, 'fill="#fff" stroke="#555"'),
            (update.posterior, 15, f'fill="{DIFFERENCE}"'),
        )
    ]
    return (
        f'<svg class="picture" role="img" aria-label="{escape(text)}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"<title>{escape(text)}</title>{''.join(bars)}</svg>"
    )


def _range(values: tuple[float, float, float]) -> str:
    return f"{show(values[1])} ({show(values[0])} to {show(values[2])})"


def _bar(values: tuple[float, float, float], axis: tuple[float, float], y: int, style: str) -> str:
    low, span = axis
    left, middle, right = (EDGE + (WIDTH - 2 * EDGE) * (v - low) / span for v in values)
    return (
        f'<rect x="{left:.1f}" y="{y}" width="{max(right - left, 1):.1f}" height="8" {style}/>'
        f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{y - 2}" y2="{y + 10}" stroke="#111"/>'
    )
