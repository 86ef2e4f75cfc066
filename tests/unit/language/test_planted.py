"""Each planted error is refused by file, line and name; its corrected twin loads."""

from pathlib import Path

import pytest

from osseo.errors import ModelError
from osseo.language.load import load_model_files

HERE = Path(__file__).parent

#: file, line, name, what the message must say
UNIT_ERRORS = [
    ("rate_per_hour", 5, "amount", "the rate is mmol/h, expected mmol/d"),
    ("rate_without_time", 5, "amount", "the rate is mmol, expected mmol/d"),
    ("sum_of_conc_and_amount", 7, "total", "`amount` is mmol, `conc` is mmol/L"),
    ("litre_and_cubic_mm", 5, "total", "`V_blood` is L, `V_graft` is mm^3"),
    ("exp_of_conc", 5, "signal", "exp takes a plain number, got mmol/L"),
    ("ln_of_amount", 5, "signal", "ln takes a plain number, got mmol"),
    ("tanh_of_time", 4, "signal", "tanh takes a plain number, got d"),
    ("power_of_conc", 6, "signal", "the base is mmol/L, expected 1"),
    ("power_with_unit", 5, "signal", "the exponent is 1/d, expected 1"),
    ("half_power_literal", 4, "width", "the base is mm^2, expected 1"),
    ("sqrt_unit", 4, "width", "the assignment is mm^1.5, expected mm"),
    ("min_of_rate_and_amount", 5, "flux", "`amount` is mmol, `k*amount` is mmol/d"),
    ("branch_units", 5, "conc", "`amount` is mmol, `amount/V` is mmol/L"),
    ("condition_units", 5, "over", "`amount` is mmol, `limit` is mmol/L"),
    ("truth_as_value", 5, "signal", "`x > x_ref` is a truth value"),
    ("one_minus_amount", 5, "room", "`1` is 1, `bone` is mm"),
    ("assignment_unit", 5, "conc", "the assignment is mmol*L, expected mmol/L"),
    ("start_unit", 6, "amount", "the start value is mmol/L, expected mmol"),
    ("start_at_one", 5, "width", "the start value is 1, expected mm"),
    ("function_unit", 5, "share", "`half` is mmol/L, `sitting` is mmol"),
]
TEXT_ERRORS = [
    ("hidden_number", 5, "free", "number 0.7 in a formula"),
    ("value_in_text", 3, "k", "value 3 is given in model text"),
    ("start_number", 4, "amount", "start value 12.5 is a number in model text"),
    ("no_unit", 4, "amount", "has no unit"),
    ("unknown_unit", 3, "k", "unknown unit 'per_dd'; did you mean per_d"),
    ("own_unit", 3, "per_fortnight", "move it to units.ant"),
    ("undeclared", 5, "clearence", "is not declared; did you mean clearance?"),
    ("no_start", 7, "amount", "state without a start value"),
    ("no_rate", 5, "amount", "has a start value but no rate"),
    ("twice", 6, "flux", "second assignment (first in line 5)"),
    ("cycle", 6, "a -> b -> a", "assignments need each other"),
    ("unknown_role", 3, "x", "role 'inputt' given to a constant"),
    ("unknown_note", 4, "amount", "unknown note 'tagg'; did you mean tag?"),
    ("never_used", 4, "spare", "is never used"),
    ("log_ten", 4, "y", "a logarithm to base 10 is not in the model language"),
    ("hidden_pi", 5, "face", "constant pi is in it"),
    ("number_with_unit", 4, "y", "a number with a unit, 1 mmol"),
    ("sum_of_ones", 4, "y", "number 1 + 1 in a formula"),
    ("syntax", 5, "y", "syntax error"),
    ("two_lines", 5, "y", "a formula stays on one line"),
    ("a_reaction", 6, "a_reaction", "a reaction is in model text"),
    ("argument_in_rate", 8, "amount", "rate uses argument_in_rate.sitting"),
    ("start_from_state", 8, "b", "start value needs start_from_state.a (state)"),
]
PLANTED = UNIT_ERRORS + TEXT_ERRORS


@pytest.mark.parametrize(("name", "line", "symbol", "said"), PLANTED, ids=[p[0] for p in PLANTED])
def test_planted_error_is_refused_by_file_line_and_name(name, line, symbol, said):
    with pytest.raises(ModelError) as caught:
        load_model_files([HERE / "planted" / f"{name}.ant"], name, "body")
    issues = caught.value.issues
    hits = [i for i in issues if i.where == f"{name}.ant:{line}" and said in str(i)]
    assert hits, [str(i) for i in issues]
    assert symbol in hits[0].message
    assert {i.where for i in issues} == {f"{name}.ant:{line}"}, "one mistake, one place"


@pytest.mark.parametrize("name", [p[0] for p in PLANTED])
def test_corrected_twin_loads(name):
    ir = load_model_files([HERE / "corrected" / f"{name}.ant"], name, "body")
    assert ir.hash
    assert ir.states or ir.assignments or ir.functions


def test_every_planted_file_is_tested_and_has_a_twin():
    planted = {path.stem for path in (HERE / "planted").glob("*.ant")}
    assert planted == {p[0] for p in PLANTED}
    assert planted == {path.stem for path in (HERE / "corrected").glob("*.ant")}


def test_twins_differ_in_one_statement_only():
    """So that it is the planted error that is refused, not something else in the file."""
    for name in (p[0] for p in PLANTED):
        bad, good = (
            (HERE / folder / f"{name}.ant").read_text(encoding="utf-8").splitlines()[1:]
            for folder in ("planted", "corrected")
        )
        bad, good = [" ".join(line.split()) for line in bad], [" ".join(x.split()) for x in good]
        changed = [line for line in bad if line not in good]
        assert len(changed) <= 2, name


def test_all_problems_of_all_files_are_shown_at_once():
    names = ["rate_per_hour", "exp_of_conc", "hidden_number", "value_in_text"]
    with pytest.raises(ModelError) as caught:
        load_model_files([HERE / "planted" / f"{name}.ant" for name in names], "all", "body")
    files = {issue.where.partition(":")[0] for issue in caught.value.issues}
    assert files == {f"{name}.ant" for name in names}
    assert "model all: 4 problems, no model was loaded" in str(caught.value)
