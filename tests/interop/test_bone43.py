"""The 43-state bone model of the benchmarks against the numbers computed elsewhere.

Regression numbers with the tolerances they were given with; benchmarks/models/README.md says what of the
model is inferred. Time is in hours here.
"""

from __future__ import annotations

from pathlib import Path

import antimony
import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.engine import EventRow, expand_events, solve_batch
from osseo.language.foreign import read_foreign
from osseo.verify.course import solve_foreign

TEXT = Path(__file__).resolve().parents[2] / "benchmarks" / "models" / "bone43.ant"
YEAR, MONTH = 8760.0, 28 * 24.0
DENOSUMAB_NG, TERIPARATIDE_PMOL = 60e6 * 0.729, 4856.96
CA_PER_H = 24.055 / 24


@pytest.fixture(scope="module")
def model():
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyFile(str(TEXT)) >= 0, antimony.getLastError()
    return read_foreign(antimony.getSBMLString("bone43"), "bone43")


@pytest.fixture(scope="module")
def run(model):
    """Return a function (times, overrides, doses) -> outputs by short name, (n_times,) each."""
    system = compile_model(model.ir)

    def solve(times, overrides=None, doses=()):
        start = model.start({f"model.{k}": v for k, v in (overrides or {}).items()})
        rows = [EventRow(t, "bolus", f"model.{state}", amount) for t, state, amount in doses]
        result = solve_batch(
            system.kernel,
            start.p[None],
            start.y0[None],
            times=np.asarray(times, dtype=float),
            events=expand_events(rows, system.state_index) if rows else None,
            rtol=1e-7,
            atol=1e-10,
            max_steps=1_000_000,
        )
        result.raise_if_failed(system.state_names)
        return {name.split(".", 1)[1]: result.out[0, :, i] for name, i in system.output_index.items()}

    return solve


def percent(values):
    return 100.0 * (values[1:] / values[0] - 1.0)


def test_it_has_43_states_and_rests(model, run):
    assert len(model.ir.states) == 43
    course = run(np.linspace(0.0, YEAR, 53))
    for name in ("pth", "ca", "phos", "ctriol"):
        drift = np.abs(course[name] / course[name][0] - 1.0).max()
        assert drift < 6e-4, name


def test_denosumab_every_six_months(run):
    # troughs: a microhour before the dose that is due
    months = np.array([1, 3, 6, 12, 18, 24])
    doses = [(6 * k * MONTH, "DenoSC", DENOSUMAB_NG) for k in range(5)]
    course = run(np.concatenate([[0.0], months * MONTH - 1e-6]), doses=doses[:4])
    np.testing.assert_allclose(percent(course["BMDlsDEN"]), [1.04, 2.77, 4.0, 5.21, 6.03, 6.8], atol=0.05)
    np.testing.assert_allclose(percent(course["OC"]), [-88.8, -88.8, -81.0, -81.2, -80.6, -80.0], atol=0.5)
    np.testing.assert_allclose(percent(course["OB"]), [-18.7, -45.2, -58.3, -61.2, -58.1, -54.1], atol=0.7)


def test_kidney_function_falls(run):
    course = run([0.0, 10 * YEAR], {"gfr_loss": np.log(100 / 16) / (10 * YEAR)})
    found = [course[name][-1] for name in ("pth", "ca", "phos", "ctriol")]
    np.testing.assert_allclose(found, [14.81, 2.573, 1.623, 18.1], rtol=0.02)


def test_teriparatide_first_day_and_a_year(run):
    times = np.linspace(0.0, 24.0, 2401)
    day = run(times, doses=[(0.0, "TeriSC", TERIPARATIDE_PMOL)])
    i, j = int(np.argmax(day["pth"])), int(np.argmax(day["ca"]))
    found = [day["pth"][i], times[i], day["ca"][j], times[j]]
    np.testing.assert_allclose(found, [28.9, 0.37, 2.379, 4.26], rtol=0.02)
    last = np.concatenate([[0.0], 364 * 24.0 + np.linspace(0.0, 24.0, 241)])
    year = run(last, doses=[(24.0 * k, "TeriSC", TERIPARATIDE_PMOL) for k in range(365)])
    found = [100.0 * (year[k][1:].mean() / year[k][0] - 1.0) for k in ("OB", "OC", "BMDls", "BMDfn")]
    np.testing.assert_allclose(found, [48.0, 68.0, -3.88, -0.54], atol=0.5)


@pytest.mark.parametrize(
    ("factor", "expected"), [(2.0, [3.521, 2.374, -23.9, 2.97]), (0.5, [4.067, 2.344, 16.5, -1.69])]
)
def test_dietary_calcium(run, factor, expected):
    course = run([0.0, YEAR], {"oral_ca": CA_PER_H * factor})
    found = [course["pth"][-1], course["ca"][-1], percent(course["OC"])[0], percent(course["BMDls"])[0]]
    np.testing.assert_allclose(found, expected, rtol=0.02)


def test_the_same_through_the_sbml_door(model, run):
    """`solve_foreign` watches the model's four switches; the batch loop does not, and need not here."""
    course = solve_foreign(model, np.array([0.0, 1000.0]), overrides={"model.oral_ca": 2 * CA_PER_H})
    plain = run([0.0, 1000.0], {"oral_ca": 2 * CA_PER_H})
    for name in ("pth", "ca", "OC", "BMDls"):
        np.testing.assert_allclose(course.column(f"model.{name}"), plain[name], rtol=1e-5)
