"""How a patient page writes days, times, amounts and levels: British or American, in words where it can."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from osseo.answer.patient.types import PatientPage
from osseo.answer.result import Interval
from osseo.scenario.profile.dates import show_date
from osseo.units import MG_MOLAR_MASS

__all__ = ["LEVEL_WORDS", "Style", "style_of"]

#: level of a finding -> what a person reads
LEVEL_WORDS = {
    "stop": "Stop",
    "refer": "Ask your doctor first",
    "warn": "Take care",
    "tell": "Tell them",
    "note": "Good to know",
}
_MG_PER_DL = MG_MOLAR_MASS / 10.0


@dataclass(frozen=True)
class Style:
    """Units and dates of one reader.

    american : 3/14 and 7:30 am and mg/dL, else 14/3 and 07:30 and mmol/L; surgery : the day of the
    operation, None if not known.
    """

    american: bool
    today: date | None = None
    surgery: date | None = None

    @property
    def serum_unit(self) -> str:
        """The unit of magnesium in blood, spelt out."""
        return "milligrams per decilitre (mg/dL)" if self.american else "millimoles per litre (mmol/L)"

    @property
    def serum_short(self) -> str:
        """The same unit in short, for a row of a table."""
        return "mg/dL" if self.american else "mmol/L"

    def serum(self, mmol_per_l: float, sign: bool = False) -> str:
        """Return a concentration in blood as text."""
        value = mmol_per_l * _MG_PER_DL if self.american else mmol_per_l
        return _signed(value, 2 if self.american else 3) if sign else f"{value:.2f}"

    def serum_range(self, interval: Interval, sign: bool = False) -> str:
        """Return a 90 % interval as `0.78 to 0.92`."""
        return f"{self.serum(interval.low90, sign)} to {self.serum(interval.high90, sign)}"

    def mg_a_day(self, mmol_per_d: float, sign: bool = False) -> str:
        """Return an amount a day as whole milligrams."""
        value = mmol_per_d * MG_MOLAR_MASS
        return _signed(value, 0) if sign else f"{value:.0f}"

    def clock(self, minute: int) -> str:
        """Return a time of day.

        Examples
        --------
        >>> Style(False).clock(450), Style(True).clock(1110)
        ('07:30', '6:30 pm')
        """
        hour, rest = divmod(minute % 1440, 60)
        if not self.american:
            return f"{hour:02d}:{rest:02d}"
        return f"{(hour - 1) % 12 + 1}:{rest:02d} {'am' if hour < 12 else 'pm'}"

    def day(self, day_d: float) -> str:
        """Return a day relative to surgery, with its date if there is one.

        Examples
        --------
        >>> Style(False).day(-7), Style(False).day(0)
        ('7 days before the operation', 'the day of the operation')
        """
        n = round(day_d)
        words = self.relative(n)
        if self.surgery is None:
            return words
        return f"{self.date(self.surgery + timedelta(days=n))} ({words})"

    def relative(self, n: int) -> str:
        """Return a whole day relative to surgery, in words."""
        if n == 0:
            return "the day of the operation"
        size, name = (abs(n) // 7, "week") if abs(n) >= 21 and abs(n) % 7 == 0 else (abs(n), "day")
        return f"{size} {name}{'s' if size != 1 else ''} {'before' if n < 0 else 'after'} the operation"

    def date(self, day: date) -> str:
        """Return a date in words."""
        return show_date(day, "american" if self.american else "british")


def _signed(value: float, digits: int) -> str:
    text = f"{abs(value):.{digits}f}"
    if not math.isfinite(value):
        return "not known"
    return text if float(text) == 0 else f"{'+' if value > 0 else '-'}{text}"


def style_of(page: PatientPage) -> Style:
    """Return the style a profile asks for."""
    profile = page.profile
    today = date.fromisoformat(profile.today) if profile.today else None
    surgery = date.fromisoformat(profile.operation.day) if profile.operation.day else None
    if surgery is None and today is not None and profile.operation.days_until is not None:
        surgery = today + timedelta(days=round(profile.operation.days_until))
    return Style(profile.style == "american", today, surgery)
