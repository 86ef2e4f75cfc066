"""The checks of the proof; each measures one thing and holds it against a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from osseo.compiler import System, compile_model
from osseo.compiler.reference import ReferenceModel, solve_reference
from osseo.engine.batch import solve_batch
from osseo.engine.events import EventRow, EventTable, expand_events
from osseo.engine.inputs import InputTable
from osseo.engine.native.machine import lane_width
from osseo.engine.threads import WIDTHS
from osseo.language import load_model
from osseo.language.foreign import read_foreign
from osseo.language.library import model_entries
from osseo.parameters import load_parameters
from osseo.scenario.dosing import placebo_of
from osseo.scenario.types import DoseRule, Procedure
from osseo.simulate.body import BODY_OUTPUTS, simulate_body
from osseo.simulate.site import simulate_site
from osseo.verify.classic import antimony_to_sbml, classic_names, load_classic, relative_error
from osseo.verify.course import solve_foreign
from osseo.verify.network import random_network

__all__ = ["CHECKS", "Check"]

N_NETWORKS = 20
TIMES = np.array([-10.0, -3.0, 0.0, 0.5, 1.5, 7.0, 30.0, 60.0])
REGIMEN = (DoseRule("glycinate", 16.0, 1, True, -56.0, 180.0),)


@dataclass(frozen=True)
class Check:
    """One thing measured: it passes if `measured` is at most `bound`.

    Parameters
    ----------
    name : what was checked.
    measured, bound : in the words of `unit`.
    """

    name: str
    measured: float
    bound: float
    unit: str

    @property
    def passed(self) -> bool:
        """Return whether it holds; not-a-number does not."""
        return bool(self.measured <= self.bound)


def _scattered(system: System, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return p, u and states scattered around their central values."""
    rng = np.random.default_rng(5)
    p = system.parameter_vector(load_parameters(), n=n) * rng.uniform(
        0.7, 1.4, (n, len(system.parameter_names))
    )
    u = rng.uniform(0.1, 5.0, (n, len(system.input_names)))
    start = system.initial(p, u)
    return p, u, start * rng.uniform(0.5, 1.5, start.shape) + rng.uniform(0.01, 0.3, start.shape)


def twin_derivatives() -> Iterator[Check]:
    """Machine code of every model against the SBML interpreted by NumPy, at scattered states."""
    for name in sorted(model_entries()):
        ir = load_model(name)
        system, twin = compile_model(ir), ReferenceModel(ir)
        p, u, y = _scattered(system, 20)
        expected = np.array([twin.rhs(3.0, *row) for row in zip(y, p, u, strict=True)])
        scale = np.maximum(np.abs(expected).max(axis=0), np.finfo(np.float64).tiny)
        gap = np.abs(system.rhs(3.0, y, p, u) - expected) / scale
        yield Check(f"derivatives of {name} against the twin", float(gap.max()), 1e-12, "largest rate")


def _doses(system: System) -> tuple[EventTable, InputTable]:
    targets = [q.name for q in system.ir.states if any(tag.startswith("dose") for tag in q.tags)]
    rows = [EventRow(-3.0, "bolus", target, 4.0, lag=0.25, every=1.0, count=5) for target in targets]
    rows += [EventRow(0.5, "infusion", target, 6.0, duration=0.3) for target in targets]
    knots = np.array([-10.0, -3.0, 1.0, 20.0])
    values = np.random.default_rng(8).uniform(1.0, 6.0, (1, knots.size, len(system.input_names)))
    return expand_events(rows, system.state_index), InputTable(knots, values)


def twin_courses() -> Iterator[Check]:
    """Courses of every body model with doses against CVODE on the twin."""
    for name, entry in sorted(model_entries().items()):
        if entry.scope != "body":
            continue
        ir = load_model(name)
        system = compile_model(ir)
        events, u = _doses(system)
        p = system.parameter_vector(load_parameters())
        y0 = system.initial(p, u.values[0, :1])
        found = solve_batch(system.kernel, p, y0, times=TIMES, u=u, events=events)
        expected = solve_reference(ir, p[0], y0[0], times=TIMES, u=u, events=events, rtol=1e-11, atol=1e-12)
        gap = np.abs(found.y[0] - expected) / np.maximum(np.abs(expected).max(axis=0), 1e-300)
        yield Check(f"course of {name} against CVODE", float(gap.max()), 1e-6, "largest value of each state")


def classics() -> Iterator[Check]:
    """Four stiff problems against their published solutions, to ten digits."""
    for name in classic_names():
        error = relative_error(load_classic(name), 1e-11, 1e-25)
        yield Check(f"{name} against its published solution", error, 1e-10, "relative error")


def order() -> Iterator[Check]:
    """Observed order of convergence with equal steps on a curve known in closed form."""
    model = read_foreign(antimony_to_sbml("model m\n x' = 2*x*(1 - x); x = 0.1\nend\n", "m"), "logistic")
    system, start = compile_model(model.ir), model.start()
    errors = []
    for n in (32, 64):
        stops = np.linspace(0.0, 3.0, n + 1)[1:-1]
        none = np.zeros(stops.size)
        events = EventTable(stops, none.astype(np.int64), none, none)
        found = solve_batch(
            system.kernel,
            start.p[None, :],
            start.y0[None, :],
            times=np.array([0.0, 3.0]),
            events=events,
            rtol=0.9,
            atol=1e6,
        )
        errors.append(abs(found.y[0, -1, 0] - 1.0 / (1.0 + 9.0 * np.exp(-6.0))))
    observed = float(np.log2(errors[0] / errors[1]))
    yield Check(f"order of convergence {observed:.2f} against 5", abs(observed - 5.0), 0.3, "difference")


def networks() -> Iterator[Check]:
    """Random mass-action networks, read as foreign SBML, against CVODE on plain arrays."""
    worst = 0.0
    times = np.linspace(0.0, 5.0, 11)
    for seed in range(N_NETWORKS):
        network = random_network(seed)
        model = read_foreign(network.sbml(), f"network {seed}")
        course = solve_foreign(model, times)
        ours = np.column_stack([course.column(f"model.S{i}") for i in range(network.start.size)])
        gap = np.abs(ours - network.reference(times)).max() / network.start.sum()
        worst = max(worst, float(gap))
    yield Check(f"{N_NETWORKS} random networks against CVODE", worst, 1e-7, "total amount")


def _people() -> dict[str, np.ndarray]:
    return {
        "weight_kg": np.array([58.0, 75.0, 96.0]),
        "gfr": np.array([110.0, 144.0, 60.0]),
        "mg_intake": np.array([8.0, 12.0, 16.0]),
        "serum_mg": np.array([0.74, 0.82, 0.88]),
        "urine_mg": np.array([2.9, 4.2, 5.0]),
    }


def magnesium() -> Iterator[Check]:
    """The account of magnesium, and that a placebo is a dose of nothing, bit for bit."""
    times = np.array([-56.0, 0.0, 90.0, 180.0])
    for mode in ("averaged", "explicit"):
        course = simulate_body(_people(), REGIMEN, times=times, mode=mode)
        error = float(course.ledger_error.max())
        yield Check(f"magnesium account, {mode} doses", error, 1e-9, "all that was given")
    zero = tuple(DoseRule("oxide", 0.0, r.times_per_day, True, r.start_d, r.stop_d) for r in REGIMEN)
    sham, none = (simulate_body(_people(), rules, times=times) for rules in (placebo_of(REGIMEN), zero))
    differ = sum(int(np.count_nonzero(sham[name] != none[name])) for name in BODY_OUTPUTS)
    yield Check("placebo is a dose of nothing", float(differ), 0.0, "values that differ")


def threads() -> Iterator[Check]:
    """The same members on 1, 2 and 3 threads, and one by one."""
    system = compile_model(load_model("body"))
    events, u = _doses(system)
    p, _, _ = _scattered(system, 24)
    y0 = system.initial(p, np.broadcast_to(u.values[0, :1], (24, len(system.input_names))))
    settings = {"times": TIMES, "u": u, "events": events}
    alone = solve_batch(system.kernel, p, y0, **settings, n_threads=1)
    differ = 0
    for n in (2, 3):
        found = solve_batch(system.kernel, p, y0, **settings, n_threads=n)
        differ += int(np.count_nonzero(found.y != alone.y))
    for i in (0, 7, 23):
        one = solve_batch(system.kernel, p[i : i + 1], y0[i : i + 1], **settings, n_threads=1)
        differ += int(np.count_nonzero(one.y[0] != alone.y[i]))
    yield Check("threads and batch size change no bit", float(differ), 0.0, "values that differ")


def lanes() -> Iterator[Check]:
    """Members side by side, as many as a register holds, against the scalar form: bodies and columns."""
    system = compile_model(load_model("body"))
    events, u = _doses(system)
    p, _, _ = _scattered(system, 21)
    y0 = system.initial(p, np.broadcast_to(u.values[0, :1], (21, len(system.input_names))))
    settings = {"times": TIMES, "u": u, "events": events, "n_threads": 1}
    scalar, differ = solve_batch(system.kernel, p, y0, **settings, width=1), 0
    for width in (w for w in WIDTHS[1:] if w <= lane_width()):
        found = solve_batch(system.kernel, p, y0, **settings, width=width)
        differ += int(np.count_nonzero(found.y != scalar.y))
    yield Check("bodies side by side have the bits of one alone", float(differ), 0.0, "values that differ")
    status = np.linspace(0.6, 1.1, 5)[:, None]
    graft = {"procedure": Procedure(site="sinus_lift", material="xenograft"), "status_times": np.zeros(1)}
    times, differ = np.array([0.0, 28.0, 183.0]), 0
    many = simulate_site(**graft, status=status, times=times, n=5)
    for i in (0, 4):
        one = simulate_site(**graft, status=status[i : i + 1], times=times, n=1)
        for name, columns in many.amounts.items():
            pairs = zip(columns, one.amounts[name], strict=True)
            differ += sum(int(np.count_nonzero(a[i] != b[0])) for a, b in pairs)
    yield Check("columns side by side have the bits of one alone", float(differ), 0.0, "values that differ")


CHECKS: dict[str, Callable[[], Iterator[Check]]] = {
    "derivatives": twin_derivatives,
    "courses": twin_courses,
    "classics": classics,
    "order": order,
    "networks": networks,
    "magnesium": magnesium,
    "threads": threads,
    "lanes": lanes,
}
