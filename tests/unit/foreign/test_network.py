"""Species, compartments, reactions: amounts against concentrations, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from osseo.errors import ModelError
from osseo.language.foreign import ForeignRefusal

T = np.linspace(0.0, 2.0, 5)


def test_a_species_in_a_compartment_of_size_two(run):
    # rate law in concentration, change in amount: d[S]/dt = -k [S] V / V
    text = "compartment c = 2; species S in c = 3; k = 0.5; J: S -> ; k*S*c"
    s, amount, concentration = run(text, T, "S", "amount.S", "concentration.S")
    assert_allclose(s, 3 * np.exp(-0.5 * T), rtol=1e-7)
    assert_allclose(amount, 2 * s, rtol=1e-12)
    assert_allclose(concentration, s, rtol=1e-12)


def test_a_species_of_substance_only(run):
    text = "compartment c = 2; substanceOnly species S in c = 3; k = 0.5; J: S -> ; k*S"
    s, amount, concentration = run(text, T, "S", "amount.S", "concentration.S")
    assert_allclose(s, amount, rtol=1e-12)
    assert_allclose(concentration, amount / 2, rtol=1e-12)
    # Antimony gives the value 3 as it is meant for such a species: an amount
    assert_allclose(s, s[0] * np.exp(-0.5 * T), rtol=1e-7)


def test_a_growing_compartment_dilutes(run):
    text = "compartment c = 1; c' = 0.5*c; species S in c = 4; J: S -> P; 0; species P in c = 0"
    s, amount = run(text, T, "S", "amount.S")
    assert_allclose(amount, 4.0, rtol=1e-9)
    assert_allclose(s, 4 * np.exp(-0.5 * T), rtol=1e-7)


def test_rate_of_a_concentration_in_a_growing_compartment(run):
    text = (
        "compartment c = 1; c' = 0.5*c; species S in c = 4; J: S -> P; 0; species P in c = 0; r := rateOf(S)"
    )
    s, r = run(text, T, "S", "r")
    assert_allclose(r, -0.5 * s, rtol=1e-9)


def test_stoichiometry_and_boundary_species(run):
    text = "species A = 5; species $B = 7; species C = 0; J: 2 A + B -> 3 C; 0.1"
    a, b, c = run(text, T, "A", "B", "C")
    assert_allclose(a, 5 - 0.2 * T, rtol=1e-9)
    assert_allclose(b, 7.0)
    assert_allclose(c, 0.3 * T, rtol=1e-9, atol=1e-12)


def test_a_local_parameter_hides_the_global_one(sbml):
    from osseo.verify.course import solve_foreign

    model = sbml(
        '<listOfCompartments><compartment id="c" size="1" spatialDimensions="3" constant="true"/>'
        '</listOfCompartments><listOfSpecies><species id="S" compartment="c" initialAmount="1" '
        'hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/></listOfSpecies>'
        '<listOfParameters><parameter id="k" value="9" constant="true"/></listOfParameters>'
        '<listOfReactions><reaction id="J" reversible="false"><listOfReactants><speciesReference species="S" '
        'stoichiometry="1" constant="true"/></listOfReactants><kineticLaw>'
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>S</ci></apply></math>'
        '<listOfLocalParameters><localParameter id="k" value="0.5"/></listOfLocalParameters></kineticLaw>'
        "</reaction></listOfReactions>"
    )
    course = solve_foreign(model, T)
    assert_allclose(course.column("model.S"), np.exp(-0.5 * T), rtol=1e-7)
    assert_allclose(course.column("model.k"), 9.0)
    faster = solve_foreign(model, T, overrides={"local.J.k": 1.0})
    assert_allclose(faster.column("model.S"), np.exp(-T), rtol=1e-7)


def test_rules_initial_assignments_and_their_order(run):
    text = "a := b*2; b := k + time; k = q^2; q = 3; x = a + 1; x' = b"
    a, x, k = run(text, T, "a", "x", "k")
    assert_allclose(k, 9.0)
    assert_allclose(a, 2 * (9 + T))
    assert_allclose(x, 19 + 9 * T + T**2 / 2, rtol=1e-9)


def test_a_model_without_a_state(run):
    assert_allclose(run("a := 3*time", T, "a"), 3 * T)


@pytest.mark.parametrize(
    ("rule", "x"),
    [("0 = x - 2*y", lambda y: 2 * y), ("0 = (k + 1)*x + y - 6", lambda y: (6 - y) / 4)],
)
def test_linear_algebraic_rules_are_solved(sbml, rule, x):
    import libsbml

    from osseo.language.foreign import read_foreign
    from osseo.verify.course import solve_foreign

    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    for name, value, constant in (("x", 1.0, False), ("y", 1.0, False), ("k", 3.0, True)):
        parameter = model.createParameter()
        parameter.setId(name)
        parameter.setValue(value)
        parameter.setConstant(constant)
    rate = model.createRateRule()
    rate.setVariable("y")
    rate.setMath(libsbml.parseL3Formula("-y"))
    model.createAlgebraicRule().setMath(libsbml.parseL3Formula(rule.removeprefix("0 = ")))
    course = solve_foreign(read_foreign(libsbml.writeSBMLToString(document)), T)
    assert_allclose(course.column("model.x"), x(np.exp(-T)), rtol=1e-7)


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("x' = delay(x, 1); x = 1", "delay function"),
        ("x' = factorial(x); x = 1", "factorial of a quantity that changes"),
        ('x\' = k; x = 1; k is "k"', "quantity without a value"),
        ("x' = 1; x = 1; p = 1; at x == 2: p = 2", "equality"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(read, text, construct):
    with pytest.raises(ModelError) as caught:
        read(text)
    assert construct in str(caught.value)


def test_rules_in_a_circle_are_refused(sbml):
    rule = '<assignmentRule variable="{}"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>{}</ci></math>'
    rules = "".join(rule.format(*pair) + "</assignmentRule>" for pair in ("ab", "ba"))
    names = "".join(f'<parameter id="{name}" constant="false"/>' for name in "ab")
    with pytest.raises(ForeignRefusal, match="circle"):
        sbml(f"<listOfParameters>{names}</listOfParameters><listOfRules>{rules}</listOfRules>")


def test_a_refusal_names_every_construct_once(read):
    with pytest.raises(ForeignRefusal) as caught:
        read("x' = delay(x, 1); x = 1; y' = delay(y, 1) + z; y = 1; z := factorial(y)")
    assert caught.value.constructs == ("delay function",)
    assert len(caught.value.issues) == 2


def test_functions_of_constants_are_computed(run):
    import math

    assert_allclose(run("a := sin(k) + ceil(q) + factorial(4); k = 1; q = 2.3", T, "a"), math.sin(1) + 3 + 24)


def test_not_sbml_is_a_clear_error():
    from osseo.language.foreign import read_foreign

    with pytest.raises(ModelError, match=r"nothing\.xml"):
        read_foreign("<nothing/>", "nothing.xml")


@pytest.mark.parametrize(("law", "refused"), [("1.5", False), ("S", True)])
def test_a_size_without_dimensions_is_refused_where_it_matters(read, law, refused):
    import libsbml

    from osseo.language.foreign import read_foreign
    from osseo.verify.classic import antimony_to_sbml

    text = antimony_to_sbml(f"model m\n compartment c = 2; species S in c = 1; J: -> S; {law}\nend\n", "m")
    document = libsbml.readSBMLFromString(text)
    document.getModel().getCompartment(0).setSpatialDimensions(0)
    text = libsbml.writeSBMLToString(document)
    if refused:
        with pytest.raises(ForeignRefusal, match="without dimensions"):
            read_foreign(text)
    else:
        assert "amount.S" in read_foreign(text).ir.outputs
