from __future__ import annotations

import pytest

from osseo.answer.result import Interval
from osseo.report.numbers import show, show_day, show_interval, show_percent

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "unit", "signed", "text"),
    [
        (28.04, "%", False, "28.0"),
        (0.0004, "mmol/L", True, "0.000"),
        (-0.2, "d", True, "0"),
        (0.0312, "mmol/L", True, "+0.031"),
        (NAN, "%", True, "n/a"),
        (None, "%", False, "n/a"),
        (float("inf"), "d", False, "n/a"),
        (0.00123, "1", False, "0.00123"),
        (1234.5, "1", False, "1234"),
    ],
)
def test_numbers_have_the_decimals_of_their_unit(value, unit, signed, text):
    assert show(value, unit, signed=signed) == text


def test_a_share_is_never_shown_as_certain():
    shown = [show_percent(x) for x in (0.0, 0.0099, 0.01, 0.5, 0.99, 0.9901, 1.0, NAN)]
    assert shown == ["<1 %", "<1 %", "1 %", "50 %", "99 %", ">99 %", ">99 %", "n/a"]


def test_interval_of_failed_draws_shows_no_number():
    assert show_interval(Interval(NAN, NAN, NAN, NAN, NAN), "%") == "n/a"


def test_visits():
    assert (show_day(180.0), show_day(-56.0), show_day(None)) == ("day 180", "day -56", "")
