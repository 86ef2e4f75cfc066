"""Three bone BioModels through the foreign door, against numbers computed elsewhere from their equations.

The numbers are regression numbers, with the tolerances they were given with.
"""

from __future__ import annotations

import libsbml
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from osseo.language.foreign import read_foreign
from osseo.verify.course import solve_foreign


def read(folder, number):
    path = folder / f"BIOMD{number:010d}.xml"
    return read_foreign(path.read_text(encoding="utf-8"), path.stem, path)


def test_komarova_one_remodelling_cycle(biomodels):
    """The flag of resorption starts set, as the equations have it.

    In the file it starts at 0 and is set by an event whose trigger holds from the start; at Level 2 such an
    event does not fire at time 0, and bone would not be resorbed in the first cycle.
    """
    model = read(biomodels, 148)
    times = np.concatenate([np.arange(0.0, 20.0, 0.01), np.arange(20.0, 601.0, 10.0)])
    course = solve_foreign(model, times, overrides={"model.flag_resorption": 1.0})
    np.testing.assert_allclose(course.column("model.x1_bar"), 1.06066, rtol=1e-5)
    np.testing.assert_allclose(course.column("model.x2_bar"), 212.132, rtol=1e-5)
    z, x2 = course.column("model.z"), course.column("model.x2")
    low, high = int(np.argmin(z)), int(np.argmax(x2))
    found = [z[low], times[low], x2[high], times[high], z[times == 600.0][0]]
    np.testing.assert_allclose(found, [89.84, 12.33, 395.8, 14.1, 99.97], rtol=0.002)
    as_written = solve_foreign(model, np.array([0.0, 12.33])).column("model.z")
    assert np.all(as_written >= 100.0)


CLAMP_MIN = 575.0
CLAMP_TIMES = np.concatenate([[0.0, 500.0], CLAMP_MIN + np.arange(0.0, 12501.0) / 100.0])


def clamp_response(model):
    """Return the hormone's peak, its minute after the start of the clamp, and the value at 125 min."""
    course = solve_foreign(model, CLAMP_TIMES)
    hormone = course.column("model.x2")
    top = int(np.argmax(hormone))
    return course, [hormone[top], CLAMP_TIMES[top] - CLAMP_MIN, hormone[-1]]


def test_shrestha_as_the_file_has_it(biomodels):
    """The file against its own formulas integrated here by scipy, from the resting state."""
    course, found = clamp_response(read(biomodels, 276))
    k, a, b = (course.column(f"model.{name}")[-1] for name in ("k", "A", "B"))
    np.testing.assert_allclose([k, a, b], [9.8436755, 0.0494374, 0.00049464], rtol=1e-4)
    out, clear, rest, low = 0.0125, 0.5595, (490.78, 6.629), 1.2162
    ratio = -(rest[0] * b - clear * rest[1]) / (rest[0] * a - clear * rest[1])

    def rates(t, x):
        calcium = 1.255 - 0.1817 * (1 - np.exp(-0.0442 * t))
        power = 15.0 + (112.52 if calcium < low else 0.0)
        level = 1.255 * ratio ** (1 / power)
        release = (a - b) / (1 + (calcium / level) ** power) + b
        return [k - (release + out) * x[0], release * x[0] - clear * x[1]]

    grid = CLAMP_TIMES[2:] - CLAMP_MIN
    own = solve_ivp(rates, (0, 125), rest, t_eval=grid, rtol=1e-9, atol=1e-9, max_step=0.1).y[1]
    expected = [own.max(), grid[own.argmax()], own[-1]]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_shrestha_with_the_printed_equations(biomodels):
    """The published clamp: the exponent as printed (the file has its sign the other way), S fixed."""
    text = (biomodels / "BIOMD0000000276.xml").read_text(encoding="utf-8")
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    rule = model.getRule("m_Ca")
    written = libsbml.formulaToL3String(rule.getMath())
    assert "exp(-beta * (R - Ca))" in written
    rule.setMath(libsbml.parseL3Formula(written.replace("-beta", "beta")))
    model.removeRule("S")
    model.getParameter("S").setValue(1.237604)
    _, found = clamp_response(read_foreign(libsbml.writeSBMLToString(document), "printed"))
    np.testing.assert_allclose(found, [28.77, 5.43, 13.79], rtol=0.01)


@pytest.fixture(scope="module")
def lemaire(biomodels):
    model = read(biomodels, 278)

    def end(day, **overrides):
        values = {f"model.{name}": value for name, value in overrides.items()}

        assert set(values) <= set(model.formulas)
        course = solve_foreign(model, np.array([0.0, day]), overrides=values)
        return np.array([course.column(f"model.{name}")[-1] for name in "RBC"])

    return end


STEADY = [7.7344e-4, 7.2834e-4, 9.1275e-4]


def test_lemaire_steady_state(lemaire):
    np.testing.assert_allclose(lemaire(10_000.0), STEADY, rtol=5e-4)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"I_P": 1000.0}, [5.208, 2.238, 4.037]),
        ({"I_O": 2e5}, [0.1018, 0.3303, 0.0721]),
        ({"I_L": 10.0}, [1.0057, 1.0028, 1.0045]),
    ],
    ids=["PTH", "OPG", "RANKL"],
)
def test_lemaire_infusions_of_sixty_days(lemaire, overrides, expected):
    steady = lemaire(10_000.0)
    np.testing.assert_allclose(lemaire(60.0, **overrides) / steady, expected, rtol=0.005)
