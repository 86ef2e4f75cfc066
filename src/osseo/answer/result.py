"""The answer as data: what `osseo answer` prints, writes as JSON and hands to the report.

Every figure here was computed; nothing is formatted. An interval says which uncertainty it carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from osseo.answer.pictures.types import GraftPictures

__all__ = [
    "FIT_SPREAD",
    "AnswerResult",
    "Blank",
    "ChainLink",
    "EndpointRow",
    "Finding",
    "Interval",
    "LadderRung",
    "Series",
    "StudyPoint",
]


#: what `StudyPoint.sd` is for values the graft was fitted to
FIT_SPREAD = "SD for the fit"


@dataclass(frozen=True)
class Interval:
    """Median and central 50 and 90 % limits of one quantity over draws."""

    median: float
    low50: float
    high50: float
    low90: float
    high90: float
    layer: str = "parameter and patient"

    @classmethod
    def of(cls, values: np.ndarray, layer: str = "parameter and patient") -> Interval:
        """Summarise draws; failed ones (NaN) are left out of the quantiles, never set to zero."""
        finite = np.asarray(values, dtype=float)
        finite = finite[np.isfinite(finite)]
        if finite.size == 0:
            nan = float("nan")
            return cls(nan, nan, nan, nan, nan, layer)
        median, low50, high50, low90, high90 = np.quantile(finite, [0.5, 0.25, 0.75, 0.05, 0.95])
        return cls(float(median), float(low50), float(high50), float(low90), float(high90), layer)


@dataclass(frozen=True)
class Finding:
    """One safety finding. level: `stop`, `refer`, `warn`, `tell` or `note`, in that order of weight."""

    level: str
    rule: str
    text: str
    number: str = ""
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class EndpointRow:
    """One endpoint at one visit: both arms, the paired difference and the four probabilities.

    `p_too_small` = Pr(|E D| < m), `p_gain` = Pr(E D > m), `p_loss` = Pr(E D < -m), `share_gain` = share of
    patients who gain more than m, `p_positive` = Pr(E D > 0). `better` is +1 if more is better, else -1,
    and gain and loss are read in that direction. `margin` is None for body quantities, then the
    probabilities are NaN. `visit_d` is None for times to an event. `mean_effect` is the difference
    averaged over patients, one value per parameter draw: what the probabilities are about. `withheld` says
    why a graft row has no margin and no probabilities: no calibration record informs this graft here.
    """

    endpoint: str
    label: str
    unit: str
    visit_d: float | None
    without: Interval
    with_regimen: Interval
    difference: Interval
    better: int = 1
    margin: float | None = None
    p_too_small: float = float("nan")
    p_gain: float = float("nan")
    p_loss: float = float("nan")
    share_gain: float = float("nan")
    p_positive: float = float("nan")
    prior_driven_share: float = float("nan")
    n_failed: int = 0
    note: str = ""
    mean_effect: Interval | None = None
    withheld: str = ""


@dataclass(frozen=True)
class Blank:
    """Something the user left out: how it was drawn, and its share of the spread of what is done to status.

    Status is what the regimen moves and the graft sees; the share is 1 - variance of its change with the
    blank held at its median over the variance with it drawn.
    """

    name: str
    drawn_from: str
    records: tuple[str, ...]
    share: float = float("nan")


@dataclass(frozen=True)
class LadderRung:
    """Something that may matter more than magnesium; `kind` is `association`, `cause` or `model`."""

    name: str
    text: str
    kind: str
    grade: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class ChainLink:
    """One step of the chain dose -> absorbed -> serum -> status -> link -> field -> endpoint."""

    step: str
    label: str
    unit: str
    without: float
    with_regimen: float


@dataclass(frozen=True)
class Series:
    """A quantity over time in both arms, with 50 and 90 % bands; arrays (n_time,) and (5, n_time).

    Rows of a band are median, low50, high50, low90, high90.
    """

    name: str
    label: str
    unit: str
    time_d: np.ndarray
    without: np.ndarray
    with_regimen: np.ndarray


@dataclass(frozen=True)
class StudyPoint:
    """A published value drawn on a figure.

    `sd` is its spread, and `spread` says of what kind; `role` is its role in SPLIT.csv.
    """

    series: str
    record: str
    time_d: float
    value: float
    sd: float | None
    label: str
    role: str
    spread: str = FIT_SPREAD


@dataclass(frozen=True)
class AnswerResult:
    """Everything an answer says; see the classes above.

    `primary` is the place in `rows` of the endpoint and visit that the sentence is about; `arms` names the
    two arms, as columns are headed; `pictures` is what is drawn of the site.
    """

    question: str
    headline: str
    reading: str
    sentence: str
    stopped: bool
    safety: tuple[Finding, ...]
    rows: tuple[EndpointRow, ...] = ()
    primary: int = 0
    body_rows: tuple[EndpointRow, ...] = ()
    prior_sets: Mapping[str, tuple[EndpointRow, ...]] = field(default_factory=dict)
    status_sensitivity: tuple[tuple[float, Interval], ...] = ()
    dominates: tuple[tuple[str, float], ...] = ()
    blanks: tuple[Blank, ...] = ()
    weakest_grade: str = ""
    weakest_names: tuple[str, ...] = ()
    weakest_records: tuple[str, ...] = ()
    matters_more: tuple[LadderRung, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    series: tuple[Series, ...] = ()
    study_points: tuple[StudyPoint, ...] = ()
    not_informed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    n_draws: int = 0
    n_failed: int = 0
    seed: int = 0
    model_hash: str = ""
    scenario_hash: str = ""
    version: str = ""
    command: str = ""
    notes: tuple[str, ...] = ()
    scenario: Mapping[str, object] = field(default_factory=dict)
    arms: tuple[str, str] = ("without", "with")
    pictures: GraftPictures | None = None
