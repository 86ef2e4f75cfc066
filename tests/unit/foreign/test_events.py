"""Events: instants, delays, priorities, persistence, and orders that the file leaves open."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from osseo.errors import SolveError
from osseo.language.foreign import ForeignRefusal

T = np.linspace(0.0, 4.0, 9)


def test_an_event_in_time_and_the_value_after_it(run):
    x = run("x = 1; x' = 0; at time >= 2: x = x + 1", T, "x")
    assert_allclose(x, np.where(T >= 2, 2.0, 1.0))


def test_an_event_in_state_is_found_exactly(run):
    # x = exp(-t) meets 0.3 at t = -ln 0.3, then starts again from 1
    x = run("x = 1; x' = -x; at x < 0.3: x = 1", T, "x")
    assert_allclose(x, np.exp(-np.mod(T, -np.log(0.3))), rtol=1e-6)


def test_a_short_touch_between_samples_is_not_missed(run):
    # the parabola is above 0.0001 for 0.0002 time units only
    text = "x := 1 - (time - 1.23456)^2*1e4; n = 0; n' = 0; at x > 0.9999: n = n + 1"
    assert_allclose(run(text, T, "n")[-1], 1.0)


def test_a_delay_counts_from_the_trigger(run):
    assert_allclose(run("x = 0; x' = 0; at 1.25 after time > 1: x = 1", T, "x"), (T > 2.25) * 1.0)


def test_values_of_the_trigger_or_of_the_execution(run):
    early, late = run(
        "y = 0; y' = 1; a = 0; b = 0; at 1 after time > 1, fromTrigger=true: a = y;"
        "at 1 after time > 1, fromTrigger=false: b = y",
        T,
        "a",
        "b",
    )
    assert_allclose([early[-1], late[-1]], [1.0, 2.0], rtol=1e-9)


def test_an_event_that_does_not_persist_is_called_off(run):
    text = "x = 0; a = 0; b = 0; {}: a = 1; {}: b = 1".format(
        "at 1 after (time > 1) && (time < 1.5), persistent=false",
        "at 1 after (time > 1) && (time < 1.5), persistent=true",
    )
    a, b = run(text, T, "a", "b")
    assert (a[-1], b[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(("t0", "expected"), [("false", 1.0), ("true", 0.0)])
def test_a_trigger_that_holds_at_the_start(run, t0, expected):
    assert run(f"x = 0; at time >= 0, t0={t0}: x = 1", T, "x")[0] == expected


def test_the_higher_priority_comes_first(run):
    text = "x = 1; at time > 1, priority=10: x = x + 1; at time > 1, priority=1: x = x*10"
    # both read x at the trigger unless told otherwise
    assert run(text.replace("priority", "fromTrigger=false, priority"), T, "x")[-1] == 20.0


def test_an_order_that_does_not_matter_is_run(run):
    a, b = run("a = 0; b = 0; at time > 1: a = 1; at time > 1: b = 2", T, "a", "b")
    assert (a[-1], b[-1]) == (1.0, 2.0)


def test_an_order_that_matters_and_is_not_said_is_refused(run):
    with pytest.raises(ForeignRefusal, match="order matters"):
        run("x = 1; at time > 1: x = 2; at time > 1: x = 3", T, "x")


def test_a_storm_is_refused(run):
    with pytest.raises(ForeignRefusal, match="event storm"):
        run("x = 0; y = 1; at x < 1: y = 1, x = 2; at x > 1: x = 0; at time > 1: x = 2", T, "x")


def test_a_concentration_set_by_an_event_becomes_an_amount(run):
    text = "compartment c = 2; species S in c = 3; at time > 1: S = 5"
    s, amount = run(text, T, "S", "amount.S")
    assert (s[-1], amount[-1]) == (5.0, 10.0)


def test_a_compartment_that_jumps_leaves_the_amount(run):
    text = "compartment c = 2; species S in c = 3; species R in c = 4; R' = 0; at time > 1: c = 4"
    s, r, held = run(text, T, "S", "R", "amount.R")
    assert (s[-1], r[-1], held[-1]) == (1.5, 2.0, 8.0)


def test_a_switch_in_a_rate_is_met_where_it_is(run):
    x = run("x = 0; x' = piecewise(1, (time > 1.1) && (time < 1.3), 0)", T, "x", rtol=1e-6, atol=1e-9)
    assert_allclose(x, np.clip(T - 1.1, 0, 0.2), atol=1e-9)


def test_a_course_that_blows_up_is_an_error(run):
    with pytest.raises(SolveError):
        run("x = 1; x' = x^2", T, "x")
